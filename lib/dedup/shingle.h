/* Shingles: the hashes of all runs of n words (or characters) of a text. */
#ifndef CURATE_DEDUP_SHINGLE_H
#define CURATE_DEDUP_SHINGLE_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/dedup/signature.h"

enum shingle_unit { SHINGLE_WORDS, SHINGLE_CHARACTERS };

struct shingles {
	uint64_t *hash; /* in text order, repeats included */
	size_t n;       /* 0 when the text has fewer than the wanted words or characters */
};

/* Of a text folded as lib/dedup/fold.h says. A character shingle sees one space for each run of
 * separators (none at either end). Memory is from `mem`. */
struct shingles shingle_fast(struct slice text, enum shingle_unit unit, unsigned n,
                             enum signature_level level, struct arena *mem);

enum shingle_hash { SHINGLE_XXHASH, SHINGLE_SHA1 };

/* datatrove's: n words joined by one space, hashed by XXH64/XXH32 (seed 0) or the first 8/4 bytes
 * of SHA-1, little-endian. `bits` is 64 or 32. */
struct shingles shingle_compat(const struct slice *word, size_t words, unsigned n,
                               enum shingle_hash hash, unsigned bits, struct arena *mem);

/* The set of the hashes' low halves, sorted, in `set` (room for s->n). Returns its size. */
size_t shingle_set(const struct shingles *s, uint32_t *set, struct arena *mem);

/* |x and y| / |x or y| of two sorted sets; 1 when both are empty. */
double shingle_jaccard(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny);

#endif
