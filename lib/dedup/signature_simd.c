#include "lib/dedup/signature_simd.h"

#include <stdbool.h>

#define P61 ((UINT64_C(1) << 61) - 1)

static void min32_scalar(uint32_t *sig, const uint32_t *a, const uint32_t *b, unsigned lanes,
                         const uint32_t *shingle, size_t n)
{
	for (unsigned i = 0; i < lanes; i++) {
		uint32_t m = sig[i];

		for (size_t k = 0; k < n; k++) {
			const uint32_t v = shingle[k] * a[i] + b[i];

			m = v < m ? v : m;
		}
		sig[i] = m;
	}
}

static void min61_scalar(uint64_t *sig, const uint64_t *a, const uint64_t *b, unsigned lanes,
                         const uint64_t *shingle, size_t n, uint64_t mask)
{
	for (unsigned i = 0; i < lanes; i++) {
		uint64_t m = sig[i];

		for (size_t k = 0; k < n; k++) {
			const uint64_t v = shingle[k] * a[i] + b[i];
			uint64_t r = (v & P61) + (v >> 61);

			r = (r >= P61 ? r - P61 : r) & mask;
			m = r < m ? r : m;
		}
		sig[i] = m;
	}
}

#ifdef __x86_64__
#include <immintrin.h>

#define INLINE(isa) static inline __attribute__((always_inline, target(isa)))
#define ISA512 "avx512f,avx512dq"

/* `vectors` is a constant at every call, so that the minima stay in registers. */
INLINE(ISA512)
void min32_avx512_group(int vectors, uint32_t *sig, const uint32_t *a, const uint32_t *b,
                        const uint32_t *shingle, size_t n)
{
	__m512i m[8], x[8], y[8];

#pragma GCC unroll 8
	for (int i = 0; i < vectors; i++) {
		m[i] = _mm512_load_si512(sig + 16 * i);
		x[i] = _mm512_load_si512(a + 16 * i);
		y[i] = _mm512_load_si512(b + 16 * i);
	}
	for (size_t k = 0; k < n; k++) {
		const __m512i s = _mm512_set1_epi32((int)shingle[k]);

#pragma GCC unroll 8
		for (int i = 0; i < vectors; i++)
			m[i] = _mm512_min_epu32(
			        m[i], _mm512_add_epi32(_mm512_mullo_epi32(s, x[i]), y[i]));
	}
#pragma GCC unroll 8
	for (int i = 0; i < vectors; i++)
		_mm512_store_si512(sig + 16 * i, m[i]);
}

__attribute__((target(ISA512))) static void min32_avx512(uint32_t *sig, const uint32_t *a,
                                                         const uint32_t *b, unsigned lanes,
                                                         const uint32_t *shingle, size_t n)
{
	unsigned at = 0;

	for (; at + 112 <= lanes; at += 112)
		min32_avx512_group(7, sig + at, a + at, b + at, shingle, n);
	for (; at + 64 <= lanes; at += 64)
		min32_avx512_group(4, sig + at, a + at, b + at, shingle, n);
	for (; at < lanes; at += 16)
		min32_avx512_group(1, sig + at, a + at, b + at, shingle, n);
}

INLINE("avx2")
void min32_avx2_group(int vectors, uint32_t *sig, const uint32_t *a, const uint32_t *b,
                      const uint32_t *shingle, size_t n)
{
	__m256i m[4], x[4], y[4];

#pragma GCC unroll 4
	for (int i = 0; i < vectors; i++) {
		m[i] = _mm256_load_si256((const __m256i *)(sig + 8 * i));
		x[i] = _mm256_load_si256((const __m256i *)(a + 8 * i));
		y[i] = _mm256_load_si256((const __m256i *)(b + 8 * i));
	}
	for (size_t k = 0; k < n; k++) {
		const __m256i s = _mm256_set1_epi32((int)shingle[k]);

#pragma GCC unroll 4
		for (int i = 0; i < vectors; i++)
			m[i] = _mm256_min_epu32(
			        m[i], _mm256_add_epi32(_mm256_mullo_epi32(s, x[i]), y[i]));
	}
#pragma GCC unroll 4
	for (int i = 0; i < vectors; i++)
		_mm256_store_si256((__m256i *)(sig + 8 * i), m[i]);
}

__attribute__((target("avx2"))) static void min32_avx2(uint32_t *sig, const uint32_t *a,
                                                       const uint32_t *b, unsigned lanes,
                                                       const uint32_t *shingle, size_t n)
{
	unsigned at = 0;

	for (; at + 32 <= lanes; at += 32)
		min32_avx2_group(4, sig + at, a + at, b + at, shingle, n);
	for (; at < lanes; at += 16)
		min32_avx2_group(2, sig + at, a + at, b + at, shingle, n);
}

/* The subtraction wraps below P, so that the smaller of both is the remainder. */
INLINE(ISA512)
void min61_avx512_group(int vectors, uint64_t *sig, const uint64_t *a, const uint64_t *b,
                        const uint64_t *shingle, size_t n, uint64_t mask)
{
	const __m512i p = _mm512_set1_epi64((long long)P61),
	              keep = _mm512_set1_epi64((long long)mask);
	__m512i m[7], x[7], y[7];

#pragma GCC unroll 7
	for (int i = 0; i < vectors; i++) {
		m[i] = _mm512_load_si512(sig + 8 * i);
		x[i] = _mm512_load_si512(a + 8 * i);
		y[i] = _mm512_load_si512(b + 8 * i);
	}
	for (size_t k = 0; k < n; k++) {
		const __m512i s = _mm512_set1_epi64((long long)shingle[k]);

#pragma GCC unroll 7
		for (int i = 0; i < vectors; i++) {
			const __m512i v = _mm512_add_epi64(_mm512_mullo_epi64(s, x[i]), y[i]);
			__m512i r =
			        _mm512_add_epi64(_mm512_and_si512(v, p), _mm512_srli_epi64(v, 61));

			r = _mm512_min_epu64(r, _mm512_sub_epi64(r, p));
			m[i] = _mm512_min_epu64(m[i], _mm512_and_si512(r, keep));
		}
	}
#pragma GCC unroll 7
	for (int i = 0; i < vectors; i++)
		_mm512_store_si512(sig + 8 * i, m[i]);
}

