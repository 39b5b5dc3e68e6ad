#include "lib/doc/words.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/punct.h"
#include "lib/doc/tokens.h"
#include "lib/doc/word_hash.h"

struct word_slot {
	uint32_t hash; /* high half of the word's hash */
	uint32_t word; /* id + 1; 0: free */
};

/* Distinct words while they are being collected. */
struct interner {
	struct arena *mem;
	const char *end; /* of the text */
	struct word *distinct;
	size_t n, cap;
	struct word_slot *slot;
	size_t mask;
};

static void describe(struct word *w, struct slice text)
{
	size_t chars = 0;
	uint32_t flags = 0;

	for (size_t i = 0; i < text.n; chars++) {
		unsigned size;
		uint32_t c = utf8_at(text.p + i, &size);

		if (flags != (WORD_ALPHA | WORD_TEXT)) {
			if (unicode_is_alpha(c))
				flags |= WORD_ALPHA;
			if (!(flags & WORD_TEXT) && !punct_of(c))
				flags |= WORD_TEXT;
		}
		i += size;
	}
	*w = (struct word){.text = text, .chars = (uint32_t)chars, .count = 1, .flags = flags};
}

static void grow_slots(struct interner *in)
{
	size_t old = in->slot ? in->mask + 1 : 0, cap = old ? old * 4 : 1024;
	struct word_slot *from = in->slot;

	in->slot = arena_new(in->mem, struct word_slot, cap);
	in->mask = cap - 1;
	for (size_t i = 0; i < old; i++) {
		if (!from[i].word)
			continue;
		struct slice text = in->distinct[from[i].word - 1].text;
		uint64_t hash = word_hash(text.p, text.n, (size_t)(in->end - text.p));
		size_t at = hash & in->mask;

		while (in->slot[at].word)
			at = (at + 1) & in->mask;
		in->slot[at] = from[i];
	}
}

static uint32_t new_word(struct interner *in, size_t at, uint64_t hash, struct slice text)
{
	if (in->n == in->cap) {
		size_t cap = in->cap ? in->cap * 2 : 256;

		in->distinct = arena_grow(in->mem, in->distinct, in->cap * sizeof(struct word),
		                          cap * sizeof(struct word));
		in->cap = cap;
	}
	describe(&in->distinct[in->n], text);
	in->slot[at] = (struct word_slot){(uint32_t)(hash >> 32), (uint32_t)++in->n};
	if (2 * in->n > in->mask)
		grow_slots(in);
	return (uint32_t)in->n - 1;
}

static uint32_t intern(struct interner *in, struct slice text)
{
	uint64_t hash = word_hash(text.p, text.n, (size_t)(in->end - text.p));
	size_t at = hash & in->mask;

	for (; in->slot[at].word; at = (at + 1) & in->mask) {
		if (in->slot[at].hash != (uint32_t)(hash >> 32))
			continue;
		struct word *known = &in->distinct[in->slot[at].word - 1];

		if (slice_equal(known->text, text)) {
			known->count++;
			return in->slot[at].word - 1;
		}
	}
	return new_word(in, at, hash, text);
}

void words_split(enum word_kind kind, struct slice text, struct words *w, struct arena *mem)
{
	struct tokens t = {.mem = mem};

	tokens_split(kind, text, &t);

	struct interner in = {.mem = mem, .end = t.text.p + t.text.n};
	uint32_t *id = (uint32_t *)(void *)t.token;

	/* An id takes the place of a token that has been read. */
	grow_slots(&in);
	for (size_t i = 0; i < t.n; i++) {
		uint32_t known = intern(&in, tokens_text(&t, i));

		memcpy(id + i, &known, sizeof known);
	}
	*w = (struct words){
		.n = t.n,
		.id = id,
		.n_distinct = in.n,
		.distinct = in.distinct,
		.slot = in.slot,
		.mask = in.mask,
	};
}

const struct word *words_find(const struct words *w, struct slice text)
{
	uint64_t hash = word_hash(text.p, text.n, text.n);

	for (size_t at = hash & w->mask; w->slot[at].word; at = (at + 1) & w->mask)
		if (w->slot[at].hash == (uint32_t)(hash >> 32) &&
		    slice_equal(w->distinct[w->slot[at].word - 1].text, text))
			return &w->distinct[w->slot[at].word - 1];
	return NULL;
}

size_t words_count(enum word_kind kind, struct slice text, struct arena *scratch)
{
	struct tokens t = {.mem = scratch};

	tokens_split(kind, text, &t);
	return t.n;
}
