/* Where the tokens of a text are: what the ways of splitting words hand to those who count, intern
 * or judge them. White space is never a token. */
#ifndef CURATE_DOC_TOKENS_H
#define CURATE_DOC_TOKENS_H

#include "lib/base/arena.h"
#include "lib/doc/doc.h"

struct chunks;

struct token {
	uint32_t at, n; /* bytes; n > 0 */
};

/* Grows in place as long as nothing else is taken from the arena. */
struct tokens {
	struct arena *mem;
	struct chunks *chunks; /* lib/doc/chunks.h: what to look chunks up in, or NULL */
	struct slice text; /* may be a copy, see tokens_split */
	struct token *token;
	size_t n, cap;
};

/* Makes room for `more` tokens behind the last. */
void tokens_reserve(struct tokens *t, size_t more);

static inline void tokens_add(struct tokens *t, size_t at, size_t n)
{
	if (t->n == t->cap)
		tokens_reserve(t, 1);
	t->token[t->n++] = (struct token){(uint32_t)at, (uint32_t)n};
}

static inline struct slice tokens_text(const struct tokens *t, size_t i)
{
	return (struct slice){t->text.p + t->token[i].at, t->token[i].n};
}

/* Fills `t` (zero but for mem and chunks) with the tokens of valid UTF-8 of less than 4 GiB.
 * t->text becomes the text they point into: `text`, or a copy without what the tokenizer had to
 * leave out. */
void tokens_split(enum word_kind kind, struct slice text, struct tokens *t);

#endif