__attribute__((target(ISA512))) static void min61_avx512(uint64_t *sig, const uint64_t *a,
                                                         const uint64_t *b, unsigned lanes,
                                                         const uint64_t *shingle, size_t n,
                                                         uint64_t mask)
{
	unsigned at = 0;

	for (; at + 56 <= lanes; at += 56)
		min61_avx512_group(7, sig + at, a + at, b + at, shingle, n, mask);
	for (; at < lanes; at += 8)
		min61_avx512_group(1, sig + at, a + at, b + at, shingle, n, mask);
}

/* Numbers below 2^63 compare as signed ones; the empty signature is lowered to that first. `masks`
 * and `vectors` are constants at every call. */
INLINE("avx2")
void min61_avx2_group(int vectors, bool masks, uint64_t *sig, const uint64_t *a, const uint64_t *b,
                      const uint64_t *shingle, size_t n, uint64_t mask)
{
	const __m256i p = _mm256_set1_epi64x((long long)P61),
	              keep = _mm256_set1_epi64x((long long)mask);
	__m256i m[2], x[2], x_high[2], y[2];

#pragma GCC unroll 2
	for (int i = 0; i < vectors; i++) {
		m[i] = _mm256_and_si256(_mm256_load_si256((const __m256i *)(sig + 4 * i)),
		                        _mm256_set1_epi64x(INT64_MAX));
		x[i] = _mm256_load_si256((const __m256i *)(a + 4 * i));
		x_high[i] = _mm256_srli_epi64(x[i], 32);
		y[i] = _mm256_load_si256((const __m256i *)(b + 4 * i));
	}
	for (size_t k = 0; k < n; k++) {
		const __m256i s = _mm256_set1_epi64x((long long)shingle[k]);
		const __m256i s_high = _mm256_srli_epi64(s, 32);

#pragma GCC unroll 2
		for (int i = 0; i < vectors; i++) {
			const __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(s_high, x[i]),
			                                       _mm256_mul_epu32(s, x_high[i]));
			const __m256i low = _mm256_add_epi64(_mm256_mul_epu32(s, x[i]), y[i]);
			const __m256i v = _mm256_add_epi64(low, _mm256_slli_epi64(cross, 32));
			const __m256i r =
			        _mm256_add_epi64(_mm256_and_si256(v, p), _mm256_srli_epi64(v, 61));
			/* r, or r - P where that has no sign: blendv looks at the sign alone. */
			const __m256d less = _mm256_castsi256_pd(_mm256_sub_epi64(r, p));
			__m256i rest = _mm256_castpd_si256(
			        _mm256_blendv_pd(less, _mm256_castsi256_pd(r), less));

			if (masks)
				rest = _mm256_and_si256(rest, keep);
			m[i] = _mm256_blendv_epi8(m[i], rest, _mm256_cmpgt_epi64(m[i], rest));
		}
	}
#pragma GCC unroll 2
	for (int i = 0; i < vectors; i++)
		_mm256_store_si256((__m256i *)(sig + 4 * i), m[i]);
}

__attribute__((target("avx2"))) static void min61_avx2(uint64_t *sig, const uint64_t *a,
                                                       const uint64_t *b, unsigned lanes,
                                                       const uint64_t *shingle, size_t n,
                                                       uint64_t mask)
{
	for (unsigned at = 0; n > 0 && at < lanes; at += 8) {
		if ((mask & P61) == P61)
			min61_avx2_group(2, false, sig + at, a + at, b + at, shingle, n, mask);
		else
			min61_avx2_group(2, true, sig + at, a + at, b + at, shingle, n, mask);
	}
}
#endif

void signature_min32(enum signature_level level, uint32_t *sig, const uint32_t *a,
                     const uint32_t *b, unsigned lanes, const uint32_t *shingle, size_t n)
{
#ifdef __x86_64__
	if (level == SIGNATURE_AVX512) {
		min32_avx512(sig, a, b, lanes, shingle, n);
		return;
	}
	if (level == SIGNATURE_AVX2) {
		min32_avx2(sig, a, b, lanes, shingle, n);
		return;
	}
#endif
	(void)level;
	min32_scalar(sig, a, b, lanes, shingle, n);
}

void signature_min61(enum signature_level level, uint64_t *sig, const uint64_t *a,
                     const uint64_t *b, unsigned lanes, const uint64_t *shingle, size_t n,
                     uint64_t mask)
{
#ifdef __x86_64__
	if (level == SIGNATURE_AVX512) {
		min61_avx512(sig, a, b, lanes, shingle, n, mask);
		return;
	}
	if (level == SIGNATURE_AVX2) {
		min61_avx2(sig, a, b, lanes, shingle, n, mask);
		return;
	}
#endif
	(void)level;
	min61_scalar(sig, a, b, lanes, shingle, n, mask);
}
