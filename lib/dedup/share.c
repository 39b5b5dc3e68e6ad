#include "lib/dedup/share.h"

#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/interrupt.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/io/outfile.h"

/* Milliseconds between two looks at the units of others; a note after this many of waiting. */
enum { LOOK_FIRST = 5, LOOK_LAST = 2000, SAY = 10000 };

/* So that a thousand tasks do not ask the file server for a thousand files each, over and over: one
 * that has found HELD units in a row to be others' tries no further, and one that waits looks at
 * FEW at a time. */
enum { HELD = 16, FEW = 8 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int share_open(struct share *s, struct err *e)
{
	struct buf inside = {0};

	pthread_mutex_init(&s->lock, NULL);
	s->held = mem_new(struct claim, s->threads);
	buf_addf(&inside, "%s/claim", s->dir);
	const int rc = dir_make_parents(buf_text(&inside), e);

	buf_free(&inside);
	return rc;
}

static void remove_folder(const char *path)
{
	DIR *const dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

void share_close(struct share *s, bool remove)
{
	if (remove)
		remove_folder(s->dir);
	pthread_mutex_destroy(&s->lock);
	free(s->held);
	s->held = NULL;
}

/* A claim that another took over while this process slept is not minded: both make the same
 * bytes. */
static void beat(struct share *s)
{
	const int64_t now = now_ms();

	if (now < atomic_load(&s->beat_at))
		return;
	atomic_store(&s->beat_at, now + (int64_t)(s->lease * 1000 / 10));
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->threads; i++)
		claim_beat(&s->held[i], s->lease / 2);
	pthread_mutex_unlock(&s->lock);
}

int share_beat(struct share *s, struct err *e)
{
	if (s && s->lease > 0)
		beat(s);
	return interrupt_check(e);
}

/* One look over the units that are left. */
struct sweep {
	struct share *s;
	const struct phase *p;
	void *user;
	const size_t *unit;
	atomic_size_t done;  /* units this process did */
	atomic_uint held;    /* others' units in a row */
	char holder[256]; /* of a unit that someone else is at; under s->lock */
};

static int claim(struct sweep *w, size_t unit, unsigned thread, struct err *e)
{
	struct share *const s = w->s;
	struct buf path = {0}, task = {0};
	struct claim mine;
	char holder[256] = "";
	int got;

	if (s->lease <= 0)
		return 1;
	buf_addf(&path, "%s/%s-%04zu.claim", s->dir, w->p->name, unit);
	buf_addf(&task, "%u/%u", s->task, s->tasks);
	got = claim_take(&mine, buf_text(&path), buf_text(&task), s->lease, holder, e);
	pthread_mutex_lock(&s->lock);
	if (got == 1)
		s->held[thread] = mine;
	else if (got == 0)
		memcpy(w->holder, holder, sizeof holder);
	pthread_mutex_unlock(&s->lock);
	buf_free(&path);
	buf_free(&task);
	return got;
}

static int do_unit(void *user, size_t i, unsigned thread, struct err *e)
{
	struct sweep *const w = user;
	const size_t unit = w->unit[i];
	int rc, got;

	if (w->held >= HELD)
		return 0;
	got = claim(w, unit, thread, e);
	if (got == 0)
		w->held++;
	if (got != 1)
		return got;
	w->held = 0;
	rc = share_beat(w->s, e);
	if (rc == 0 && !w->p->is_done(w->user, unit))
		rc = w->p->work(w->user, unit, thread, e);
	w->done++;
	pthread_mutex_lock(&w->s->lock);
	if (w->s->lease > 0)
		claim_release(&w->s->held[thread]);
	pthread_mutex_unlock(&w->s->lock);
	return rc;
}

/* The units of a phase not known to be done. */
struct list {
	size_t *unit, n;
};

/* Brings `few` of them to the front, others each time. */
static void turn(struct list *l, size_t few, size_t *spare)
{
	const size_t from = l->n > few ? few : 0;

	memcpy(spare, l->unit, from * sizeof *spare);
	memmove(l->unit, l->unit + from, (l->n - from) * sizeof *spare);
	memcpy(l->unit + l->n - from, spare, from * sizeof *spare);
}

/* Leaves out those of the first n that have their file by now; how many of these are left. */
static size_t drop_done(struct list *l, size_t n, const struct phase *p, void *user)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (!p->is_done(user, l->unit[i]))
			l->unit[left++] = l->unit[i];
	memmove(l->unit + left, l->unit + n, (l->n - n) * sizeof *l->unit);
	l->n -= n - left;
	return left;
}

/* Sleeps before the next look; says so when it has been long. */
static int wait_a_while(const struct sweep *w, int64_t *look, int64_t *waited, struct err *e)
{
	const int rc = interrupt_check(e);

	nanosleep(&(struct timespec){*look / 1000, *look % 1000 * 1000000}, NULL);
	if (*waited < SAY && *waited + *look >= SAY)
		log_note("waiting for %s, who is at %s %zu of %zu", w->holder, w->p->name,
		         w->unit[0], w->p->units);
	*waited += *look;
	*look = 2 * *look < LOOK_LAST ? 2 * *look : LOOK_LAST;
	return rc;
}

int share_do(struct share *s, const struct phase *p, void *user, struct err *e)
{
	const unsigned threads = p->threads && p->threads < s->threads ? p->threads : s->threads;
	struct list l = {mem_new(size_t, p->units + 1), p->units};
	size_t spare[FEW];
	int64_t waited = 0, look = LOOK_FIRST;
	bool waits = false;
	int rc = 0;

	for (size_t i = 0; i < l.n; i++) /* own ones first */
		l.unit[i] = (l.n * s->task / (s->tasks ? s->tasks : 1) + i) % l.n;
	while (rc == 0 && l.n > 0) {
		struct sweep w = {.s = s, .p = p, .user = user, .unit = l.unit};
		const size_t n = waits && l.n > FEW ? FEW : l.n, left = drop_done(&l, n, p, user);

		if (left == 0)
			continue;
		rc = par_for(threads, left, do_unit, &w, e);
		waits = w.done == 0;
		if (rc == 0 && waits && left == n)
			rc = wait_a_while(&w, &look, &waited, e);
		if (waits)
			turn(&l, FEW, spare);
		else
			look = LOOK_FIRST;
	}
	free(l.unit);
	return rc;
}
