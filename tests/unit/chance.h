/* Random documents and edits for tests, the same in every run. */
#ifndef CURATE_TESTS_CHANCE_H
#define CURATE_TESTS_CHANCE_H

#include "lib/base/arena.h"
#include "lib/base/hash.h"

static uint64_t seed; /* set it to start a round of its own */

static inline uint32_t chance(uint32_t below)
{
	return (uint32_t)(hash_mix(seed++) >> 33) % below;
}

/* A place between two characters of s, or one of its ends. */
static inline size_t chance_border(struct slice s)
{
	size_t at = chance((uint32_t)s.n + 1);

	while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Up to `most` of the n parts, one behind the other. */
static inline struct slice chance_text(struct arena *mem, const char *const *part, uint32_t n,
                                       uint32_t most)
{
	struct slice s = S("");

	for (uint32_t k = chance(most + 1); k > 0; k--) {
		const char *more = part[chance(n)];
		size_t size = strlen(more);
		char *p = arena_grow(mem, (char *)s.p, s.n, s.n + size);

		memcpy(p + s.n, more, size);
		s = (struct slice){p, s.n + size};
	}
	return s;
}

#endif
