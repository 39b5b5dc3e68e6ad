#include "lib/base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes of the valid character at p, n >= 1 bytes left; 0 when it is not one. */
static unsigned valid_size(const unsigned char *p, size_t n)
{
	unsigned char a = p[0];

	if (a < 0x80)
		return 1;
	if (a < 0xc2 || a > 0xf4)
		return 0;
	unsigned size = utf8_size(a);

	if (n < size)
		return 0;
	for (unsigned i = 1; i < size; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((a == 0xe0 && p[1] < 0xa0) || (a == 0xed && p[1] > 0x9f) ||
	    (a == 0xf0 && p[1] < 0x90) || (a == 0xf4 && p[1] > 0x8f))
		return 0;
	return size;
}

bool utf8_valid(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	for (size_t i = 0; i < s.n;) {
		uint64_t eight;

		if (i + 8 <= s.n &&
		    (memcpy(&eight, p + i, 8), (eight & 0x8080808080808080u) == 0)) {
			i += 8;
			continue;
		}
		unsigned size = valid_size(p + i, s.n - i);

		if (size == 0)
			return false;
		i += size;
	}
	return true;
}

enum { EIGHT = sizeof(uint64_t) };

static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

/* All bytes but those that continue a character, as many at a time as there are. */
size_t utf8_count(struct slice s)
{
	size_t count = s.n, i = 0;
	uint64_t w;

#ifdef __SSE2__
	for (; i + sizeof(__m128i) <= s.n; i += sizeof(__m128i)) {
		__m128i x = _mm_loadu_si128((const __m128i *)(s.p + i));
		__m128i inside = _mm_cmplt_epi8(x, _mm_set1_epi8(-64)); /* each -1 */
		__m128i sum = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), inside),
		                           _mm_setzero_si128());

		count -= (size_t)(_mm_cvtsi128_si32(sum) +
		                  _mm_cvtsi128_si32(_mm_unpackhi_epi64(sum, sum)));
	}
#endif
	for (; i + EIGHT <= s.n; i += EIGHT) {
		memcpy(&w, s.p + i, EIGHT);
		w = (w >> 7) & (~w >> 6) & ones;
		count -= w * ones >> 56;
	}
	for (; i < s.n; i++)
		count -= ((unsigned char)s.p[i] & 0xc0) == 0x80;
	return count;
}

void utf8_lower_ascii(struct slice s, char *out)
{
	size_t i = 0;
	uint64_t w;

	for (; i + EIGHT <= s.n; i += EIGHT) {
		memcpy(&w, s.p + i, EIGHT);
		uint64_t low = w & ~tops; /* so that no addition carries into the next byte */
		uint64_t from_a = low + (0x80 - 'A') * ones, behind_z = low + (0x7f - 'Z') * ones;

		w |= (from_a & ~behind_z & ~w & tops) >> 2; /* 0x80 becomes the bit of lower case */
		memcpy(out + i, &w, EIGHT);
	}
	for (; i < s.n; i++)
		out[i] = (char)(s.p[i] | (s.p[i] >= 'A' && s.p[i] <= 'Z') << 5);
}

uint32_t utf8_last(struct slice s, unsigned *size)
{
	size_t at = s.n - 1;

	while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	return utf8_at(s.p + at, size);
}

