/* Which of 64 bytes are what, by each instruction set. Private to marks.c. */
#ifndef CURATE_DOC_MARKS_MASKS_H
#define CURATE_DOC_MARKS_MASKS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MARKS_BLOCK = 64 };

/* Bit i is byte i. */
struct masks {
	uint64_t space; /* ASCII white space */
	uint64_t lf, dot, digit;
	uint64_t high, inside; /* beyond ASCII; of these those that continue a character */
	uint64_t rare;         /* "#", "[", "{", "@", "_" and white space but blank and LF */
};

/* Wide characters are those that begin C2 85, C2 A0, E1 9A, E2 80, E2 81 or E3 80: all white space
 * and line breaks outside ASCII, and U+2026, are among them. Looks at one byte behind the block. */

enum { IS_SPACE = 1, IS_LF = 2, IS_DOT = 4, IS_DIGIT = 8, IS_RARE = 16 };

static const uint8_t masks_kind[128] = {
	['\t'] = IS_SPACE | IS_RARE,
	['\n'] = IS_SPACE | IS_LF,
	[0x0b ... 0x0d] = IS_SPACE | IS_RARE,
	[0x1c ... 0x1f] = IS_SPACE | IS_RARE,
	[' '] = IS_SPACE,
	['.'] = IS_DOT,
	['0' ... '9'] = IS_DIGIT,
	['#'] = IS_RARE,
	['['] = IS_RARE,
	['{'] = IS_RARE,
	['@'] = IS_RARE,
	['_'] = IS_RARE,
};

static inline struct masks masks_plain(const char *p)
{
	struct masks m = {0};

	for (unsigned i = 0; i < MARKS_BLOCK; i++) {
		unsigned char c = (unsigned char)p[i];
		uint64_t bit = UINT64_C(1) << i;

		if (c >= 0x80) {
			m.high |= bit;
			m.inside |= c < 0xc0 ? bit : 0;
			continue;
		}
		m.space |= masks_kind[c] & IS_SPACE ? bit : 0;
		m.lf |= masks_kind[c] & IS_LF ? bit : 0;
		m.dot |= masks_kind[c] & IS_DOT ? bit : 0;
		m.digit |= masks_kind[c] & IS_DIGIT ? bit : 0;
		m.rare |= masks_kind[c] & IS_RARE ? bit : 0;
	}
	return m;
}

static inline uint64_t wide_plain(const char *p)
{
	uint64_t wide = 0;

	for (unsigned i = 0; i < MARKS_BLOCK; i++) {
		unsigned char x = (unsigned char)p[i], y = (unsigned char)p[i + 1];

		wide |= (uint64_t)((x == 0xc2 && (y == 0x85 || y == 0xa0)) ||
		                   (x == 0xe1 && y == 0x9a) || (x == 0xe2 && (y & 0xfe) == 0x80) ||
		                   (x == 0xe3 && y == 0x80))
		        << i;
	}
	return wide;
}

#ifdef __x86_64__
#include <immintrin.h>

#define MARKS_AVX2_TARGET "avx2,bmi,bmi2,popcnt"
#define MARKS_AVX512_TARGET "avx512f,avx512bw,avx512dq,bmi,bmi2,popcnt"
#define MASKS(target_text)                                                                         \
	static inline __attribute__((always_inline, target(target_text)))

static inline bool masks_have_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static inline bool masks_have_avx512(void)
{
	return masks_have_avx2() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}

/* --- 16 bytes --------------------------------------------------------------------------------- */

static inline __m128i equal16(__m128i x, int c)
{
	return _mm_cmpeq_epi8(x, _mm_set1_epi8((char)c));
}

static inline __m128i among16(__m128i x, int first, int count)
{
	x = _mm_sub_epi8(x, _mm_set1_epi8((char)first));
	return _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8((char)(count - 1))), x);
}

static inline uint64_t bits16(__m128i x)
{
	return (unsigned)_mm_movemask_epi8(x);
}

