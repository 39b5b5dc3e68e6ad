#include "lib/base/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char hex[] = "0123456789abcdef";

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

#if defined(__SSE2__)
#include <emmintrin.h>

/* Bytes at the head of s that need no escape, 16 at a time; the rest is left to the caller's loop. */
static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;

	for (; i + 16 <= n; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i bad = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
		                     _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))),
			_mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v));
		int mask = _mm_movemask_epi8(bad);

		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
	while (i < n && !needs_escape((unsigned char)p[i]))
		i++;
	return i;
}
#else
static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && !needs_escape((unsigned char)p[i]))
		i++;
	return i;
}
#endif

/* Writes the escape of c at p (6 bytes of room) and returns its length. */
static size_t escape_byte(char *p, unsigned char c)
{
	static const char letters[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *hit = c ? memchr(letters, c, sizeof letters - 1) : NULL;

	p[0] = '\\';
	if (hit && (hit - letters) % 2 == 0) {
		p[1] = hit[1];
		return 2;
	}
	memcpy(p + 1, "u00", 3);
	p[4] = hex[c >> 4];
	p[5] = hex[c & 15];
	return 6;
}

void json_write_escaped(struct buf *out, struct slice s)
{
	size_t at = 0;

	while (at < s.n) {
		size_t run = plain_run(s.p + at, s.n - at);

		buf_add(out, (struct slice){s.p + at, run});
		at += run;
		if (at < s.n) {
			char *p = buf_reserve(out, 6);

			out->n += escape_byte(p, (unsigned char)s.p[at++]);
		}
	}
}

void json_write_text(struct buf *out, struct slice s)
{
	buf_reserve(out, s.n + s.n / 16 + 2);
	buf_byte(out, '"');
	json_write_escaped(out, s);
	buf_byte(out, '"');
}

void json_write_count(struct buf *out, uint64_t value)
{
	char text[20], *p = text + sizeof text;

	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	buf_add(out, (struct slice){p, (size_t)(text + sizeof text - p)});
}

void json_write_real(struct buf *out, double value)
{
	char text[32];

	if (!isfinite(value)) {
		buf_add(out, S("null"));
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_add(out, slice_of(text));
}

void json_write_key(struct buf *out, struct slice key)
{
	if (out->n && out->p[out->n - 1] != '{' && out->p[out->n - 1] != '[')
		buf_byte(out, ',');
	json_write_text(out, key);
	buf_byte(out, ':');
}
