/* n-grams compared as joined bytes. Two of JOINED_LEAST words or more that differ as words and read
 * alike have a first place where they differ. There one's word is longer than the other's, though
 * the same bytes follow ("a nice" and "an ice"), up to where both end. So one of three holds:
 *
 *   eight bytes or more follow, and they are equal;
 *   fewer do, and the two words before are the same: a repeated 2-gram, then three equal bytes;
 *   fewer do, and one word is before or none: then four words have less than eight bytes, four of
 *   which are equal.
 *
 * Each place of a text gets a key for each of these that it may be in, and words of different size
 * under one key are looked at. Only a text where two places do read alike needs its n-grams
 * compared as bytes. */
#include "lib/base/hash.h"
#include "lib/doc/ngrams.h"

enum { EIGHT = 8 };

/* For the two tables of keys: those that meet in one of them shall not meet in the other. */
#define FACTOR 0x9e3779b97f4a7c15u
#define FAMILY_FACTOR 0xbf58476d1ce4e5b9u

/* A place where a word begins, under one of its keys. */
struct entry {
	uint64_t key;
	uint32_t at;
};

/* Entries of equal words under one key. */
struct kin {
	uint64_t key;
	uint32_t id, entry; /* entry: its last, + 1 */
	uint32_t next;     /* kin + 1 in the same bucket, 0: none */
};

struct search {
	const struct words *w;
	uint64_t *ahead;    /* by word: the eight bytes from there on */
	struct entry *entry;  /* those of repeated 2-grams and of short words */
	size_t n_entries;
	uint8_t *sizes;     /* by hash of the key: sizes of the words there, as bits */
	unsigned shift;
	size_t work, limit; /* bytes looked at: hostile text is not searched to the end */
};

static unsigned bits_for(unsigned least, size_t n)
{
	while ((size_t)1 << least < n)
		least++;
	return least;
}

/* What a word's size does. */
struct size {
	uint8_t half; /* 4 times the size, at most 32: shifts by it twice make room for the word */
	uint8_t bits; /* two of eight, so that a third one tells that there are two sizes; all for
	                 those that have no two of their own */
};

static inline struct size size_of(size_t n)
{
	static const struct size size[] = {
		{0, 0},     {4, 0x03},  {8, 0x05},  {12, 0x06}, {16, 0x09}, {20, 0x0a}, {24, 0x0c},
		{28, 0x11}, {32, 0x12}, {32, 0x14}, {32, 0x18}, {32, 0x21}, {32, 0x22}, {32, 0x24},
		{32, 0x28}, {32, 0x30}, {32, 0x41}, {32, 0x42}, {32, 0x44}, {32, 0x48}, {32, 0x50},
		{32, 0x60}, {32, 0x81}, {32, 0x82}, {32, 0x84}, {32, 0x88}, {32, 0x90}, {32, 0xa0},
		{32, 0xc0}, {32, 0xff},
	};
	const size_t last = sizeof size / sizeof size[0] - 1;

	return size[n < last ? n : last];
}

static inline bool are_mixed(unsigned sizes)
{
	sizes &= sizes - 1;
	return sizes & (sizes - 1);
}

static inline uint8_t *sizes_of(const struct search *s, uint64_t key)
{
	return &s->sizes[key * FACTOR >> s->shift];
}

/* Puts down the eight bytes ahead of each word; lists the `crowded`, those that share less than
 * eight bytes with the three behind them, and returns how many there are. */
static size_t look_ahead(const struct search *s, uint32_t *crowded)
{
	const struct words w = *s->w;
	const struct search at = *s;
	size_t n_crowded = 0, second = EIGHT, third = EIGHT, fourth = EIGHT;
	uint64_t ahead = 0;

	for (size_t i = w.n; i-- > 0;) {
		const struct word *word = words_at(&w, i);
		size_t n = word->text.n;
		struct size size = size_of(n);

		ahead = word->head | ahead << size.half << size.half;
		at.ahead[i] = ahead;
		*sizes_of(&at, ahead) |= size.bits;
		crowded[n_crowded] = (uint32_t)i;
		n_crowded += n + second + third + fourth < EIGHT;
		fourth = third;
		third = second;
		second = n;
	}
	return n_crowded;
}

static void add_entry(struct search *s, uint32_t at, uint64_t key)
{
	s->entry[s->n_entries++] = (struct entry){key, at};
	*sizes_of(s, key) |= size_of(words_at(s->w, at)->text.n).bits;
}

static void add_entries(struct search *s, const struct ngram_places *twos, struct arena *mem)
{
	const uint64_t three_bytes = 0xffffff, four_bytes = 0xffffffff;
	uint32_t *crowded = arena_alloc(mem, (s->w->n + 1) * sizeof *crowded);
	size_t n_crowded = look_ahead(s, crowded);

	s->entry = arena_alloc(mem, (twos->n + n_crowded) * sizeof *s->entry);
	for (size_t i = 0; i < twos->n; i++) {
		uint32_t at = twos->at[i] + 2;
		uint64_t group = (uint64_t)twos->group[i] << 32;

		if (at < s->w->n)
			add_entry(s, at, group | (s->ahead[at] & three_bytes));
	}
	for (size_t i = 0; i < n_crowded; i++)
		add_entry(s, crowded[i], s->ahead[crowded[i]] & four_bytes);
}

/* The entry of word i, or entry i - n. */
static inline struct entry entry_of(const struct search *s, uint32_t i)
{
	return i < s->w->n ? (struct entry){s->ahead[i], i} : s->entry[i - s->w->n];
}