static inline struct masks masks_sse2(const char *p)
{
	struct masks m = {0};

#pragma GCC unroll 4
	for (int i = 0; i < MARKS_BLOCK; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i lf = equal16(x, '\n');
		__m128i control = _mm_or_si128(among16(x, 9, 5), among16(x, 0x1c, 4));
		__m128i rare = _mm_or_si128(_mm_or_si128(equal16(x, '#'), equal16(x, '[')),
		                            _mm_or_si128(equal16(x, '{'), equal16(x, '@')));

		rare = _mm_or_si128(rare, equal16(x, '_'));
		rare = _mm_or_si128(rare, _mm_andnot_si128(lf, control));
		m.space |= bits16(_mm_or_si128(control, equal16(x, ' '))) << i;
		m.lf |= bits16(lf) << i;
		m.dot |= bits16(equal16(x, '.')) << i;
		m.digit |= bits16(among16(x, '0', 10)) << i;
		m.high |= bits16(x) << i;
		m.inside |= bits16(_mm_cmplt_epi8(x, _mm_set1_epi8(-64))) << i;
		m.rare |= bits16(rare) << i;
	}
	return m;
}

static inline uint64_t wide_sse2(const char *p)
{
	uint64_t wide = 0;

#pragma GCC unroll 4
	for (int i = 0; i < MARKS_BLOCK; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(p + i + 1));
		__m128i y80 = equal16(y, 0x80);
		__m128i c2 = _mm_or_si128(equal16(y, 0x85), equal16(y, 0xa0));
		__m128i e2 = _mm_or_si128(y80, equal16(y, 0x81));

		c2 = _mm_and_si128(equal16(x, 0xc2), c2);
		e2 = _mm_and_si128(equal16(x, 0xe2), e2);
		__m128i e1 = _mm_and_si128(equal16(x, 0xe1), equal16(y, 0x9a));
		__m128i e3 = _mm_and_si128(equal16(x, 0xe3), y80);

		wide |= bits16(_mm_or_si128(_mm_or_si128(c2, e2), _mm_or_si128(e1, e3))) << i;
	}
	return wide;
}

/* --- 32 bytes --------------------------------------------------------------------------------- */

/* A byte's kinds are those its low and its high half have in common. */
enum {
	HALF_BRACKET = 1,   /* "[", "_", "{" and DEL, which is nothing */
	HALF_HASH = 2,
	HALF_AT = 4,
	HALF_CONTROL = 8,   /* 09-0D */
	HALF_SEPARATOR = 16, /* 1C-1F */
	HALF_BLANK = 32,
	HALF_DOT = 64,
	HALF_DIGIT = 128,
	HALF_SPACE = HALF_CONTROL | HALF_SEPARATOR | HALF_BLANK,
	HALF_RARE = HALF_BRACKET | HALF_HASH | HALF_AT | HALF_CONTROL | HALF_SEPARATOR,
};

static const uint8_t masks_low[16] __attribute__((aligned(16))) = {
	[0x0] = HALF_DIGIT | HALF_BLANK | HALF_AT,
	[0x1] = HALF_DIGIT,
	[0x2] = HALF_DIGIT,
	[0x3] = HALF_DIGIT | HALF_HASH,
	[0x4 ... 0x8] = HALF_DIGIT,
	[0x9] = HALF_DIGIT | HALF_CONTROL,
	[0xa] = HALF_CONTROL,
	[0xb] = HALF_CONTROL | HALF_BRACKET,
	[0xc ... 0xd] = HALF_CONTROL | HALF_SEPARATOR,
	[0xe] = HALF_SEPARATOR | HALF_DOT,
	[0xf] = HALF_SEPARATOR | HALF_BRACKET,
};

static const uint8_t masks_high[16] __attribute__((aligned(16))) = {
	[0x0] = HALF_CONTROL, [0x1] = HALF_SEPARATOR, [0x2] = HALF_BLANK | HALF_HASH | HALF_DOT,
	[0x3] = HALF_DIGIT,   [0x4] = HALF_AT,        [0x5] = HALF_BRACKET,
	[0x7] = HALF_BRACKET,
};

MASKS(MARKS_AVX2_TARGET) __m256i equal32(__m256i x, int c)
{
	return _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)c));
}

MASKS(MARKS_AVX2_TARGET) uint64_t bits32(__m256i x)
{
	return (unsigned)_mm256_movemask_epi8(x);
}

MASKS(MARKS_AVX2_TARGET) uint64_t kinds32(__m256i kinds, int kind)
{
	kinds = _mm256_and_si256(kinds, _mm256_set1_epi8((char)kind));
	return ~bits32(_mm256_cmpeq_epi8(kinds, _mm256_setzero_si256())) & UINT32_MAX;
}

