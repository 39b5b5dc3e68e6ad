/* Outputs of shards that are no more: a file of the input has changed, so that it is cut in other
 * parts than before, or not at all, or is cut now. */
#ifndef CURATE_RUN_STALE_H
#define CURATE_RUN_STALE_H

#include "lib/run/state.h"

/* Removes what earlier runs made of such shards, by the records of those that the folder's plan has
 * and `now` has not. Shards of files that are no longer in the input stay. To be called before the
 * plan is written. */
void stale_remove(const struct state *s, const struct shards *now);

#endif
