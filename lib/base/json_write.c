#include "lib/base/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char hex[] = "0123456789abcdef";

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

enum { STEP = 32 };

/* Copies the STEP bytes at `from`, whatever they are; bit i is set when byte i needs an escape. */
static inline uint32_t copy_step(char *to, const char *from)
{
	uint32_t bad = 0;

#if defined(__SSE2__)
	for (unsigned i = 0; i < STEP; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(from + i));
		__m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
		__m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
		__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
		__m128i any = _mm_or_si128(_mm_or_si128(quote, backslash), control);

		_mm_storeu_si128((__m128i *)(to + i), v);
		bad |= (uint32_t)_mm_movemask_epi8(any) << i;
	}
#else
	memcpy(to, from, STEP);
	for (unsigned i = 0; i < STEP; i++)
		bad |= (uint32_t)needs_escape((unsigned char)from[i]) << i;
#endif
	return bad;
}

/* Writes the escape of c at p (6 bytes of room) and returns its length. */
static size_t escape_byte(char *p, unsigned char c)
{
	static const char letter['\\' + 1] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',   ['\r'] = 'r',
		['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
	};

	p[0] = '\\';
	if (letter[c]) {
		p[1] = letter[c];
		return 2;
	}
	memcpy(p + 1, "u00", 3);
	p[4] = hex[c >> 4];
	p[5] = hex[c & 15];
	return 6;
}

void json_write_escaped(struct buf *out, struct slice s)
{
	/* At least one byte for each that is left, and one step or escape more. */
	char *p = buf_reserve(out, s.n + STEP), *end = out->p + out->cap;

	for (size_t at = 0; at < s.n;) {
		const char *from = s.p + at;
		char last[STEP] = {0}; /* behind the end stands a byte to stop at */

		if (s.n - at < STEP)
			from = memcpy(last, from, s.n - at);
		uint32_t bad = copy_step(p, from);

		if (!bad) { /* a branch that is guessed lets the next step begin before this one
			       ends */
			at += STEP;
			p += STEP;
			continue;
		}
		at += (size_t)__builtin_ctz(bad);
		p += __builtin_ctz(bad);
		if (at == s.n)
			break;
		p += escape_byte(p, (unsigned char)s.p[at++]);
		if ((size_t)(end - p) < s.n - at + STEP) {
			out->n = (size_t)(p - out->p);
			p = buf_reserve(out, s.n - at + s.n / 16 + STEP);
			end = out->p + out->cap;
		}
	}
	out->n = (size_t)(p - out->p);
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
	enum { MOST = 20 };
	char text[MOST], *p = text + MOST, *to = buf_reserve(out, MOST);

	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	size_t n = (size_t)(text + MOST - p);

	for (size_t i = 0; i < n; i++)
		to[i] = p[i];
	out->n += n;
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
