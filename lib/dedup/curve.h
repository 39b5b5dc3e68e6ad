/* The S-curve of MinHash with bands and rows: how likely a pair of known Jaccard is found. */
#ifndef CURATE_DEDUP_CURVE_H
#define CURATE_DEDUP_CURVE_H

#include "lib/base/buf.h"

/* Chance that two documents of Jaccard j agree in at least one of `bands` bands of `rows` hashes:
 * 1 - (1 - j^rows)^bands. */
double curve_at(double j, unsigned bands, unsigned rows);

/* Picks bands and rows with at most `hashes` hashes in all, so that the area of pairs below the
 * threshold that are found plus the area of pairs above it that are missed is smallest (equal
 * weights; the fewest hashes win a tie). */
void curve_choose(double threshold, unsigned hashes, unsigned *bands, unsigned *rows);

/* A table, one line for each Jaccard from 0.30 to 1.00 in steps of 0.05. */
void curve_print(unsigned bands, unsigned rows, struct buf *out);

#endif
