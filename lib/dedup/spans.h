/* Spans of text (lines, paragraphs, runs of sentences) that occur more than once in a corpus: all
 * but the first of each are marked.
 *
 *   DIR/spans/NNNN.part   marked spans of some shards, sorted; DIR/spans/spans is written last */
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
	unsigned threads;
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

/* For other methods that mark: marks are added in order of (shard, record, span). */
struct spans_out {
	struct sealed_out part;
	const char *dir;
	uint64_t shards;
};
int spans_create(struct spans_out *o, const char *dir, uint64_t shards, struct err *e);
int spans_add(struct spans_out *o, const struct span_mark *mark, struct err *e);
int spans_commit(struct spans_out *o, struct err *e);
void spans_abandon(struct spans_out *o); /* harmless after a commit */

int spans_solve(const struct spans_job *j, struct err *e);
int spans_open(struct spans *s, const char *dir, struct err *e);
void spans_close(struct spans *s);

/* The marks of one record, in order of spans; *n of them. */
const struct span_mark *spans_find(const struct spans *s, uint64_t shard, uint64_t record,
                                   size_t *n);

#endif
