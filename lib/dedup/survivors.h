/* From clusters to survivors: which member of each cluster stays, and for whom the others leave. */
#ifndef CURATE_DEDUP_SURVIVORS_H
#define CURATE_DEDUP_SURVIVORS_H

#include "lib/dedup/shuffle.h"
#include "lib/dedup/verdict.h"

/* A pass over sorted partitions, shared by its jobs. */
struct survivors {
	const struct sketches *s;
	double verify; /* least true Jaccard to the survivor; 0: not verified */
	uint64_t mem;  /* of one thread */
	const char *dir;
	struct shuffle *member; /* (root, order, document) */
	struct shuffle *choice; /* (survivor, document, bits of the similarity as a double) */
	struct shuffle
	        *sized; /* (document, survivor, cluster, size, name, bits of the similarity) */
	_Atomic uint64_t freed, unverified, clusters, largest, dropped;
};

/* A par_for job for partition i of `member`, filling `choice`. The survivor is the member with the
 * smallest (order, document). With `verify`, a member leaves only for a survivor it is that alike;
 * those that are not make clusters of their own, best first. A cluster is compared with at most
 * SURVIVORS_LEADERS survivors, what is left beyond stays. */
enum { SURVIVORS_LEADERS = 64 };
int survivors_choose(void *user, size_t i, unsigned thread, struct err *e);

/* A par_for job for partition i of `choice`, filling `sized` and writing DIR/i.name. */
int survivors_size(void *user, size_t i, unsigned thread, struct err *e);

/* A par_for job for partition i of `sized`, writing DIR/i.part. */
int survivors_write(void *user, size_t i, unsigned thread, struct err *e);

#endif
