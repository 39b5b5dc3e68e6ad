#include "lib/base/par.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/mem.h"

struct par {
	int (*job)(void *user, size_t i, unsigned thread, struct err *e);
	void *user;
	size_t n;
	atomic_size_t next;
	atomic_bool stop;
	pthread_mutex_t lock; /* guards the next two */
	size_t failed;        /* smallest failing job, or SIZE_MAX */
	struct err err;
};

struct worker {
	struct par *par;
	unsigned thread;
	pthread_t id;
};

static void *work(void *arg)
{
	const struct worker *w = arg;
	struct par *p = w->par;

	while (!atomic_load(&p->stop)) {
		const size_t i = atomic_fetch_add(&p->next, 1);
		struct err e = {0};

		if (i >= p->n)
			break;
		if (interrupt_check(&e) == 0 && p->job(p->user, i, w->thread, &e) == 0)
			continue;
		atomic_store(&p->stop, true);
		pthread_mutex_lock(&p->lock);
		if (i < p->failed) {
			p->failed = i;
			p->err = e;
		}
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

int par_for(unsigned threads, size_t n,
            int (*job)(void *user, size_t i, unsigned thread, struct err *e), void *user,
            struct err *e)
{
	struct par p = {.job = job, .user = user, .n = n, .failed = SIZE_MAX};
	struct worker *w;
	unsigned started = 1;

	if (threads < 1)
		threads = 1;
	if (threads > n)
		threads = n ? (unsigned)n : 1;
	w = mem_new(struct worker, threads);
	pthread_mutex_init(&p.lock, NULL);
	w[0].par = &p;
	for (; started < threads; started++) {
		w[started].par = &p;
		w[started].thread = started;
		if (pthread_create(&w[started].id, NULL, work, &w[started]) != 0)
			break; /* fewer threads do the same work */
	}
	work(&w[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(w[i].id, NULL);
	pthread_mutex_destroy(&p.lock);
	free(w);
	if (p.failed == SIZE_MAX)
		return 0;
	*e = p.err;
	return -1;
}
