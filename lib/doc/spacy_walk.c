/* The walk over a text: chunks between white space, and a short cut for those that make up most of
 * a text: letters, with one mark behind them or none. What the rules make of a chunk depends on
 * nothing around it, so what they made of others is kept for the next time. */
#include "lib/doc/spacy.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/chunks.h"
#include "lib/doc/edges.h"
#include "lib/doc/letters.h"
#include "lib/doc/spacy_class.h"

/* The walk, and the places spacy_rejoin has to look at. */
struct walk {
	struct tokens *t;
	const struct special_filter *filter;
	uint32_t *suspect;
	size_t n, cap;
	unsigned last; /* enum special_kind that the last token may begin */
	bool is_alpha; /* a token "IS_ALPHA" was seen */
};

bool spacy_adjacent(const struct tokens *t, size_t i)
{
	size_t end = t->token[i].at + t->token[i].n, next = t->token[i + 1].at;

	return next == end || (next == end + 1 && t->text.p[end] == ' ');
}

/* Whether a special case's plain tokens may begin with token i and the next. */
static bool may_begin(const struct walk *w, size_t i)
{
	struct slice first = tokens_text(w->t, i), second = tokens_text(w->t, i + 1);

	return special_may_begin(w->filter, first, second, w->t->text.n - w->t->token[i].at);
}

/* Notes the places at which that is so, from the token before `first` on. */
static void add_suspects(struct walk *w, size_t first)
{
	for (size_t i = first ? first - 1 : 0; i + 1 < w->t->n; i++) {
		if (!spacy_adjacent(w->t, i) || !may_begin(w, i))
			continue;
		if (w->n == w->cap) {
			w->cap = w->cap ? 2 * w->cap : 64;
			w->suspect = mem_grow(w->suspect, w->cap * sizeof *w->suspect);
		}
		w->suspect[w->n++] = (uint32_t)i;
	}
}

/* Bytes at the front of a chunk that hold no white space beyond ASCII, which starts with C2, E1, E2
 * or E3. */
static size_t part_size(struct slice s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned size = 1;

		if (c >= 0xc2 && c <= 0xe3 && utf8_is_space(utf8_at(s.p + i, &size)))
			break;
		i += size;
	}
	return i;
}

/* Marks that leave the end of a chunk behind any letter or digit. */
static const bool is_mark[256] = {
	['!' ... '#'] = true, ['&' ... '*'] = true, [','] = true,         [':' ... '<'] = true,
	['>' ... '?'] = true, ['['] = true,         [']'] = true,         ['_' ... '`'] = true,
	['{'] = true,         ['}'] = true,
};

/* Those, and the full stop. */
static const bool is_end_mark[256] = {
	['!' ... '#'] = true, ['&' ... '*'] = true, [','] = true,         ['.'] = true,
	[':' ... '<'] = true, ['>' ... '?'] = true, ['['] = true,         [']'] = true,
	['_' ... '`'] = true, ['{'] = true,         ['}'] = true,
};

/* Bytes of a run of letters, ASCII ones and those beyond ASCII that no rule ever takes off or
 * splits at, or else of ASCII digits. */
static size_t run_size(struct slice s)
{
	size_t n = letters_run(s);

	if (n == 0 && *s.p >= '0' && *s.p <= '9') {
		while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		return n;
	}
	while (n < s.n) {
		unsigned size;
		uint32_t c = utf8_at(s.p + n, &size);

		if (c < 0x80 ? !letters_is(s.p[n])
		             : (spacy_class_other(c) & (SPACY_PREFIX | SPACY_SUFFIX)) != 0)
			break;
		n += size;
	}
	return n;
}

/* True when a mark behind a run and at the end of a chunk is a token of its own. */
static bool mark_leaves(struct slice run, char mark)
{
	unsigned char last = (unsigned char)run.p[run.n - 1];

	if (mark != '.')
		return is_mark[(unsigned char)mark];
	if (last >= 0x80)
		return false; /* or it may be: the long way knows */
	return last >= 'a' || last <= '9' ||
	       (run.n > 1 && letters_is(run.p[run.n - 2]) && run.p[run.n - 2] < 'a');
}

/* The short cut for letters or digits of any length with one mark behind them or none, if that is
 * no special case. Returns the bytes of the first token, or 0. */
static size_t simple_size(struct slice s, size_t room)
{
	size_t n = s.n == 1 ? 1 : run_size(s);

	if (n == 0 || s.n - n > 1 || special_find(s, room))
		return 0;
	if (n < s.n &&
	    (!mark_leaves(slice_head(s, n), s.p[n]) || special_find(slice_head(s, n), room)))
		return 0;
	return n;
}

/* Adds the tokens of a chunk without white space. */
static void split_part(struct walk *w, size_t at, size_t n)
{
	struct tokens *t = w->t;
	size_t first = simple_size((struct slice){t->text.p + at, n}, t->text.n - at);

	if (first == 0) {
		spacy_chunk(t, at, n, w->filter);
		return;
	}
	tokens_add(t, at, first);
	if (first < n)
		tokens_add(t, at + first, n - first);
}

/* What the token may begin. */
static unsigned begins(const struct walk *w, size_t i)
{
	return w->filter->begins[(unsigned char)*tokens_text(w->t, i).p];
}

