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

/* The sets a code point from 0x80 on is in, and those of ASCII: bit c of word c / 64. */
unsigned punct_of_other(uint32_t c);

static const uint64_t punct_listed[2] = {0xfc00fffefffff9ffu, 0xf8000001f8000001u};
static const uint64_t punct_terminal = 1ull << '!' | 1ull << '.' | 1ull << '?';

/* The sets the code point is in, 0 for none. */
static inline unsigned punct_of(uint32_t c)
{
	if (c >= 0x80)
		return punct_of_other(c);
	return (punct_listed[c >> 6] >> (c & 63) & 1) |
	       (c < 64 ? (unsigned)(punct_terminal >> c & 1) << 1 : 0);
}

static inline bool punct_is(uint32_t c, enum punct_set set)
{
	return (punct_of(c) & set) != 0;
}

#endif