/* Lists entries whose key words of other sizes may have. They are few, but which ones cannot be
 * guessed, so nothing is done about them yet. */
static size_t find_suspects(const struct search *s, uint32_t *suspect)
{
	const struct search at = *s;
	const uint32_t words = (uint32_t)at.w->n, entries = (uint32_t)at.n_entries;
	size_t n = 0;

	for (uint32_t i = 0; i < words; i++) {
		suspect[n] = i;
		n += are_mixed(*sizes_of(&at, at.ahead[i]));
	}
	for (uint32_t i = 0; i < entries; i++) {
		suspect[n] = words + i;
		n += are_mixed(*sizes_of(&at, at.entry[i].key));
	}
	return n;
}

/* The joined bytes from a word on, read one after the other. */
struct reader {
	const struct words *w;
	size_t word, byte;
};

static inline bool reader_next(struct reader *r, char *c)
{
	if (r->word >= r->w->n)
		return false;
	struct slice text = words_at(r->w, r->word)->text;

	*c = text.p[r->byte++];
	if (r->byte == text.n)
		r->word++, r->byte = 0;
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

struct family {
	struct kin *kin;
	size_t n_kin;
	uint32_t *first;  /* by hash of the key: kin + 1 */
	uint32_t *at;     /* by suspect: the word … */
	uint32_t *before; /* … and the one before it of the same kin, + 1; 0: none */
	unsigned shift;
};

static void add_to_family(struct search *s, struct family *f, uint32_t i, struct entry entry)
{
	uint32_t *first = &f->first[entry.key * FAMILY_FACTOR >> f->shift];
	uint32_t id = s->w->id[entry.at], k = *first;

	while (k && (f->kin[k - 1].key != entry.key || f->kin[k - 1].id != id)) {
		k = f->kin[k - 1].next;
		if (s->work++ >= s->limit)
			return;
	}
	if (!k) {
		f->kin[f->n_kin] = (struct kin){entry.key, id, 0, *first};
		*first = k = (uint32_t)++f->n_kin;
	}
	f->at[i] = entry.at;
	f->before[i] = f->kin[k - 1].entry;
	f->kin[k - 1].entry = i + 1;
}

/* Whether a place of `shorter` reads like one of `longer`. */
static bool any_alike(struct search *s, const struct family *f, const struct kin *shorter,
                      const struct kin *longer)
{
	const struct words *w = s->w;
	const struct slice a = w->distinct[shorter->id].text, b = w->distinct[longer->id].text;

	if (memcmp(a.p, b.p, a.n) != 0)
		return false;
	s->work += a.n;
	for (uint32_t i = shorter->entry; i; i = f->before[i - 1]) {
		size_t p = f->at[i - 1];

		if (s->work++ >= s->limit)
			return true;
		if (p + 1 == w->n || *words_at(w, p + 1)->text.p != b.p[a.n])
			continue;
		for (uint32_t k = longer->entry; k; k = f->before[k - 1])
			if (read_alike(s, p, f->at[k - 1]))
				return true;
	}
	return false;
}

/* Errs on the side of true, for hostile text only. */
static bool is_ambiguous(struct search *s, const uint32_t *suspect, size_t n, struct arena *mem)
{
	const struct word *distinct = s->w->distinct;
	unsigned bits = bits_for(6, 4 * n);
	struct family f = {
		.kin = arena_alloc(mem, n * sizeof *f.kin),
		.first = arena_new(mem, uint32_t, (size_t)1 << bits),
		.at = arena_alloc(mem, n * sizeof *f.at),
		.before = arena_alloc(mem, n * sizeof *f.before),
		.shift = 64 - bits,
	};

	for (uint32_t i = 0; i < n; i++)
		add_to_family(s, &f, i, entry_of(s, suspect[i]));
	for (size_t i = 0; i < f.n_kin; i++) {
		const struct kin *a = &f.kin[i], *b;

		for (uint32_t k = a->next; k; k = b->next) {
			b = &f.kin[k - 1];
			size_t x = distinct[a->id].text.n, y = distinct[b->id].text.n;

			if (s->work++ >= s->limit)
				return true;
			if (a->key == b->key && x != y &&
			    any_alike(s, &f, x < y ? a : b, x < y ? b : a))
				return true;
		}
	}
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

struct joined *joined_bytes(const struct words *w, struct arena *mem)
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

struct joined *joined_open(const struct words *w, const struct ngram_places *twos,
                           struct arena *mem)
{
	enum { LEAST_BITS = 14, PER_WORD = 8, WORK_PER_WORD = 64, LARGE = 1 << 15 };
	unsigned bits = bits_for(LEAST_BITS, PER_WORD * w->n);

	/* What follows is for speed, and takes 100 and more bytes a word. */
	if (w->n >= LARGE)
		return joined_bytes(w, mem);
	struct search s = {
		.w = w,
		.ahead = arena_alloc(mem, w->n * sizeof *s.ahead),
		.sizes = arena_new(mem, uint8_t, (size_t)1 << bits),
		.shift = 64 - bits,
		.limit = 4096 + WORK_PER_WORD * w->n,
	};

	add_entries(&s, twos, mem);
	uint32_t *suspect = arena_alloc(mem, (w->n + s.n_entries + 1) * sizeof *suspect);
	size_t n = find_suspects(&s, suspect);

	return is_ambiguous(&s, suspect, n, mem) ? joined_bytes(w, mem) : NULL;
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
