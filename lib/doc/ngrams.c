/* The cascade: an n-gram can occur twice only if both (n-1)-grams in it do. So level n looks only
 * at places where the (n-1)-grams at i and i + 1 are repeated, and the pair of their groups is an
 * exact key: no n-gram is ever hashed as text. Loops over places have no branches that depend on
 * the text: guessing them wrong would cost more than all the rest. */
#include "lib/doc/ngrams.h"

#include <assert.h>

#include "lib/base/hash.h"

static uint64_t chars_at(const struct words *w, size_t at, unsigned n)
{
	uint64_t chars = 0;

	for (unsigned i = 0; i < n; i++)
		chars += words_at(w, at + i)->chars;
	return chars;
}

static uint64_t top_word(const struct words *w)
{
	const struct word *top = w->distinct;

	for (size_t i = 1; i < w->n_distinct; i++)
		if (w->distinct[i].count > top->count)
			top = &w->distinct[i];
	return (uint64_t)top->chars * top->count;
}

static uint64_t repeated_words(const struct words *w)
{
	uint64_t chars = 0;

	for (size_t i = 0; i < w->n_distinct; i++)
		chars += (uint64_t)w->distinct[i].chars * (w->distinct[i].count - 1);
	return chars;
}

static inline uint64_t pair(uint32_t left, uint32_t right)
{
	return (uint64_t)left << 32 | right;
}

/* One round of find_groups over the candidates `list` (NULL: 0 to n - 1). Written backwards, a slot
 * of the table names the first candidate that hashes to it, whatever it held before. Those that
 * have another key than that one are listed in `rest`; returns how many. */
static inline size_t find_some(struct ngrams *g, const uint32_t *list, size_t n, uint64_t factor,
                               unsigned shift)
{
	size_t left = 0;

	for (size_t k = n; k-- > 0;) {
		uint32_t i = list ? list[k] : (uint32_t)k;

		g->table[g->key[i] * factor >> shift] = i;
	}
	for (size_t k = 0; k < n; k++) {
		uint32_t i = list ? list[k] : (uint32_t)k;
		uint32_t first = g->table[g->key[i] * factor >> shift];
		bool same = g->key[first] == g->key[i];

		g->now.group[i] = first;
		g->count[first] += same;
		g->rest[left] = i;
		left += !same;
	}
	return left;
}

/* The group of a candidate is the first candidate with its key. */
static void find_groups(struct ngrams *g, size_t candidates)
{
	enum { LEAST_BITS = 12 };
	unsigned bits = LEAST_BITS;

	while ((size_t)1 << bits < 4 * candidates)
		bits++;
	if (g->table_size < (size_t)1 << bits) {
		g->table_size = (size_t)1 << bits;
		g->table = arena_alloc(g->mem, g->table_size * sizeof *g->table);
	}
	memset(g->count, 0, candidates * sizeof *g->count);
	uint64_t factor = 0x9e3779b97f4a7c15u;
	size_t left = find_some(g, NULL, candidates, factor, 64 - bits);

	while (left) {
		factor = hash_mix(factor) | 1;
		left = find_some(g, g->rest, left, factor, 64 - bits);
	}
}

static uint64_t measure_repeated(struct ngrams *g, unsigned n)
{
	enum { SEEN = 0 };
	uint64_t chars = 0;
	size_t next = 0;

	for (size_t i = 0; i < g->now.n; i++) {
		uint32_t *count = &g->count[g->now.group[i]], at = g->now.at[i];

		if (at < next)
			continue;
		if (*count == SEEN) {
			chars += chars_at(g->words, at, n);
			next = (size_t)at + n;
		}
		*count = SEEN;
	}
	return chars;
}

