/* One chunk: the affix rules, and what is left between prefixes and suffixes. */
#include "lib/doc/spacy.h"

#include <stdlib.h>

#include "lib/base/mem.h"

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

/* The special case that a piece of the text is, or NULL; no filter: there are none. */
static inline const struct special *find(const struct tokens *t, struct slice s,
                                         const struct special_filter *filter)
{
	size_t room = (size_t)(t->text.p + t->text.n - s.p);

	if (!filter || s.n == 0 || s.n > SPECIAL_LONGEST ||
	    !special_may_be(filter, word_head(s.p, s.n, room), s.n))
		return NULL;
	return special_find(s, room);
}

static void add_special(struct tokens *t, size_t at, const struct special *s)
{
	for (unsigned i = 0; i < s->n; i++) {
		tokens_add(t, at, s->size[i]);
		at += s->size[i];
	}
}

/* What is left of a chunk between prefixes and suffixes. */
static void add_middle(struct tokens *t, size_t at, size_t n, const struct special_filter *filter)
{
	struct slice s = {t->text.p + at, n};
	const struct special *known = find(t, s, filter);
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

void spacy_chunk(struct tokens *t, size_t at, size_t n, const struct special_filter *filter)
{
	struct slice s = {t->text.p + at, n};
	struct stack suffixes = {.start = suffixes.few,
	                         .cap = sizeof suffixes.few / sizeof(uint32_t)};
	size_t chunk_end = at + n, before = 0, suffix = SIZE_MAX;

	while (s.n && s.n != before && !find(t, s, filter)) {
		before = s.n;

		size_t prefix = spacy_prefix(s);
		struct slice tail = slice_tail(s, prefix);

		if (prefix && find(t, tail, filter)) {
			tokens_add(t, (size_t)(s.p - t->text.p), prefix);
			s = tail;
			break;
		}
		/* What had none has none still, when nothing has left the front since. */
		suffix = prefix || suffix ? spacy_suffix(tail) : 0;
		if (suffix)
			stack_push(&suffixes, (size_t)(s.p - t->text.p) + s.n - suffix);
		s.n -= suffix;
		if (suffix && find(t, s, filter))
			break;
		if (prefix)
			tokens_add(t, (size_t)(s.p - t->text.p), prefix);
		s = slice_tail(s, prefix);
	}
	add_middle(t, (size_t)(s.p - t->text.p), s.n, filter);
	while (suffixes.n > 0) {
		size_t start = suffixes.start[--suffixes.n];
		size_t end = suffixes.n ? suffixes.start[suffixes.n - 1] : chunk_end;

		tokens_add(t, start, end - start);
	}
	if (suffixes.start != suffixes.few)
		free(suffixes.start);
}
