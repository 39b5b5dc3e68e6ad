#include "lib/base/unicode.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "lib/base/pages.h"
#include "lib/base/utf8.h"

enum {
	SYMBOL = UNICODE_PUNCT,
	DIGIT = UNICODE_DECIMAL | UNICODE_WORD,
	LOW = UNICODE_ALPHA | UNICODE_WORD | UNICODE_LOWER,
	UP = UNICODE_ALPHA | UNICODE_WORD | UNICODE_UPPER | UNICODE_LOWERS,
};

const uint16_t unicode_ascii[128] = {
	[9 ... 13] = UNICODE_SPACE, [28 ... 32] = UNICODE_SPACE,
	['!' ... '#'] = SYMBOL, ['%' ... '*'] = SYMBOL, [',' ... '/'] = SYMBOL,
	['0' ... '9'] = DIGIT, [':'] = SYMBOL, [';'] = SYMBOL, ['?'] = SYMBOL, ['@'] = SYMBOL,
	['A' ... 'Z'] = UP, ['[' ... ']'] = SYMBOL, ['_'] = SYMBOL | UNICODE_WORD,
	['a' ... 'z'] = LOW, ['{'] = SYMBOL, ['}'] = SYMBOL,
};

enum { CAPITAL_I_DOT = 0x130, CAPITAL_SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };

static bool has(uint32_t c, uint32_t categories)
{
	return uc_is_general_category_withtable(c, categories);
}

static uint16_t compute(uint32_t c)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	unsigned f = 0;

	if (has(c, UC_CATEGORY_MASK_L))
		f |= UNICODE_ALPHA | UNICODE_WORD;
	if (has(c, UC_CATEGORY_MASK_N) || c == '_')
		f |= UNICODE_WORD;
	if (has(c, UC_CATEGORY_MASK_Nd))
		f |= UNICODE_DECIMAL;
	if (has(c, UC_CATEGORY_MASK_P))
		f |= UNICODE_PUNCT;
	if (has(c, UC_CATEGORY_MASK_Mn))
		f |= UNICODE_MARK;
	if (has(c, UC_CATEGORY_MASK_Lt))
		f |= UNICODE_TITLE;
	if (uc_is_property_uppercase(c))
		f |= UNICODE_UPPER;
	if (uc_is_property_lowercase(c))
		f |= UNICODE_LOWER;
	if (utf8_is_space(c))
		f |= UNICODE_SPACE;
	if (uc_canonical_decomposition(c, parts) > 0)
		f |= UNICODE_DECOMPOSES;
	if (uc_combining_class(c))
		f |= UNICODE_REORDERS;
	if (c == CAPITAL_I_DOT || uc_tolower(c) != c)
		f |= UNICODE_LOWERS;
	return (uint16_t)f;
}

static uint16_t table[PAGES_TABLED];

static void fill_page(uint32_t first)
{
	for (uint32_t c = first; c < first + PAGES_SIZE; c++)
		table[c] = compute(c);
}

uint16_t unicode_flags_of(uint32_t c)
{
	static struct pages pages = PAGES_INIT(fill_page);

	if (c >= PAGES_TABLED)
		return compute(c);
	pages_need(&pages, c);
	return table[c];
}

unsigned unicode_combining(uint32_t c)
{
	return (unsigned)uc_combining_class(c);
}

unsigned unicode_decompose(uint32_t c, uint32_t out[UNICODE_DECOMPOSED])
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	int n = uc_canonical_decomposition(c, parts);
	unsigned done = 0;

	if (n <= 0)
		return out[0] = c, 1;
	for (int i = 0; i < n; i++)
		done += unicode_decompose(parts[i], out + done);
	return done;
}

/* True when a cased character stands next to `at` in the given direction, case-ignorable ones in
 * between not counted. */
static bool cased_before(struct slice s, size_t at)
{
	while (at > 0) {
		unsigned size;
		uint32_t c = utf8_last(slice_head(s, at), &size);

		if (!uc_is_property_case_ignorable(c))
			return uc_is_property_cased(c);
		at -= size;
	}
	return false;
}

static bool cased_after(struct slice s, size_t at)
{
	while (at < s.n) {
		unsigned size;
		uint32_t c = utf8_at(s.p + at, &size);

		if (!uc_is_property_case_ignorable(c))
			return uc_is_property_cased(c);
		at += size;
	}
	return false;
}

uint32_t unicode_lower_at(struct slice s, size_t at)
{
	unsigned size;
	uint32_t c = utf8_at(s.p + at, &size);

	if (c == CAPITAL_SIGMA && cased_before(s, at) && !cased_after(s, at + size))
		return FINAL_SIGMA;
	return uc_tolower(c);
}

size_t unicode_lower_text(struct slice s, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		unsigned char byte = (unsigned char)s.p[i];
		unsigned size = 1;

		if (byte < 0x80) {
			out[n++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
			i++;
			continue;
		}
		uint32_t c = utf8_at(s.p + i, &size);

		if (!(unicode_flags_of(c) & UNICODE_LOWERS)) {
			memcpy(out + n, s.p + i, size);
			n += size;
		} else {
			n += utf8_put(out + n, c == CAPITAL_I_DOT ? 'i' : unicode_lower_at(s, i));
			if (c == CAPITAL_I_DOT)
				n += utf8_put(out + n, 0x307);
		}
		i += size;
	}
	return n;
}
