/* Repetition of word n-grams, exactly as datatrove's Gopher rule measures it. */
#ifndef CURATE_DOC_NGRAMS_H
#define CURATE_DOC_NGRAMS_H

#include "lib/doc/words.h"

enum { NGRAMS_MAX = 64 }; /* the longest n-gram that is measured */

/* Start with {.words = …, .mem = …}. Lengths are worked out one after the other and kept. */
struct ngrams {
	const struct words *words;
	struct arena *mem;

	/* Private. */
	unsigned level; /* done up to this n; from 2 on, `position` holds what repeats at it */
	struct ngram_position *position;
	size_t n_positions;
	struct ngram_group *group;
	uint32_t *table;
	bool checked;          /* whether words are enough to tell joined n-grams apart … */
	struct joined *joined; /* … and what is needed when they are not, else NULL */
	uint64_t top[NGRAMS_MAX + 1], repeated[NGRAMS_MAX + 1];
};

/* Code points of the most frequent n-gram (words joined by one space; of equally frequent ones the
 * first) times its count; 0 when there are fewer than n words. The count may be 1. n is 1 to
 * NGRAMS_MAX. */
uint64_t ngrams_top(struct ngrams *g, unsigned n);

/* Code points in n-grams that came before, read from left to right: a repeated one counts its words
 * joined by nothing, and reading goes on behind it. */
uint64_t ngrams_repeated(struct ngrams *g, unsigned n);

/* n-grams as joined bytes, for texts where different words may read alike once joined by nothing
 * ("ab c", "a bc"). NULL when there are none. */
struct joined *joined_open(const struct words *w, struct arena *mem);
uint64_t joined_repeated(struct joined *j, unsigned n);

#endif
