#include "lib/doc/edges.h"

/* What 64 bytes are, a bit each. */
struct kinds {
	uint64_t space;
	uint64_t small;  /* a-z */
	uint64_t letter; /* those, A-Z, what characters from U+00C0 to U+047F begin with, and what
	                  * goes on with any character */
	uint64_t digit;
	uint64_t mark;   /* leaves the end of a chunk behind any letter or digit */
	uint64_t dot;    /* leaves it behind a small letter or a digit */
};

enum { SPACE = 1, SMALL = 2, LETTER = 4, DIGIT = 8, MARK = 16, DOT = 32 };
static const uint8_t kind_of[256] = {
	[0x09 ... 0x0d] = SPACE,        [0x1c ... 0x20] = SPACE,  ['!' ... '#'] = MARK,
	['&' ... '*'] = MARK,           [','] = MARK,             ['.'] = DOT,
	['0' ... '9'] = DIGIT,          [':' ... '<'] = MARK,     ['>' ... '?'] = MARK,
	['A' ... 'Z'] = LETTER,         ['['] = MARK,             [']'] = MARK,
	['_' ... '`'] = MARK,           ['a' ... 'z'] = SMALL | LETTER,
	['{'] = MARK,                   ['}'] = MARK,             [0x80 ... 0xbf] = LETTER,
	[0xc3 ... 0xd1] = LETTER,
};

static struct kinds kinds_portable(const char *block)
{
	struct kinds k = {0};

	for (unsigned i = 0; i < EDGES_BLOCK; i++) {
		uint64_t kind = kind_of[(unsigned char)block[i]];

		k.space |= (kind & 1) << i;
		k.small |= (kind >> 1 & 1) << i;
		k.letter |= (kind >> 2 & 1) << i;
		k.digit |= (kind >> 3 & 1) << i;
		k.mark |= (kind >> 4 & 1) << i;
		k.dot |= (kind >> 5 & 1) << i;
	}
	return k;
}

#define INLINE static inline __attribute__((always_inline))

/* Writes the places of the bits, from the lowest up, eight at a time: how many there are is hard to
 * foresee, and so would be where a loop over them ends. */
INLINE size_t write_bits(uint64_t bits, uint32_t at, uint32_t *place)
{
	size_t n = (size_t)__builtin_popcountll(bits);

	for (size_t i = 0; i < n; i += 8)
		for (unsigned k = 0; k < 8; k++) {
			place[i + k] = at + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
			bits &= bits - 1;
		}
	return n;
}

/* Takes up the next block; `write` does what write_bits does. */
INLINE void add_block(struct edges *e, struct kinds k,
                      size_t (*write)(uint64_t bits, uint32_t at, uint32_t *place))
{
	uint64_t run = ~k.space, runs = k.letter | k.digit, other = run & ~runs;
	uint64_t inside = run << 1 | e->inside;
	uint64_t letter = k.letter << 1 | e->was_letter, digit = k.digit << 1 | e->was_digit;
	uint64_t small = k.small << 1 | e->was_small;

	/* Fine as long as white space comes next. */
	uint64_t open = other & (~inside | (k.mark & (letter | digit)) | (k.dot & (small | digit)));
	uint64_t odd = (other & ~open) | (run & (open << 1 | e->was_open)) | (k.letter & digit) |
	               (k.digit & letter);
	uint64_t sum, carry = __builtin_add_overflow(run, odd, &sum);

	/* The addition carries from any odd bit of a run to the white space behind the run. */
	carry |= __builtin_add_overflow(sum, e->was_odd, &sum);
	for (uint64_t ends = sum & k.space; ends; ends &= ends - 1) {
		uint64_t before = (run ^ inside) & ((ends & -ends) - 1);

		e->odd[e->n_odd++] = (uint32_t)(e->n + (size_t)__builtin_popcountll(before)) / 2;
	}
	e->n += write(run ^ inside, (uint32_t)e->at, e->edge + e->n);
	e->inside = run >> 63;
	e->was_letter = k.letter >> 63;
	e->was_digit = k.digit >> 63;
	e->was_small = k.small >> 63;
	e->was_open = open >> 63;
	e->was_odd = carry;
	e->at += EDGES_BLOCK;
}

