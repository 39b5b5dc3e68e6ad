/* The walk over a text: chunks between white space, the affix rules on each, and a short cut for
 * the chunks that make up most of a text: letters or digits, with one mark behind them or none. */
#include "lib/doc/spacy.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/spacy_class.h"
#include "lib/doc/word_hash.h"

/* Letters or digits that the short cut takes at most, and what it may read. */
enum { SHORT_RUN = 40, SHORT_CUT = SHORT_RUN + 16 };

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
	struct stack suffixes = {.start = suffixes.few, .cap = sizeof suffixes.few / sizeof(uint32_t)};
	size_t chunk_end = at + n, before = 0;

	while (s.n && s.n != before && !find(t, s, filter)) {
		before = s.n;

		size_t prefix = spacy_prefix(s);
		struct slice tail = slice_tail(s, prefix);

		if (prefix && find(t, tail, filter)) {
			tokens_add(t, (size_t)(s.p - t->text.p), prefix);
			s = tail;
			break;
		}
		size_t suffix = spacy_suffix(tail);

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

/* The walk, and the places spacy_rejoin has to look at. */
struct walk {
	struct tokens *t;
	const struct special_filter *filter;
	uint32_t *suspect;
	size_t n, cap;
	bool is_alpha; /* a token "IS_ALPHA" was seen */
};

/* Looks at the last token and the one before it. */
static void add_suspect(struct walk *w, size_t i)
{
	if (!spacy_adjacent(w->t, i) || (w->n && w->suspect[w->n - 1] == i))
		return;
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->suspect = mem_grow(w->suspect, w->cap * sizeof *w->suspect);
	}
	w->suspect[w->n++] = (uint32_t)i;
}

