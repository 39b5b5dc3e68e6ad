/* Predictive strength of documents (PreSelect, arXiv 2503.00808, Eq. 1): how often, over all pairs
 * of language models, the one that is better on benchmarks has the lower loss on the document. */
#ifndef CURATE_SCORERS_STRENGTH_H
#define CURATE_SCORERS_STRENGTH_H

#include "lib/base/slice.h"

/* Pairs of models in which ability and loss agree. Strict on both sides, as the reference: a tie of
 * losses or of abilities, and a loss that is NaN, agrees with nothing. `loss` and `ability` hold
 * one number a model. */
unsigned strength_count(const double *loss, const double *ability, size_t models);

/* models * (models - 1) / 2: the count divided by it is S, from 0 to 1. */
unsigned strength_pairs(size_t models);

/* Chooses training documents as the paper does: positive are those of strength `positive` and more,
 * in their order; negative, from the lowest strength up (ties in their order), `ratio` times as
 * many of the rest. chosen[] has room for n and gets the positive ones' places, then the negative
 * ones'. Returns how many are positive; *negatives is how many are negative. */
size_t strength_choose(const double *strength, size_t n, double positive, double ratio,
                       size_t *chosen, size_t *negatives);

#endif
