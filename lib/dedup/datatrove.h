/* datatrove's own files of a MinHash dedup (0.10; specs/minhash.md section 10), byte for byte, and
 * the survivors its clustering would leave: the roots of a union by size, in the order of its
 * pairs.
 *
 *   DIR/signatures/bucket_KKK/RRRRR.minhash.sig
 *   DIR/buckets/KKKKK_00.dups
 *   DIR/remove_ids/RRRRRR.{remove,clusters,sizes}
 *
 * For exchange with datatrove and for comparison with it: as there, one bucket's signatures are
 * held in memory, and the clustering is one thread's. */
#ifndef CURATE_DEDUP_DATATROVE_H
#define CURATE_DEDUP_DATATROVE_H

#include "lib/dedup/sketches.h"

struct datatrove_options {
	const char *dir;
	unsigned bands, rows, bits; /* 64 or 32 */
	unsigned threads; /* most; fewer when the memory asks for it */
	uint64_t mem;
};

/* The sketches' signatures hold bands * rows whole numbers of 8 bytes, and every document has a
 * row, with or without keys, so that its place in the sketch is its number in datatrove. Sets bit d
 * of `stays` for each document of a cluster that survives. RC_MEMORY when a bucket does not fit. */
int datatrove_write(const struct sketches *s, const struct datatrove_options *o, uint64_t *stays,
                    struct err *e);

#endif
