#include "scorers/features.h"

#include <stdlib.h>

#include "lib/base/mem.h"

static double weight_of(const struct linear_word *w, size_t label)
{
	double others = 0;

	if (w->n_scores == 1)
		return label == 1 ? (double)w->score[0] : -(double)w->score[0];
	for (unsigned i = 0; i < w->n_scores; i++)
		others += i == label ? 0 : (double)w->score[i];
	return (double)w->score[label] - others / (w->n_scores - 1);
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

	for (size_t i = 0; i < n; i++) {
		const struct linear_word w = linear_word(m, i);

		f[i] = (struct feature){w.text, weight_of(&w, label)};
	}
	if (n)
		qsort(f, n, sizeof *f, heaviest_first);
	return f;
}