#ifdef __x86_64__
#include <immintrin.h>
#define TARGET "avx2,bmi,popcnt"
#define INLINE_AVX2 static inline __attribute__((always_inline, target(TARGET)))

/* 0xff for each byte from `first` on within `size` bytes. */
INLINE_AVX2 __m256i between(__m256i x, unsigned char first, unsigned char size)
{
	x = _mm256_sub_epi8(x, _mm256_set1_epi8((char)first));
	return _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8((char)(size - 1))), x);
}

INLINE_AVX2 uint64_t bits_of(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
	                                                     << 32;
}

INLINE_AVX2 __m256i spaces(__m256i x)
{
	return _mm256_or_si256(between(x, 0x09, 5), between(x, 0x1c, 5));
}

INLINE_AVX2 __m256i letters(__m256i x)
{
	__m256i ascii = between(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 26);
	__m256i wide = _mm256_or_si256(between(x, 0x80, 0x40), between(x, 0xc3, 0xd2 - 0xc3));

	return _mm256_or_si256(ascii, wide);
}

/* The rows of the ASCII table in which a mark has this lower half of its byte, and the row that the
 * upper half stands for. */
enum { ROW2 = 1, ROW3 = 2, ROW5 = 4, ROW6 = 8, ROW7 = 16 };
static const char rows_of_lower[16] __attribute__((aligned(16))) = {
	ROW6, ROW2, ROW2, ROW2, 0, 0, ROW2, ROW2, ROW2, ROW2, ROW2 | ROW3, ROW3 | ROW5 | ROW7,
	ROW2 | ROW3, ROW5 | ROW7, ROW3, ROW3 | ROW5,
};
static const char row_of_upper[16] __attribute__((aligned(16))) = {
	0, 0, ROW2, ROW3, 0, ROW5, ROW6, ROW7,
};

INLINE_AVX2 __m256i marks(__m256i x)
{
	const __m256i rows = _mm256_broadcastsi128_si256(*(const __m128i *)rows_of_lower);
	const __m256i row = _mm256_broadcastsi128_si256(*(const __m128i *)row_of_upper);
	__m256i upper = _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));
	__m256i hit =
	        _mm256_and_si256(_mm256_shuffle_epi8(rows, x), _mm256_shuffle_epi8(row, upper));

	return _mm256_cmpgt_epi8(hit, _mm256_setzero_si256());
}

INLINE_AVX2 struct kinds kinds_avx2(const char *block)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)(const void *)block);
	__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(block + 32));
	const __m256i dot = _mm256_set1_epi8('.');

	return (struct kinds){
		.space = bits_of(spaces(a), spaces(b)),
		.small = bits_of(between(a, 'a', 26), between(b, 'a', 26)),
		.letter = bits_of(letters(a), letters(b)),
		.digit = bits_of(between(a, '0', 10), between(b, '0', 10)),
		.mark = bits_of(marks(a), marks(b)),
		.dot = bits_of(_mm256_cmpeq_epi8(a, dot), _mm256_cmpeq_epi8(b, dot)),
	};
}

__attribute__((target(TARGET))) static void add_blocks_avx2(struct edges *e, const char *p,
                                                            size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_block(e, kinds_avx2(p + i * EDGES_BLOCK), write_bits);
}

#define TARGET512 "avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,popcnt"
#define INLINE_AVX512 static inline __attribute__((always_inline, target(TARGET512)))

/* Bit i: byte i is one of `size` from `first` on. */
INLINE_AVX512 uint64_t within(__m512i x, unsigned char first, unsigned char size)
{
	x = _mm512_sub_epi8(x, _mm512_set1_epi8((char)first));
	return _mm512_cmplt_epu8_mask(x, _mm512_set1_epi8((char)size));
}

