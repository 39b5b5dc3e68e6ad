/* Cluster: edges to connected components to survivors to a verdict.
 *
 * Components are found by a lock-free union-find of 8 bytes a document where that fits in half of
 * the memory, else out of core (lib/dedup/stars.h); the results are the same. */
#ifndef CURATE_DEDUP_CLUSTER_H
#define CURATE_DEDUP_CLUSTER_H

#include "lib/dedup/verdict.h"

struct cluster_options {
	const char *edges;     /* folder of the match stage */
	const char *dir;       /* the verdict's; scratch files too */
	const uint64_t *stays; /* a bit a document: these are the survivors, whatever their order;
	                          or NULL */
	double verify;         /* least true Jaccard; 0: not verified. Needs sketches with sets */
	unsigned threads;
	uint64_t mem;
};

/* The key of the verdict on these sketches, for verdict_is_done. */
uint64_t cluster_key(const struct sketches *s, double verify);

/* Writes the verdict. Refuses (RC_STATE), naming what is missing, while
 * the match stage is not complete. */
int cluster_run(const struct sketches *s, const struct cluster_options *o,
                struct verdict_stats *stats, struct err *e);

#endif
