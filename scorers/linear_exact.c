/* Models that are not folded: the library's own float sums, in its order, to the last bit. With
 * many labels or a tree the rows stay as they are, and large weights would make any other order of
 * addition visible (6e-5 in probabilities of a language model).
 *
 * The reference's dictionary.cc (getLine), model.cc and loss.cc. */
#include "scorers/linear_parts.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/mem.h"

enum { ASKED = 512 }; /* rows asked of memory before they are added */

void linear_exact_open(struct linear_exact *x, const struct linear *m, struct arena *scratch)
{
	*x = (struct linear_exact){.m = m, .scratch = scratch};
	x->hidden = arena_zero(scratch, m->width, sizeof *x->hidden);
	x->asked = arena_alloc(scratch, ASKED * sizeof *x->asked);
}

static void add_asked(struct linear_exact *x)
{
	const unsigned width = x->m->width;

	for (size_t i = 0; i < x->n_asked; i++) {
		const float *const row = x->asked[i];

		for (unsigned c = 0; c < width; c++)
			x->hidden[c] += row[c];
	}
	x->features += x->n_asked;
	x->n_asked = 0;
}

static void ask(struct linear_exact *x, size_t row)
{
	const float *const p = x->m->row + row * x->m->width;

	__builtin_prefetch(p);
	x->asked[x->n_asked++] = p;
	if (x->n_asked == ASKED)
		add_asked(x);
}

static void ask_bucket(void *user, uint32_t bucket)
{
	struct linear_exact *x = user;

	ask(x, x->m->n_words + bucket);
}

void linear_exact_add(struct linear_exact *x, const struct linear_token *t, size_t word,
                      struct slice marked)
{
	if (word < x->m->n_words)
		ask(x, word);
	if (marked.n)
		linear_subwords(x->m, marked, ask_bucket, x);
	if (x->n_hashes == x->cap) {
		const size_t cap = x->cap ? 2 * x->cap : 256;

		x->hash = arena_grow(x->scratch, x->hash, x->cap * sizeof *x->hash,
		                     cap * sizeof *x->hash);
		x->cap = cap;
	}
	x->hash[x->n_hashes++] = (int32_t)t->hash;
}

/* After all words, the n-grams by the word they begin with. */
static void add_word_ngrams(struct linear_exact *x)
{
	const size_t longest = (size_t)x->m->word_ngrams;

	for (size_t i = 0; i < x->n_hashes; i++) {
		uint64_t h = (uint64_t)(int64_t)x->hash[i];

		for (size_t j = i + 1; j < x->n_hashes && j < i + longest; j++) {
			h = h * 116049371u + (uint64_t)(int64_t)x->hash[j];
			ask_bucket(x, linear_bucket(x->m, h));
		}
	}
}

static float dot(const struct linear *m, const float *hidden, size_t row)
{
	const float *const weight = m->output + row * m->width;
	float sum = 0;

	for (unsigned c = 0; c < m->width; c++)
		sum += weight[c] * hidden[c];
	return sum;
}

bool linear_exact_scores(struct linear_exact *x, double *score)
{
	add_word_ngrams(x);
	add_asked(x);
	if (x->features == 0)
		return false;

	const float part = (float)(1.0 / (double)x->features);

	for (unsigned c = 0; c < x->m->width; c++)
		x->hidden[c] *= part;
	for (size_t i = 0; i < x->m->n_labels && !x->m->tree; i++)
		score[i] = (double)dot(x->m, x->hidden, i);
	return true;
}

struct linear_node *linear_tree_build(const int64_t *count, size_t n_labels)
{
	const size_t n = 2 * n_labels - 1;
	struct linear_node *const tree = mem_new(struct linear_node, n);
	int64_t *const sum = mem_new(int64_t, n);
	size_t leaf = n_labels, node = n_labels; /* free: leaves below `leaf`, nodes from `node` */

	for (size_t i = 0; i < n; i++) {
		sum[i] = i < n_labels ? count[i] : 1000000000000000;
		tree[i] = (struct linear_node){-1, -1};
	}
	for (size_t i = n_labels; i < n; i++) {
		size_t pair[2];

		for (int side = 0; side < 2; side++)
			pair[side] = leaf > 0 && sum[leaf - 1] < sum[node] ? --leaf : node++;
		tree[i] = (struct linear_node){(int32_t)pair[0], (int32_t)pair[1]};
		sum[i] = sum[pair[0]] + sum[pair[1]];
	}
	free(sum);
	return tree;
}

/* std_log of model.cc: the sum and the logarithm are double, what goes in and comes out float. */
static float library_log(float x)
{
	return (float)log((double)x + 1e-5);
}

/* The depth is bounded: model_file checks that counts are sorted and sum to less than 1e15. */
static void walk_down(const struct linear_exact *x, int32_t at, float score, float *probability)
{
	const struct linear_node *const node = &x->m->tree[at];

	if (score < library_log(0))
		return;
	if (node->left < 0) {
		probability[at] = expf(score);
		return;
	}

	const float f = dot(x->m, x->hidden, (size_t)at - x->m->n_labels);
	const float right = (float)(1. / (1 + (double)expf(-f)));

	walk_down(x, node->left, score + library_log((float)(1.0 - (double)right)), probability);
	walk_down(x, node->right, score + library_log(right), probability);
}

void linear_tree_predict(const struct linear_exact *x, float *probability)
{
	for (size_t i = 0; i < x->m->n_labels; i++)
		probability[i] = NAN;
	walk_down(x, (int32_t)(2 * x->m->n_labels - 2), 0, probability);
}
