/* n-grams compared as joined bytes. Different words read alike once joined only where a word is the
 * head of another one and what follows it spells the rest: "a nice", "an ice". Such places are
 * few, are found from the distinct words, and are then compared with every place of the longer
 * word; only a text where two of them do read alike needs its n-grams compared as bytes. */
#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/doc/ngrams.h"

/* Heads of distinct words, and whole ones, as bits by hash: false alarms cost a look-up. The first
 * eight bytes are hashed at once, those behind them one by one. */
enum { IS_HEAD = 1, IS_WORD = 2, EIGHT = 8 };

struct heads {
	uint8_t *bits;
	size_t mask;
	uint32_t *hash; /* of each distinct word */
};

static inline uint32_t hash_eight(uint64_t head)
{
	return (uint32_t)(head * 0x9e3779b97f4a7c15u >> 32);
}

static inline uint32_t roll(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)c) * 0x9e3779b1u;
}

static inline uint8_t *place(const struct heads *h, uint32_t hash)
{
	return &h->bits[(hash ^ hash >> 15) & h->mask];
}

/* The first n bytes of eight, n from 1 to 8. */
static inline uint64_t cut(uint64_t head, size_t n)
{
	return head & ~(uint64_t)0 >> 8 * (EIGHT - n);
}

static void collect_heads(const struct words *w, struct heads *h, struct arena *scratch)
{
	size_t size = 4096;

	while (size < 32 * w->n_distinct)
		size *= 2;
	h->bits = arena_zero(scratch, size, 1);
	h->mask = size - 1;
	h->hash = arena_alloc(scratch, w->n_distinct * sizeof *h->hash);
	for (size_t i = 0; i < w->n_distinct; i++) {
		struct slice text = w->distinct[i].text;
		uint64_t head = w->distinct[i].head;
		uint32_t hash = hash_eight(head);

		/* For a shorter word some of these are the word itself, which does no harm. */
		for (size_t n = 2; n <= EIGHT; n++)
			*place(h, hash_eight(cut(head, n))) |= IS_HEAD;
		for (size_t k = EIGHT; k < text.n; k++) {
			hash = roll(hash, text.p[k]);
			*place(h, hash) |= IS_HEAD;
		}
		*place(h, hash) |= IS_WORD;
		h->hash[i] = hash;
	}
}

/* The joined bytes from word `at` on, read one after the other. */
struct reader {
	const struct words *w;
	size_t word, byte;
};

static bool reader_next(struct reader *r, char *c)
{
	if (r->word >= r->w->n)
		return false;
	struct slice text = words_at(r->w, r->word)->text;

	*c = text.p[r->byte++];
	if (r->byte == text.n)
		r->word++, r->byte = 0;
	return true;
}

/* A place where the joined text reads a word that is longer than the one there. */
struct alarm {
	uint32_t at, next; /* next: alarm + 1 of the same longer word, 0: none */
};

struct search {
	const struct words *w;
	struct arena *mem;
	struct heads heads;
	struct alarm *alarm;
	size_t n, cap;
	uint32_t *first; /* by id of the longer word: alarm + 1 */
	struct buf spelt;
	size_t work, limit; /* bytes looked at: hostile text is not searched to the end */
};

static void add_alarm(struct search *s, size_t at, size_t longer)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;

		s->alarm = arena_grow(s->mem, s->alarm, s->cap * sizeof *s->alarm,
		                      cap * sizeof *s->alarm);
		s->cap = cap;
	}
	s->alarm[s->n] = (struct alarm){(uint32_t)at, s->first[longer]};
	s->first[longer] = (uint32_t)++s->n;
}

/* Follows the joined text behind word `at` for as long as it spells the head of some word, and
 * notes every longer word that it spells. */
static void follow(struct search *s, size_t at)
{
	const struct word *word = words_at(s->w, at);
	struct reader r = {s->w, at + 1, 0};
	uint32_t hash = s->heads.hash[s->w->id[at]];
	uint64_t head = word->head;
	char c;

	buf_reset(&s->spelt);
	buf_add(&s->spelt, word->text);
	while (s->work < s->limit && reader_next(&r, &c)) {
		if (s->spelt.n < EIGHT) {
			head |= (uint64_t)(unsigned char)c << 8 * s->spelt.n;
			hash = hash_eight(head);
		} else {
			hash = roll(hash, c);
		}
		unsigned bits = *place(&s->heads, hash);

		if (!(bits & IS_HEAD))
			break;
		buf_byte(&s->spelt, c);
		s->work++;
		if (!(bits & IS_WORD))
			continue;
		const struct word *longer = words_find(s->w, buf_slice(&s->spelt));

		s->work += s->spelt.n;
		if (longer)
			add_alarm(s, at, (size_t)(longer - s->w->distinct));
	}
	s->work += s->spelt.n;
}

/* False when word `at` and the one behind it spell no word together, nor the head of one that goes
 * on behind them. */
