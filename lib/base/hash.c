#include "lib/base/hash.h"

#include <xxhash.h>

/* The same functions by the widest vectors of the machine, where the library was built with them.
 */
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

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
	for (int i = 16; i-- > 0; h >>= 4)
		out[i] = "0123456789abcdef"[h & 15];
	out[16] = '\0';
}

void hash128_text(struct hash128 h, char out[33])
{
	hash64_text(h.hi, out);
	hash64_text(h.lo, out + 16);
}
