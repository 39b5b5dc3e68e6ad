/* Runs of ASCII letters, eight bytes at a time: most of most texts. */
#ifndef CURATE_DOC_LETTERS_H
#define CURATE_DOC_LETTERS_H

#include <endian.h>

#include "lib/base/slice.h"

/* Eight bytes, the first of them lowest. */
static inline uint64_t letters_load(const char *p)
{
	uint64_t x;

	memcpy(&x, p, 8);
	return le64toh(x);
}

/* How many of the eight bytes, from the lowest up, are letters without a break. */
static inline unsigned letters_first(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
	uint64_t low = (x | 0x20 * ones) & ~high;
	uint64_t other =
	        (x | ~(low + (0x80 - 'a') * ones) | (low + (0x80 - 'z' - 1) * ones)) & high;

	return other ? (unsigned)__builtin_ctzll(other) / 8 : 8;
}

static inline bool letters_is(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* What the words of Latin, Greek and Cyrillic scripts are made of: ASCII letters, the bytes that
 * characters from U+00C0 to U+047F begin with, and those that go on with any character. */
static inline bool letters_is_wide(char c)
{
	unsigned char u = (unsigned char)c;

	return letters_is(c) || (u >= 0x80 && u < 0xc0) || (u >= 0xc3 && u <= 0xd1);
}

/* Letters at the front of s. */
static inline size_t letters_run(struct slice s)
{
	size_t n = 0;
	unsigned more;

	for (; s.n - n >= 8; n += 8)
		if ((more = letters_first(letters_load(s.p + n))) < 8)
			return n + more;
	while (n < s.n && letters_is(s.p[n]))
		n++;
	return n;
}

#endif
