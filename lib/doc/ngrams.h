/* Repetition of word n-grams, exactly as datatrove's Gopher rule measures it. */
#ifndef CURATE_DOC_NGRAMS_H
#define CURATE_DOC_NGRAMS_H

#include "lib/doc/words.h"

enum { NGRAMS_MAX = 64 }; /* the longest n-gram that is measured */

/* Where n-grams begin that occur at least twice. Equal n-grams share a group. */
struct ngram_places {
	size_t n;
	uint32_t *at, *group;
};

/* Start with {.words = …, .mem = …}. Lengths are worked out one after the other and kept. */
struct ngrams {
	const struct words *words;
	struct arena *mem;

	/* Private. */
	unsigned level;                /* done up to this n */
	struct ngram_places twos, now; /* of 2-grams and, from 2 on, of the level's n-grams */
	uint64_t *key;                 /* what made a group: the groups of its two (n-1)-grams */
	uint32_t *count;               /* by group; 0: seen, when `repeated` is measured */
	uint32_t *table, *rest;
	size_t table_size;
	uint32_t top_count[NGRAMS_MAX + 1], top_place[NGRAMS_MAX + 1];
	bool measures_all, has_repeated[NGRAMS_MAX + 1];
	uint64_t repeated[NGRAMS_MAX + 1];

	bool checked;          /* whether words are enough to tell joined n-grams apart … */
	struct joined *joined; /* … and what is needed when they are not, else NULL */
	struct joined *bytes;  /* the same for short n-grams, which are always compared so */
};

/* Code points of the most frequent n-gram (words joined by one space; of equally frequent ones the
 * first) times its count; 0 when there are fewer than n words. The count may be 1. n is 1 to
 * NGRAMS_MAX. */
uint64_t ngrams_top(struct ngrams *g, unsigned n);

/* Code points in n-grams that came before, read from left to right: a repeated one counts its words
 * joined by nothing, and reading goes on behind it. */
uint64_t ngrams_repeated(struct ngrams *g, unsigned n);

/* n-grams as joined bytes: different words may read alike once joined by nothing ("ab c", "a bc").
 * joined_open is for n-grams of JOINED_LEAST words or more and gives NULL when no such two of them
 * read alike; it wants to know the text's 2-grams. */
enum { JOINED_LEAST = 5 };
struct joined *joined_open(const struct words *w, const struct ngram_places *twos,
                           struct arena *mem);
struct joined *joined_bytes(const struct words *w, struct arena *mem);
uint64_t joined_repeated(struct joined *j, unsigned n);

#endif
