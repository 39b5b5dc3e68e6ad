#include "scorers/features.h"

#include <stdlib.h>

#include "lib/base/mem.h"

static double weight_of(const double *score, size_t labels, size_t label)
{
	double others = 0;

	for (size_t i = 0; i < labels; i++)
		others += i == label ? 0 : score[i];
	return score[label] - others / (double)(labels - 1);
}

static int heaviest_first(const void *a, const void *b)
{
	const struct feature *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->word.p > y->word.p) - (x->word.p < y->word.p); /* one buffer, in model order */
}

struct feature *features_of(const struct linear *m, size_t label)
{
	const size_t n = linear_n_words(m);
	struct feature *const f = mem_new(struct feature, n + 1);
	double *const score = mem_new(double, linear_n_labels(m));

	for (size_t i = 0; i < n; i++) {
		linear_word_scores(m, i, score);
		f[i] = (struct feature){linear_word(m, i),
		                        weight_of(score, linear_n_labels(m), label)};
	}
	free(score);
	if (n)
		qsort(f, n, sizeof *f, heaviest_first);
	return f;
}
