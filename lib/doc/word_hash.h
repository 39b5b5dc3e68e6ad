/* A hash for short strings that are looked up millions of times: words. */
#ifndef CURATE_DOC_WORD_HASH_H
#define CURATE_DOC_WORD_HASH_H

#include "lib/base/hash.h"
#include "lib/doc/letters.h"

/* The first min(n, 8) bytes with zeroes behind them; `room` >= n bytes may be read. */
static inline uint64_t word_head(const char *p, size_t n, size_t room)
{
	uint64_t x = 0;

	if (n >= 8)
		return letters_load(p);
	if (room < 8)
		return n ? memcpy(&x, p, n), le64toh(x) : 0;
	return letters_load(p) & (((uint64_t)1 << 8 * n) - 1);
}

/* What tells words apart: two of them with equal keys are equal if they are of WORD_SHORT bytes or
 * less. */
enum { WORD_SHORT = 16 };

struct word_key {
	uint64_t head, tail; /* the first 8 bytes and the next 8, zeroes behind; or tail: a hash */
	uint32_t n;          /* bytes */
};

/* Masks for the first 0 to WORD_SHORT of as many bytes: two words from WORD_SHORT - n on. */
static const unsigned char word_mask[2 * WORD_SHORT] = {[0 ... WORD_SHORT - 1] = 0xff};

/* Of a short word; WORD_SHORT bytes may be read. No branches: lengths follow each other at random.
 */
static inline struct word_key word_key_short(const char *p, size_t n)
{
	const char *mask = (const char *)word_mask + WORD_SHORT - n;

	return (struct word_key){letters_load(p) & letters_load(mask),
	                         letters_load(p + 8) & letters_load(mask + 8), (uint32_t)n};
}

static inline struct word_key word_key(const char *p, size_t n, size_t room)
{
	char copy[WORD_SHORT] = {0};

	if (n > WORD_SHORT)
		return (struct word_key){letters_load(p), hash64((struct slice){p, n}),
		                         (uint32_t)n};
	if (room >= WORD_SHORT)
		return word_key_short(p, n);
	if (n)
		memcpy(copy, p, n);
	return word_key_short(copy, n);
}

static inline bool word_key_is(struct word_key a, struct word_key b)
{
	return ((a.head ^ b.head) | (a.tail ^ b.tail) | (a.n ^ b.n)) == 0;
}

static inline uint64_t word_key_hash(struct word_key k)
{
	uint64_t x = k.head * 0x9e3779b97f4a7c15u + (k.tail + k.n) * 0xbf58476d1ce4e5b9u;

	x = (x ^ x >> 31) * 0x94d049bb133111ebu;
	return x ^ x >> 32;
}

/* A weaker one of head and length alone, for filters. */
static inline size_t word_filter(uint64_t head, size_t n)
{
	return (size_t)((head + n * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u >> 40);
}

#endif
