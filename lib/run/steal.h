/* Stealing: work of other tasks that nobody has begun, for a task whose own share is done. */
#ifndef CURATE_RUN_STEAL_H
#define CURATE_RUN_STEAL_H

#include "lib/run/team.h"
#include "lib/run/work.h"

enum { STEAL_ROUND = 64 }; /* shards that are tried before the folders are listed again */

/* Does shards of other tasks, until there are none that nobody has begun. What is begun or done is
 * told by listing the folders of records, once a round: some hundred calls where a record for each
 * of perhaps 400,000 shards would be millions. A list may be old, on NFS by a minute: the claim
 * decides. */
void steal_work(struct work *w, struct team *team);

#endif
