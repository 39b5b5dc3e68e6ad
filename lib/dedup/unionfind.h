/* Connected components in memory: lock-free, eight bytes a document, the smallest number of a set
 * is its root whatever the order of the unions. */
#ifndef CURATE_DEDUP_UNIONFIND_H
#define CURATE_DEDUP_UNIONFIND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unionfind {
	_Atomic uint64_t *parent; /* the highest bit marks roots of sets of two and more */
	uint64_t n;
};

void unionfind_open(struct unionfind *u, uint64_t n);
void unionfind_close(struct unionfind *u);

/* Safe from many threads at once. */
void unionfind_join(struct unionfind *u, uint64_t a, uint64_t b);

/* The smallest number in the set of `a`. Exact once all joins are over. */
uint64_t unionfind_root(struct unionfind *u, uint64_t a);

/* True when the set of `a` has two members or more. */
static inline bool unionfind_is_joined(const struct unionfind *u, uint64_t a)
{
	const uint64_t p = atomic_load_explicit(&u->parent[a], memory_order_relaxed);

	return p != a;
}

#endif
