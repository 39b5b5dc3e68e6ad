/* Work that processes share: phases, one after another, each of units that make a file. A phase is
 * over when all its files are whole, whoever made them, and only then the next one begins.
 *
 * A task begins with its own share of a phase and then takes what nobody is at; while others are at
 * the last units it waits for them. So tasks may come in any number and order, alone or twice, and
 * a unit whose task was killed is done by another. Claims (lib/io/claim.h) keep two from doing the
 * same unit; if they do, both make the same bytes. */
#ifndef CURATE_DEDUP_SHARE_H
#define CURATE_DEDUP_SHARE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "lib/io/claim.h"

struct share {
	const char *dir; /* for claims, DIR/PHASE-NNNN.claim, and the files of phases */
	double lease;    /* seconds; 0: nothing is claimed */
	unsigned task, tasks, threads;
	/* Private; zero is the start. */
	struct claim *held;
	pthread_mutex_t lock;
	_Atomic int64_t beat_at;
};

struct phase {
	const char *name;
	size_t units;
	unsigned threads; /* most that may be at units at once; 0: all; 1: a unit uses all itself */
	bool (*is_done)(void *user, size_t unit);
	int (*work)(void *user, size_t unit, unsigned thread, struct err *e);
};

/* Makes the folder. */
int share_open(struct share *s, struct err *e);
/* With `remove`, the folder goes with all that is in it: the phases' files and what killed tasks
 * left. */
void share_close(struct share *s, bool remove);

/* Comes back when the phase is over. */
int share_do(struct share *s, const struct phase *p, void *user, struct err *e);

/* For loops that may take long: says to others that this process is alive and at work, and to the
 * loop, with RC_AGAIN, that it is to end. Any thread, as often as it likes. `s` may be NULL. */
int share_beat(struct share *s, struct err *e);

#endif