static inline bool may_spell(const struct search *s, size_t at)
{
	const struct word *word = words_at(s->w, at), *next = words_at(s->w, at + 1);
	size_t n = word->text.n, end = n + next->text.n;

	if (n >= EIGHT)
		return *place(&s->heads, roll(s->heads.hash[s->w->id[at]], *next->text.p)) & IS_HEAD;
	uint64_t head = word->head | next->head << 8 * n;

	for (size_t k = n + 1; k <= EIGHT && k <= end; k++) {
		unsigned bits = *place(&s->heads, hash_eight(cut(head, k)));

		if (bits != IS_HEAD)
			return bits & IS_WORD;
	}
	return true;
}

/* Words p and q differ and one is the head of the other: whether as many words from p on as from q
 * on read alike. */
static bool read_alike(struct search *s, size_t p, size_t q)
{
	struct reader a = {s->w, p, 0}, b = {s->w, q, 0};
	char x, y;

	while (s->work < s->limit && reader_next(&a, &x) && reader_next(&b, &y) && x == y) {
		s->work++;
		if (a.word - p == b.word - q && a.byte == 0 && b.byte == 0)
			return true;
		if (a.word - p > NGRAMS_MAX || b.word - q > NGRAMS_MAX)
			return false;
	}
	s->work++;
	return false;
}

/* Errs on the side of true, for hostile text only. */
static bool is_ambiguous(struct search *s)
{
	const struct words *w = s->w;

	for (size_t i = 0; i + 1 < w->n; i++)
		if (may_spell(s, i))
			follow(s, i);
	for (size_t q = 0; s->n && q < w->n; q++)
		for (uint32_t k = s->first[w->id[q]]; k; k = s->alarm[k - 1].next)
			if (read_alike(s, s->alarm[k - 1].at, q))
				return true;
	return s->work >= s->limit;
}

struct joined {
	struct arena *mem;
	size_t n_words;
	char *bytes;
	uint32_t *start, *char_start; /* of word i among the bytes and the code points; n + 1 */
	struct joined_slot *slot;
};

struct joined_slot {
	uint32_t hash, at; /* at: a word + 1; 0: free */
};

static struct joined *join(const struct words *w, struct arena *mem)
{
	struct joined *j = arena_new(mem, struct joined, 1);
	size_t bytes = 0;

	for (size_t i = 0; i < w->n; i++)
		bytes += words_at(w, i)->text.n;
	j->mem = mem;
	j->n_words = w->n;
	j->bytes = arena_alloc(mem, bytes);
	j->start = arena_alloc(mem, (w->n + 1) * sizeof *j->start);
	j->char_start = arena_alloc(mem, (w->n + 1) * sizeof *j->char_start);
	j->start[0] = j->char_start[0] = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct word *word = words_at(w, i);

		memcpy(j->bytes + j->start[i], word->text.p, word->text.n);
		j->start[i + 1] = j->start[i] + (uint32_t)word->text.n;
		j->char_start[i + 1] = j->char_start[i] + word->chars;
	}
	return j;
}

struct joined *joined_open(const struct words *w, struct arena *mem)
{
	size_t bytes = 0;

	for (size_t i = 0; i < w->n_distinct; i++)
		bytes += w->distinct[i].text.n;

	struct search s = {.w = w, .mem = mem, .limit = 4096 + 16 * (bytes + w->n)};

	collect_heads(w, &s.heads, mem);
	s.first = arena_new(mem, uint32_t, w->n_distinct);
	bool ambiguous = is_ambiguous(&s);

	buf_free(&s.spelt);
	return ambiguous ? join(w, mem) : NULL;
}

static struct slice ngram_at(const struct joined *j, size_t at, unsigned n)
{
	return (struct slice){j->bytes + j->start[at], j->start[at + n] - j->start[at]};
}

/* True when the n-gram at `at` was seen before; else it is from now on. */
static bool joined_seen(struct joined *j, size_t mask, size_t at, unsigned n)
{
	struct slice text = ngram_at(j, at, n);
	uint64_t hash = hash64(text);
	size_t i = hash & mask;

	for (; j->slot[i].at; i = (i + 1) & mask)
		if (j->slot[i].hash == (uint32_t)(hash >> 32) &&
		    slice_equal(ngram_at(j, j->slot[i].at - 1, n), text))
			return true;
	j->slot[i] = (struct joined_slot){(uint32_t)(hash >> 32), (uint32_t)at + 1};
	return false;
}

uint64_t joined_repeated(struct joined *j, unsigned n)
{
	uint64_t chars = 0;
	size_t size = 16;

	while (size < 2 * j->n_words)
		size *= 2;
	if (!j->slot)
		j->slot = arena_alloc(j->mem, size * sizeof *j->slot);
	memset(j->slot, 0, size * sizeof *j->slot);
	for (size_t at = 0; at + n <= j->n_words;) {
		if (joined_seen(j, size - 1, at, n)) {
			chars += j->char_start[at + n] - j->char_start[at];
			at += n;
		} else {
			at++;
		}
	}
	return chars;
}
