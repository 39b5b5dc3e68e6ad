/* Which documents are among the best: cuts at shares or amounts of the whole, by exact order or by
 * sketch.
 *
 * A cut's threshold is PreSelect's find_threshold.py: rows from the best down, the score of the
 * first one at which the weight so far exceeds the target; whoever reaches it is in, ties included.
 * A target that is never exceeded takes all. */
#ifndef CURATE_RULES_SELECT_SOLVE_H
#define CURATE_RULES_SELECT_SOLVE_H

#include "rules/select_sort.h"

enum { SELECT_MAX_CUTS = 24 };

struct select_cut {
	double share;     /* of the whole weight; below 0: `amount` counts */
	double amount;    /* of weight */
	double threshold; /* found: -HUGE_VAL when the cut takes all, HUGE_VAL when it takes none */
	uint64_t documents, weight; /* found: what falls to it and no earlier cut */
};

struct select_plan {
	struct select_cut cut[SELECT_MAX_CUTS]; /* targets rise */
	size_t n_cuts;
	bool lowest;         /* the lowest scores are the best */
	bool never_more;     /* ties are broken by place, and no cut takes more than its target */
	uint64_t domain_max; /* weight one domain may have, its best first; 0: no limit */
	double epsilon;      /* 0: exact; else by a sketch with this error, see select_sketch.h */
};

struct select_solver;

/* Borrows the plan and fills its cuts. `dir` and `mem` are for rows that do not fit in memory. */
struct select_solver *select_solver_open(struct select_plan *plan, const char *dir, uint64_t mem);
void select_solver_close(struct select_solver *s);

int select_solver_add(struct select_solver *s, const struct select_row *row, struct err *e);

/* Exact plans: every row with the number of its cut, n_cuts for those in none: 1, 0 at the end, -1.
 * When it has returned 0 the plan's cuts are filled. */
int select_solver_next(struct select_solver *s, struct select_row *row, size_t *cut, struct err *e);

/* Plans with an epsilon: fills the thresholds; then select_place tells a row's cut. */
void select_solver_finish(struct select_solver *s);
size_t select_place(const struct select_plan *plan, double score);

/* Weight of all rows; how much of it the thresholds may be off (0 when exact). */
double select_solver_total(const struct select_solver *s);
double select_solver_error(const struct select_solver *s);

#endif
