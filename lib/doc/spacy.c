/* The walk over a text: chunks between white space, the affix rules on each, and a short cut for
 * the chunks that make up most of a text: letters or digits, with one mark behind them or none. */
#include "lib/doc/spacy.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/spacy_class.h"
#include "lib/doc/word_hash.h"

enum { LONGEST_SPECIAL = 29, SHORT_CUT = 40 };

/* Tokens of a chunk, the last of it first: only their starts, each ends where the next begins. */
struct stack {
	uint32_t few[32], *start;
	size_t n, cap;
};

static void stack_push(struct stack *s, size_t start)
{
	if (s->n == s->cap) {
		size_t cap = 2 * s->cap;
		uint32_t *more = mem_alloc(cap * sizeof *more);

		memcpy(more, s->start, s->n * sizeof *more);
		if (s->start != s->few)
			free(s->start);
		s->start = more;
		s->cap = cap;
	}
	s->start[s->n++] = (uint32_t)start;
}

static const struct special *find(struct slice chunk, bool special)
{
	return special && chunk.n && chunk.n <= LONGEST_SPECIAL ? special_find(chunk) : NULL;
}

static void add_special(struct tokens *t, size_t at, const struct special *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		tokens_add(t, at, s->size[i]);
		at += s->size[i];
	}
}

/* What is left of a chunk between prefixes and suffixes. */
static void add_middle(struct tokens *t, size_t at, size_t n, bool special)
{
	struct slice s = {t->text.p + at, n};
	const struct special *known = find(s, special);
	size_t start = 0, from = 0, infix, size;

	if (n == 0)
		return;
	if (known) {
		add_special(t, at, known);
		return;
	}
	if (spacy_is_url(s)) {
		tokens_add(t, at, n);
		return;
	}
	for (; spacy_infix(s, from, &infix, &size); from = infix + size) {
		if (infix == 0)
			continue;
		if (infix > start)
			tokens_add(t, at + start, infix - start);
		tokens_add(t, at + infix, size);
		start = infix + size;
	}
	if (n > start)
		tokens_add(t, at + start, n - start);
}

void spacy_chunk(struct tokens *t, size_t at, size_t n, bool special)
{
	struct slice s = {t->text.p + at, n};
	struct stack suffixes = {.start = suffixes.few, .cap = sizeof suffixes.few / sizeof(uint32_t)};
	size_t chunk_end = at + n, before = 0;

	while (s.n && s.n != before && !find(s, special)) {
		before = s.n;

		size_t prefix = spacy_prefix(s);
		struct slice tail = slice_tail(s, prefix);

		if (prefix && find(tail, special)) {
			tokens_add(t, (size_t)(s.p - t->text.p), prefix);
			s = tail;
			break;
		}
		size_t suffix = spacy_suffix(tail);

		if (suffix)
			stack_push(&suffixes, (size_t)(s.p - t->text.p) + s.n - suffix);
		s.n -= suffix;
		if (suffix && find(s, special))
			break;
		if (prefix)
			tokens_add(t, (size_t)(s.p - t->text.p), prefix);
		s = slice_tail(s, prefix);
	}
	add_middle(t, (size_t)(s.p - t->text.p), s.n, special);
	while (suffixes.n > 0) {
		size_t start = suffixes.start[--suffixes.n];
		size_t end = suffixes.n ? suffixes.start[suffixes.n - 1] : chunk_end;

		tokens_add(t, start, end - start);
	}
	if (suffixes.start != suffixes.few)
		free(suffixes.start);
}

/* Where places are that spacy_rejoin has to look at. */
struct suspects {
	uint32_t *at;
	size_t n, cap;
	bool is_alpha; /* a token "IS_ALPHA" was seen */
};

static void suspect(struct suspects *s, const struct tokens *t, size_t i)
{
	if (!special_may_begin(tokens_text(t, i), tokens_text(t, i + 1)) || !spacy_adjacent(t, i))
		return;
	if (s->n && s->at[s->n - 1] == i)
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->at = mem_grow(s->at, s->cap * sizeof *s->at);
	}
	s->at[s->n++] = (uint32_t)i;
}

