#include "scorers/strength.h"

#include <stdlib.h>

#include "lib/base/mem.h"

unsigned strength_count(const double *loss, const double *ability, size_t models)
{
	unsigned count = 0;

	for (size_t i = 0; i < models; i++)
		for (size_t j = i + 1; j < models; j++)
			count += (ability[i] > ability[j] && loss[i] < loss[j]) ||
			         (ability[i] < ability[j] && loss[i] > loss[j]);
	return count;
}

unsigned strength_pairs(size_t models)
{
	return (unsigned)(models * (models - 1) / 2);
}

/* Rows in their order of strength; equal ones keep their place. */
struct ranked {
	double strength;
	size_t row;
};

static int lowest_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->strength != y->strength)
		return x->strength < y->strength ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

size_t strength_choose(const double *strength, size_t n, double positive, double ratio,
                       size_t *chosen, size_t *negatives)
{
	struct ranked *const rank = mem_new(struct ranked, n + 1);
	size_t positives = 0, rest = 0;

	*negatives = 0;
	for (size_t i = 0; i < n; i++) {
		if (strength[i] >= positive)
			chosen[positives++] = i;
		else
			rank[rest++] = (struct ranked){strength[i], i};
	}
	qsort(rank, rest, sizeof *rank, lowest_first);
	while (*negatives < rest && (double)*negatives < ratio * (double)positives) {
		chosen[positives + *negatives] = rank[*negatives].row;
		++*negatives;
	}
	free(rank);
	return positives;
}
