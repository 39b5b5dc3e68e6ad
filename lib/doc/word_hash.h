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

/* Equal for equal bytes, wherever they stand. */
static inline uint64_t word_hash(const char *p, size_t n, size_t room)
{
	if (n > 16)
		return hash64((struct slice){p, n});
	uint64_t tail = n > 8 ? letters_load(p + n - 8) : 0;

	return hash_mix(word_head(p, n, room) ^ tail * 0x9e3779b97f4a7c15u ^ (uint64_t)n << 56);
}

/* A weaker one of head and length alone, for filters. */
static inline size_t word_filter(uint64_t head, size_t n)
{
	return (size_t)((head + n * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u >> 40);
}

#endif
