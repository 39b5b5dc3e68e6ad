/* What text looks like that was decoded with the wrong single-byte encoding: ftfy's heuristic
 * (ftfy 6.3.1, badness.py) and the ten encodings it tries. */
#ifndef CURATE_DOC_MOJIBAKE_H
#define CURATE_DOC_MOJIBAKE_H

#include "lib/base/arena.h"

/* Classes of characters. The last five are of those that look like the bytes of UTF-8. */
enum {
	MOJIBAKE_C1 = 1 << 0,
	MOJIBAKE_COMMON = 1 << 1,
	MOJIBAKE_BAD = 1 << 2,
	MOJIBAKE_LAW = 1 << 3,
	MOJIBAKE_CURRENCY = 1 << 4,
	MOJIBAKE_START = 1 << 5,
	MOJIBAKE_END = 1 << 6,
	MOJIBAKE_NUMERIC = 1 << 7,
	MOJIBAKE_KAOMOJI = 1 << 8,
	MOJIBAKE_UPPER = 1 << 9,
	MOJIBAKE_LOWER = 1 << 10,
	MOJIBAKE_UPPER_COMMON = 1 << 11,
	MOJIBAKE_LOWER_COMMON = 1 << 12,
	MOJIBAKE_BOX = 1 << 13,
	MOJIBAKE_FIRST_OF_2 = 1 << 14,
	MOJIBAKE_FIRST_OF_3 = 1 << 15,
	MOJIBAKE_FIRST_OF_4 = 1 << 16,
	MOJIBAKE_CONTINUATION = 1 << 17,
	MOJIBAKE_CONTINUATION_STRICT = 1 << 18,
};

/* In the order in which they are tried: Latin-1, Windows-1252, 1251, 1250, 1253, 1254, 1257,
 * ISO-8859-2, MacRoman, code page 437. The sloppy ones decode byte 1A to U+FFFD. */
enum {
	MOJIBAKE_LATIN1 = 0,
	MOJIBAKE_CP1252 = 1,
	MOJIBAKE_MACROMAN = 8,
	MOJIBAKE_CODECS = 10,
	MOJIBAKE_SLOPPY = 0x7e, /* bit i: codec i is */
};

struct mojibake_char {
	uint32_t classes;
	uint16_t codecs; /* bit i: codec i has the character */
	uint8_t byte[MOJIBAKE_CODECS];
};

struct mojibake {
	uint16_t index[0x10000]; /* of the character in `chars`; 0: none of ours */
	struct mojibake_char *chars;
	size_t n;
	uint16_t high[MOJIBAKE_CODECS][128]; /* what bytes from 0x80 up mean */
};

struct mojibake *mojibake_open(void);
void mojibake_close(struct mojibake *m);

static inline const struct mojibake_char *mojibake_char(const struct mojibake *m, uint32_t c)
{
	return &m->chars[c < 0x10000 ? m->index[c] : 0];
}

/* Whether the text looks as if it held mojibake. */
bool mojibake_is_bad(const struct mojibake *m, struct slice text, struct arena *scratch);

/* Bit i: all of the text can be written in codec i. */
unsigned mojibake_codecs(const struct mojibake *m, struct slice text);

/* The bytes of the text in a codec that has all of it. */
struct slice mojibake_encode(const struct mojibake *m, struct slice text, unsigned codec,
                             struct arena *scratch);

#endif
