/* The published tables list code points one by one. They are generated here from what they follow:
 * general categories inside the blocks spaCy covers, as of Unicode 11, and a few ranges. */
#include "lib/doc/spacy_class.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <unictype.h>

struct range {
	uint32_t first, last;
};

/* Symbols (So) that are younger than spaCy's table. */
static const struct range young_symbol[] = {
	{0x166d, 0x166d}, {0x2b97, 0x2b97}, {0x2bc9, 0x2bc9}, {0x2bff, 0x2bff}, {0x2e50, 0x2e51},
	{0x32ff, 0x32ff}, {0xfd40, 0xfdcf}, {0xfdfe, 0xfdff}, {0x1019c, 0x1019c},
	{0x11fd5, 0x11ff1}, {0x1cf50, 0x1cfc3}, {0x1d1e9, 0x1d1ea}, {0x1e14f, 0x1e14f},
	{0x1ed2e, 0x1ed2e}, {0x1f10d, 0x1f10f}, {0x1f16c, 0x1f16f}, {0x1f1ad, 0x1f1ad},
	{0x1f6d5, 0x1f6df}, {0x1f6fa, 0x1f6fc}, {0x1f7e0, 0x1f7f0}, {0x1f8b0, 0x1f8b1},
	{0x1f90c, 0x1f90f}, {0x1f93f, 0x1f93f}, {0x1f971, 0x1f972}, {0x1f977, 0x1f979},
	{0x1f97b, 0x1f97b}, {0x1f9a3, 0x1f9af}, {0x1f9ba, 0x1f9bf}, {0x1f9c3, 0x1f9cf},
	{0x1fa00, 0x1fa53}, {0x1fa70, 0x1fbca},
};

/* Latin, where Lu and Ll are upper and lower case. */
static const struct range latin[] = {
	{0xc0, 0x2af}, {0x1d00, 0x1d25}, {0x1d6b, 0x1d77}, {0x1d79, 0x1d9a}, {0x1e00, 0x1eff},
	{0x2c60, 0x2c7f}, {0xa722, 0xa7b9}, {0xa7fa, 0xa7fa}, {0xab30, 0xab5a}, {0xab60, 0xab64},
	{0xff21, 0xff3a}, {0xff41, 0xff5a},
};

/* Greek and Cyrillic, modern letters only. */
static const struct range lower[] = {
	{0x294, 0x294}, {0x3ac, 0x3af}, {0x3b1, 0x3c9}, {0x3cc, 0x3ce}, {0x430, 0x451},
	{0x453, 0x45a}, {0x45c, 0x45d}, {0x491, 0x491}, {0x497, 0x497}, {0x4a3, 0x4a3},
	{0x4af, 0x4af}, {0x4bb, 0x4bb}, {0x4d9, 0x4d9}, {0x4e9, 0x4e9},
};
static const struct range upper[] = {
	{0x386, 0x386}, {0x388, 0x38a}, {0x38c, 0x38c}, {0x38e, 0x38f}, {0x391, 0x3a9},
	{0x400, 0x401}, {0x403, 0x40a}, {0x40c, 0x40d}, {0x410, 0x42f}, {0x490, 0x490},
	{0x496, 0x496}, {0x4a2, 0x4a2}, {0x4ae, 0x4ae}, {0x4ba, 0x4ba}, {0x4d8, 0x4d8},
	{0x4e8, 0x4e8},
};

/* Letters that are neither (ƻ, the title-case digraphs). */
static const struct range letter[] = {
	{0x1bb, 0x1bb}, {0x1c5, 0x1c5}, {0x1c8, 0x1c8}, {0x1cb, 0x1cb}, {0x1f2, 0x1f2},
};

/* Scripts without case, taken as whole blocks with their digits, marks and punctuation. */
static const struct range caseless[] = {
	{0x591, 0x5f4}, {0x620, 0x64a}, {0x66e, 0x6d5}, {0x6e5, 0x6ff}, {0x750, 0x77f},
	{0x8a0, 0x8bd}, {0x900, 0x9ff}, {0xb80, 0xcff}, {0xd80, 0xdff}, {0x1100, 0x137f},
	{0x2e80, 0x2fdf}, {0x2ff0, 0x30ff}, {0x31c0, 0x31ef}, {0x3200, 0x4dbf}, {0x4e00, 0x9fff},
	{0xac00, 0xd7af}, {0xf900, 0xfaff}, {0xfb1d, 0xfbb1}, {0xfbd3, 0xfd3d}, {0xfd50, 0xfdc7},
	{0xfdf0, 0xfdfb}, {0xfe30, 0xfe4f}, {0xfe70, 0xfefc}, {0x1ee00, 0x1eebb},
	{0x1f200, 0x1f2ff}, {0x20000, 0x2a6df}, {0x2a700, 0x2ebef}, {0x2f800, 0x2fa1f},
};

/* Punctuation beyond ASCII that leaves both ends of a chunk; the first part may stand before a
 * full stop that ends a sentence, the dashes may not. */
