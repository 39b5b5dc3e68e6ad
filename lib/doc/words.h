/* The words of a text. Equal words share one number, so that rules compare and count integers. */
#ifndef CURATE_DOC_WORDS_H
#define CURATE_DOC_WORDS_H

#include "lib/base/arena.h"
#include "lib/doc/doc.h"

enum word_flag {
	WORD_ALPHA = 1, /* has a character that str.isalpha */
	WORD_TEXT = 2,  /* has a character outside datatrove's PUNCTUATION_SET (lib/doc/punct.h) */
};

/* One distinct word. */
struct word {
	struct slice text; /* bytes of the text itself, or in the arena; never empty */
	uint32_t chars;    /* code points */
	uint32_t count;    /* how often it occurs */
	uint32_t flags;
	uint64_t head;     /* the first 8 bytes, the first of them lowest, zeroes behind the last */
};

/* Word i of the text is distinct[id[i]]; ids are given in order of first appearance. */
struct words {
	size_t n;
	const uint32_t *id;
	size_t n_distinct;
	const struct word *distinct;

	/* Private: the table of distinct words. */
	const uint32_t *slot; /* number + 1; 0: free */
	size_t mask;
};

static inline const struct word *words_at(const struct words *w, size_t i)
{
	return &w->distinct[w->id[i]];
}

/* The distinct word equal to `text`, or NULL. */
const struct word *words_find(const struct words *w, struct slice text);

struct chunks;
struct tokens;

/* Splits valid UTF-8 of less than 4 GiB:
 * WORDS_SPACY       spaCy's English tokenizer as datatrove 0.10 uses it (punctuation is words too)
 * WORDS_WHITESPACE  Python's str.split()
 * WORDS_UNICODE     word boundaries of UAX #29, without white space
 * The result lies in `mem` and points into `text`. */
void words_split(enum word_kind kind, struct slice text, struct words *w, struct arena *mem);

/* The same for tokens that are known; they are left alone. Takes 4 bytes a word and, for each
 * distinct one, 40 bytes and 8 to 42 to look it up by; 32 to 64 more of them while it works. */
void words_intern(const struct tokens *t, struct words *w, struct arena *mem);

/* Number of words, for less than words_split; chunks may be NULL. */
size_t words_count(enum word_kind kind, struct slice text, struct chunks *chunks,
                   struct arena *scratch);

#endif
