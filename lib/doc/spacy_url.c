/* spaCy's URL rule: a scheme and user name or not, a public IPv4 address or a host name with a
 * top-level domain of letters, a port or not, a path or not. One pass per candidate host; hosts
 * start behind an @ and hold none, so all of it is linear. */
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/spacy.h"
#include "lib/doc/spacy_class.h"

enum { LABEL_CHARS = 64, TOP_CHARS = 63 };

/* True when s is nothing, or a port of 2 to 5 digits and a path, or one of them. */
static bool is_rest(struct slice s)
{
	if (s.n && s.p[0] == ':') {
		unsigned digits = 0, size;

		for (s = slice_tail(s, 1); s.n && unicode_is_decimal(utf8_at(s.p, &size)); digits++)
			s = slice_tail(s, size);
		if (digits < 2 || digits > 5)
			return false;
	}
	return s.n == 0 || s.p[0] == '/' || s.p[0] == '?' || s.p[0] == '#';
}

/* One group of an address: up to three digits, of which any but the ones compared may be of any
 * script. */
struct group {
	uint32_t digit[3];
	unsigned n;
};

static bool read_group(struct slice *s, struct group *g)
{
	unsigned size;

	for (g->n = 0; s->n && unicode_is_decimal(utf8_at(s->p, &size)); g->n++) {
		if (g->n == 3)
			return false;
		g->digit[g->n] = utf8_at(s->p, &size);
		*s = slice_tail(*s, size);
	}
	return g->n > 0;
}

static bool between(uint32_t c, char low, char high)
{
	return c >= (unsigned char)low && c <= (unsigned char)high;
}

static bool group_is(const struct group *g, const char *digits)
{
	for (unsigned i = 0; i < g->n; i++)
		if (g->digit[i] != (unsigned char)digits[i])
			return false;
	return digits[g->n] == 0;
}

/* 2xx up to `top` tens and, in the last ten, `last`: 223 is tens '2', last '3'. */
static bool is_two_hundred(const struct group *g, char top, char last)
{
	return g->digit[0] == '2' && (between(g->digit[1], '0', (char)(top - 1)) ||
	                              (g->digit[1] == (unsigned char)top &&
	                               between(g->digit[2], '0', last)));
}

/* 1-99, 100-199, and 2xx as above. */
static bool is_outer(const struct group *g, char top, char last)
{
	if (g->n < 3)
		return between(g->digit[0], '1', '9');
	return g->digit[0] == '1' || is_two_hundred(g, top, last);
}

static bool is_inner(const struct group *g)
{
	return g->n < 3 || g->digit[0] == '1' || is_two_hundred(g, '5', '5');
}

static bool is_private(const struct group g[4])
{
	if (group_is(&g[0], "10") || group_is(&g[0], "127"))
		return true;
	if (group_is(&g[0], "169"))
		return group_is(&g[1], "254");
	if (group_is(&g[0], "192"))
		return group_is(&g[1], "168");
	return group_is(&g[0], "172") && g[1].n == 2 &&
	       ((g[1].digit[0] == '1' && between(g[1].digit[1], '6', '9')) ||
	        g[1].digit[0] == '2' || (g[1].digit[0] == '3' && between(g[1].digit[1], '0', '1')));
}

static bool is_address(struct slice s)
{
	struct group g[4];

	for (int i = 0; i < 4; i++) {
		if (i > 0 && (s.n == 0 || s.p[0] != '.'))
			return false;
		if (i > 0)
			s = slice_tail(s, 1);
		if (!read_group(&s, &g[i]))
			return false;
	}
	return is_outer(&g[0], '2', '3') && is_inner(&g[1]) && is_inner(&g[2]) &&
	       is_outer(&g[3], '5', '4') && !is_private(g) && is_rest(s);
}

static bool is_label_char(uint32_t c)
{
	if (c < 0x80)
		return (spacy_ascii[c] & SPACY_ALPHA) || between(c, '0', '9');
	return c >= 0xa1 && c <= 0xffff;
}

/* Letters of a top-level domain: lower case or caseless. */
static bool is_top(struct slice s)
{
	size_t chars = 0;

	for (unsigned size; s.n; s = slice_tail(s, size), chars++)
		if (chars == TOP_CHARS || !(spacy_class(utf8_at(s.p, &size)) & SPACY_LOWER))
			return false;
	return chars >= 2;
}

/* Labels end at dots; the last piece, which ends where no host can go on, is the top-level domain.
 */
static bool is_host(struct slice s)
{
	size_t start = 0, chars = 0, labels = 0, i = 0;
	uint32_t last = 0;
	bool good = true; /* so far, the piece is a label */

	for (unsigned size; i < s.n; i += size) {
		uint32_t c = utf8_at(s.p + i, &size);

		if (c == '.') {
			if (!good || chars == 0 || chars > LABEL_CHARS || !is_label_char(last))
				return false;
			labels++;
			start = i + 1;
			chars = 0;
			continue;
		}
		bool inner = chars > 0 && (c == '_' || c == '-');

		if (!is_label_char(c) && !inner) {
			if (!(spacy_class(c) & SPACY_LOWER))
				break;
			good = false; /* a letter beyond the BMP: good for a top-level domain only
			               */
		}
		last = c;
		chars++;
	}
	return labels > 0 && is_top((struct slice){s.p + start, i - start}) &&
	       is_rest(slice_tail(s, i));
}

/* Behind "scheme://", or 0. */
static size_t scheme_end(struct slice s)
{
	size_t i = 0, chars = 0;

	for (unsigned size; i < s.n; i += size, chars++) {
		uint32_t c = utf8_at(s.p + i, &size);

		if (!(unicode_flags(c) & UNICODE_WORD) && c != '+' && c != '-' && c != '.')
			break;
	}
	return chars >= 2 && slice_starts(slice_tail(s, i), S("://")) ? i + 3 : 0;
}

static bool is_authority(struct slice s)
{
	return is_address(s) || is_host(s);
}

bool spacy_is_url(struct slice s)
{
	if (!memchr(s.p, '.', s.n))
		return false;
	size_t scheme = scheme_end(s);

	if (is_authority(s) || (scheme && is_authority(slice_tail(s, scheme))))
		return true;
	for (size_t i = 1; i < s.n; i++) {
		const char *at = memchr(s.p + i, '@', s.n - i);

		if (!at)
			return false;
		i = (size_t)(at - s.p);
		if (is_authority(slice_tail(s, i + 1)))
			return true;
	}
	return false;
}
