/* What MeCo must know of the whole corpus: which keys are frequent, where quantiles lie, where the
 * cooldown share ends. Collected as rows in a first pass, solved into one small table of keys. */
#ifndef CURATE_RULES_MECO_CORPUS_H
#define CURATE_RULES_MECO_CORPUS_H

#include "lib/run/stage.h"

/* One fact about one document, as it lies in the collected files. The column stands first: a file
 * that begins with a small number is never taken for a packed one. */
struct meco_row {
	uint32_t column; /* which question it answers */
	uint32_t weight; /* of the document */
	uint64_t key;    /* what it is counted under or ordered by */
};

/* A question, and after solving or loading its answer: keys in ascending order. */
struct meco_column {
	/* FREQUENT: the keys with a count of at least `least`, of those the `most` most frequent
	 * (0: all). CUTS: for each of `share` the key below which that share of the weight lies, as
	 * near as a key can. */
	enum { MECO_UNUSED, MECO_FREQUENT, MECO_CUTS } kind;
	uint64_t least, most;
	double *share; /* owned */
	size_t n_shares;
	uint64_t *key; /* owned */
	size_t n_keys;
};

/* A double as an integer that orders like it, and back. */
uint64_t meco_order(double value);
double meco_order_back(uint64_t key);

static inline void meco_row_add(struct buf *out, uint32_t column, uint64_t key, uint64_t weight)
{
	struct meco_row row = {column, weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX, key};

	buf_add(out, (struct slice){(const char *)&row, sizeof row});
}

/* Answers every column from the collected rows, within corpus->mem, and writes the answers to a
 * file in the stage's folder / reads them from there. */
int meco_corpus_solve(struct meco_column *column, size_t n, const struct corpus *c, struct err *e);
int meco_corpus_load(struct meco_column *column, size_t n, const struct corpus *c, struct err *e);
void meco_columns_free(struct meco_column *column, size_t n);

/* True when the key is among the column's answer. */
bool meco_column_has(const struct meco_column *column, uint64_t key);

/* Number of the column's keys that are at most `key`. */
size_t meco_column_rank(const struct meco_column *column, uint64_t key);

#endif
