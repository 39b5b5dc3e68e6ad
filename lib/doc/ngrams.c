/* The cascade: an n-gram can occur twice only if both (n-1)-grams in it do. So level n looks only at
 * places where the (n-1)-grams at i and i + 1 are repeated, and the pair of their numbers is an
 * exact key: no n-gram is ever hashed as text. */
#include "lib/doc/ngrams.h"

#include <assert.h>

#include "lib/base/hash.h"

/* A place whose n-gram occurs at least twice; equal n-grams share a group, numbered by first
 * appearance. */
struct ngram {
	uint32_t at, group;
};

struct ngram_pair {
	uint32_t left, right;
	uint32_t group; /* + 1; 0: free */
};

static uint64_t chars_at(const struct words *w, size_t at, unsigned n)
{
	uint64_t chars = 0;

	for (unsigned i = 0; i < n; i++)
		chars += words_at(w, at + i)->chars;
	return chars;
}

/* Writes down the most frequent n-gram, given the candidates of the level and their counts. */
static void measure_top(struct ngrams *g, unsigned n, size_t candidates, size_t groups)
{
	uint32_t best = 1;
	size_t group = 0, at = 0;

	for (size_t i = 0; i < groups; i++)
		if (g->count[i] > best)
			best = g->count[group = i];
	for (size_t i = 0; best > 1 && i < candidates; i++)
		if (g->position[i].group == group) {
			at = g->position[i].at;
			break;
		}
	g->top[n] = (chars_at(g->words, at, n) + n - 1) * best;
}

static void measure_repeated(struct ngrams *g, unsigned n)
{
	enum { SEEN = 0 };
	uint64_t chars = 0;
	size_t next = 0;

	for (size_t i = 0; i < g->n_positions; i++) {
		struct ngram p = g->position[i];

		if (p.at < next)
			continue;
		if (g->count[p.group] == SEEN) {
			chars += chars_at(g->words, p.at, n);
			next = (size_t)p.at + n;
		}
		g->count[p.group] = SEEN;
	}
	g->repeated[n] = chars;
}

/* Ends a level: the candidates whose group has one member leave. */
static void finish_level(struct ngrams *g, unsigned n, size_t candidates, size_t groups)
{
	size_t kept = 0;

	measure_top(g, n, candidates, groups);
	for (size_t i = 0; i < candidates; i++)
		if (g->count[g->position[i].group] > 1)
			g->position[kept++] = g->position[i];
	g->n_positions = kept;
	measure_repeated(g, n);
	g->level = n;
}

static void first_level(struct ngrams *g)
{
	const struct words *w = g->words;
	size_t n = 0;

	for (size_t i = 0; i < w->n_distinct; i++)
		if (w->distinct[i].count > 1)
			n += w->distinct[i].count;
	g->position = arena_alloc(g->mem, n * sizeof *g->position);
	g->count = arena_alloc(g->mem, w->n_distinct * sizeof *g->count + n * sizeof *g->count);
	n = 0;
	for (size_t i = 0; i < w->n; i++)
		if (words_at(w, i)->count > 1)
			g->position[n++] = (struct ngram){(uint32_t)i, w->id[i]};
	for (size_t i = 0; i < w->n_distinct; i++)
		g->count[i] = w->distinct[i].count;
	finish_level(g, 1, n, w->n_distinct);
}

/* The group of a pair of groups; *groups is how many there are. */
static uint32_t group_of(struct ngrams *g, size_t mask, struct ngram left, struct ngram right,
                         size_t *groups)
{
	size_t at = hash_mix((uint64_t)left.group << 32 | right.group) & mask;

	for (; g->table[at].group; at = (at + 1) & mask)
		if (g->table[at].left == left.group && g->table[at].right == right.group) {
			g->count[g->table[at].group - 1]++;
			return g->table[at].group - 1;
		}
	g->count[*groups] = 1;
	g->table[at] = (struct ngram_pair){left.group, right.group, (uint32_t)++*groups};
	return (uint32_t)*groups - 1;
}

static void next_level(struct ngrams *g)
{
	size_t groups = 0, candidates = 0, size = 16;

	while (size < 2 * g->n_positions)
		size *= 2;
	if (!g->table)
		g->table = arena_alloc(g->mem, size * sizeof *g->table);
	memset(g->table, 0, size * sizeof *g->table);
	for (size_t i = 0; i + 1 < g->n_positions; i++) {
		struct ngram left = g->position[i], right = g->position[i + 1];

		if (left.at + 1 == right.at)
			g->position[candidates++] = (struct ngram){
				left.at,
				group_of(g, size - 1, left, right, &groups),
			};
	}
	finish_level(g, g->level + 1, candidates, groups);
}

static void advance(struct ngrams *g, unsigned n)
{
	assert(n >= 1 && n <= NGRAMS_MAX);
	while (g->level < n)
		if (g->level == 0)
			first_level(g);
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
