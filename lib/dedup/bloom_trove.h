/* datatrove's Bloom filter (0.10, specs/minhash.md section 15): of a size of its own, filled by one
 * thread in order of (shard, record). */
#ifndef CURATE_DEDUP_BLOOM_TROVE_H
#define CURATE_DEDUP_BLOOM_TROVE_H

#include "lib/dedup/bloom.h"
#include "lib/dedup/share.h"

/* Writes the one part of marks there is; adds to `stats`. */
int bloom_trove(const struct bloom_job *j, struct share *share, struct bloom_stats *stats,
                struct err *e);

#endif
