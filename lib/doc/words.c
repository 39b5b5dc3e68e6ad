#include "lib/doc/words.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/punct.h"
#include "lib/doc/tokens.h"
#include "lib/doc/word_hash.h"

/* A distinct word while they are being collected. */
struct entry {
	uint64_t head, tail; /* as in its word_key */
	uint32_t n, count;
	uint32_t first; /* the token where it was first seen */
};

struct interner {
	const struct tokens *t;
	struct arena *mem;
	struct entry *entry;
	size_t n, cap;
	uint32_t *slot; /* entry + 1; 0: free */
	size_t mask;
};

static struct word_key entry_key(const struct entry *e)
{
	return (struct word_key){e->head, e->tail, e->n};
}

/* A table twice as large, or the first one. */
static void make_slots(struct interner *in, size_t cap)
{
	in->slot = arena_new(in->mem, uint32_t, cap);
	in->mask = cap - 1;
	for (size_t i = 0; i < in->n; i++) {
		size_t at = word_key_hash(entry_key(&in->entry[i])) & in->mask;

		while (in->slot[at])
			at = (at + 1) & in->mask;
		in->slot[at] = (uint32_t)i + 1;
	}
}

/* Makes room for so many more words, with a table that stays half empty at least. */
static void reserve(struct interner *in, size_t more)
{
	if (in->n + more > in->cap) {
		in->cap = 2 * in->cap > in->n + more ? 2 * in->cap : in->n + more;
		in->entry = mem_grow(in->entry, in->cap * sizeof *in->entry);
	}
	if (2 * (in->n + more) > in->mask)
		make_slots(in, 4 * (in->mask + 1));
}

/* True when words with equal keys are equal; `e` may be one that has just been written. */
static inline bool is_same(const struct interner *in, const struct entry *e, struct slice text)
{
	return text.n <= WORD_SHORT || slice_equal(tokens_text(in->t, e->first), text);
}

/* The word's number where its first slot is taken by another one; its entry is written. */
static uint32_t look_further(struct interner *in, size_t at, struct word_key key, struct slice text)
{
	for (;;) {
		at = (at + 1) & in->mask;
		if (!in->slot[at]) {
			in->slot[at] = (uint32_t)++in->n;
			return (uint32_t)in->n - 1;
		}
		const struct entry *e = &in->entry[in->slot[at] - 1];

		if (word_key_is(entry_key(e), key) && is_same(in, e, text))
			return in->slot[at] - 1;
	}
}

/* Numbers the words of tokens [from, to). Almost without branches: half of a web page's words are
 * new to it, and which ones cannot be foreseen. So each is written as if it were new. */
static void intern(struct interner *in, size_t from, size_t to, uint32_t *id)
{
	const struct token *token = in->t->token;
	const char *start = in->t->text.p, *end = start + in->t->text.n;
	struct entry *const entry = in->entry;
	uint32_t *const slot = in->slot;
	const size_t mask = in->mask;
	uint32_t n = (uint32_t)in->n;

	for (size_t i = from; i < to; i++) {
		struct slice text = {start + token[i].at, token[i].n};
		struct word_key key = word_key(text.p, text.n, (size_t)(end - text.p));
		size_t at = word_key_hash(key) & mask;
		uint32_t found = slot[at], is_known = -(uint32_t)(found != 0);
		uint32_t number = ((found - 1) & is_known) | (n & ~is_known);

		entry[n] = (struct entry){key.head, key.tail, key.n, 0, (uint32_t)i};
		slot[at] = number + 1;
		if (word_key_is(entry_key(&entry[number]), key) &&
		    is_same(in, &entry[number], text)) {
			n += 1 + is_known;
		} else {
			in->n = n;
			number = look_further(in, at, key, text);
			n = (uint32_t)in->n;
		}
		entry[number].count++;
		id[i] = number;
	}
	in->n = n;
}

static bool is_letters(const struct entry *e)
{
	if (e->n <= 8)
		return letters_first(e->head) == e->n;
	return e->n <= WORD_SHORT && letters_first(e->head) == 8 &&
	       letters_first(e->tail) == e->n - 8;
}

/* Bytes that continue a character. */
static uint32_t continuations(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u;

	return (uint32_t)((x >> 7 & ~x >> 6 & ones) * ones >> 56);
}

/* What ASCII says of a word. */
static const uint8_t ascii_flags[128] = {
	['\t' ... '\n'] = WORD_TEXT,
	[' '] = WORD_TEXT,
	['0' ... '9'] = WORD_TEXT,
	['A' ... 'Z'] = WORD_ALPHA | WORD_TEXT,
	['a' ... 'z'] = WORD_ALPHA | WORD_TEXT,
};

static uint32_t flags_of(uint32_t c)
{
	if (c < 0x80)
		return ascii_flags[c];
	return (unicode_is_alpha(c) ? WORD_ALPHA : 0) | (punct_of(c) ? 0 : WORD_TEXT);
}

static struct word describe(const struct entry *e, struct slice text)
{
	struct word w = {text, e->n, e->count, WORD_ALPHA | WORD_TEXT, e->head};
	unsigned size;

	if (is_letters(e))
		return w;
	if (e->n <= WORD_SHORT)
		w.chars -= continuations(e->head) + continuations(e->tail);
	else
		w.chars = (uint32_t)utf8_count(text);
	w.flags = 0;
	for (size_t i = 0; i < text.n && w.flags != (WORD_ALPHA | WORD_TEXT); i += size)
		w.flags |= flags_of(utf8_at(text.p + i, &size));
	return w;
}

void words_intern(const struct tokens *t, struct words *w, struct arena *mem)
{
	enum { BATCH = 256, LEAST = 4 * BATCH, MOST = 1 << 14 };
	struct interner in = {.t = t, .mem = mem};
	uint32_t *id = arena_alloc(mem, t->n * sizeof *id);
	size_t slots = LEAST;

	while (slots < 4 * t->n && slots < MOST)
		slots *= 2;
	make_slots(&in, slots);
	for (size_t i = 0, end; i < t->n; i = end) {
		end = t->n - i > BATCH ? i + BATCH : t->n;
		reserve(&in, end - i + 1);
		intern(&in, i, end, id);
	}
	struct word *distinct = arena_alloc(mem, in.n * sizeof *distinct);

	for (size_t i = 0; i < in.n; i++)
		distinct[i] = describe(&in.entry[i], tokens_text(t, in.entry[i].first));
	free(in.entry);
	*w = (struct words){
		.n = t->n,
		.id = id,
		.n_distinct = in.n,
		.distinct = distinct,
		.slot = in.slot,
		.mask = in.mask,
	};
}

void words_split(enum word_kind kind, struct slice text, struct words *w, struct arena *mem)
{
	struct tokens t = {.mem = mem};

	tokens_split(kind, text, &t);
	words_intern(&t, w, mem);
}

const struct word *words_find(const struct words *w, struct slice text)
{
	if (text.n == 0)
		return NULL;
	size_t at = word_key_hash(word_key(text.p, text.n, text.n)) & w->mask;

	for (; w->slot[at]; at = (at + 1) & w->mask)
		if (slice_equal(w->distinct[w->slot[at] - 1].text, text))
			return &w->distinct[w->slot[at] - 1];
	return NULL;
}

size_t words_count(enum word_kind kind, struct slice text, struct chunks *chunks,
                   struct arena *scratch)
{
	struct tokens t = {.mem = scratch, .chunks = chunks};

	tokens_split(kind, text, &t);
	return t.n;
}
