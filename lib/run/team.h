/* The team: the threads of a pass. They take whole units, largest first, and when
 * none is left they join those still being read. */
#ifndef CURATE_RUN_TEAM_H
#define CURATE_RUN_TEAM_H

#include "lib/run/unit.h"

struct team {
	struct pass *pass;
	struct unit *unit;      /* in the order they are begun */
	size_t n;
	unsigned threads;
	bool one_by_one;        /* the next unit begins when the last has ended */
	/* Called under a lock when a unit has ended, in the order they end. */
	void (*ended)(void *user, struct unit *u);
	void *user;
};

/* Works on all units; returns when all threads are through. */
void team_work(struct team *t);

#endif
