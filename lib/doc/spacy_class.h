/* The character classes of spaCy 3's English punctuation rules. */
#ifndef CURATE_DOC_SPACY_CLASS_H
#define CURATE_DOC_SPACY_CLASS_H

#include <stdint.h>

enum spacy_class {
	SPACY_PREFIX = 1,      /* leaves the front of a chunk */
	SPACY_SUFFIX = 2,      /* leaves the end of a chunk */
	SPACY_ICON = 4,        /* symbols and emoji: split a chunk anywhere */
	SPACY_LOWER = 8,       /* lower-case or caseless letter */
	SPACY_UPPER = 16,      /* upper-case or caseless letter */
	SPACY_ALPHA = 32,      /* letter */
	SPACY_QUOTE = 64,      /* quotes and brackets around a full stop */
	SPACY_BEFORE_DOT = 128, /* a full stop behind it ends a sentence */
};

extern const uint8_t spacy_ascii[128];

/* The classes of any code point from 0x80 on. */
uint8_t spacy_class_other(uint32_t c);

static inline uint8_t spacy_class(uint32_t c)
{
	return c < 0x80 ? spacy_ascii[c] : spacy_class_other(c);
}

#endif
