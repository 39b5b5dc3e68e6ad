/* A run in its parts: what the passes of run_shards share. Private to run.c, pass.c and between.c.
 */
#ifndef CURATE_RUN_WORK_H
#define CURATE_RUN_WORK_H

#include "lib/run/run.h"

struct work {
	struct run *run;
	struct err *e;
	struct progress progress;
	uint32_t *owner;
	struct state state; /* of the pass: its recipe hash covers the verdicts of earlier passes */
	struct arena mem;
	size_t barrier[64]; /* stages that need a pass before them */
	size_t n_barriers;
};

/* The pass in front of barrier k, or behind the last one. Destroy its mutex `big` behind it. */
void pass_make(struct work *w, struct pass *p, size_t k);

/* Called by the team as each unit ends; `user` is the struct work. */
void pass_unit_ended(void *user, struct unit *u);

/* Pass k over the shards; without `execute`, only what the records say of it. */
int pass_do(struct work *w, size_t k, bool execute);

/* 0 when every shard is done or given up; else names the first few that are owed, and says with rc
 * what that means. */
int pass_check_whole(struct work *w, size_t k, enum rc rc);

/* The work of barrier k between two passes. `step` says which part of it; without `solve`, a
 * verdict that is not there yet is RC_STATE. */
int between_do(struct work *w, size_t k, enum solve_step step, bool solve);

/* Finds the stages that need a pass before them. */
int between_find(struct work *w);

#endif
