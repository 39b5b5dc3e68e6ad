/* Documents made mostly of n-grams seen before, by a Bloom filter: one pass in order of (shard,
 * record), so that the result depends neither on threads nor on memory.
 *
 * Own filter: each key sets `probes` bits of one block of 512; the blocks are shared out among
 * threads, each of which sees all keys of a batch in order. It is sized from the number of n-grams,
 * which is known by then, for the false-positive rate that is asked for. datatrove's filter (0.10,
 * specs/minhash.md section 15) has a size of its own and is filled by one thread. */
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
	unsigned threads;
	uint64_t mem;
};

struct bloom_stats {
	uint64_t documents, ngrams, dropped, bytes;
	double rate; /* chance that an n-gram never seen is taken for one, at the end */
};

/* Notes one document's n-gram hashes, repeats included; nothing when there are none. */
void bloom_write(struct buf *out, uint64_t record, const uint64_t *hash, size_t n);

/* Marks the documents to drop: lib/dedup/spans.h reads them. RC_MEMORY when the filter does not fit
 * in half of `mem`. */
int bloom_solve(const struct bloom_job *j, struct bloom_stats *stats, struct err *e);

#endif