MASKS(MARKS_AVX2_TARGET) struct masks masks_avx2(const char *p)
{
	const __m256i low = _mm256_broadcastsi128_si256(*(const __m128i *)masks_low);
	const __m256i high = _mm256_broadcastsi128_si256(*(const __m128i *)masks_high);
	struct masks m = {0};

#pragma GCC unroll 2
	for (int i = 0; i < MARKS_BLOCK; i += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
		__m256i half = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));
		__m256i kinds = _mm256_and_si256(_mm256_shuffle_epi8(low, x),
		                                 _mm256_shuffle_epi8(high, half));
		uint64_t lf = bits32(equal32(x, '\n'));

		m.space |= kinds32(kinds, HALF_SPACE) << i;
		m.lf |= lf << i;
		m.dot |= kinds32(kinds, HALF_DOT) << i;
		m.digit |= bits32(kinds) << i; /* the highest bit */
		m.high |= bits32(x) << i;
		m.inside |= bits32(_mm256_cmpgt_epi8(_mm256_set1_epi8(-64), x)) << i;
		m.rare |= (kinds32(kinds, HALF_RARE) & ~lf) << i;
	}
	return m;
}

MASKS(MARKS_AVX2_TARGET) uint64_t wide_avx2(const char *p)
{
	uint64_t wide = 0;

#pragma GCC unroll 2
	for (int i = 0; i < MARKS_BLOCK; i += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
		__m256i y = _mm256_loadu_si256((const __m256i *)(p + i + 1));
		__m256i y80 = equal32(y, 0x80);
		__m256i c2 = _mm256_or_si256(equal32(y, 0x85), equal32(y, 0xa0));
		__m256i e2 = _mm256_or_si256(y80, equal32(y, 0x81));

		c2 = _mm256_and_si256(equal32(x, 0xc2), c2);
		e2 = _mm256_and_si256(equal32(x, 0xe2), e2);
		__m256i e1 = _mm256_and_si256(equal32(x, 0xe1), equal32(y, 0x9a));
		__m256i e3 = _mm256_and_si256(equal32(x, 0xe3), y80);

		wide |= bits32(_mm256_or_si256(_mm256_or_si256(c2, e2), _mm256_or_si256(e1, e3)))
		        << i;
	}
	return wide;
}

/* --- 64 bytes --------------------------------------------------------------------------------- */

MASKS(MARKS_AVX512_TARGET) uint64_t equal64(__m512i x, int c)
{
	return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)c));
}

MASKS(MARKS_AVX512_TARGET) uint64_t kinds64(__m512i kinds, int kind)
{
	return _mm512_test_epi8_mask(kinds, _mm512_set1_epi8((char)kind));
}

MASKS(MARKS_AVX512_TARGET) struct masks masks_avx512(const char *p)
{
	const __m512i low = _mm512_broadcast_i32x4(*(const __m128i *)masks_low);
	const __m512i high = _mm512_broadcast_i32x4(*(const __m128i *)masks_high);
	__m512i x = _mm512_loadu_si512(p);
	__m512i half = _mm512_and_si512(_mm512_srli_epi16(x, 4), _mm512_set1_epi8(0x0f));
	__m512i kinds = _mm512_and_si512(_mm512_shuffle_epi8(low, x),
	                                 _mm512_shuffle_epi8(high, half));
	uint64_t lf = equal64(x, '\n');

	return (struct masks){
		.space = kinds64(kinds, HALF_SPACE),
		.lf = lf,
		.dot = kinds64(kinds, HALF_DOT),
		.digit = _mm512_movepi8_mask(kinds), /* the highest bit */
		.high = _mm512_movepi8_mask(x),
		.inside = _mm512_cmplt_epi8_mask(x, _mm512_set1_epi8(-64)),
		.rare = kinds64(kinds, HALF_RARE) & ~lf,
	};
}

MASKS(MARKS_AVX512_TARGET) uint64_t wide_avx512(const char *p)
{
	__m512i x = _mm512_loadu_si512(p), y = _mm512_loadu_si512(p + 1);
	uint64_t y80 = equal64(y, 0x80);

	return (equal64(x, 0xc2) & (equal64(y, 0x85) | equal64(y, 0xa0))) |
	       (equal64(x, 0xe1) & equal64(y, 0x9a)) |
	       (equal64(x, 0xe2) & (y80 | equal64(y, 0x81))) | (equal64(x, 0xe3) & y80);
}
#endif

#endif
