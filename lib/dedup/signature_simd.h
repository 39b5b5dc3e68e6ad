/* The inner loops of MinHash, private to signature.c: one scalar, one AVX2 and one AVX-512 twin
 * each, all giving the same values. Arrays are 64-byte aligned; lanes is a multiple of 16. */
#ifndef CURATE_DEDUP_SIGNATURE_SIMD_H
#define CURATE_DEDUP_SIGNATURE_SIMD_H

#include "lib/dedup/signature.h"

/* sig[i] = min(sig[i], x * a[i] + b[i] mod 2^32) over the n shingles x. */
void signature_min32(enum signature_level level, uint32_t *sig, const uint32_t *a,
                     const uint32_t *b, unsigned lanes, const uint32_t *shingle, size_t n);

/* sig[i] = min(sig[i], ((x * a[i] + b[i]) mod 2^64 mod 2^61-1) & mask). */
void signature_min61(enum signature_level level, uint64_t *sig, const uint64_t *a,
                     const uint64_t *b, unsigned lanes, const uint64_t *shingle, size_t n,
                     uint64_t mask);

#endif
