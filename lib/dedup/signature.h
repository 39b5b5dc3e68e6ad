/* MinHash signatures of shingle hashes, in datatrove's form and in a faster one of our own. */
#ifndef CURATE_DEDUP_SIGNATURE_H
#define CURATE_DEDUP_SIGNATURE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum signature_mode {
	SIGNATURE_FAST, /* min of the low 32 bits of (s * a + b), a odd, over 32-bit shingle hashes
	                 */
	SIGNATURE_COMPAT, /* min of ((s * a + b) mod 2^64 mod 2^61-1), datatrove 0.10
	                     (specs/minhash.md) */
};

/* Which instructions compute it. All give the same values; a machine without an instruction set
 * runs the next lower one. */
enum signature_level { SIGNATURE_SCALAR, SIGNATURE_AVX2, SIGNATURE_AVX512 };

enum { SIGNATURE_MAX = 4096 }; /* hashes */

struct signature {
	enum signature_mode mode;
	enum signature_level level;
	unsigned count; /* hashes */
	unsigned lanes; /* count rounded up to a multiple of 16 */
	unsigned bits;  /* compat: 64 or 32, the precision; fast: 32 */
	void *a, *b; /* lanes numbers each: uint32_t (fast) or uint64_t (compat), 64-byte aligned */
};

/* Draws the hash functions from the seed; the best level this machine has. bits counts for compat
 * only. */
void signature_open(struct signature *s, enum signature_mode mode, unsigned bits, unsigned count,
                    uint64_t seed);
void signature_close(struct signature *s);

/* The best level this machine has. */
enum signature_level signature_best(void);

/* An empty signature: room for s->lanes numbers, 64-byte aligned, set to all ones. */
void signature_reset(const struct signature *s, uint64_t *sig);

/* Takes n shingle hashes in. `sig` keeps the running minima in a private form (32-bit lanes when
 * fast); signature_finish turns it into s->count plain 64-bit numbers in place. */
void signature_add(const struct signature *s, uint64_t *sig, const uint64_t *shingle, size_t n);
void signature_finish(const struct signature *s, uint64_t *sig);

/* datatrove's parameters: numpy RandomState(seed).randint over [1, P) for a and [0, P) for b. */
void signature_numpy(uint32_t seed, size_t count, uint64_t *a, uint64_t *b);

/* A band's key: a 64-bit hash of `rows` numbers of the signature. */
uint64_t signature_band(const uint64_t *sig, unsigned rows);

/* One byte of a signature number, enough to estimate Jaccard from many. */
static inline uint8_t signature_byte(uint64_t v)
{
	return (uint8_t)(v * 0x9e3779b97f4a7c15u >> 56);
}

/* Jaccard estimated from n bytes of two signatures, each number `width` bytes; in [0, 1]. */
double signature_similarity(const uint8_t *x, const uint8_t *y, size_t n, size_t width);

#endif
