#include "lib/doc/personal.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What may stand in the local part of an address, dots apart. */
static bool is_local(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+/=?^_`{|}~-", c));
}

static bool word_before(struct slice line, size_t at)
{
	unsigned size;

	return at > 0 && unicode_flags(utf8_last(slice_head(line, at), &size)) & UNICODE_WORD;
}

static bool digit_at(struct slice line, size_t at)
{
	return at < line.n && is_digit(line.p[at]);
}

/* The first offset from which LOCAL(.LOCAL)* reaches up to `sign`, starting at a word boundary
 * (\b) and not before `from`; `sign` when there is none. */
static size_t local_part(struct slice line, size_t from, size_t sign)
{
	size_t first = sign;

	while (first > from && (is_local(line.p[first - 1]) ||
	                        (line.p[first - 1] == '.' && first < sign && line.p[first] != '.')))
		first--;
	for (; first < sign; first++) {
		char c = line.p[first];

		if (is_local(c) && (is_alnum(c) || c == '_') != word_before(line, first))
			break;
	}
	return first;
}

/* Bytes of the longest ALNUM([ALNUM-]*ALNUM)? at `at`; *run becomes those of all [ALNUM-]*. */
static size_t label(struct slice line, size_t at, size_t *run)
{
	size_t n = 0, good = 0;

	for (; at + n < line.n && (is_alnum(line.p[at + n]) || line.p[at + n] == '-'); n++)
		if (line.p[at + n] != '-')
			good = n + 1;
	*run = n;
	return n && line.p[at] == '-' ? 0 : good;
}

/* The end of (LABEL.)+LABEL at `at`, or 0. */
static size_t domain_name(struct slice line, size_t at)
{
	size_t run, end = 0; /* of the last label that had a dot before it */

	for (size_t labels = 0;; labels++) {
		size_t good = label(line, at, &run);

		if (good && labels)
			end = at + good;
		if (!good || good != run || at + run >= line.n || line.p[at + run] != '.')
			return end;
		at += run + 1;
	}
}

/* Digits of the number up to 255 at `at`, as (25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?) takes them. */
static size_t octet(struct slice line, size_t at)
{
	size_t n = 0;

	while (n < 3 && digit_at(line, at + n))
		n++;
	if (n < 3 || line.p[at] <= '1' || (line.p[at] == '2' && line.p[at + 1] <= '4') ||
	    (line.p[at] == '2' && line.p[at + 1] == '5' && line.p[at + 2] <= '5'))
		return n;
	return 2;
}

/* The end of [OCTET.OCTET.OCTET.OCTET] or [OCTET.OCTET.OCTET.NAME:] at `at`, or 0. */
static size_t domain_literal(struct slice line, size_t at)
{
	size_t run;

	if (at >= line.n || line.p[at++] != '[')
		return 0;
	for (int i = 0; i < 3; i++) {
		size_t n = octet(line, at);

		if (n == 0 || at + n >= line.n || line.p[at + n] != '.')
			return 0;
		at += n + 1;
	}
	size_t n = octet(line, at);

	if (n && at + n < line.n && line.p[at + n] == ']')
		return at + n + 1;
	label(line, at, &run);
	at += run;
	if (run == 0 || line.p[at - 1] == '-' || at + 1 >= line.n)
		return 0;
	return line.p[at] == ':' && line.p[at + 1] == ']' ? at + 2 : 0;
}

bool personal_email(struct slice line, size_t from, struct personal *found)
{
	const char *sign;

	for (size_t at = from; at < line.n && (sign = memchr(line.p + at, '@', line.n - at));) {
		size_t hit = (size_t)(sign - line.p);
		size_t first = local_part(line, from, hit), end = 0;

		at = hit + 1;
		if (first < hit) {
			end = domain_name(line, at);
			if (end == 0)
				end = domain_literal(line, at);
		}
		if (end) {
			*found = (struct personal){first, end - first};
			return true;
		}
	}
	return false;
}

/* The first offset >= from of an octet that ends exactly at `dot`, or `dot`. */
static size_t octet_before(struct slice line, size_t from, size_t dot)
{
	size_t first = dot;

	while (first > from && dot - first < 3 && is_digit(line.p[first - 1]))
		first--;
	while (first < dot && octet(line, first) != dot - first)
		first++;
	return first;
}

bool personal_ipv4(struct slice line, size_t from, struct personal *found)
{
	const char *next;

	for (size_t at = from; at < line.n && (next = memchr(line.p + at, '.', line.n - at));) {
		size_t dot = (size_t)(next - line.p), end = dot;

		at = dot + 1;
		if (dot == from || !is_digit(line.p[dot - 1]) || !digit_at(line, at))
			continue;
		size_t first = octet_before(line, from, dot);

		for (int i = 0; first < dot && i < 3; i++) {
			size_t n = end < line.n && line.p[end] == '.' ? octet(line, end + 1) : 0;

			if (n == 0)
				first = dot;
			end += n + 1;
		}
		if (first < dot) {
			*found = (struct personal){first, end - first};
			return true;
		}
	}
	return false;
}

static bool in_ipv6(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
	       c == '.';
}

bool personal_ipv6(struct slice line, size_t from, struct personal *found)
{
	const char *colon;

	for (size_t at = from; at < line.n && (colon = memchr(line.p + at, ':', line.n - at));) {
		size_t first = (size_t)(colon - line.p), end = first;

		while (first > from && in_ipv6(line.p[first - 1]) && line.p[first - 1] != '.')
			first--;
		while (end < line.n && in_ipv6(line.p[end]))
			end++;
		at = end;
		if (word_before(line, first) || (end < line.n && is_alnum(line.p[end])))
			continue;
		while (end > first && (line.p[end - 1] == '.' ||
		                       (line.p[end - 1] == ':' && end - first > 1 &&
		                        line.p[end - 2] != ':')))
			end--;
		struct slice address = {line.p + first, end - first};

		if (memchr(address.p, ':', address.n) && personal_ip_is_valid(address)) {
			*found = (struct personal){first, end - first};
			return true;
		}
	}
	return false;
}

/* The end of n digits at `at`, or 0. */
static size_t digits(struct slice line, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!digit_at(line, at + i))
			return 0;
	return at + n;
}

static bool one_of(struct slice line, size_t at, const char *set)
{
	return at < line.n && line.p[at] && strchr(set, line.p[at]);
}

/* The end of [1 sep] (ddd) ddd sep dddd or ddd sep ddd sep dddd at `at`, or 0. */
static size_t national_phone(struct slice line, size_t at)
{
	if (at + 1 < line.n && line.p[at] == '1' && one_of(line, at + 1, "-. "))
		at += 2;
	bool bracket = one_of(line, at, "(");

	at = digits(line, at + bracket, 3);
	if (at == 0 || (bracket && !one_of(line, at, ")")))
		return 0;
	at += bracket;
	if (one_of(line, at, "-. "))
		at++;
	else if (!bracket)
		return 0;
	at = digits(line, at, 3);
	if (at == 0 || !one_of(line, at, "-. "))
		return 0;
	at = digits(line, at + 1, 4);
	return at && !digit_at(line, at) ? at : 0;
}

/* The end of + and 8 to 15 digits, single separators or brackets between, at `at`, or 0. */
static size_t international_phone(struct slice line, size_t at)
{
	size_t count = 0, end = 0;

	if (!one_of(line, at, "+"))
		return 0;
	for (at++; count <= 15; at++) {
		if (digit_at(line, at)) {
			count++;
			end = at + 1;
		} else if (!one_of(line, at, " -./()") || at + 1 >= line.n ||
		           (!is_digit(line.p[at + 1]) && !one_of(line, at + 1, "( "))) {
			break;
		}
	}
	return count >= 8 && count <= 15 ? end : 0;
}

bool personal_phone(struct slice line, size_t from, struct personal *found)
{
	for (size_t at = from; at < line.n; at++) {
		char c = line.p[at];
		size_t end = 0;

		if (!is_digit(c) && c != '(' && c != '+')
			continue;
		if (c == '(' ||
		    !(word_before(line, at) || (at > from && one_of(line, at - 1, ".-+"))))
			end = c == '+' ? international_phone(line, at) : national_phone(line, at);
		if (end) {
			*found = (struct personal){at, end - at};
			return true;
		}
		while (at + 1 < line.n && is_digit(c) && is_digit(line.p[at + 1]))
			at++;
	}
	return false;
}

/* Luhn's check over a run's digits. */
static bool luhn(struct slice run)
{
	unsigned sum = 0, place = 0;

	for (size_t i = run.n; i-- > 0;) {
		if (!is_digit(run.p[i]))
			continue;
		unsigned d = (unsigned)(run.p[i] - '0') << (place++ & 1);

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* The longest number at `at` that ends with a group of digits, or 0. */
static size_t card_end(struct slice line, size_t at)
{
	size_t count = 0, good = 0;

	for (size_t end = at; count <= 19; end++) {
		if (digit_at(line, end)) {
			count++;
			if (!digit_at(line, end + 1) && count >= 13 && count <= 19 &&
			    luhn((struct slice){line.p + at, end + 1 - at}))
				good = end + 1;
		} else if (!one_of(line, end, " -") || !digit_at(line, end + 1)) {
			break;
		}
	}
	return good;
}

bool personal_card(struct slice line, size_t from, struct personal *found)
{
	for (size_t at = from; at < line.n; at++) {
		if (!is_digit(line.p[at]))
			continue;
		size_t end = line.p[at] >= '2' && line.p[at] <= '6' && !word_before(line, at)
		                     ? card_end(line, at)
		                     : 0;

		if (end) {
			*found = (struct personal){at, end - at};
			return true;
		}
		while (digit_at(line, at + 1))
			at++;
	}
	return false;
}