/* Ends a level whose candidates have a key: they are grouped, and those that occur once leave. */
static void finish_level(struct ngrams *g, size_t candidates)
{
	unsigned n = ++g->level;
	const struct ngram_places now = g->now;
	uint32_t top = 1, top_place = 0;
	size_t kept = 0;

	find_groups(g, candidates);
	for (size_t i = 0; i < candidates; i++) {
		uint32_t group = now.group[i], at = now.at[i];

		if (g->count[i] > top) {
			top = g->count[i];
			top_place = at;
		}
		now.at[kept] = at;
		now.group[kept] = group;
		kept += g->count[group] > 1;
	}
	g->now.n = kept;
	g->top_count[n] = top;
	g->top_place[n] = top_place;
}

static void second_level(struct ngrams *g)
{
	const struct words w = *g->words;
	size_t candidates = 0;

	if (!g->key) {
		g->key = arena_alloc(g->mem, w.n * sizeof *g->key);
		g->twos.at = arena_alloc(g->mem, w.n * sizeof *g->twos.at);
	}
	uint64_t *key = g->key;
	uint32_t *at = g->twos.at, left = w.id[0];
	bool repeated = w.distinct[left].count > 1;

	for (size_t i = 1; i < w.n; i++) {
		uint32_t right = w.id[i];
		bool next = w.distinct[right].count > 1;

		at[candidates] = (uint32_t)i - 1;
		key[candidates] = pair(left, right);
		candidates += repeated & next;
		repeated = next;
		left = right;
	}
	if (!g->count) {
		g->twos.group = arena_alloc(g->mem, candidates * sizeof *g->twos.group);
		g->count = arena_alloc(g->mem, candidates * sizeof *g->count);
		g->rest = arena_alloc(g->mem, (candidates + 1) * sizeof *g->rest);
	}
	g->now = g->twos;
	g->level = 1;
	finish_level(g, candidates);
	g->twos.n = g->now.n;
}

static void next_level(struct ngrams *g)
{
	const struct ngram_places from = g->now;
	size_t candidates = 0;

	if (g->level == 2) {
		g->now.at = arena_alloc(g->mem, (from.n + 1) * sizeof *g->now.at);
		g->now.group = arena_alloc(g->mem, (from.n + 1) * sizeof *g->now.group);
	}
	const struct ngram_places now = g->now;

	for (size_t i = 0; i + 1 < from.n; i++) {
		uint32_t at = from.at[i];

		g->key[candidates] = pair(from.group[i], from.group[i + 1]);
		now.at[candidates] = at;
		candidates += at + 1 == from.at[i + 1];
	}
	finish_level(g, candidates);
}

static void advance(struct ngrams *g, unsigned n)
{
	assert(n >= 2 && n <= NGRAMS_MAX);
	while (g->level < n) {
		if (g->level < 2)
			second_level(g);
		else
			next_level(g);
		if (g->measures_all)
			g->repeated[g->level] = measure_repeated(g, g->level);
		g->has_repeated[g->level] = g->measures_all;
	}
}

uint64_t ngrams_top(struct ngrams *g, unsigned n)
{
	if (g->words->n < n)
		return 0;
	if (n == 1)
		return top_word(g->words);
	advance(g, n);
	return (chars_at(g->words, g->top_place[n], n) + n - 1) * g->top_count[n];
}

static uint64_t repeated_short(struct ngrams *g, unsigned n)
{
	if (n == 1)
		return repeated_words(g->words);
	if (!g->bytes)
		g->bytes = joined_bytes(g->words, g->mem);
	return joined_repeated(g->bytes, n);
}

uint64_t ngrams_repeated(struct ngrams *g, unsigned n)
{
	if (g->words->n < n)
		return 0;
	if (n < JOINED_LEAST)
		return repeated_short(g, n);
	if (!g->checked) {
		advance(g, 2);
		g->joined = joined_open(g->words, &g->twos, g->mem);
	}
	g->checked = true;
	if (g->joined)
		return joined_repeated(g->joined, n);
	if (g->level > n && !g->has_repeated[n]) {
		/* Asked for too late, which is rare: from the start again, this time for good. */
		g->measures_all = true;
		g->level = 0;
	}
	advance(g, n);
	if (!g->has_repeated[n])
		g->repeated[n] = measure_repeated(g, n);
	g->has_repeated[n] = true;
	return g->repeated[n];
}
