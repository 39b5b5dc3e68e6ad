/* Tables about code points that are worked out 256 at a time, when one of them is first asked for:
 * a run meets few of the 512 pages. Any number of threads may ask. */
#ifndef CURATE_BASE_PAGES_H
#define CURATE_BASE_PAGES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* PAGES_TABLED: the first two planes; the rest is worked out each time. */
enum { PAGES_SIZE = 256, PAGES_TABLED = 0x20000 };

struct pages {
	pthread_mutex_t lock;
	/* works out the table's entries [first, first + PAGES_SIZE) */
	void (*fill)(uint32_t first);
	atomic_bool ready[PAGES_TABLED / PAGES_SIZE];
};

#define PAGES_INIT(fill) {PTHREAD_MUTEX_INITIALIZER, (fill), {0}}

void pages_make(struct pages *p, uint32_t page);

/* Sees to it that the entry of c < PAGES_TABLED is there. */
static inline void pages_need(struct pages *p, uint32_t c)
{
	if (!atomic_load_explicit(&p->ready[c / PAGES_SIZE], memory_order_acquire))
		pages_make(p, c / PAGES_SIZE);
}

#endif