static const struct range mark[] = {
	{0xa1, 0xa1}, {0xab, 0xab}, {0xb4, 0xb4}, {0xb7, 0xb7}, {0xbb, 0xbb}, {0xbf, 0xbf},
	{0x60c, 0x60c}, {0x61b, 0x61b}, {0x61f, 0x61f}, {0x66a, 0x66a}, {0x6d4, 0x6d4},
	{0x964, 0x964}, {0x2018, 0x201a}, {0x201c, 0x201e}, {0x2026, 0x2026}, {0x2329, 0x232a},
	{0x27e6, 0x27e7}, {0x3001, 0x3002}, {0x3008, 0x3011}, {0x3014, 0x3015}, {0xff01, 0xff01},
	{0xff08, 0xff09}, {0xff0c, 0xff0c}, {0xff1a, 0xff1b}, {0xff1f, 0xff1f}, {0xff5e, 0xff5e},
};
static const struct range dash[] = {{0x2013, 0x2014}};

/* Leave the front only: £ ¥ § and the other currencies. */
static const struct range front[] = {
	{0xa3, 0xa3}, {0xa5, 0xa5}, {0xa7, 0xa7}, {0xe3f, 0xe3f}, {0x20a0, 0x20bf},
	{0xfdfc, 0xfdfc},
};

static const struct range quote[] = {
	{0xab, 0xab}, {0xb4, 0xb4}, {0xbb, 0xbb}, {0x2018, 0x201a}, {0x201c, 0x201e},
	{0x2329, 0x232a}, {0x27e6, 0x27e7}, {0x3008, 0x3011}, {0x3014, 0x3015}, {0xff08, 0xff09},
};
static const struct range squared[] = {{0xb2, 0xb2}};

enum {
	LOW = SPACY_LOWER | SPACY_ALPHA | SPACY_BEFORE_DOT,
	UP = SPACY_UPPER | SPACY_ALPHA,
	BOTH = LOW | UP,
	ENDS = SPACY_PREFIX | SPACY_SUFFIX,
	MARK = ENDS | SPACY_BEFORE_DOT,
	QUOTE = MARK | SPACY_QUOTE,
	SYMBOL = ENDS | SPACY_ICON,
};

/* '.' '$' '+' and the letters of US$ have rules of their own on top. */
const uint8_t spacy_ascii[128] = {
	['!'] = MARK, ['"'] = QUOTE, ['#'] = MARK, ['$'] = SPACY_PREFIX,
	['%'] = SPACY_PREFIX | SPACY_BEFORE_DOT, ['&'] = MARK, ['\''] = QUOTE, ['('] = MARK,
	[')'] = MARK, ['*'] = MARK, ['+'] = SPACY_PREFIX | SPACY_BEFORE_DOT, [','] = QUOTE,
	['-'] = SPACY_BEFORE_DOT, ['0' ... '9'] = SPACY_BEFORE_DOT, [':'] = MARK, [';'] = MARK,
	['<'] = MARK, ['='] = SPACY_PREFIX, ['>'] = MARK, ['?'] = MARK, ['A' ... 'Z'] = UP,
	['['] = MARK, [']'] = MARK, ['_'] = MARK, ['`'] = QUOTE, ['a' ... 'z'] = LOW, ['{'] = MARK,
	['|'] = SPACY_BEFORE_DOT, ['}'] = MARK,
};

enum { TABLED = 0x20000 };
static uint8_t table[TABLED];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static bool is_in(const struct range *r, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

/* Adds classes to every code point of the ranges that the table holds. */
static void add(const struct range *r, size_t n, unsigned classes)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t c = r[i].first; c <= r[i].last && c < TABLED; c++)
			table[c] |= (uint8_t)classes;
}

#define COUNT(ranges) (sizeof(ranges) / sizeof(ranges)[0])

static bool is_category(uint32_t c, uint32_t category)
{
	return uc_is_general_category_withtable(c, category);
}

/* Behind the table there are symbols and caseless letters only. */
static uint8_t compute(uint32_t c)
{
	bool symbol = is_category(c, UC_CATEGORY_MASK_So) &&
	       !is_in(young_symbol, COUNT(young_symbol), c);

	return (uint8_t)((symbol ? SYMBOL : 0) | (is_in(caseless, COUNT(caseless), c) ? BOTH : 0));
}

static void fill_table(void)
{
	for (uint32_t c = 0x80; c < TABLED; c++)
		if (is_category(c, UC_CATEGORY_MASK_So) &&
		    !is_in(young_symbol, COUNT(young_symbol), c))
			table[c] = SYMBOL;
	for (size_t i = 0; i < COUNT(latin); i++)
		for (uint32_t c = latin[i].first; c <= latin[i].last; c++)
			table[c] |= is_category(c, UC_CATEGORY_MASK_Lu)   ? UP
			            : is_category(c, UC_CATEGORY_MASK_Ll) ? LOW
			                                                  : 0;
	add(lower, COUNT(lower), LOW);
	add(upper, COUNT(upper), UP);
	add(letter, COUNT(letter), SPACY_ALPHA);
	add(caseless, COUNT(caseless), BOTH);
	add(mark, COUNT(mark), MARK);
	add(dash, COUNT(dash), ENDS);
	add(front, COUNT(front), SPACY_PREFIX);
	add(quote, COUNT(quote), SPACY_QUOTE);
	add(squared, COUNT(squared), SPACY_BEFORE_DOT);
}

uint8_t spacy_class_other(uint32_t c)
{
	pthread_once(&table_once, fill_table);
	return c < TABLED ? table[c] : compute(c);
}
