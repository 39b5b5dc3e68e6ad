/* Properties and mappings of code points, by Unicode 14.0: what Python 3.11's str methods, re and
 * unicodedata say of them. */
#ifndef CURATE_BASE_UNICODE_H
#define CURATE_BASE_UNICODE_H

#include "lib/base/slice.h"

enum unicode_flag {
	UNICODE_ALPHA = 1 << 0,      /* str.isalpha: Lu Ll Lt Lm Lo */
	UNICODE_DECIMAL = 1 << 1,    /* Nd; \d of re */
	UNICODE_WORD = 1 << 2,       /* letters, N* and _; \w of re */
	UNICODE_PUNCT = 1 << 3,      /* P* */
	UNICODE_MARK = 1 << 4,       /* Mn; not Mc, Me */
	UNICODE_UPPER = 1 << 5,      /* upper to str.isupper */
	UNICODE_LOWER = 1 << 6,      /* lower to str.islower */
	UNICODE_TITLE = 1 << 7,      /* Lt */
	UNICODE_SPACE = 1 << 8,      /* utf8_is_space */
	UNICODE_DECOMPOSES = 1 << 9, /* NFD changes it */
	UNICODE_REORDERS = 1 << 10,  /* its canonical combining class is not 0 */
	UNICODE_LOWERS = 1 << 11,    /* str.lower changes it, or may (final sigma) */
};

/* The flags of ASCII, so that it needs no call. */
extern const uint16_t unicode_ascii[128];

/* The flags of any code point. */
uint16_t unicode_flags_of(uint32_t c);

static inline uint16_t unicode_flags(uint32_t c)
{
	return c < 0x80 ? unicode_ascii[c] : unicode_flags_of(c);
}

static inline bool unicode_is_alpha(uint32_t c)
{
	return unicode_flags(c) & UNICODE_ALPHA;
}

static inline bool unicode_is_decimal(uint32_t c)
{
	return unicode_flags(c) & UNICODE_DECIMAL;
}

static inline bool unicode_is_punct(uint32_t c)
{
	return unicode_flags(c) & UNICODE_PUNCT;
}

/* The lower case of the character at s.p[at], as str.lower() of all of s has it; but for U+0130,
 * which becomes two, "i" and U+0307 (here: "i"). */
uint32_t unicode_lower_at(struct slice s, size_t at);

/* Python's str.lower() of valid UTF-8, special casing included. `out` has room for 2 * s.n bytes;
 * returns the bytes written. */
size_t unicode_lower_text(struct slice s, char *out);

/* The full canonical decomposition of c (c itself when it has none), not reordered. Returns the
 * number of code points. */
enum { UNICODE_DECOMPOSED = 4 };
unsigned unicode_decompose(uint32_t c, uint32_t out[UNICODE_DECOMPOSED]);

/* The canonical combining class, 0 to 254. */
unsigned unicode_combining(uint32_t c);

#endif
