/* The cascade: an n-gram can occur twice only if both (n-1)-grams in it do. So level n looks only at
 * places where the (n-1)-grams at i and i + 1 are repeated, and the pair of their numbers is an
 * exact key: no n-gram is ever hashed as text. */
#include "lib/doc/ngrams.h"

#include <assert.h>

#include "lib/base/hash.h"

/* A place whose n-gram occurs at least twice. Equal n-grams share a group. */
struct ngram_position {
	uint32_t at, group;
};

/* Groups are numbered by first appearance: left and right are the groups of the two (n-1)-grams. */
struct ngram_group {
	uint32_t left, right;
	uint32_t count, first;
};

static uint64_t chars_at(const struct words *w, size_t at, unsigned n)
{
	uint64_t chars = 0;

	for (unsigned i = 0; i < n; i++)
		chars += words_at(w, at + i)->chars;
	return chars;
}

static void measure_top(struct ngrams *g, unsigned n, size_t groups)
{
	struct ngram_group best = {.count = 1, .first = 0};

	for (size_t i = 0; i < groups; i++)
		if (g->group[i].count > best.count)
			best = g->group[i];
	g->top[n] = (chars_at(g->words, best.first, n) + n - 1) * best.count;
}

static void measure_repeated(struct ngrams *g, unsigned n)
{
	enum { SEEN = 0 };
	uint64_t chars = 0;
	size_t next = 0;

	for (size_t i = 0; i < g->n_positions; i++) {
		struct ngram_position p = g->position[i];

		if (p.at < next)
			continue;
		if (g->group[p.group].count == SEEN) {
			chars += chars_at(g->words, p.at, n);
			next = (size_t)p.at + n;
		}
		g->group[p.group].count = SEEN;
	}
	g->repeated[n] = chars;
}

/* Words need no positions of their own. */
static void first_level(struct ngrams *g)
{
	const struct words *w = g->words;
	const struct word *top = w->distinct;

	for (size_t i = 0; i < w->n_distinct; i++) {
		const struct word *word = &w->distinct[i];

		if (word->count > top->count)
			top = word;
		g->repeated[1] += (uint64_t)word->chars * (word->count - 1);
		if (word->count > 1)
			g->n_positions += word->count;
	}
	g->top[1] = (uint64_t)top->chars * top->count;
}

/* Empties the table for at most n groups; returns its mask. */
static size_t clear_table(struct ngrams *g, size_t n)
{
	size_t size = 16;

	while (size < 2 * n)
		size *= 2;
	if (!g->table) {
		g->table = arena_alloc(g->mem, size * sizeof *g->table);
		g->group = arena_alloc(g->mem, n * sizeof *g->group);
	}
	memset(g->table, 0, size * sizeof *g->table);
	return size - 1;
}

/* The group of the n-gram at `at`, made of two; *groups is how many there are. */
static uint32_t group_of(struct ngrams *g, size_t mask, uint32_t at, uint32_t left, uint32_t right,
                         size_t *groups)
{
	uint64_t hash = (left * 0x9e3779b97f4a7c15u) ^ (right * 0xbf58476d1ce4e5b9u);
	size_t i = (hash ^ hash >> 32) & mask;

	for (; g->table[i]; i = (i + 1) & mask) {
		struct ngram_group *known = &g->group[g->table[i] - 1];

		if (known->left == left && known->right == right)
			return known->count++, g->table[i] - 1;
	}
	g->group[*groups] = (struct ngram_group){left, right, 1, at};
	g->table[i] = (uint32_t)++*groups;
	return (uint32_t)*groups - 1;
}

/* Ends a level: measures it, and the places whose n-gram occurs once leave. */
static void finish_level(struct ngrams *g, size_t candidates, size_t groups)
{
	unsigned n = g->level + 1;
	size_t kept = 0;

	measure_top(g, n, groups);
	for (size_t i = 0; i < candidates; i++) {
		g->position[kept] = g->position[i];
		kept += g->group[g->position[i].group].count > 1;
	}
	g->n_positions = kept;
	measure_repeated(g, n);
}

static void second_level(struct ngrams *g)
{
	const struct words *w = g->words;
	size_t candidates = 0, groups = 0;
	bool repeated = words_at(w, 0)->count > 1;

	g->position = arena_alloc(g->mem, (g->n_positions + 1) * sizeof *g->position);
	for (size_t i = 0; i + 1 < w->n; i++) {
		bool next = words_at(w, i + 1)->count > 1;

		g->position[candidates].at = (uint32_t)i;
		candidates += repeated & next;
		repeated = next;
	}
	size_t mask = clear_table(g, candidates);

	for (size_t i = 0; i < candidates; i++) {
		struct ngram_position *p = &g->position[i];

		p->group = group_of(g, mask, p->at, w->id[p->at], w->id[p->at + 1], &groups);
	}
	finish_level(g, candidates, groups);
}

static void next_level(struct ngrams *g)
{
	size_t groups = 0, candidates = 0, mask = clear_table(g, g->n_positions);

	for (size_t i = 0; i + 1 < g->n_positions; i++) {
		struct ngram_position left = g->position[i], right = g->position[i + 1];

		if (left.at + 1 != right.at)
			continue;
		uint32_t group = group_of(g, mask, left.at, left.group, right.group, &groups);

		g->position[candidates++] = (struct ngram_position){left.at, group};
	}
	finish_level(g, candidates, groups);
}

static void advance(struct ngrams *g, unsigned n)
{
	assert(n >= 1 && n <= NGRAMS_MAX);
	for (; g->level < n; g->level++)
		if (g->level == 0)
			first_level(g);
		else if (g->level == 1)
			second_level(g);
		else
			next_level(g);
}

uint64_t ngrams_top(struct ngrams *g, unsigned n)
{
	if (g->words->n < n)
		return 0;
	advance(g, n);
	return g->top[n];
}

uint64_t ngrams_repeated(struct ngrams *g, unsigned n)
{
	if (g->words->n < n)
		return 0;
	if (!g->checked)
		g->joined = joined_open(g->words, g->mem);
	g->checked = true;
	if (g->joined)
		return joined_repeated(g->joined, n);
	advance(g, n);
	return g->repeated[n];
}
