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

/* Where a file is cut, from its first part's begin to its last one's end: for each place the byte
 * of the file and that of what it decompresses to. */
static void cuts_json(const struct shard *part, struct buf *json)
{
	const struct range *last = &part[part->range.of - 1].range;

	buf_add(json, S(",\"cuts\":["));
	for (size_t i = 0; i < part->range.of; i++)
		buf_addf(json, "%llu,%llu,", (unsigned long long)part[i].range.from,
		         (unsigned long long)part[i].range.plain_from);
	buf_addf(json, "%llu,%llu]", (unsigned long long)last->to,
	         (unsigned long long)last->plain_to);
}

/* A file: one line, whatever the number of its parts. */
static void file_json(const struct shard *s, struct buf *json)
{
	const bool is_cut = s->range.of > 0;

	buf_byte(json, '{');
	json_write_key(json, S("shard"));
	json_write_text(json, shard_file(s));
	json_write_key(json, S("path"));
	json_write_text(json, slice_of(s->path));
	buf_addf(json, ",\"bytes\":%llu", (unsigned long long)(is_cut ? s->range.file : s->size));
	if (is_cut)
		cuts_json(s, json);
	buf_byte(json, '}');
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

		if (s->range.of && s->range.number > 0)
			continue; /* its file's first part speaks for it */
		buf_add(&json, i ? S(",\n") : S("\n"));
		file_json(s, &json);
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

struct cuts {
	uint64_t *at; /* owned; pairs */
	size_t n;
};

static int add_cut(void *user, struct slice key, const struct json_value *value)
{
	struct cuts *c = user;

	(void)key;
	if ((c->n & (c->n - 1)) == 0)
		c->at = mem_grow(c->at, (c->n ? 2 * c->n : 1) * sizeof *c->at);
	return slice_to_u64(value->span, &c->at[c->n++]) ? 0 : 1;
}

/* Adds the parts of a file; 1 when the places make no sense. */
static int add_parts(struct shards *s, struct slice path, struct slice relative, uint64_t file,
                     const struct cuts *c)
{
	const size_t parts = c->n / 2 - 1;

	if (c->n % 2 || c->n < 6 || parts > RANGES_MAX)
		return 1;
	for (size_t i = 0; i < parts; i++) {
		const uint64_t *at = c->at + 2 * i;
		const struct range range = {(uint32_t)i, (uint32_t)parts, at[0], at[2],
		                            at[1],       at[3],           file};

		if (range.from > range.to || range.plain_from >= range.plain_to || range.to > file)
			return 1;
		shards_add(s, path, relative, file, &range);
	}
	return 0;
}

static int add_shard(void *user, struct slice key, const struct json_value *value)
{
	static struct slice names[] = {S_INIT("shard"), S_INIT("path"), S_INIT("bytes"),
	                               S_INIT("cuts")};
	static const struct range whole = {0};
	struct reading *r = user;
	struct shards *s = &r->plan->shards;
	struct json_path path[4];
	struct json_value v[4];
	struct cuts cuts = {0};
	const char *why;
	uint64_t size;
	int bad;

	(void)key;
	for (size_t i = 0; i < 4; i++)
		path[i] = (struct json_path){&names[i], 1, names[i]};
	if (json_read(r->file->json, value->span, path, 4, v, &r->file->mem, &why) ||
	    v[0].kind != JSON_STRING || v[1].kind != JSON_STRING || !slice_to_u64(v[2].span, &size))
		return 1;
	if (v[3].kind == JSON_MISSING) {
		shards_add(s, v[1].text, v[0].text, size, &whole);
		return 0;
	}
	bad = json_each(r->file->json, v[3].span, &r->file->mem, add_cut, &cuts) ||
	      add_parts(s, v[1].text, v[0].text, size, &cuts);
	free(cuts.at);
	return bad;
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
		bad = err_set_rc(e, RC_STATE, "%s holds no run: there is no %s", out,
		                 buf_text(&path));
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
