#include "lib/run/plan.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/run/jsonfile.h"
#include "lib/run/stale.h"

/* A task and what it has been given so far. */
struct load {
	uint64_t bytes;
	uint32_t task;
};

static bool is_less(const struct load *a, const struct load *b)
{
	return a->bytes != b->bytes ? a->bytes < b->bytes : a->task < b->task;
}

/* Restores the heap after its smallest has grown. */
static void sink_first(struct load *heap, uint64_t n)
{
	struct load grown = heap[0];
	uint64_t at = 0;

	for (uint64_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && is_less(&heap[child + 1], &heap[child]))
			child++;
		if (!is_less(&heap[child], &grown))
			break;
		heap[at] = heap[child];
	}
	heap[at] = grown;
}

void run_assign(const struct shards *s, uint64_t tasks, uint32_t *owner)
{
	size_t *order = shards_by_size(s);
	struct load *heap = mem_new(struct load, tasks);

	for (uint64_t t = 0; t < tasks; t++)
		heap[t].task = (uint32_t)t;
	for (size_t i = 0; i < s->n; i++) {
		owner[order[i]] = heap[0].task;
		heap[0].bytes += s->item[order[i]].size + 1; /* empty shards are spread too */
		sink_first(heap, tasks);
	}
	free(heap);
	free(order);
}

/* Numbers of a part's range, by the names they have in the plan. */
enum { PART_NUMBERS = 7 };
static const char *const part_name[PART_NUMBERS] = {"part",       "parts",    "from",      "to",
                                                    "plain_from", "plain_to", "file_bytes"};

static void part_json(const struct range *r, struct buf *json)
{
	const uint64_t number[PART_NUMBERS] = {r->number,     r->of,       r->from, r->to,
	                                       r->plain_from, r->plain_to, r->file};

	for (size_t i = 0; i < PART_NUMBERS; i++)
		buf_addf(json, ",\"%s\":%llu", part_name[i], (unsigned long long)number[i]);
}

int plan_write(const struct run *run, const size_t *barrier, size_t n, struct err *e)
{
	struct buf json = {0}, old = {0};
	struct arena mem = {0};
	const char *path = state_path(run->state, &mem, "plan.json");
	int bad = 0;

	buf_addf(&json, "{\"recipe\":\"%s\",\"stages\":[", run->state->recipe);
	for (size_t i = 0; i < n; i++) {
		buf_add(&json, i ? S(",") : S(""));
		json_write_text(&json, slice_of(run->recipe->chain.stage[barrier[i]].name));
	}
	buf_add(&json, S("],\"shards\":["));
	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard *s = &run->shards->item[i];

		buf_add(&json, i ? S(",\n{") : S("\n{"));
		json_write_key(&json, S("shard"));
		json_write_text(&json, shard_file(s));
		json_write_key(&json, S("path"));
		json_write_text(&json, slice_of(s->path));
		buf_addf(&json, ",\"bytes\":%llu", (unsigned long long)s->size);
		if (s->range.of)
			part_json(&s->range, &json);
		buf_byte(&json, '}');
	}
	buf_add(&json, S("\n]}\n"));
	if (access(path, F_OK) == 0)
		bad = file_read_all(path, &old, SIZE_MAX / 4, e);
	if (!bad && !slice_equal(buf_slice(&json), buf_slice(&old))) {
		stale_remove(run->state, run->shards);
		bad = file_write_atomic(path, buf_slice(&json), e);
	}
	buf_free(&json);
	buf_free(&old);
	arena_free(&mem);
	return bad;
}

struct reading {
	struct plan *plan;
	struct jsonfile *file;
};

static int add_stage(void *user, struct slice key, const struct json_value *value)
{
	struct plan *p = ((struct reading *)user)->plan;

	(void)key;
	p->stage = mem_grow(p->stage, (p->n_stages + 1) * sizeof *p->stage);
	p->stage[p->n_stages++] = arena_copy(&p->mem, value->text);
	return value->kind == JSON_STRING ? 0 : 1;
}

/* The range of a part; all zero of a shard that is a whole file. */
static bool read_part(const struct json_value *v, struct range *range)
{
	uint64_t number[PART_NUMBERS];

	*range = (struct range){0};
	if (v[0].kind == JSON_MISSING)
		return true;
	for (size_t i = 0; i < PART_NUMBERS; i++)
		if (!slice_to_u64(v[i].span, &number[i]))
			return false;
	*range = (struct range){(uint32_t)number[0], (uint32_t)number[1], number[2], number[3],
	                        number[4],           number[5],           number[6]};
	return number[0] < number[1] && number[1] <= RANGES_MAX && range->from <= range->to &&
	       range->plain_from < range->plain_to;
}

static int add_shard(void *user, struct slice key, const struct json_value *value)
{
	enum { OF_FILE = 3, ALL = OF_FILE + PART_NUMBERS };
	struct slice names[ALL] = {S("shard"), S("path"), S("bytes")};
	struct reading *r = user;
	struct json_path path[ALL];
	struct json_value v[ALL];
	struct range range;
	const char *why;
	uint64_t size;

	(void)key;
	for (size_t i = 0; i < ALL; i++) {
		if (i >= OF_FILE)
			names[i] = slice_of(part_name[i - OF_FILE]);
		path[i] = (struct json_path){&names[i], 1, names[i]};
	}
	if (json_read(r->file->json, value->span, path, ALL, v, &r->file->mem, &why) ||
	    v[0].kind != JSON_STRING || v[1].kind != JSON_STRING ||
	    !slice_to_u64(v[2].span, &size) || !read_part(v + OF_FILE, &range))
		return 1;
	shards_add(&r->plan->shards, v[1].text, v[0].text, size, &range);
	return 0;
}

int plan_read(struct plan *p, const char *out, struct err *e)
{
	struct jsonfile f = {0};
	struct reading r = {p, &f};
	struct buf path = {0};
	int bad = 0;

	*p = (struct plan){0};
	buf_addf(&path, "%s/_curate/plan.json", out);
	if (access(buf_text(&path), F_OK) != 0)
		bad = err_set_rc(e, RC_STATE, "%s holds no run: there is no %s", out, buf_text(&path));
	else
		bad = jsonfile_open(&f, buf_text(&path), SIZE_MAX / 4, e);
	if (!bad) {
		p->recipe = arena_copy(&p->mem, jsonfile_text(&f, "recipe"));
		if (json_each(f.json, jsonfile_get(&f, "stages").span, &f.mem, add_stage, &r) ||
		    json_each(f.json, jsonfile_get(&f, "shards").span, &f.mem, add_shard, &r) ||
		    p->shards.n == 0)
			bad = err_set_rc(e, RC_STATE, "%s: it is not a plan this program wrote",
			                 buf_text(&path));
		jsonfile_close(&f);
	}
	buf_free(&path);
	return bad;
}

void plan_free(struct plan *p)
{
	free(p->stage);
	shards_free(&p->shards);
	arena_free(&p->mem);
	*p = (struct plan){0};
}
