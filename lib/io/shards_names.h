/* Under which names shards leave. Private to lib/io/shards*.c. */
#ifndef CURATE_IO_SHARDS_NAMES_H
#define CURATE_IO_SHARDS_NAMES_H

#include "lib/io/shards.h"

/* -1 with RC_INPUT when two shards, or a shard and what is written beside another, would get one
 * name. */
int shards_refuse_names(const struct shards *s, struct err *e);

#endif
