/* Cluster: edges to connected components to survivors to a verdict, in phases that tasks share
 * (lib/dedup/share.h):
 *
 *   join    edges to (document, root); one process             lib/dedup/join.h
 *   order   by document: what the survivor policy says of it
 *   choose  by root: who stays, and with `verify` for whom     lib/dedup/survivors.h
 *   size    by survivor: how many leave for it, and its name
 *   write   by document: the verdict's entries
 *   head    sums it up
 *
 * Their files lie in the share's folder until the verdict stands. */
#ifndef CURATE_DEDUP_CLUSTER_H
#define CURATE_DEDUP_CLUSTER_H

#include "lib/dedup/share.h"
#include "lib/dedup/verdict.h"

struct cluster_options {
	const char *edges;     /* folder of the match stage */
	const char *dir;       /* the verdict's */
	const uint64_t *stays; /* a bit a document: these are the survivors, whatever their order;
	                          or NULL */
	uint64_t variant;      /* of `stays`: another number for others */
	double verify;         /* least true Jaccard; 0: not verified. Needs sketches with sets */
	uint64_t mem;
	struct share *share; /* open */
};

/* The key of the verdict, for verdict_is_done. */
uint64_t cluster_key(const struct sketches *s, const struct cluster_options *o);

/* Only the join. Refuses (RC_STATE), naming what is missing, while the match stage is not complete.
 */
int cluster_join(const struct sketches *s, const struct cluster_options *o, struct err *e);

/* Returns when the verdict stands, whoever wrote it, with its sums. */
int cluster_run(const struct sketches *s, const struct cluster_options *o,
                struct verdict_stats *stats, struct err *e);

#endif
