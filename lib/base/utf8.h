/* UTF-8: validity, code points and Python's notion of white space. */
#ifndef CURATE_BASE_UTF8_H
#define CURATE_BASE_UTF8_H

#include "lib/base/slice.h"

/* True when all of s is valid UTF-8 (no surrogates, no overlong forms). */
bool utf8_valid(struct slice s);

/* Number of code points of valid UTF-8. */
size_t utf8_count(struct slice s);

/* Writes s with A-Z in lower case and all else as it is; `out` may be s.p itself. */
void utf8_lower_ascii(struct slice s, char *out);

/* Bytes of the character that starts with this byte of valid UTF-8: 1 to 4. */
static inline unsigned utf8_size(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The code point at p of valid UTF-8; *size becomes its bytes. */
static inline uint32_t utf8_at(const char *s, unsigned *size)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80)
		return *size = 1, p[0];
	if (p[0] < 0xe0)
		return *size = 2, (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	if (p[0] < 0xf0)
		return *size = 3, (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	return *size = 4, (p[0] & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
	       (p[3] & 0x3fu);
}

/* The last code point of non-empty valid UTF-8; *size becomes its bytes. */
uint32_t utf8_last(struct slice s, unsigned *size);

/* Writes the code point (at most 0x10ffff, no surrogate) and returns its bytes, 1 to 4. */
unsigned utf8_put(char out[4], uint32_t c);

/* White space as Python's str.strip, str.split and re's \s see it (specs: U+0009-D, 1C-20, 85, A0,
 * 1680, 2000-200A, 2028, 2029, 202F, 205F, 3000). */
static inline bool utf8_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Python's str.lstrip(), rstrip(), strip(); those of text that seldom begins or ends with white
 * space end at its first or last byte. */
struct slice utf8_strip_some_head(struct slice s);
struct slice utf8_strip_some_tail(struct slice s);

static inline struct slice utf8_strip_head(struct slice s)
{
	return s.n && (signed char)s.p[0] > ' ' ? s : utf8_strip_some_head(s);
}

static inline struct slice utf8_strip_tail(struct slice s)
{
	return s.n && (signed char)s.p[s.n - 1] > ' ' ? s : utf8_strip_some_tail(s);
}

static inline struct slice utf8_strip(struct slice s)
{
	return utf8_strip_tail(utf8_strip_head(s));
}

/* Python's str.split(): the next run of non-space; false at the end. */
bool utf8_split(struct slice *rest, struct slice *word);

/* How many words that is: len(s.split()), at some GB/s. */
size_t utf8_count_words(struct slice s);

/* Python's str.splitlines(): the next line without its break (LF CR CRLF VT FF 1C 1D 1E 85 2028
 * 2029); false at the end, no last empty line. */
bool utf8_splitline(struct slice *rest, struct slice *line);

#endif
