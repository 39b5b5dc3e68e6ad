#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/dedup/exchange.h"
#include "lib/dedup/spans.h"
#include "lib/io/stream.h"

enum { READ = 24 * 8192 };

/* What was collected of a span. */
struct row {
	uint64_t hash, record, span;
};

void spans_write(struct buf *out, uint64_t hash, uint64_t record, uint64_t span)
{
	const struct row row = {hash, record, span};

	buf_add(out, (struct slice){(const char *)&row, sizeof row});
}

struct solve {
	const struct spans_job *j;
	const char *work;
	struct exchange hashed; /* (hash, major, minor, span), of a group of shards */
	struct exchange marked; /* (shard, record, span) */
	struct share share;
};

/* One span to the exchange. */
static int add_row(const struct solve *s, size_t shard, const struct row *row,
                   struct exchange_out *out, struct err *e)
{
	const bool by_record = s->j->order == SPANS_RECORD;
	const uint64_t record[4] = {row->hash, by_record ? row->record : shard,
	                            by_record ? shard : row->record, row->span};

	return exchange_add(out, record, e);
}

/* stream_read fills the buffer but at the end, so rows are whole. */
static int read_shard(const struct solve *s, size_t i, struct exchange_out *out, struct err *e)
{
	struct stream *const in = stream_open(s->j->part[i], NULL, e);
	struct row *const row = mem_alloc(READ);
	size_t got;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = stream_read(in, (char *)row, READ, &got, e)) == 1) {
		if (got % sizeof *row)
			rc = err_set_rc(e, RC_STATE, "%s: cut short", s->j->part[i]);
		for (size_t k = 0; k < got / sizeof *row && rc == 1; k++)
			if (add_row(s, i, &row[k], out, e) != 0)
				rc = -1;
	}
	if (in)
		stream_close(in);
	free(row);
	return rc;
}

static bool is_over(const struct solve *s)
{
	return spans_is_done(s->j->dir, s->j->key);
}

static bool is_hashed(void *user, size_t unit)
{
	const struct solve *const s = user;

	return exchange_is_made(&s->hashed, unit) || is_over(s);
}

/* Shards [first, …) of group i. */
static size_t group_begin(const struct solve *s, size_t i)
{
	return (size_t)((unsigned __int128)s->j->n * i / s->hashed.makers);
}

static int do_hash(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	struct exchange_out *const out = exchange_create(&s->hashed, unit, e);
	int rc = out ? 0 : -1;

	(void)thread;
	for (size_t i = group_begin(s, unit); rc == 0 && i < group_begin(s, unit + 1); i++)
		rc = read_shard(s, i, out, e);
	if (rc == 0)
		return exchange_commit(out, NULL, e);
	exchange_abandon(out);
	return -1;
}

static bool is_marked(void *user, size_t unit)
{
	const struct solve *const s = user;

	return exchange_is_made(&s->marked, unit) || is_over(s);
}

static int do_mark(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	const uint64_t mem = s->j->mem / 4 / s->j->threads;
	struct shuffle *const all = exchange_gather(&s->hashed, unit, mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, mem, e) : NULL;
	struct exchange_out *const out = in ? exchange_create(&s->marked, unit, e) : NULL;
	const bool by_record = s->j->order == SPANS_RECORD;
	uint64_t span[4], last = 0;
	bool first = true;
	int rc = out ? 1 : -1;

	(void)thread;
	while (rc == 1 && (rc = shuffle_next(in, span, e)) == 1) {
		const uint64_t mark[3] = {by_record ? span[2] : span[1],
		                          by_record ? span[1] : span[2], span[3]};

		if (!first && span[0] == last && exchange_add(out, mark, e) != 0)
			rc = -1;
		last = span[0];
		first = false;
	}
	if (rc == 0)
		rc = exchange_commit(out, NULL, e);
	else
		exchange_abandon(out);
	shuffle_done(in);
	shuffle_close(all);
	return rc;
}

static bool is_written(void *user, size_t unit)
{
	const struct solve *const s = user;

	return spans_part_is_done(s->j->dir, unit, s->j->key);
}

static int do_write(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	const uint64_t mem = s->j->mem / 4 / s->j->threads;
	struct shuffle *const all = exchange_gather(&s->marked, unit, mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, mem, e) : NULL;
	struct sealed_out out = {0};
	uint64_t span[3];
	int rc = in ? spans_create(&out, s->j->dir, unit, e) : -1, more = 1;

	(void)thread;
	while (rc == 0 && (more = shuffle_next(in, span, e)) == 1)
		rc = spans_add(&out, &(struct span_mark){span[0], span[1], span[2]}, e);
	rc = rc == 0 && more == 0 ? spans_commit(&out, s->j->key, e) : -1;
	sealed_abandon(&out);
	shuffle_done(in);
	shuffle_close(all);
	return rc;
}

static bool is_headed(void *user, size_t unit)
{
	(void)unit;
	return is_over(user);
}

static int do_head(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct solve *const s = user;

	(void)unit;
	(void)thread;
	return spans_write_head(s->j->dir, s->j->n, s->marked.parts, s->j->key, e);
}

static void solve_open(struct solve *s, const struct spans_job *j, const char *work)
{
	const size_t parts = exchange_parts(j->records), groups = j->n < parts ? j->n : parts;

	*s = (struct solve){.j = j};
	s->share = (struct share){.dir = work,
	                          .lease = j->lease,
	                          .task = j->task,
	                          .tasks = j->tasks,
	                          .threads = j->threads};
	s->hashed = (struct exchange){.dir = work,
	                              .name = "hashed",
	                              .key = j->key,
	                              .width = 4,
	                              .top = UINT64_MAX,
	                              .makers = groups,
	                              .parts = parts,
	                              .run = exchange_run(j->records),
	                              .share = &s->share};
	s->marked = s->hashed;
	s->marked.name = "marked";
	s->marked.width = 3;
	s->marked.top = j->n ? j->n : 1;
	s->marked.makers = parts;
	s->marked.parts = groups ? groups : 1;
}

int spans_solve(const struct spans_job *j, struct err *e)
{
	struct solve s;
	struct buf work = {0};
	int rc;

	buf_addf(&work, "%s/spans/work", j->dir);
	solve_open(&s, j, buf_text(&work));
	rc = share_open(&s.share, e);
	spans_remove_other(j->dir, j->key);
	const struct phase phases[] = {
	        {"hash", s.hashed.makers, 0, is_hashed, do_hash},
	        {"mark", s.marked.makers, 0, is_marked, do_mark},
	        {"write", s.marked.parts, 0, is_written, do_write},
	        {"head", 1, 1, is_headed, do_head},
	};

	for (size_t i = 0; i < sizeof phases / sizeof *phases && rc == 0; i++)
		rc = share_do(&s.share, &phases[i], &s, e);
	/* Another task may have finished and removed what this one was about to read. */
	if (rc != 0 && is_over(&s)) {
		*e = (struct err){0};
		rc = 0;
	}
	share_close(&s.share, rc == 0);
	buf_free(&work);
	return rc;
}
