/* The report of a run: as JSON for programs, as a table for people. */
#ifndef CURATE_RUN_REPORT_H
#define CURATE_RUN_REPORT_H

#include "lib/run/run.h"

/* One JSON object: totals, stages, and every shard with its counts, damage or failure. */
void report_json(const struct run *run, enum rc rc, struct buf *out);

/* The table on stderr: per stage seen, dropped by reason, edits, MB/s and share of time. */
void report_table(const struct run *run);

#endif
