#include "lib/run/team.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/base/interrupt.h"

/* Where a unit stands, from the team's point of view. */
enum standing { WAITING, BEGINNING, OPEN, ENDED };

struct seat {
	enum standing standing;
	unsigned workers;
};

struct table {
	struct team *team;
	struct seat *seat; /* one a unit */
	size_t first;      /* those before it have ended */
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static bool may_begin(const struct table *t, size_t i)
{
	return !interrupt_came() && !atomic_load(&t->team->pass->stop) &&
	       (!t->team->one_by_one || i == 0 || t->seat[i - 1].standing == ENDED);
}

static bool may_join(const struct table *t, size_t i)
{
	return t->seat[i].standing == OPEN && !atomic_load(&t->team->unit[i].ended) &&
	       (t->team->pass->state_size == 0 || t->seat[i].workers == 0);
}

/* A unit for this thread: one to begin, else the one with the fewest workers; SIZE_MAX: none now,
 * *later says whether to wait for a change. */
static size_t choose(struct table *t, bool *later)
{
	size_t best = SIZE_MAX;

	*later = false;
	while (t->first < t->team->n && t->seat[t->first].standing == ENDED)
		t->first++;
	for (size_t i = t->first; i < t->team->n; i++) {
		if (t->seat[i].standing == WAITING) {
			if (may_begin(t, i))
				return i;
			*later |= t->team->one_by_one && !interrupt_came() &&
			          !atomic_load(&t->team->pass->stop);
		} else if (t->seat[i].standing == BEGINNING) {
			*later |= t->team->pass->state_size == 0;
		} else if (may_join(t, i) &&
		           (best == SIZE_MAX || t->seat[i].workers < t->seat[best].workers)) {
			best = i;
		}
	}
	return best;
}

/* Takes a seat; returns the unit's number or SIZE_MAX when there is nothing left to do. */
static size_t sit_down(struct table *t)
{
	size_t i;
	bool later;

	pthread_mutex_lock(&t->lock);
	while ((i = choose(t, &later)) == SIZE_MAX && later)
		pthread_cond_wait(&t->changed, &t->lock);
	if (i != SIZE_MAX) {
		t->seat[i].workers++;
		if (t->seat[i].standing == WAITING) {
			t->seat[i].standing = BEGINNING;
			pthread_mutex_unlock(&t->lock);
			unit_begin(&t->team->unit[i]);
			pthread_mutex_lock(&t->lock);
			t->seat[i].standing = OPEN;
			pthread_cond_broadcast(&t->changed);
		}
	}
	pthread_mutex_unlock(&t->lock);
	return i;
}

static void stand_up(struct table *t, size_t i)
{
	bool last;

	pthread_mutex_lock(&t->lock);
	last = --t->seat[i].workers == 0 && t->seat[i].standing == OPEN;
	if (last)
		t->seat[i].standing = BEGINNING; /* nobody joins while it is being finished */
	pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	unit_finish(&t->team->unit[i]);
	pthread_mutex_lock(&t->lock);
	t->seat[i].standing = ENDED;
	if (t->team->ended)
		t->team->ended(t->team->user, &t->team->unit[i]);
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
}

static int work(void *user, size_t i, unsigned thread, struct err *e)
{
	struct table *t = user;
	struct worker w;
	size_t at;

	(void)i, (void)thread, (void)e;
	worker_open(&w, &t->team->pass->task);
	while ((at = sit_down(t)) != SIZE_MAX) {
		while (unit_step(&t->team->unit[at], &w))
			;
		stand_up(t, at);
	}
	worker_close(&w);
	return 0;
}

void team_work(struct team *team)
{
	struct table t = {.team = team, .seat = mem_new(struct seat, team->n)};
	struct err none = {0};

	pthread_mutex_init(&t.lock, NULL);
	pthread_cond_init(&t.changed, NULL);
	par_for(team->threads, team->threads, work, &t, &none);
	pthread_cond_destroy(&t.changed);
	pthread_mutex_destroy(&t.lock);
	free(t.seat);
}
