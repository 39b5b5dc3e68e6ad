#include "lib/doc/prox.h"

#include "lib/base/utf8.h"

#include <unictype.h>

enum {
	DIGITS_MAX = 4300
}; /* Python refuses longer ones since 3.11 (and the fixes of 3.7 to 3.10) */

/* 10^38, just below the largest 128-bit integer. */
static __int128 int_limit(void)
{
	__int128 limit = 10000000000000000000u;

	return limit * limit;
}

/* int() sees only six ASCII characters as white space, fewer than str.strip does. */
static bool is_int_space(uint32_t c)
{
	return c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) : utf8_is_space(c);
}

static struct slice strip_int_space(struct slice s)
{
	unsigned size;

	while (s.n && is_int_space(utf8_at(s.p, &size)))
		s = slice_tail(s, size);
	while (s.n && is_int_space(utf8_last(s, &size)))
		s.n -= size;
	return s;
}

bool prox_int(struct slice text, __int128 *value)
{
	struct slice s = strip_int_space(text);
	bool negative = false, after_digit = false;
	unsigned digits = 0;
	__int128 sum = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		negative = s.p[0] == '-';
		s = slice_tail(s, 1);
	}
	while (s.n) {
		unsigned size;
		uint32_t c = utf8_at(s.p, &size);

		s = slice_tail(s, size);
		if (c == '_' && after_digit) {
			after_digit = false;
			continue;
		}
		int digit = c < 0x80 ? (c >= '0' && c <= '9' ? (int)c - '0' : -1)
		                     : uc_decimal_value(c);

		if (digit < 0 || ++digits > DIGITS_MAX)
			return false;
		after_digit = true;
		sum = sum < int_limit() / 10 ? sum * 10 + digit : int_limit();
	}
	*value = negative ? -sum : sum;
	return after_digit;
}
