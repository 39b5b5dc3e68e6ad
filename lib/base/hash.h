/* The hashes of the toolkit, all from xxHash: stable across machines and versions. */
#ifndef CURATE_BASE_HASH_H
#define CURATE_BASE_HASH_H

#include "lib/base/slice.h"

/* XXH3-64 of the bytes; the seeded form gives independent functions. */
uint64_t hash64(struct slice s);
uint64_t hash64_seed(struct slice s, uint64_t seed);

struct hash128 {
	uint64_t lo, hi;
};
struct hash128 hash128(struct slice s); /* XXH3-128 */

/* A uniform number in [0, 1) that depends on (seed, key) alone: chance that survives resharding. */
double hash_chance(struct slice key, uint64_t seed);

/* splitmix64 finaliser: a bijection that spreads an integer over all bits. */
static inline uint64_t hash_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* 16 or 32 hexadecimal digits and a NUL. */
void hash64_text(uint64_t h, char out[17]);
void hash128_text(struct hash128 h, char out[33]);

#endif