static inline void look_at(struct walk *w, size_t i)
{
	struct slice first = tokens_text(w->t, i);
	size_t room = (size_t)(w->t->text.p + w->t->text.n - first.p);

	if (special_may_begin(w->filter, first, tokens_text(w->t, i + 1), room))
		add_suspect(w, i);
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

static size_t any_chunk(struct walk *w, size_t at)
{
	struct tokens *t = w->t;
	size_t n = chunk_size(slice_tail(t->text, at)), first = t->n;

	spacy_chunk(t, at, n, w->filter);
	for (size_t i = first ? first - 1 : 0; i + 1 < t->n; i++)
		look_at(w, i);
	if (n >= 8)
		for (size_t i = first; i < t->n; i++)
			w->is_alpha |= slice_equal(tokens_text(t, i), S("IS_ALPHA"));
	return n;
}

/* What a byte is to the short cut: white space, a digit, or a mark that leaves the end of a chunk. */
enum { SPACE = 1, DIGIT = 2, MARK = 4, DOT = 8 };
static const uint8_t byte_kind[256] = {
	[9 ... 13] = SPACE, [28 ... 32] = SPACE, ['!' ... '#'] = MARK, ['&' ... '*'] = MARK,
	[','] = MARK, ['.'] = DOT, ['0' ... '9'] = DIGIT, [':' ... '<'] = MARK, ['>' ... '?'] = MARK,
	['['] = MARK, [']'] = MARK, ['_' ... '`'] = MARK, ['{'] = MARK, ['}'] = MARK,
};

static inline unsigned kind_of(char c)
{
	return byte_kind[(unsigned char)c];
}

/* From n on, goes behind ASCII letters and what lies beyond ASCII and no rule ever takes off or
 * splits at. Stops after SHORT_RUN bytes. */
static size_t skip_inert(const char *p, size_t n)
{
	while (n < SHORT_RUN) {
		unsigned size;
		uint32_t c = utf8_at(p + n, &size);

		if (c < 0x80 ? !letters_is(p[n])
		             : (spacy_class_other(c) & (SPACY_PREFIX | SPACY_SUFFIX)) || utf8_is_space(c))
			break;
		n += size;
	}
	return n;
}

/* Bytes of a run of letters or of ASCII digits, or of a single mark, at p; 0 for anything else. */
static inline size_t run_at(const char *p, size_t n)
{
	if (n == 8 || (unsigned char)p[n] >= 0x80)
		return skip_inert(p, n);
	if (n)
		return n;
	if (!(kind_of(*p) & DIGIT))
		return kind_of(p[1]) & SPACE;
	while (n < SHORT_RUN && (kind_of(p[n]) & DIGIT))
		n++;
	return n;
}

/* True when a full stop behind a run, and in front of white space, is a token of its own. */
static inline bool dot_leaves(const char *run, size_t n)
{
	unsigned char last = (unsigned char)run[n - 1];

	if (last >= 0x80)
		return false; /* or it may be: the long way knows */
	return last >= 'a' || last <= '9' || (n > 1 && letters_is(run[n - 2]) && run[n - 2] < 'a');
}

/* The first n bytes of 8, n up to 8. */
static inline uint64_t first_bytes(uint64_t head, size_t n)
{
	return n < 8 ? head & (((uint64_t)1 << 8 * n) - 1) : head;
}

static inline bool is_special(const struct walk *w, const char *p, uint64_t head, size_t n)
{
	return special_may_be(w->filter, first_bytes(head, n), n) &&
	       special_find((struct slice){p, n}, SHORT_CUT);
}

/* Takes a chunk of letters or digits with at most one mark behind it, or a mark alone; SHORT_CUT
 * bytes may be read. Returns its bytes, or 0 when it has to go the long way. `*plain` says whether
 * the token before can begin no special case together with letters or digits, and becomes that for
 * the last token. */
static inline size_t simple_chunk(struct walk *w, size_t at, bool *plain)
{
	struct tokens *t = w->t;
	const char *p = t->text.p + at;
	uint64_t head = letters_load(p);
	unsigned letters = letters_first(head);
	size_t n = run_at(p, letters);

	if (n == 0)
		return 0;
	unsigned end = kind_of(p[n]);

	if (!(end & SPACE)) {
		if (!(kind_of(p[n + 1]) & SPACE) || !(end & MARK || (end & DOT && dot_leaves(p, n))) ||
		    is_special(w, p, head, n + 1))
			return 0;
	}
	if (is_special(w, p, head, n))
		return 0;
	if (t->cap - t->n < 2)
		tokens_reserve(t, 2);
	t->token[t->n++] = (struct token){(uint32_t)at, (uint32_t)n};
	bool is_word = letters || kind_of(*p) & DIGIT;

	if (!(*plain && is_word) && t->n > 1)
		look_at(w, t->n - 2);
	*plain = is_word;
	if (end & SPACE)
		return n;
	t->token[t->n++] = (struct token){(uint32_t)(at + n), 1};
	look_at(w, t->n - 2);
	*plain = false;
	return n + 1;
}

bool spacy_adjacent(const struct tokens *t, size_t i)
{
	size_t end = t->token[i].at + t->token[i].n, next = t->token[i + 1].at;

	return next == end || (next == end + 1 && t->text.p[end] == ' ');
}

bool spacy_tokens(struct tokens *t)
{
	struct walk w = {.t = t, .filter = special_filter()};
	size_t short_end = t->text.n > SHORT_CUT ? t->text.n - SHORT_CUT : 0, n;
	bool plain = false;

	for (size_t i = 0; i < t->text.n; i += n) {
		unsigned size;

		if (kind_of(t->text.p[i]) & SPACE) {
			n = 1;
			continue;
		}
		n = i < short_end ? simple_chunk(&w, i, &plain) : 0;
		if (n)
			continue;
		n = any_chunk(&w, i);
		plain = false;
		if (n == 0)
			utf8_at(t->text.p + i, &size), n = size;
	}
	if (w.n && !w.is_alpha)
		spacy_rejoin(t, w.suspect, w.n);
	free(w.suspect);
	return w.is_alpha;
}
