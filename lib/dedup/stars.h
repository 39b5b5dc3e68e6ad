/* Connected components out of core: alternating large-star and small-star steps over sorted edges
 * (Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii: Connected Components in MapReduce and
 * Beyond, 2014). Memory does not grow with documents or edges; the number of rounds grows with the
 * logarithm of the longest chain. */
#ifndef CURATE_DEDUP_STARS_H
#define CURATE_DEDUP_STARS_H

#include "lib/dedup/share.h"
#include "lib/dedup/shuffle.h"

struct stars {
	const char *dir; /* for scratch files */
	uint64_t docs;
	size_t labels; /* partitions of the result */
	unsigned threads;
	uint64_t mem;
	struct share *share;  /* told of progress; may be NULL */
	struct shuffle *edge; /* (u, v) pairs; the caller adds the first ones through stars_add */
	size_t partitions;
};

/* Room for about `edges` edges. */
int stars_open(struct stars *s, uint64_t edges, struct err *e);
int stars_add(struct stars *s, unsigned thread, uint64_t a, uint64_t b, struct err *e);

/* Leaves s->edge with records (document, root) for every document that was in an edge, roots with
 * themselves, possibly more than once; root is the smallest document of the component. */
int stars_solve(struct stars *s, struct err *e);
void stars_close(struct stars *s);

#endif
