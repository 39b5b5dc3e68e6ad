#include "lib/dedup/spans.h"

#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/shuffle.h"
#include "lib/io/stream.h"

enum { READ = 24 * 8192, PARTITIONS_MAX = 128 };

struct row {
	uint64_t hash, record, span;
};

/* The head file: how many shards and parts there are. */
struct head {
	uint64_t shards, parts;
};

void spans_write(struct buf *out, uint64_t hash, uint64_t record, uint64_t span)
{
	const struct row row = {hash, record, span};

	buf_add(out, (struct slice){(const char *)&row, sizeof row});
}

struct solve {
	const struct spans_job *j;
	struct shuffle *hashed; /* (hash, major, minor, span) */
	struct shuffle *marked; /* (shard, record, span) */
};

/* stream_read fills the buffer but at the end, so rows are whole. */
static int read_shard(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	struct stream *const in = stream_open(s->j->part[i], NULL, e);
	struct row *const row = mem_alloc(READ);
	const bool by_record = s->j->order == SPANS_RECORD;
	size_t got;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = stream_read(in, (char *)row, READ, &got, e)) == 1) {
		if (interrupt_check(e) != 0)
			rc = -1;
		else if (got % sizeof *row)
			rc = err_set_rc(e, RC_STATE, "%s: cut short", s->j->part[i]);
		for (size_t k = 0; k < got / sizeof *row && rc == 1; k++) {
			const uint64_t record[4] = {row[k].hash, by_record ? row[k].record : i,
			                            by_record ? i : row[k].record, row[k].span};

			if (shuffle_add(s->hashed, thread, record, e) != 0)
				rc = -1;
		}
	}
	if (in)
		stream_close(in);
	free(row);
	return rc;
}

static int mark(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	struct shuffle_in *const in = shuffle_read(s->hashed, i, s->j->mem / 4 / s->j->threads, e);
	const bool by_record = s->j->order == SPANS_RECORD;
	uint64_t span[4], last = 0;
	bool first = true;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = shuffle_next(in, span, e)) == 1) {
		const uint64_t out[3] = {by_record ? span[2] : span[1],
		                         by_record ? span[1] : span[2], span[3]};

		if (!first && span[0] == last && shuffle_add(s->marked, thread, out, e) != 0)
			rc = -1;
		last = span[0];
		first = false;
	}
	shuffle_done(in);
	return rc;
}

static const char *path_of(const char *dir, size_t i, bool head, struct buf *path)
{
	buf_reset(path);
	if (head)
		buf_addf(path, "%s/spans/spans", dir);
	else
		buf_addf(path, "%s/spans/%04zu.part", dir, i);
	return buf_text(path);
}

static int write_part(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct solve *const s = user;
	struct shuffle_in *const in = shuffle_read(s->marked, i, s->j->mem / 4 / s->j->threads, e);
	struct sealed_out out = {0};
	struct buf path = {0};
	uint64_t span[3];
	int rc = in ? sealed_create(&out, path_of(s->j->dir, i, false, &path), "SPAN", e) : -1,
	    more = 1;

	(void)thread;
	while (rc == 0 && (more = shuffle_next(in, span, e)) == 1)
		rc = sealed_write(&out, span, sizeof span, e);
	rc = rc == 0 && more == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	shuffle_done(in);
	buf_free(&path);
	return rc;
}

static int write_head(const char *dir, uint64_t shards, uint64_t parts, struct err *e)
{
	const struct head head = {shards, parts};
	struct sealed_out out;
	struct buf path = {0};
	int rc = sealed_create(&out, path_of(dir, 0, true, &path), "SPNH", e);

	if (rc == 0) {
		rc = sealed_write(&out, &head, sizeof head, e);
		rc = rc == 0 ? sealed_commit(&out, e) : -1;
		sealed_abandon(&out);
	}
	buf_free(&path);
	return rc;
}

