/* The fast normalisation of MinHash: a text folded to words in one pass over its bytes.
 *
 * A word is a run of word bytes. ASCII letters are lowered, each ASCII digit counts as 0, all other
 * ASCII separates. Of the rest, U+0080-BF, U+2000-2BFF and U+3000-303F separate; every character
 * from U+2E80 on (CJK, kana, Hangul, and all beyond the basic plane) is a word by itself;
 * everything else is a word byte as it is. Nothing is normalised to NFC or NFD and only ASCII is
 * lowered: specs of other tools are followed by the compat mode, this one is for speed. */
#ifndef CURATE_DEDUP_FOLD_H
#define CURATE_DEDUP_FOLD_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"
#include "lib/dedup/signature.h"

enum { FOLD_PADDING = 64 };

struct fold {
	char *text;       /* text.n folded bytes and FOLD_PADDING readable ones */
	uint64_t *word;   /* bit i: byte i belongs to a word */
	uint64_t *start;  /* bit i: a word starts at byte i */
	size_t n, blocks; /* bytes; 64-bit words in either mask, one more than n needs */
};

/* Folds valid UTF-8; all memory is from `mem`. The result does not depend on the level. */
void fold_text(struct fold *f, struct slice text, enum signature_level level, struct arena *mem);

/* The next word at or after byte *at: its first byte and its size; false at the end. */
static inline bool fold_next(const struct fold *f, size_t *at, size_t *size)
{
	size_t block = *at / 64, end;
	uint64_t bits;

	if (block >= f->blocks)
		return false;
	bits = f->start[block] & UINT64_MAX << *at % 64;
	while (!bits) {
		if (++block == f->blocks)
			return false;
		bits = f->start[block];
	}
	*at = block * 64 + (unsigned)__builtin_ctzll(bits);
	/* The word ends where the next one starts or a byte is none of a word. */
	bits &= bits - 1;
	bits |= ~f->word[block] & UINT64_MAX << *at % 64;
	while (!bits) {
		if (++block == f->blocks) {
			*size = f->n - *at;
			return true;
		}
		bits = ~f->word[block] | f->start[block];
	}
	end = block * 64 + (unsigned)__builtin_ctzll(bits);
	*size = end - *at;
	return true;
}

#endif
