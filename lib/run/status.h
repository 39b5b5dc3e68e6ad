/* What a run's folder says of it while others work there: nothing is opened but its records. */
#ifndef CURATE_RUN_STATUS_H
#define CURATE_RUN_STATUS_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

/* Adds a table for people: each pass with what is done, running, failed and left; who runs what and
 * for how long, stragglers marked; what each task did; when the pass ends at this pace. `now` is in
 * seconds since 1970. RC_STATE when `out` holds no run. */
int status_text(const char *out, double now, struct buf *text, struct err *e);

/* Adds a line for each shard that was given up, or kept up to damage: name, tab, why. *any says
 * whether there is one. */
int failed_text(const char *out, bool *any, struct buf *text, struct err *e);

#endif