int spans_solve(const struct spans_job *j, struct err *e)
{
	struct solve s = {.j = j};
	struct buf path = {0};
	const size_t parts = j->n < PARTITIONS_MAX ? j->n : PARTITIONS_MAX;
	int rc = dir_make_parents(path_of(j->dir, 0, true, &path), e);

	if (rc == 0)
		s.hashed = shuffle_open(j->dir, "hashed", 4, UINT64_MAX, PARTITIONS_MAX, j->threads,
		                        j->mem / 4, e);
	if (s.hashed)
		s.marked =
		        shuffle_open(j->dir, "marked", 3, j->n, parts, j->threads, j->mem / 4, e);
	if (!s.marked || par_for(j->threads, j->n, read_shard, &s, e) != 0 ||
	    shuffle_end(s.hashed, e) != 0 ||
	    par_for(j->threads, shuffle_partitions(s.hashed), mark, &s, e) != 0 ||
	    shuffle_end(s.marked, e) != 0 || par_for(j->threads, parts, write_part, &s, e) != 0 ||
	    write_head(j->dir, j->n, parts, e) != 0)
		rc = -1;
	shuffle_close(s.hashed);
	shuffle_close(s.marked);
	buf_free(&path);
	return rc;
}

int spans_create(struct spans_out *o, const char *dir, uint64_t shards, struct err *e)
{
	struct buf path = {0};
	int rc;

	*o = (struct spans_out){.dir = dir, .shards = shards};
	rc = sealed_create(&o->part, path_of(dir, 0, false, &path), "SPAN", e);
	buf_free(&path);
	return rc;
}

int spans_add(struct spans_out *o, const struct span_mark *mark, struct err *e)
{
	return sealed_write(&o->part, mark, sizeof *mark, e);
}

int spans_commit(struct spans_out *o, struct err *e)
{
	return sealed_commit(&o->part, e) == 0 ? write_head(o->dir, o->shards, 1, e) : -1;
}

void spans_abandon(struct spans_out *o)
{
	sealed_abandon(&o->part);
}

int spans_open(struct spans *s, const char *dir, struct err *e)
{
	struct buf path = {0};
	const void *content = NULL;
	size_t bytes = 0;
	int rc = sealed_map(path_of(dir, 0, true, &path), "SPNH", &content, &bytes, e);

	*s = (struct spans){0};
	if (rc == 0 && bytes == sizeof(struct head)) {
		s->shards = ((const struct head *)content)->shards;
		s->parts = ((const struct head *)content)->parts;
	} else if (rc == 0) {
		rc = err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&path));
	}
	sealed_unmap(content, bytes);
	s->part = mem_new(const struct span_mark *, s->parts + 1);
	s->marks = mem_new(size_t, s->parts + 1);
	for (size_t i = 0; i < s->parts && rc == 0; i++) {
		content = NULL;
		rc = sealed_map(path_of(dir, i, false, &path), "SPAN", &content, &bytes, e);
		s->part[i] = content;
		s->marks[i] = bytes / sizeof **s->part;
	}
	buf_free(&path);
	if (rc != 0)
		spans_close(s);
	return rc;
}

void spans_close(struct spans *s)
{
	for (size_t i = 0; i < s->parts; i++)
		sealed_unmap(s->part[i], s->marks[i] * sizeof **s->part);
	free(s->part);
	free(s->marks);
	*s = (struct spans){0};
}

const struct span_mark *spans_find(const struct spans *s, uint64_t shard, uint64_t record,
                                   size_t *n)
{
	/* as shuffle_add chose the partition */
	const size_t part =
	        s->shards ? (size_t)((unsigned __int128)shard * s->parts / s->shards) : 0;
	const struct span_mark *mark;
	size_t low = 0, high;

	*n = 0;
	if (part >= s->parts)
		return NULL;
	mark = s->part[part];
	high = s->marks[part];
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (mark[middle].shard < shard ||
		    (mark[middle].shard == shard && mark[middle].record < record))
			low = middle + 1;
		else
			high = middle;
	}
	while (low + *n < s->marks[part] && mark[low + *n].shard == shard &&
	       mark[low + *n].record == record)
		++*n;
	return mark + low;
}
