/* From clusters to survivors: which member of each cluster stays, and for whom the others leave. */
#ifndef CURATE_DEDUP_SURVIVORS_H
#define CURATE_DEDUP_SURVIVORS_H

#include "lib/dedup/exchange.h"
#include "lib/dedup/names.h"
#include "lib/dedup/verdict.h"

/* Shared by the units of its phases, each of which does part i. */
struct survivors {
	const struct sketches *s;
	double verify; /* least true Jaccard to the survivor; 0: not verified */
	uint64_t mem;  /* of one thread */
	const char *dir; /* the verdict's */
	uint64_t key; /* of the verdict */
	struct names *names;
	struct exchange member; /* (root, order, document) */
	struct exchange choice; /* (survivor, document, bits of the similarity as a double) */
	struct exchange
	        sized; /* (document, survivor, cluster, size, name, bits of the similarity) */
};

/* Part i of `member` to file i of `choice`; sums: freed, unverified. The survivor is the member
 * with the smallest (order, document). With `verify`, a member leaves only for a survivor it is
 * that alike; those that are not make clusters of their own, best first. A cluster is compared with
 * at most SURVIVORS_LEADERS survivors, what is left beyond stays. */
enum { SURVIVORS_LEADERS = 64 };
int survivors_choose(const struct survivors *v, size_t i, struct err *e);

/* Part i of `choice` to file i of `sized` and name file i; sums: clusters, dropped, and the
 * largest. */
int survivors_size(const struct survivors *v, size_t i, struct err *e);

/* Part i of `sized` to the verdict's. */
int survivors_write(const struct survivors *v, size_t i, struct err *e);

#endif
