/* Match: which documents share a key, found list by list and key range by key range.
 *
 * The work is cut into units (list, key range). A unit reads its slice of every sketch, sorts it
 * and joins each document of a bucket of equal keys to the bucket's first: a bucket of n documents
 * makes n-1 edges. A slice that does not fit in memory is halved by key; a single key too big for
 * memory is read straight through. */
#ifndef CURATE_DEDUP_MATCH_H
#define CURATE_DEDUP_MATCH_H

#include "lib/dedup/sketches.h"

#define MATCH_MAGIC "EDGE"

struct match_options {
	const char *dir;      /* edge files: DIR/LIST-RANGE.edge */
	bool against_only;    /* only what meets an old document */
	unsigned task, tasks; /* this process does units task, task + tasks, … */
	unsigned threads;
	uint64_t mem;
};

/* An edge file is its edges, two document numbers each, smaller first, and this behind them. */
struct match_head {
	uint64_t key;                     /* of the sketches */
	uint64_t edges, buckets, largest; /* buckets of two and more */
};

/* Number of units, the same for every task. */
size_t match_units(const struct sketches *s);

/* Path of a unit's edge file, into `out`, NUL-terminated. */
const char *match_path(const struct sketches *s, const char *dir, size_t unit, struct buf *out);

/* Does this task's units, leaving out those that are done. */
int match_run(const struct sketches *s, const struct match_options *o, struct err *e);

/* Reads and checks an open edge file's head. */
int match_head(const struct sealed *file, struct match_head *head, struct err *e);

#endif
