#include "lib/base/hash.h"

#include <stdio.h>
#include <xxhash.h>

uint64_t hash64(struct slice s)
{
	return XXH3_64bits(s.p, s.n);
}

uint64_t hash64_seed(struct slice s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}

struct hash128 hash128(struct slice s)
{
	XXH128_hash_t h = XXH3_128bits(s.p, s.n);

	return (struct hash128){h.low64, h.high64};
}

double hash_chance(struct slice key, uint64_t seed)
{
	return (double)(hash64_seed(key, seed) >> 11) * 0x1p-53;
}

void hash64_text(uint64_t h, char out[17])
{
	snprintf(out, 17, "%016llx", (unsigned long long)h);
}

void hash128_text(struct hash128 h, char out[33])
{
	snprintf(out, 33, "%016llx%016llx", (unsigned long long)h.hi, (unsigned long long)h.lo);
}
