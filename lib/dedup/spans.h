/* Spans of text (lines, paragraphs, runs of sentences) that occur more than once in a corpus: all
 * but the first of each are marked.
 *
 *   DIR/spans/NNNN.part   marked spans of some shards, sorted; DIR/spans/spans is written last
 *
 * Tasks share the work (lib/dedup/share.h) in phases, whose files lie in DIR/spans/work until then:
 *
 *   hash    by shards: spans to the parts of their hashes
 *   mark    by hash: all but the first of each
 *   write   by shards: the marks */
#ifndef CURATE_DEDUP_SPANS_H
#define CURATE_DEDUP_SPANS_H

#include "lib/base/buf.h"
#include "lib/dedup/sealed.h"

enum spans_order {
	SPANS_FIRST,  /* the first by (shard, record, span) stays */
	SPANS_RECORD, /* the first by (record, shard, span), as in datatrove */
};

struct spans_job {
	const char *dir;
	const char *const *part; /* of shard i: what spans_write added */
	size_t n;
	enum spans_order order;
	uint64_t key;     /* of the parts and of what else the result depends on */
	uint64_t records; /* of all shards: how finely the work is cut */
	unsigned threads, task, tasks;
	double lease; /* as in struct share */
	uint64_t mem;
};

/* What is marked: shard, record and number of the span in its document. */
struct span_mark {
	uint64_t shard, record, span;
};

struct spans {
	uint64_t shards, parts;
	const struct span_mark **part; /* mapped */
	size_t *marks;
};

/* Notes one span, in order of records and spans. */
void spans_write(struct buf *out, uint64_t hash, uint64_t record, uint64_t span);

/* For other methods that mark: part i of `parts` has the marks of the shards spans_part_of says,
 * added in order of (shard, record, span). The head is written last. */
size_t spans_part_of(uint64_t shard, uint64_t shards, uint64_t parts);
int spans_create(struct sealed_out *o, const char *dir, size_t i, struct err *e);
int spans_add(struct sealed_out *o, const struct span_mark *mark, struct err *e);
int spans_commit(struct sealed_out *o, uint64_t key, struct err *e);
bool spans_part_is_done(const char *dir, size_t i, uint64_t key);
int spans_count(const char *dir, size_t i, uint64_t *marks, struct err *e);
int spans_write_head(const char *dir, uint64_t shards, uint64_t parts, uint64_t key, struct err *e);
bool spans_is_done(const char *dir, uint64_t key);

/* Takes back a head of another key before its parts are overwritten. */
void spans_remove_other(const char *dir, uint64_t key);

/* Returns when all is done, by whichever task. */
int spans_solve(const struct spans_job *j, struct err *e);
/* For the shards that are mine[i]; NULL: all. */
int spans_open(struct spans *s, const char *dir, const bool *mine, struct err *e);
void spans_close(struct spans *s);

/* The marks of one record, in order of spans; *n of them. */
const struct span_mark *spans_find(const struct spans *s, uint64_t shard, uint64_t record,
                                   size_t *n);

#endif
