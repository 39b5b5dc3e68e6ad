#include "lib/doc/words.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/punct.h"
#include "lib/doc/tokens.h"
#include "lib/doc/word_hash.h"

/* Known words up to WORD_SHORT bytes are found by touching nothing else. */
struct word_slot {
	uint64_t head, tail;
	uint32_t n;
	uint32_t word; /* id + 1; 0: free */
};

/* Distinct words while they are being collected. */
struct interner {
	struct arena *mem;
	struct word *distinct;
	size_t n, cap;
	struct word_slot *slot;
	size_t mask;
};

static bool is_letters(struct word_key k)
{
	if (k.n <= 8)
		return letters_first(k.head) == k.n;
	return k.n <= WORD_SHORT && letters_first(k.head) == 8 && letters_first(k.tail) == 8;
}

static struct word describe(struct slice text, struct word_key key)
{
	size_t chars = 0;
	uint32_t flags = 0;

	if (is_letters(key))
		return (struct word){text, key.n, 0, WORD_ALPHA | WORD_TEXT, key.head};
	for (size_t i = 0; i < text.n; chars++) {
		unsigned size;
		uint32_t c = utf8_at(text.p + i, &size);

		if (!(flags & WORD_ALPHA) && unicode_is_alpha(c))
			flags |= WORD_ALPHA;
		if (!(flags & WORD_TEXT) && !punct_of(c))
			flags |= WORD_TEXT;
		i += size;
	}
	return (struct word){text, (uint32_t)chars, 0, flags, key.head};
}

static size_t slot_hash(const struct word_slot *s)
{
	return word_key_hash((struct word_key){s->head, s->tail, s->n});
}

static void make_slots(struct interner *in, size_t cap)
{
	size_t old = in->slot ? in->mask + 1 : 0;
	struct word_slot *from = in->slot;

	in->slot = arena_new(in->mem, struct word_slot, cap);
	in->mask = cap - 1;
	for (size_t i = 0; i < old; i++) {
		if (!from[i].word)
			continue;
		size_t at = slot_hash(&from[i]) & in->mask;

		while (in->slot[at].word)
			at = (at + 1) & in->mask;
		in->slot[at] = from[i];
	}
}

static uint32_t new_word(struct interner *in, size_t at, struct word_key key, struct slice text)
{
	if (in->n == in->cap) {
		in->distinct = arena_grow(in->mem, in->distinct, in->cap * sizeof(struct word),
		                          2 * in->cap * sizeof(struct word));
		in->cap *= 2;
	}
	in->distinct[in->n] = describe(text, key);
	in->slot[at] = (struct word_slot){key.head, key.tail, key.n, (uint32_t)++in->n};
	if (2 * in->n > in->mask)
		make_slots(in, 4 * (in->mask + 1));
	return (uint32_t)in->n - 1;
}

/* The slot of a word, or the free one where it belongs. */
static inline size_t slot_of(const struct word_slot *slot, size_t mask, const struct word *distinct,
                             struct word_key key, struct slice text)
{
	size_t at = word_key_hash(key) & mask;

	for (;; at = (at + 1) & mask) {
		const struct word_slot *s = &slot[at];

		if (!s->word)
			return at;
		if (((s->head ^ key.head) | (s->tail ^ key.tail) | (s->n ^ key.n)) == 0 &&
		    (text.n <= WORD_SHORT || slice_equal(distinct[s->word - 1].text, text)))
			return at;
	}
}

void words_intern(const struct tokens *t, struct words *w, struct arena *mem)
{
	enum { LEAST = 64, MOST = 2048 };
	struct interner in = {.mem = mem};
	uint32_t *id = arena_alloc(mem, t->n * sizeof *id);
	const char *end = t->text.p + t->text.n;
	size_t slots = LEAST;

	while (slots < t->n && slots < MOST)
		slots *= 2;
	make_slots(&in, slots);
	in.cap = slots / 2;
	in.distinct = arena_alloc(mem, in.cap * sizeof *in.distinct);
	for (size_t i = 0; i < t->n; i++) {
		struct slice text = tokens_text(t, i);
		struct word_key key = word_key(text.p, text.n, (size_t)(end - text.p));
		size_t at = slot_of(in.slot, in.mask, in.distinct, key, text);

		id[i] = in.slot[at].word ? in.slot[at].word - 1 : new_word(&in, at, key, text);
		in.distinct[id[i]].count++;
	}
	*w = (struct words){
		.n = t->n,
		.id = id,
		.n_distinct = in.n,
		.distinct = in.distinct,
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
	size_t at = slot_of(w->slot, w->mask, w->distinct, word_key(text.p, text.n, text.n), text);

	return w->slot[at].word ? &w->distinct[w->slot[at].word - 1] : NULL;
}

size_t words_count(enum word_kind kind, struct slice text, struct arena *scratch)
{
	struct tokens t = {.mem = scratch};

	tokens_split(kind, text, &t);
	return t.n;
}
