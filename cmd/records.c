#include "cmd/records.h"

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/run/feed.h"

enum { BLOCK = 8 << 20, KEEP = 4 << 20, LONGEST = 64 << 20 };

static void add_path(struct list *path, struct slice item)
{
	path->item = mem_grow(path->item, (path->n + 1) * sizeof *path->item);
	path->item[path->n++] = (struct slice){mem_text(item.p, item.n), item.n};
}

int records_open(struct records *r, const struct common *c, const struct list *rest, struct err *e)
{
	*r = (struct records){.json = json_open()};
	recipe_defaults(&r->recipe);
	if (common_options(c, &r->recipe, e))
		return -1;

	if (r->recipe.input.on_corrupt == CORRUPT_SKIP)
		return err_set_rc(e, RC_USAGE,
		                  "--on-corrupt skip: what is read once can only stop or "
		                               "keep-head");

	struct list *path = &r->recipe.input.path;

	for (size_t i = 0; i < rest->n; i++)
		add_path(path, rest->item[i]);
	if (path->n == 0 && c->file_list.n == 0)
		add_path(path, S("-"));
	r->context = (struct doc_context){.json = r->json, .words = (enum word_kind)r->recipe.words,
	                                  .seed = (uint64_t)r->recipe.seed};
	if (record_fields_open(&r->fields, &r->recipe.input, e))
		return -1;
	return common_shards(c, &r->recipe, NULL, &r->shards, e);
}

void records_close(struct records *r)
{
	record_fields_close(&r->fields);
	shards_free(&r->shards);
	recipe_free(&r->recipe);
	json_close(r->json);
	arena_free(&r->mem);
	arena_free(&r->scratch);
}

/* Calls `each` with every line of a shard. */
static int feed_each(const struct shard *shard, uint64_t max_record, bool keep_head,
                     int (*each)(void *user, struct slice line, uint64_t number, struct err *e),
                     void *user, struct err *e)
{
	const struct feed_limits limits = {.block = BLOCK, .max_record = max_record};
	struct block block = {0};
	struct feed feed;
	int rc;

	if (feed_open(&feed, shard, NULL, NULL, &limits, e))
		return -1;
	while ((rc = feed_fill(&feed, &block, NULL, NULL, e)) > 0) {
		struct slice rest = buf_slice(&block.raw), line;
		uint64_t number = block.record;
		size_t skipped;

		while (rc > 0 && feed_line(&rest, &line, &skipped))
			if (each(user, line, number++, e))
				rc = -1;
		if (rc < 0)
			break;
	}
	if (rc == 0 && feed.damaged && keep_head) {
		log_warning("%s; what stands before it was read", feed.damage.msg);
	} else if (rc == 0 && feed.damaged) {
		*e = feed.damage;
		rc = -1;
	}
	block_free(&block);
	feed_close(&feed);
	return rc;
}

int lines_each(const char *path,
               int (*each)(void *user, struct slice line, uint64_t number, struct err *e),
               void *user, struct err *e)
{
	const struct shard file = {.path = path};

	return feed_each(&file, LONGEST, false, each, user, e);
}

struct reading {
	struct records *r;
	const struct shard *shard;
	int (*each)(void *user, struct doc *d, struct arena *scratch, struct err *e);
	void *user;
};

static int read_record(void *user, struct slice line, uint64_t number, struct err *e)
{
	struct reading *w = user;
	struct records *r = w->r;
	const char *detail;
	struct doc d = {.file = w->shard->name,
	                .shard = (uint32_t)(w->shard - r->shards.item),
	                .record = number,
	                .raw = line,
	                .mem = &r->mem,
	                .context = &r->context};
	int rc = 0;

	r->read++;
	if (record_parse(&d, &r->fields, &detail) != RECORD_GOOD)
		r->bad++;
	else
		rc = w->each(w->user, &d, &r->scratch, e);
	arena_reset(&r->mem, KEEP);
	arena_reset(&r->scratch, KEEP);
	return rc;
}

int records_each(struct records *r,
                 int (*each)(void *user, struct doc *d, struct arena *scratch, struct err *e),
                 void *user, struct err *e)
{
	const bool keep_head = r->recipe.input.on_corrupt == CORRUPT_KEEP_HEAD;

	r->read = r->bad = 0;
	for (size_t i = 0; i < r->shards.n; i++) {
		struct reading w = {r, &r->shards.item[i], each, user};

		if (feed_each(w.shard, r->fields.max_record, keep_head, read_record, &w, e))
			return -1;
	}
	return 0;
}

void records_warn(const struct records *r)
{
	if (r->bad)
		log_warning("%llu of %llu records are no documents and were passed over",
		            (unsigned long long)r->bad, (unsigned long long)r->read);
}
