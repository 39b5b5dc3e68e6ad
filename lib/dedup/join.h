/* Join: all edges of the match stage to connected components. This is the one part of dedup that a
 * single process does, with all its threads; what it costs grows with edges and members.
 *
 *   DIR/label-NNNN      (document, root) of all documents that have company, by document; root is
 *                       the smallest document of the component
 *   DIR/joined          written last */
#ifndef CURATE_DEDUP_JOIN_H
#define CURATE_DEDUP_JOIN_H

#include "lib/dedup/share.h"
#include "lib/dedup/verdict.h"

struct join {
	const struct sketches *s;
	const char *edges; /* folder of the match stage */
	const char *dir;
	size_t parts; /* label files */
	unsigned threads;
	uint64_t mem;
	struct share *share;
};

/* Components are found by a lock-free union-find of 8 bytes a document where that fits in half of
 * the memory, else out of core (lib/dedup/stars.h); the results are the same. Refuses (RC_STATE),
 * naming what is missing, while the match stage is not complete. */
int join_run(const struct join *j, struct err *e);
bool join_is_done(const struct join *j);

/* Fills in edges, buckets and largest_bucket. */
int join_stats(const struct join *j, struct verdict_stats *stats, struct err *e);

/* Maps label file i: n pairs. sealed_unmap(label, 16 * n + 8) undoes it. */
int join_labels(const struct join *j, size_t i, const uint64_t **label, size_t *n, struct err *e);

#endif