unsigned utf8_put(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

struct slice utf8_strip_some_head(struct slice s)
{
	while (s.n) {
		unsigned size;

		if (!utf8_is_space(utf8_at(s.p, &size)))
			break;
		s = slice_tail(s, size);
	}
	return s;
}

struct slice utf8_strip_some_tail(struct slice s)
{
	while (s.n) {
		unsigned size;

		if (!utf8_is_space(utf8_last(s, &size)))
			break;
		s.n -= size;
	}
	return s;
}

bool utf8_split(struct slice *rest, struct slice *word)
{
	struct slice s = utf8_strip_head(*rest);
	size_t n = 0;

	while (n < s.n) {
		unsigned char c = (unsigned char)s.p[n];
		unsigned size = 1;

		if ((c <= ' ' || c >= 0x80) && utf8_is_space(utf8_at(s.p + n, &size)))
			break;
		n += size;
	}
	*word = slice_head(s, n);
	*rest = slice_tail(s, n);
	return n > 0;
}

/* What a byte says about white space: none, a space of its own, or perhaps the head of one. */
enum { WORD_BYTE, SPACE_BYTE, MAYBE_BYTE };

static const unsigned char space_class[256] = {
	[0x09 ... 0x0d] = SPACE_BYTE, [0x1c ... 0x20] = SPACE_BYTE,
	[0xc2] = MAYBE_BYTE,          [0xe1 ... 0xe3] = MAYBE_BYTE,
};

/* Sixteen bytes at a time, in the compiler's own vectors: SSE2 or NEON where there is one. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

static bytes16 load16(const char *p)
{
	bytes16 x;

	memcpy(&x, p, sizeof x);
	return x;
}

static bool any16(bytes16 x)
{
	uint64_t half[2];

	memcpy(half, &x, sizeof half);
	return (half[0] | half[1]) != 0;
}

/* 0xff for each ASCII white space. */
static bytes16 ascii_spaces(bytes16 x)
{
	return (bytes16)(x == ' ') | (bytes16)(x - 9 < 5) | (bytes16)(x - 0x1c < 4);
}

/* Whether one of sixteen bytes heads a space of several bytes; two more lie behind them. */
static bool heads_long_space(const char *p)
{
	bytes16 x = load16(p);

	if (!any16((bytes16)(x == 0xc2) | (bytes16)(x - 0xe1 < 3)))
		return false;
	bytes16 y = load16(p + 1), z = load16(p + 2);
	bytes16 two = (bytes16)(x == 0xc2) & ((bytes16)(y == 0x85) | (bytes16)(y == 0xa0));
	bytes16 ogham = (bytes16)(x == 0xe1) & (bytes16)(y == 0x9a) & (bytes16)(z == 0x80);
	bytes16 general = (bytes16)(y == 0x80) & ((bytes16)(z - 0x80 < 0x0b) |
	                                          (bytes16)(z == 0xa8) |
	                                         (bytes16)(z == 0xa9) | (bytes16)(z == 0xaf));
	bytes16 mathematical = (bytes16)(y == 0x81) & (bytes16)(z == 0x9f);
	bytes16 wide = (bytes16)(x == 0xe3) & (bytes16)(y == 0x80) & (bytes16)(z == 0x80);

	return any16(two | ogham | ((bytes16)(x == 0xe2) & (general | mathematical)) | wide);
}

/* Words that begin in sixteen bytes none of which heads a longer space; a byte lies before them. */
static unsigned words_of_16(const char *p, unsigned before)
{
	bytes16 space = ascii_spaces(load16(p));
	bytes16 begins = ascii_spaces(load16(p - 1)) & ~space & 1;
	uint64_t half[2];

	memcpy(half, &begins, sizeof half);
	unsigned n = (unsigned)((half[0] + half[1]) * 0x0101010101010101u >> 56);

	/* Behind a longer space the byte before is none by itself. */
	return n + (before && space_class[(unsigned char)p[-1]] != SPACE_BYTE && !space[0]);
}

size_t utf8_count_words(struct slice s)
{
	size_t words = 0, i = 0;
	unsigned before = SPACE_BYTE;

	while (i < s.n) {
		size_t end = i == 0 && s.n > 16 ? 16 : s.n;

		if (i && s.n - i >= 18) {
			end = i + 16;
			if (!heads_long_space(s.p + i)) {
				words += words_of_16(s.p + i, before);
				before = space_class[(unsigned char)s.p[end - 1]] & SPACE_BYTE;
				i = end;
				continue;
			}
		}
		while (i < end) {
			unsigned now = space_class[(unsigned char)s.p[i]], size = 1;

			if (now == MAYBE_BYTE)
				now = utf8_is_space(utf8_at(s.p + i, &size))
				       ? SPACE_BYTE : WORD_BYTE;
			words += before & (now ^ SPACE_BYTE);
			before = now;
			i += size;
		}
	}
	return words;
}

/* Bytes of the line break at s[at], 0 when there is none. */
static unsigned break_size(struct slice s, size_t at)
{
	unsigned char c = (unsigned char)s.p[at];

	if (c == '\r')
		return at + 1 < s.n && s.p[at + 1] == '\n' ? 2 : 1;
	if ((c >= 0x0a && c <= 0x0c) || (c >= 0x1c && c <= 0x1e))
		return 1;
	if (c == 0xc2 && (unsigned char)s.p[at + 1] == 0x85)
		return 2;
	if (c == 0xe2 && (unsigned char)s.p[at + 1] == 0x80 &&
	    ((unsigned char)s.p[at + 2] == 0xa8 || (unsigned char)s.p[at + 2] == 0xa9))
		return 3;
	return 0;
}

/* The first byte at or behind `at` that may begin a line break: 0A-0D, 1C-1E, C2, E2. */
static size_t break_candidate(struct slice s, size_t at)
{
#ifdef __SSE2__
	for (; at + sizeof(__m128i) <= s.n; at += sizeof(__m128i)) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s.p + at));
		__m128i a = _mm_sub_epi8(v, _mm_set1_epi8(0x0a));
		__m128i b = _mm_sub_epi8(v, _mm_set1_epi8(0x1c));
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8(3)), a),
		                           _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(2)), b));

		hit = _mm_or_si128(hit, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xc2)),
		                                     _mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xe2))));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);

		if (mask)
			return at + (unsigned)__builtin_ctz(mask);
	}
#endif
	for (; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];

		if ((c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0xc2 || c == 0xe2)
			break;
	}
	return at;
}

bool utf8_splitline(struct slice *rest, struct slice *line)
{
	unsigned size = 0;
	size_t at = 0;

	if (rest->n == 0)
		return false;
	while ((at = break_candidate(*rest, at)) < rest->n && (size = break_size(*rest, at)) == 0)
		at++;
	*line = slice_head(*rest, at);
	*rest = slice_tail(*rest, at + size);
	return true;
}
