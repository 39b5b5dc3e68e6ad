/* spaCy's last step: special cases are looked for once more among the tokens, where punctuation or
 * an infix kept them from being seen. */
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/doc/spacy.h"

enum { MOST_TOKENS = 11 };

struct match {
	size_t at;
	const struct special *special;
	bool taken;
};

struct matches {
	struct match *match;
	size_t n, cap;
};

static bool same_cuts(const struct tokens *t, size_t at, const struct special *s)
{
	for (size_t i = 0; i < s->n_plain; i++)
		if (t->token[at + i].n != s->plain_size[i])
			return false;
	return true;
}

static void add_match(struct matches *m, size_t at, const struct special *special)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 16;
		m->match = mem_grow(m->match, m->cap * sizeof *m->match);
	}
	m->match[m->n++] = (struct match){at, special, false};
}

/* Adds every special case whose plain tokens stand at `at`, the blanks between them aside. */
static void find_matches(const struct tokens *t, size_t at, struct matches *m)
{
	char text[SPECIAL_LONGEST];
	size_t n = 0;

	for (size_t i = at; i < t->n && i - at < MOST_TOKENS; i++) {
		struct slice token = tokens_text(t, i);

		if (token.n > sizeof text - n || (i > at && !spacy_adjacent(t, i - 1)))
			return;
		memcpy(text + n, token.p, token.n);
		n += token.n;

		const struct special *s = special_find((struct slice){text, n}, sizeof text);

		if (s && s->n_plain == i - at + 1 && s->n_plain > 1 && same_cuts(t, at, s))
			add_match(m, at, s);
	}
}

/* Takes matches [from, to), which overlap one another and no others: the longest first, then the
 * first; one is taken when neither its first nor its last token was part of an earlier one. Taken
 * or not, its tokens are then used up. */
static void take_longest(struct matches *m, size_t from, size_t to, uint8_t *used)
{
	for (unsigned n = MOST_TOKENS; n > 1; n--)
		for (size_t i = from; i < to; i++) {
			struct match *match = &m->match[i];

			if (match->special->n_plain != n)
				continue;
			uint8_t *token = used + (match->at - m->match[from].at);

			match->taken = !token[0] && !token[n - 1];
			memset(token, 1, n);
		}
}

static void resolve(struct matches *m)
{
	uint8_t *used = NULL;
	size_t cap = 0;

	for (size_t from = 0, to; from < m->n; from = to) {
		size_t end = m->match[from].at + m->match[from].special->n_plain;

		for (to = from + 1; to < m->n && m->match[to].at < end; to++) {
			size_t its_end = m->match[to].at + m->match[to].special->n_plain;

			end = its_end > end ? its_end : end;
		}
		size_t n = end - m->match[from].at;

		if (n > cap)
			used = mem_grow(used, cap = n);
		memset(used, 0, n);
		take_longest(m, from, to, used);
	}
	free(used);
}

/* A taken match becomes the special case's tokens, unless blanks stand in between. */
static void replace(struct tokens *t, const struct matches *m)
{
	struct tokens old = *t;
	size_t next = 0;

	*t = (struct tokens){.mem = old.mem, .chunks = old.chunks, .text = old.text};
	tokens_reserve(t, old.n + 2 * m->n);
	for (size_t i = 0; i < m->n; i++) {
		const struct special *s = m->match[i].special;
		size_t at = m->match[i].at, last = at + s->n_plain - 1, byte = old.token[at].at;

		if (!m->match[i].taken ||
		    old.token[last].at + old.token[last].n - byte != s->text.n)
			continue;
		memcpy(t->token + t->n, old.token + next, (at - next) * sizeof *t->token);
		t->n += at - next;
		for (unsigned k = 0; k < s->n; k++) {
			tokens_add(t, byte, s->size[k]);
			byte += s->size[k];
		}
		next = last + 1;
	}
	memcpy(t->token + t->n, old.token + next, (old.n - next) * sizeof *t->token);
	t->n += old.n - next;
}

void spacy_rejoin(struct tokens *t, const uint32_t *suspect, size_t n)
{
	struct matches m = {0};

	for (size_t i = 0; i < n; i++)
		find_matches(t, suspect[i], &m);
	if (m.n) {
		resolve(&m);
		replace(t, &m);
	}
	free(m.match);
}
