/* The words that weigh most in a model (PreSelect, A.3): how far one word moves the score of a
 * label against the others. */
#ifndef CURATE_SCORERS_FEATURES_H
#define CURATE_SCORERS_FEATURES_H

#include "scorers/linear.h"

struct feature {
	struct slice word; /* of the model */
	double weight;     /* of the label minus the mean of the others, before the softmax */
};

/* For a model of two labels or more. All words, those that speak most for the label first; equal
 * ones as in the model. Owned: free(). */
struct feature *features_of(const struct linear *m, size_t label);

#endif