static size_t chunk_size(struct slice s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned size;

		/* White space beyond ASCII starts with C2, E1, E2 or E3. */
		if (c < 0x80) {
			if (utf8_is_space(c))
				break;
			i++;
		} else if (c >= 0xc2 && c <= 0xe3) {
			if (utf8_is_space(utf8_at(s.p + i, &size)))
				break;
			i += size;
		} else {
			i++;
		}
	}
	return i;
}

static void any_chunk(struct tokens *t, size_t at, size_t n, struct suspects *s)
{
	size_t first = t->n ? t->n - 1 : 0;

	spacy_chunk(t, at, n, true);
	for (size_t i = first; i + 1 < t->n; i++)
		suspect(s, t, i);
	if (n >= 8 && memmem(t->text.p + at, n, "IS_ALPHA", 8))
		for (size_t i = first; i < t->n; i++)
			s->is_alpha |= slice_equal(tokens_text(t, i), S("IS_ALPHA"));
}

static bool ascii_space(char c)
{
	return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
}

enum kind { OTHER, LETTER, DIGIT };

static enum kind kind_of(char c)
{
	if ((unsigned char)((c | 0x20) - 'a') < 26)
		return LETTER;
	return (unsigned char)(c - '0') < 10 ? DIGIT : OTHER;
}

/* The run of letters or of digits at p; SHORT_CUT at most. */
static size_t run_at(const char *p, enum kind kind)
{
	size_t n = 1;

	while (n < SHORT_CUT && kind_of(p[n]) == kind)
		n++;
	return n;
}

/* True when a mark behind such a run, and in front of white space, is a token of its own. */
static bool mark_leaves(const char *run, size_t n, enum kind kind)
{
	char mark = run[n];

	if (mark != '.')
		return (unsigned char)mark < 0x80 && (spacy_ascii[(unsigned char)mark] & SPACY_SUFFIX);
	return kind == DIGIT || run[n - 1] >= 'a' || (n > 1 && run[n - 2] < 'a');
}

/* Takes a chunk of letters or digits with at most one mark behind it, if the text goes on for
 * SHORT_CUT + 2 bytes at least. Returns its bytes, or 0 when it takes the long way. */
static size_t simple_chunk(struct tokens *t, size_t at, struct suspects *s)
{
	const char *p = t->text.p + at;
	enum kind kind = kind_of(*p);

	if (kind == OTHER)
		return 0;
	size_t n = run_at(p, kind);
	bool marked = !ascii_space(p[n]);

	if (marked && (!ascii_space(p[n + 1]) || !mark_leaves(p, n, kind)))
		return 0;
	if (kind == LETTER && special_may_be(word_head(p, n, SHORT_CUT), n))
		return 0;
	if (marked && special_may_be(word_head(p, n + 1, SHORT_CUT), n + 1))
		return 0;
	tokens_add(t, at, n);
	if (t->n > 1)
		suspect(s, t, t->n - 2);
	if (marked) {
		tokens_add(t, at + n, 1);
		suspect(s, t, t->n - 2);
	}
	return n + marked;
}

bool spacy_adjacent(const struct tokens *t, size_t i)
{
	size_t end = t->token[i].at + t->token[i].n, next = t->token[i + 1].at;

	return next == end || (next == end + 1 && t->text.p[end] == ' ');
}

bool spacy_tokens(struct tokens *t)
{
	struct suspects s = {0};

	for (size_t i = 0; i < t->text.n;) {
		unsigned size;
		uint32_t c = utf8_at(t->text.p + i, &size);

		if (utf8_is_space(c)) {
			i += size;
			continue;
		}
		size_t n = t->text.n - i > SHORT_CUT + 2 ? simple_chunk(t, i, &s) : 0;

		if (!n) {
			n = chunk_size(slice_tail(t->text, i));
			any_chunk(t, i, n, &s);
		}
		i += n;
	}
	if (s.n && !s.is_alpha)
		spacy_rejoin(t, s.at, s.n);
	free(s.at);
	return s.is_alpha;
}