INLINE_AVX512 struct kinds kinds_avx512(const char *block)
{
	const __m512i rows = _mm512_broadcast_i32x4(*(const __m128i *)rows_of_lower);
	const __m512i row = _mm512_broadcast_i32x4(*(const __m128i *)row_of_upper);
	__m512i x = _mm512_loadu_si512(block), lower = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
	__m512i upper = _mm512_and_si512(_mm512_srli_epi16(x, 4), _mm512_set1_epi8(0x0f));

	return (struct kinds){
		.space = within(x, 0x09, 5) | within(x, 0x1c, 5),
		.small = within(x, 'a', 26),
		.letter = within(lower, 'a', 26) | within(x, 0x80, 0x40) |
		          within(x, 0xc3, 0xd2 - 0xc3),
		.digit = within(x, '0', 10),
		.mark = _mm512_test_epi8_mask(_mm512_shuffle_epi8(rows, x),
		                              _mm512_shuffle_epi8(row, upper)),
		.dot = within(x, '.', 1),
	};
}

static const uint8_t count_up[64] __attribute__((aligned(64))) = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
	22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
	44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};

INLINE_AVX512 void write_16(__m128i places, uint32_t at, uint32_t *place)
{
	_mm512_storeu_si512(place, _mm512_add_epi32(_mm512_cvtepu8_epi32(places),
	                                            _mm512_set1_epi32((int)at)));
}

INLINE_AVX512 size_t write_bits_avx512(uint64_t bits, uint32_t at, uint32_t *place)
{
	size_t n = (size_t)_mm_popcnt_u64(bits);
	__m512i places = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(count_up));

	write_16(_mm512_castsi512_si128(places), at, place);
	write_16(_mm512_extracti32x4_epi32(places, 1), at, place + 16);
	if (n > 32) {
		write_16(_mm512_extracti32x4_epi32(places, 2), at, place + 32);
		write_16(_mm512_extracti32x4_epi32(places, 3), at, place + 48);
	}
	return n;
}

__attribute__((target(TARGET512))) static void add_blocks_avx512(struct edges *e, const char *p,
                                                                 size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_block(e, kinds_avx512(p + i * EDGES_BLOCK), write_bits_avx512);
}
#endif

static void add_blocks(struct edges *e, const char *p, size_t n)
{
#ifdef __x86_64__
	if (e->level == EDGES_AVX512) {
		add_blocks_avx512(e, p, n);
		return;
	}
	if (e->level == EDGES_AVX2) {
		add_blocks_avx2(e, p, n);
		return;
	}
#endif
	for (size_t i = 0; i < n; i++)
		add_block(e, kinds_portable(p + i * EDGES_BLOCK), write_bits);
}

enum edges_level edges_best(void)
{
#ifdef __x86_64__
	bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	            __builtin_cpu_supports("popcnt");

	if (avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
	    __builtin_cpu_supports("avx512vbmi2"))
		return EDGES_AVX512;
	if (avx2)
		return EDGES_AVX2;
#endif
	return EDGES_PORTABLE;
}

void edges_start(struct edges *e, struct slice text, enum edges_level level)
{
	e->text = text;
	e->level = level;
	e->n = e->at = 0;
	e->inside = e->was_letter = e->was_digit = e->was_small = e->was_open = e->was_odd = 0;
}

bool edges_next(struct edges *e)
{
	size_t left = e->text.n - e->at;

	if (e->at > e->text.n)
		return false;
	/* A chunk may be under way. */
	if (e->n % 2)
		e->edge[0] = e->edge[e->n - 1];
	e->n %= 2;
	e->n_odd = 0;
	if (left >= EDGES_WINDOW) {
		add_blocks(e, e->text.p + e->at, EDGES_WINDOW / EDGES_BLOCK);
	} else {
		char last[EDGES_BLOCK];
		size_t whole = left / EDGES_BLOCK;

		add_blocks(e, e->text.p + e->at, whole);
		memset(last, ' ', sizeof last); /* which ends a chunk */
		if (left % EDGES_BLOCK)
			memcpy(last, e->text.p + e->at, left % EDGES_BLOCK);
		add_blocks(e, last, 1);
	}
	e->odd[e->n_odd] = UINT32_MAX;
	return true;
}
