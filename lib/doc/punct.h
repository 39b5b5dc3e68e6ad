/* The two punctuation sets of datatrove's text rules: 129 listed, 159 terminal, 281 in all. */
#ifndef CURATE_DOC_PUNCT_H
#define CURATE_DOC_PUNCT_H

#include <stdbool.h>
#include <stdint.h>

enum punct_set {
	PUNCT_LISTED = 1,   /* PUNCTUATION: marks and control characters, without tab and LF */
	PUNCT_TERMINAL = 2, /* TERMINAL_PUNCTUATION: what ends a sentence in any script */
	PUNCT_SYMBOL = 3,   /* either */
};

/* The sets the code point is in, 0 for none. */
unsigned punct_of(uint32_t c);

static inline bool punct_is(uint32_t c, enum punct_set set)
{
	return (punct_of(c) & set) != 0;
}

#endif