/* Keeps the tokens from `first` on as those of the chunk with this key, if it can be kept. */
static void keep_chunk(const struct walk *w, struct word_key key, size_t first)
{
	const struct tokens *t = w->t;
	struct chunk c = {.head = key.head, .tail = key.tail, .n = (uint8_t)key.n};
	size_t n = t->n - first, bytes = 0;

	if (n > CHUNK_TOKENS)
		return;
	for (size_t i = 0; i < n; i++) {
		c.size[i] = (uint8_t)t->token[first + i].n;
		bytes += t->token[first + i].n;
		c.is_suspect |= i + 1 < n && may_begin(w, first + i);
	}
	if (bytes < key.n) /* white space between the tokens */
		return;
	c.n_tokens = (uint8_t)n;
	c.first = w->filter->follows[(unsigned char)*tokens_text(t, first).p];
	c.last = (uint8_t)begins(w, t->n - 1);
	chunks_keep(t->chunks, &c);
}

/* Adds the tokens of a chunk by the rules. */
static void new_chunk(struct walk *w, size_t at, size_t n)
{
	struct tokens *t = w->t;
	struct slice rest = {t->text.p + at, n};
	size_t first = t->n;
	bool is_alpha = false;

	while (rest.n) {
		size_t part = part_size(rest);
		unsigned size;

		if (part)
			split_part(w, (size_t)(rest.p - t->text.p), part);
		else
			utf8_at(rest.p, &size), part = size;
		rest = slice_tail(rest, part);
	}
	if (t->n == first)
		return;
	for (size_t i = first; n >= 8 && i < t->n; i++)
		is_alpha |= slice_equal(tokens_text(t, i), S("IS_ALPHA"));
	w->is_alpha |= is_alpha;
	add_suspects(w, first);
	w->last = begins(w, t->n - 1);
	if (t->chunks && n <= WORD_SHORT && !is_alpha)
		keep_chunk(w, word_key(t->text.p + at, n, t->text.n - at), first);
}

/* Adds the tokens of a chunk that is none for the short cut. */
__attribute__((noinline)) static void add_chunk(struct walk *w, size_t at, size_t n)
{
	struct tokens *t = w->t;
	const struct chunk *c = NULL;
	size_t first = t->n;

	if (t->chunks && n <= WORD_SHORT)
		c = chunks_find(t->chunks, word_key(t->text.p + at, n, t->text.n - at));
	if (!c) {
		new_chunk(w, at, n);
		return;
	}
	tokens_reserve(t, c->n_tokens);
	for (size_t i = 0; i < c->n_tokens; i++) {
		t->token[t->n++] = (struct token){(uint32_t)at, c->size[i]};
		at += c->size[i];
	}
	if (c->is_suspect || (w->last & c->first))
		add_suspects(w, first);
	w->last = c->last;
}

/* Asks for the memory where odd chunks are looked up before it is needed. */
static void fetch_odd(const struct tokens *t, const struct edges *e)
{
	for (size_t i = 0; i < e->n_odd; i++) {
		uint32_t at = e->edge[2 * e->odd[i]], size = e->edge[2 * e->odd[i] + 1] - at;

		if (size <= WORD_SHORT)
			__builtin_prefetch(chunks_place(t->chunks, word_key(t->text.p + at, size,
			                                                    t->text.n - at)));
	}
}

/* Adds the tokens of whole chunks. Without branches where it can be: what comes next is hard to
 * foresee. */
static void walk_chunks(struct walk *w, const struct edges *e)
{
	struct tokens *t = w->t;
	const struct special_filter *f = w->filter;
	const char *text = t->text.p;
	const uint32_t *odd = e->odd;
	size_t n = e->n / 2, safe = t->text.n < 8 ? 0 : t->text.n - 7;

	if (t->chunks)
		fetch_odd(t, e);
	tokens_reserve(t, 2 * n);
	struct token *out = t->token + t->n;

	for (size_t i = 0; i < n; i++) {
		uint32_t at = e->edge[2 * i], end = e->edge[2 * i + 1], size = end - at;
		unsigned char last = (unsigned char)text[end - 1];
		bool two = is_end_mark[last] & (size > 1);
		uint32_t first = size - two;

		if (i == *odd || at >= safe || special_may_be_run(f, text + at, first, two) ||
		    w->last & f->follows[(unsigned char)text[at]]) {
			odd += i == *odd;
			t->n = (size_t)(out - t->token);
			add_chunk(w, at, size);
			tokens_reserve(t, 2 * (n - i));
			out = t->token + t->n;
			continue;
		}
		out[0] = (struct token){at, first};
		out[1] = (struct token){at + first, 1};
		out += 1 + two;
		w->last = f->begins[two ? last : (unsigned char)text[at]];
	}
	t->n = (size_t)(out - t->token);
}

bool spacy_tokens(struct tokens *t)
{
	struct walk w = {.t = t, .filter = special_filter()};
	struct edges e;

	edges_start(&e, t->text, edges_best());
	while (edges_next(&e))
		walk_chunks(&w, &e);
	if (w.n && !w.is_alpha)
		spacy_rejoin(t, w.suspect, w.n);
	free(w.suspect);
	return w.is_alpha;
}
