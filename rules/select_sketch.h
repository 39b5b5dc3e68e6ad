/* A weighted quantile sketch: which score has a given weight at or above it, from one pass in
 * constant memory, with a bound that holds always.
 *
 * Rows fill a buffer; full buffers are sorted, shortened, and merged in pairs like the digits of a
 * binary counter. Shortening partitions a sorted list into groups of consecutive rows that weigh at
 * most W/b together (W: weight of the list; a heavier single row is its own group) and keeps of
 * each group its best score with the group's weight. For any score x only the one group that
 * straddles x is counted on the wrong side, so one shortening moves the weight at or above x by
 * less than W/b, and a row passes at most LEVELS of them. With b = LEVELS / epsilon the weight at
 * or above any score is off by less than epsilon of the whole; a list keeps at most 2b + 1 groups,
 * for two neighbours weigh more than W/b. `error` adds up the groups really made and is usually far
 * smaller. Everything is deterministic. */
#ifndef CURATE_RULES_SELECT_SKETCH_H
#define CURATE_RULES_SELECT_SKETCH_H

#include "lib/base/slice.h"

struct select_sketch;

/* 0 < epsilon < 1. */
struct select_sketch *select_sketch_open(double epsilon);
void select_sketch_close(struct select_sketch *s);

void select_sketch_add(struct select_sketch *s, double score, uint64_t weight);

/* Ends adding. Returns the weight of all rows. */
double select_sketch_total(struct select_sketch *s);

/* The first score, from the best down, at which the weight exceeds `target`; -HUGE_VAL when it
 * never does. After select_sketch_total. */
double select_sketch_threshold(const struct select_sketch *s, double target);

/* A bound, in weight, on how far the weight at or above any score may be off. After
 * select_sketch_total. */
double select_sketch_error(const struct select_sketch *s);

#endif
