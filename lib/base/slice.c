#include "lib/base/slice.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

int slice_compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* memmem looks at every byte for so short a string; memchr for its first byte seldom stops. */
static const char *find_short(const char *p, size_t n, struct slice what)
{
	const char *end = p + n - what.n + 1; /* behind the last place where it can start */

	while (p < end && (p = memchr(p, what.p[0], (size_t)(end - p)))) {
		if (memcmp(p, what.p, what.n) == 0)
			return p;
		p++;
	}
	return NULL;
}

size_t slice_find(struct slice s, struct slice what, size_t from)
{
	if (from > s.n)
		return SIZE_MAX;
	if (what.n == 0)
		return from;
	if (what.n > s.n - from)
		return SIZE_MAX;
	const char *hit = what.n <= 3 ? find_short(s.p + from, s.n - from, what)
	                              : memmem(s.p + from, s.n - from, what.p, what.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t slice_count(struct slice s, struct slice what)
{
	size_t count = 0, at = 0;

	while ((at = slice_find(s, what, at)) != SIZE_MAX) {
		count++;
		at += what.n;
	}
	return count;
}

bool slice_cut(struct slice *rest, char at, struct slice *head)
{
	if (rest->n == 0)
		return false;
	const char *hit = memchr(rest->p, at, rest->n);
	size_t n = hit ? (size_t)(hit - rest->p) : rest->n;

	*head = slice_head(*rest, n);
	*rest = slice_tail(*rest, hit ? n + 1 : n);
	return true;
}

static bool is_ascii_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.n && is_ascii_space(s.p[0]))
		s = slice_tail(s, 1);
	while (s.n && is_ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Copies s into a NUL-terminated scratch of 64 bytes; numbers are never longer. */
static bool number_text(struct slice s, char out[64])
{
	if (s.n == 0 || s.n >= 64 || isspace((unsigned char)s.p[0]) || memchr(s.p, 0, s.n))
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = 0;
	return true;
}

bool slice_to_u64(struct slice s, uint64_t *value)
{
	char text[64], *end;

	if (!number_text(s, text) || !isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno == 0 && *end == 0;
}

bool slice_to_i64(struct slice s, int64_t *value)
{
	char text[64], *end;

	if (!number_text(s, text))
		return false;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && *end == 0;
}

bool slice_to_real(struct slice s, double *value)
{
	char text[64], *end;

	if (!number_text(s, text))
		return false;
	errno = 0;
	*value = strtod(text, &end);
	return *end == 0 && isfinite(*value);
}
