#include "lib/base/pages.h"

void pages_make(struct pages *p, uint32_t page)
{
	pthread_mutex_lock(&p->lock);
	if (!atomic_load_explicit(&p->ready[page], memory_order_relaxed))
		p->fill(page * PAGES_SIZE);
	atomic_store_explicit(&p->ready[page], 1, memory_order_release);
	pthread_mutex_unlock(&p->lock);
}
