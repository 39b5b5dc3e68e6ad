#include "lib/doc/sentences.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/punct.h"
#include "lib/doc/tokens.h"

/* What datatrove calls terminal punctuation and spaCy 3.8 does not: first, how many. */
static const struct {
	uint32_t first, count;
} not_an_end[] = {
	{0x61d, 2}, {0x837, 1}, {0x839, 1}, {0x83d, 2}, {0x17d4, 3}, {0x17d9, 2}, {0x1b7d, 2},
	{0x2e53, 2}, {0x10f55, 5}, {0x10f86, 4}, {0x11944, 1}, {0x11946, 1}, {0x11ef7, 2},
	{0x11f43, 2}, {0x16e98, 1},
};

/* True when the token is one of the 128 characters that end a sentence. */
static bool is_end(struct slice token)
{
	unsigned size;
	uint32_t c = utf8_at(token.p, &size);

	if (size != token.n || !punct_is(c, PUNCT_TERMINAL))
		return false;
	for (size_t i = 0; c >= 0x80 && i < sizeof not_an_end / sizeof not_an_end[0]; i++)
		if (c - not_an_end[i].first < not_an_end[i].count)
			return false;
	return true;
}

/* True when every character is punctuation. */
static bool is_punct(struct slice token)
{
	for (size_t i = 0; i < token.n;) {
		unsigned size;

		if (!unicode_is_punct(utf8_at(token.p + i, &size)))
			return false;
		i += size;
	}
	return true;
}

/* True when spaCy has a white-space token in the gap: all of it but one blank behind a token. */
static bool gap_is_token(const struct tokens *t, size_t from, size_t to)
{
	return to > from && !(from > 0 && to - from == 1 && t->text.p[from] == ' ');
}

/* Where sentences end, but for the last one: walks the tokens of a piece of the text. */
struct walk {
	const struct tokens *t;
	size_t next, end; /* tokens */
	size_t from, to;  /* bytes: of the token before, and of the piece */
	bool ended;       /* an end was seen in this sentence */
};

/* The byte where the current sentence ends; false when it runs to the end of the text. */
static bool walk_next(struct walk *w, size_t *end)
{
	for (; w->next < w->end; w->next++) {
		struct token at = w->t->token[w->next];
		struct slice token = tokens_text(w->t, w->next);

		*end = w->from;
		if (w->ended && gap_is_token(w->t, w->from, at.at)) {
			w->ended = false;
			return true;
		}
		w->from = (size_t)at.at + at.n;
		if (is_end(token)) {
			w->ended = true;
		} else if (w->ended && !is_punct(token)) {
			w->ended = false;
			w->next++;
			return true;
		}
	}
	*end = w->from;
	if (!w->ended || !gap_is_token(w->t, w->from, w->to))
		return false;
	w->ended = false;
	return true;
}

static struct walk walk_all(const struct tokens *t)
{
	return (struct walk){.t = t, .end = t->n, .to = t->text.n};
}

size_t sentences_count_in(const struct tokens *t, size_t from, size_t to, size_t *next)
{
	struct walk w = {.t = t, .to = to};
	size_t n = 1, end;

	while (*next < t->n && t->token[*next].at < from)
		++*next;
	w.next = *next;
	while (*next < t->n && t->token[*next].at < to)
		++*next;
	w.end = *next;
	w.from = from;
	while (walk_next(&w, &end))
		n++;
	return n;
}

size_t sentences_count(struct slice text, struct chunks *chunks, struct arena *scratch)
{
	struct tokens t = {.mem = scratch, .chunks = chunks};
	size_t n = 1, end;

	tokens_split(WORDS_SPACY, text, &t);
	for (struct walk w = walk_all(&t); walk_next(&w, &end);)
		n++;
	return n;
}

/* datatrove cuts the text itself at the code points where the copy without "IS_ALPHA" ends its
 * sentences: returns `at` moved on by as many code points as `copied` has. */
static size_t move_on(struct slice text, size_t at, struct slice copied)
{
	for (size_t chars = utf8_count(copied); chars > 0; chars--)
		at += utf8_size((unsigned char)text.p[at]);
	return at;
}

void sentences_of(const struct tokens *t, struct slice text, struct sentences *out,
                  struct arena *mem)
{
	size_t n = 0, cap = 1, start = 0, done = 0, end;

	for (struct walk w = walk_all(t); walk_next(&w, &end);)
		cap++;
	struct slice *sentence = arena_alloc(mem, cap * sizeof *sentence);

	for (struct walk w = walk_all(t); walk_next(&w, &end); done = end) {
		struct slice piece = {t->text.p + done, end - done};
		size_t stop = t->text.p == text.p ? end : move_on(text, start, piece);

		sentence[n++] = (struct slice){text.p + start, stop - start};
		start = stop;
	}
	sentence[n++] = slice_tail(text, start);
	*out = (struct sentences){n, sentence};
}

void sentences_split(struct slice text, struct sentences *out, struct arena *mem)
{
	struct tokens t = {.mem = mem};

	tokens_split(WORDS_SPACY, text, &t);
	sentences_of(&t, text, out, mem);
}
