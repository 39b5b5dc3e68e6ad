#include "lib/doc/tokens.h"

#include <stdlib.h>
#include <uniwbrk.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/spacy.h"

void tokens_reserve(struct tokens *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 256;

	while (cap < t->n + more)
		cap *= 2;
	if (cap > t->cap)
		t->token = arena_grow(t->mem, t->token, t->cap * sizeof *t->token,
		                      cap * sizeof *t->token);
	t->cap = cap;
}

static void split_whitespace(struct slice text, struct tokens *t)
{
	struct slice rest = text, word;

	while (utf8_split(&rest, &word))
		tokens_add(t, (size_t)(word.p - text.p), word.n);
}

/* Breaks are asked for piece by piece, so that one byte of memory per byte of text is enough for
 * texts of any size. A piece ends behind an LF, which is a boundary always. */
static void split_unicode(struct slice text, struct tokens *t)
{
	enum { PIECE = 1 << 16 };
	char *breaks = NULL;
	size_t cap = 0;

	for (size_t at = 0; at < text.n;) {
		size_t left = text.n - at;
		const char *end =
		        left > PIECE ? memchr(text.p + at + PIECE, '\n', left - PIECE) : NULL;
		size_t n = end ? (size_t)(end + 1 - (text.p + at)) : left;

		if (n > cap)
			breaks = mem_grow(breaks, cap = n);
		u8_wordbreaks((const uint8_t *)text.p + at, n, breaks);
		for (size_t i = 0, next; i < n; i = next) {
			for (next = i + 1; next < n && !breaks[next];)
				next++;
			struct slice word = utf8_strip((struct slice){text.p + at + i, next - i});

			if (word.n)
				tokens_add(t, (size_t)(word.p - text.p), word.n);
		}
		at += n;
	}
	free(breaks);
}

/* datatrove deletes every "IS_ALPHA" and starts again when a token is just that: the name of one of
 * spaCy's symbols, on which it raises. Texts made to hold a new one behind every deletion are given
 * up after a few, for they would take time beyond all bounds. */
static void split_spacy(struct slice text, struct tokens *t)
{
	enum { DELETIONS = 8 };
	char *copy = NULL;

	for (unsigned deletion = 0; spacy_tokens(t) && deletion < DELETIONS; deletion++) {
		size_t n = 0;

		if (!copy)
			copy = arena_alloc(t->mem, text.n);

		for (size_t i = 0; i < t->text.n;) {
			if (slice_starts(slice_tail(t->text, i), S("IS_ALPHA")))
				i += sizeof "IS_ALPHA" - 1;
			else
				copy[n++] = t->text.p[i++];
		}
		t->text = (struct slice){copy, n};
		t->n = 0;
	}
}

void tokens_split(enum word_kind kind, struct slice text, struct tokens *t)
{
	t->text = text;
	if (kind == WORDS_SPACY)
		split_spacy(text, t);
	else if (kind == WORDS_UNICODE)
		split_unicode(text, t);
	else
		split_whitespace(text, t);
}
