/* The files of a unit: its feed, its sinks and its checkpoint. Private to lib/run/unit*.c. */
#ifndef CURATE_RUN_UNIT_FILES_H
#define CURATE_RUN_UNIT_FILES_H

#include "lib/run/unit.h"

/* Owned by mem. */
const char *unit_checkpoint_path(const struct unit *u, struct arena *mem);

/* The shard, and the log that is read along with it. */
int unit_open_feed(struct unit *u, struct err *e);

/* Sets the sinks up; nothing is opened yet. With `keep`, temporary files stay for a later run. */
void unit_open_sinks(struct unit *u);
void unit_close_sinks(struct unit *u, bool keep);

/* Of an earlier run over the same shard, when this one found nothing bad. */
void unit_remove_quarantine(const struct unit *u);

/* Goes on where a checkpoint stands, if there is one that fits. -1: it did not fit and is gone;
 * feed and tally must be made anew. */
int unit_resume(struct unit *u, struct err *e);

/* Writes a checkpoint of u->place. */
int unit_save(struct unit *u, struct err *e);

#endif
