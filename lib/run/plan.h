/* The plan: which task does which shard, and OUT/_curate/plan.json, the list of shards that cluster
 * tasks and --status read instead of listing the input again. A file that is cut is one line with
 * the places, so that the plan of large inputs stays small. */
#ifndef CURATE_RUN_PLAN_H
#define CURATE_RUN_PLAN_H

#include "lib/run/run.h"

/* Writes OUT/_curate/plan.json, unless it says the same already, and removes the outputs of parts
 * that files of the input no longer have: the whole-corpus stages that stand between passes
 * (`barrier`: n numbers in the chain), and the shards with their sizes. */
int plan_write(const struct run *run, const size_t *barrier, size_t n, struct err *e);

struct plan {
	struct slice recipe; /* hash of the first pass */
	struct slice *stage; /* names of the stages between the passes */
	size_t n_stages;     /* one less than the passes */
	struct shards shards;
	struct arena mem;
};

/* Reads it back; RC_STATE when the folder `out` has none that is whole. */
int plan_read(struct plan *p, const char *out, struct err *e);
void plan_free(struct plan *p);

#endif
