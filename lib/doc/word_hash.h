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
	uint64_t head, tail;
	uint32_t n; /* bytes */
};

static inline struct word_key word_key(const char *p, size_t n, size_t room)
{
	if (n > WORD_SHORT)
		return (struct word_key){letters_load(p), hash64((struct slice){p, n}), (uint32_t)n};
	if (room < 8)
		return (struct word_key){word_head(p, n, room), 0, (uint32_t)n};
	/* No branches: lengths on either side of 8 follow each other at random. */
	uint64_t is_long = -(uint64_t)(n > 8);
	unsigned spare = n < 8 ? 8 * (8 - (unsigned)n) : 0;

	return (struct word_key){
		.head = letters_load(p) & ~(uint64_t)0 >> spare,
		.tail = letters_load(p + (is_long & (n - 8))) & is_long,
		.n = (uint32_t)n,
	};
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
