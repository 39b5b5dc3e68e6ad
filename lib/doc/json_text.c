#include "lib/doc/json_text.h"

#include <stdlib.h>

#include "lib/base/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { STEP = 64 };
_Static_assert((int)STEP <= (int)JSON_PADDING, "steps read beyond the end of a string");

/* Copies STEP bytes; bit i is set when byte i is a backslash. */
static inline uint64_t copy_step(char *to, const char *from)
{
	uint64_t mask = 0;

#if defined(__SSE2__)
	const __m128i backslash = _mm_set1_epi8('\\');

#pragma GCC unroll 4
	for (unsigned i = 0; i < STEP; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(from + i));

		_mm_storeu_si128((__m128i *)(to + i), x);
		mask |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, backslash)) << i;
	}
#else
	memcpy(to, from, STEP);
	for (unsigned i = 0; i < STEP; i++)
		mask |= (uint64_t)(from[i] == '\\') << i;
#endif
	return mask;
}

/* What stands for itself behind a backslash: "n" for LF. */
static inline char short_escape(char letter)
{
	static const char meaning[128] = {
	        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
	};

	return letter < 0 ? 0 : meaning[(unsigned char)letter];
}

/* The value of four hex digits, or UINT32_MAX. */
static inline uint32_t hex4(const char *p)
{
	static const unsigned char one_more[256] = {
	        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	        ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
	};
	const unsigned char *s = (const unsigned char *)p;
	uint32_t a = one_more[s[0]], b = one_more[s[1]], c = one_more[s[2]], d = one_more[s[3]];

	return a && b && c && d ? (a << 12) + (b << 8) + (c << 4) + d - 0x1111 : UINT32_MAX;
}

/* Reads the escape whose backslash is at *p and steps over it. */
static inline enum json_fault read_escape(const char **p, const char *end, uint32_t *c,
                                          const char **why)
{
	const char *s = *p;
	const char letter = end - s > 1 ? s[1] : 0;

	if (letter != 'u') {
		*c = (unsigned char)short_escape(letter);
		*p = s + 2;
		if (*c)
			return JSON_GOOD;
		*why = "unknown escape in a string";
		return JSON_BAD;
	}
	uint32_t high = end - s >= 6 ? hex4(s + 2) : UINT32_MAX;

	if (high == UINT32_MAX) {
		*why = "\\u without four hex digits";
		return JSON_BAD;
	}
	*c = high;
	*p = s + 6;
	if (high < 0xd800 || high > 0xdfff)
		return JSON_GOOD;
	uint32_t low =
	        high < 0xdc00 && end - s >= 12 && s[6] == '\\' && s[7] == 'u' ? hex4(s + 8) : 0;

	if (low < 0xdc00 || low > 0xdfff) {
		*why = "half of a surrogate pair in a string";
		return JSON_LONE_SURROGATE;
	}
	*c = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	*p = s + 12;
	return JSON_GOOD;
}

static const char *find_backslash(const char *p, const char *end)
{
	return p < end ? *p == '\\' ? p : memchr(p, '\\', (size_t)(end - p)) : NULL;
}

enum json_fault json_text_check(struct slice s, const char **why)
{
	const char *end = s.p + s.n;
	enum json_fault fault = JSON_GOOD;
	uint32_t c;

	for (const char *p = find_backslash(s.p, end); p && !fault; p = find_backslash(p, end))
		fault = read_escape(&p, end, &c, why);
	return fault;
}

enum json_fault json_text_read(struct slice s, struct arena *mem, struct slice *text,
                               const char **why)
{
	const char *p = find_backslash(s.p, s.p + s.n), *end = s.p + s.n;

	if (!p) {
		*text = s;
		return JSON_GOOD;
	}
	/* No escape is shorter than what it stands for; STEP more for the last copy. */
	size_t room = s.n + STEP, head = (size_t)(p - s.p);
	char *start = arena_alloc(mem, room), *out = start;

	memcpy(out, s.p, head);
	out += head;
	while (p < end) {
		if (*p == '\\' && p + 1 < end && short_escape(p[1])) {
			*out++ = short_escape(p[1]);
			p += 2;
		} else if (*p == '\\') {
			uint32_t c;
			enum json_fault fault = read_escape(&p, end, &c, why);

			if (fault)
				return fault;
			out += utf8_put(out, c);
			if (p < end && *p == '\\')
				continue; /* whole words may be escaped */
		}
		uint64_t mask;

		/* A branch that is guessed lets the next step begin before this one ends. */
		while (!(mask = copy_step(out, p)) && end - p > STEP) {
			p += STEP;
			out += STEP;
		}
		size_t plain = mask ? (size_t)__builtin_ctzll(mask) : STEP;
		size_t left = (size_t)(end - p);

		if (plain > left)
			plain = left;
		p += plain;
		out += plain;
	}
	*text = (struct slice){start, (size_t)(out - start)};
	arena_grow(mem, start, room, text->n);
	return JSON_GOOD;
}

static size_t digits(struct slice s, size_t at)
{
	while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	return at;
}

bool json_number_valid(struct slice s)
{
	size_t at = s.n && s.p[0] == '-', start = at;

	at = digits(s, at);
	if (at == start || (s.p[start] == '0' && at > start + 1))
		return false;
	if (at < s.n && s.p[at] == '.') {
		start = ++at;
		at = digits(s, at);
		if (at == start)
			return false;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		if (at < s.n && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		start = at;
		at = digits(s, at);
		if (at == start)
			return false;
	}
	return at == s.n;
}

double json_number_read(struct slice s)
{
	uint64_t whole = 0;

	if (s.n > 15 || digits(s, 0) != s.n)
		return strtod(s.p, NULL);
	for (size_t i = 0; i < s.n; i++)
		whole = whole * 10 + (uint64_t)(s.p[i] - '0');
	return (double)whole;
}

struct json_value json_value_read(struct slice span, struct arena *mem)
{
	struct json_value v = {.span = span};
	const char *why;

	switch (span.p[0]) {
	case '{':
		v.kind = JSON_OBJECT;
		break;
	case '[':
		v.kind = JSON_ARRAY;
		break;
	case 'n':
		v.kind = JSON_NULL;
		break;
	case 't':
	case 'f':
		v.kind = JSON_BOOL;
		v.truth = span.p[0] == 't';
		break;
	case '"':
		v.kind = JSON_STRING;
		if (json_text_read((struct slice){span.p + 1, span.n - 2}, mem, &v.text, &why))
			v.kind = JSON_MISSING;
		break;
	default:
		v.kind = JSON_NUMBER;
		v.number = json_number_read(span);
	}
	return v;
}
