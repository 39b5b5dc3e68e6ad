/* Documents made mostly of n-grams seen before, by a Bloom filter filled in order of (shard,
 * record), so that the result depends neither on threads nor on tasks nor on memory.
 *
 * Own filter: each key sets `probes` bits of one block of 512, so it is cut into parts by hash,
 * each of which goes through its own n-grams in order; it is sized from the number of n-grams, for
 * the false-positive rate that is asked for. datatrove's is one thread's work
 * (lib/dedup/bloom_trove.h). Tasks share the work (lib/dedup/share.h) in phases, whose files lie in
 * DIR/spans/work:
 *
 *   cut      by shards: n-grams to the parts of the filter
 *   filter   by part: how many of each document's n-grams were there before
 *   judge    by shards: the marks */
#ifndef CURATE_DEDUP_BLOOM_H
#define CURATE_DEDUP_BLOOM_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct bloom_job {
	const char *dir;
	const char *const *part; /* of shard i: what bloom_write added */
	size_t n;
	double share;     /* drop above this share of n-grams seen before */
	double rate;      /* false positives of the own filter */
	uint64_t m_bytes; /* not 0: datatrove's filter */
	unsigned probes;  /* datatrove's k */
	uint32_t seed;
	uint64_t key, records; /* as in struct spans_job */
	unsigned threads, task, tasks;
	double lease;
	uint64_t mem;
};

struct bloom_stats {
	uint64_t documents, ngrams, dropped, bytes;
	double rate; /* chance that an n-gram never seen is taken for one, at the end */
};

/* Notes one document's n-gram hashes, repeats included; nothing when there are none. */
void bloom_write(struct buf *out, uint64_t record, const uint64_t *hash, size_t n);

/* Marks the documents to drop: lib/dedup/spans.h reads them. Returns 1 when this process ended the
 * work and fills in stats, 0 when another did. RC_MEMORY when a part of the filter does not fit in
 * half of `mem`. */
int bloom_solve(const struct bloom_job *j, struct bloom_stats *stats, struct err *e);

#endif
