/* The plan: which task does which shard, and the list of shards that --status reads. */
#ifndef CURATE_RUN_PLAN_H
#define CURATE_RUN_PLAN_H

#include "lib/run/run.h"

/* Writes OUT/_curate/plan.json, unless it says the same already: passes and shards with their sizes. */
int plan_write(const struct run *run, size_t barriers, struct err *e);

#endif
