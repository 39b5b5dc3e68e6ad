#include "lib/dedup/unionfind.h"

#include <stdlib.h>

#include "lib/base/mem.h"

#define MARK (UINT64_C(1) << 63)

void unionfind_open(struct unionfind *u, uint64_t n)
{
	u->n = n;
	u->parent = mem_alloc((n + 1) * sizeof *u->parent);
	for (uint64_t i = 0; i < n; i++)
		atomic_init(&u->parent[i], i);
}

void unionfind_close(struct unionfind *u)
{
	free((void *)u->parent);
	*u = (struct unionfind){0};
}

/* Parents are never larger than their children, so that paths end; every step halves the path. */
uint64_t unionfind_root(struct unionfind *u, uint64_t a)
{
	for (;;) {
		uint64_t p = atomic_load_explicit(&u->parent[a], memory_order_relaxed) & ~MARK;

		if (p == a)
			return a;
		const uint64_t above =
		        atomic_load_explicit(&u->parent[p], memory_order_relaxed) & ~MARK;

		if (above != p) /* only a root carries the mark, and a is none */
			atomic_compare_exchange_weak_explicit(&u->parent[a], &p, above,
			                                      memory_order_relaxed,
			                                      memory_order_relaxed);
		a = above;
	}
}

void unionfind_join(struct unionfind *u, uint64_t a, uint64_t b)
{
	for (;;) {
		a = unionfind_root(u, a);
		b = unionfind_root(u, b);
		if (a == b)
			return;
		if (a > b) {
			const uint64_t swap = a;

			a = b;
			b = swap;
		}
		uint64_t expected = atomic_load_explicit(&u->parent[b], memory_order_relaxed);

		if ((expected & ~MARK) == b &&
		    atomic_compare_exchange_strong_explicit(&u->parent[b], &expected, a,
		                                            memory_order_relaxed,
		                                            memory_order_relaxed)) {
			atomic_fetch_or_explicit(&u->parent[a], MARK, memory_order_relaxed);
			return;
		}
	}
}
