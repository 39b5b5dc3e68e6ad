/* Walking the members of one array or object of a record that was read before. */
#include "lib/doc/json_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Just behind the string that starts at p. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end;) {
#if defined(__SSE2__)
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		unsigned mask = (unsigned)_mm_movemask_epi8(
		        _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
		                     _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));

		if (!mask) {
			p += 16;
			continue;
		}
		p += __builtin_ctz(mask);
#endif
		if (p < end && *p == '"')
			return p + 1;
		p += p < end && *p == '\\' ? 2 : 1;
	}
	return end;
}

/* Just behind the value that starts at p. */
static const char *skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	if (p < end && *p != '"' && *p != '{' && *p != '[') {
		while (p < end && *p != ',' && *p != '}' && *p != ']' && !json_is_space(*p))
			p++;
		return p;
	}
	while (p < end) {
		char c = *p;

		p = c == '"' ? skip_string(p, end) : p + 1;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth == 0)
			break;
	}
	return p;
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && json_is_space(*p))
		p++;
	return p;
}

int json_each(struct json *j, struct slice span, struct arena *mem,
              int (*each)(void *user, struct slice key, const struct json_value *value), void *user)
{
	(void)j;
	if (span.n < 2)
		return 0;
	const char *end = span.p + span.n - 1, *p = skip_space(span.p + 1, end);
	bool object = span.p[0] == '{';
	int stop = 0;

	while (p < end && !stop) {
		struct slice key = S("");

		if (object) {
			const char *start = p;

			p = skip_string(p, end);
			key = json_value_read((struct slice){start, (size_t)(p - start)}, mem).text;
			p = skip_space(p, end);
			p = skip_space(p + 1, end); /* the colon */
		}
		const char *start = p;

		p = skip_value(p, end);
		struct json_value value =
		        json_value_read((struct slice){start, (size_t)(p - start)}, mem);

		stop = each(user, key, &value);
		p = skip_space(p, end);
		p = skip_space(p + 1, end); /* the comma */
	}
	return stop;
}
