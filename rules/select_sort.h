/* Scores on their way to a selection: one row a document, sorted in memory or, when there are too
 * many, on disk. */
#ifndef CURATE_RULES_SELECT_SORT_H
#define CURATE_RULES_SELECT_SORT_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct select_row {
	double score;    /* better is higher */
	uint64_t weight; /* what the document counts: 1, or its characters, bytes or tokens */
	uint64_t record; /* its place in the shard */
	uint64_t domain; /* hash of its domain; 0: none */
	uint64_t shard;
};

enum select_order {
	SELECT_BY_SCORE,  /* best first, then by place */
	SELECT_BY_DOMAIN, /* the same within each domain */
};

struct select_sorter;

/* Spills to unnamed files below `dir` when rows take more than `mem` bytes. */
struct select_sorter *select_sorter_open(const char *dir, uint64_t mem, enum select_order order);
void select_sorter_close(struct select_sorter *s);

int select_sorter_add(struct select_sorter *s, const struct select_row *row, struct err *e);

/* The next row in order: 1, 0 at the end, -1. The first call ends adding. */
int select_sorter_next(struct select_sorter *s, struct select_row *row, struct err *e);

#endif
