/* The roll of a pass: how every shard ended, in one file. Of a complete pass the tasks that follow
 * read this instead of a record for each of perhaps 400,000 shards; without it they read those. */
#ifndef CURATE_RUN_ROLL_H
#define CURATE_RUN_ROLL_H

#include "lib/run/work.h"

/* OUT/_curate/passK/roll: magic, version, recipe, shards; a line a shard; length, checksum, end
 * mark. */
int roll_write(const struct work *w, size_t k, struct err *e);

/* Takes over what the roll says of the shards that are not this task's. False: there is none that
 * is whole and speaks of this recipe and these shards; nothing was changed. */
bool roll_read(struct work *w, size_t k);

#endif
