/* The fast path for linear text classifiers: a fastText model folded to one row of label scores per
 * word and bucket, and a tokenizer that hashes straight on the bytes.
 *
 * hidden = mean of input rows and scores = output * hidden are both linear, so output * row can be
 * worked out once per row. For two softmax labels only the difference matters: one float a row
 * instead of dim, which fits the cache. Sums are kept in double; probabilities agree with the
 * library to the rounding of its own float sums (about 4e-7 on documents of web size). A model with
 * more labels than dimensions, or with a tree of labels, is not folded: its rows are added as the
 * library adds them, bit for bit. */
#ifndef CURATE_SCORERS_LINEAR_H
#define CURATE_SCORERS_LINEAR_H

#include "lib/base/arena.h"
#include "scorers/model_file.h"

struct linear;

/* True for a model that is not quantized. */
bool linear_fits(const struct model_file *file);

/* Bytes the folded table of such a model takes. */
uint64_t linear_size(const struct model_file *file);

/* Folds; the file may be closed afterwards. NULL when a weight is not a finite number. */
struct linear *linear_open(const struct model_file *file, struct err *e);
void linear_close(struct linear *m);

size_t linear_n_labels(const struct linear *m);

enum linear_answer {
	LINEAR_NOTHING, /* the model sees no feature in the text */
	LINEAR_GOOD,
	LINEAR_NEAR, /* so near a step of the library's table of sigmoids that only it can tell */
};

/* Scores one text as fastText does one line (its bytes up to the first LF): probability[label] for
 * every label, in the library's terms: exp(log(p + 1e-5)); NaN for those a tree leaves out. Any
 * number of threads may ask. */
enum linear_answer linear_predict(const struct linear *m, struct slice text, float *probability,
                                  struct arena *scratch);

/* Words are numbered from 0, most frequent first. */
size_t linear_n_words(const struct linear *m);
struct slice linear_word(const struct linear *m, size_t i);

/* Whether words have scores of their own for each label: not with a tree. */
bool linear_has_scores(const struct linear *m);

/* What one word alone adds up to for every label, before the softmax; of a folded model with its
 * character n-grams. Of two softmax labels only the difference is known: the first one's score is
 * then 0. */
void linear_word_scores(const struct linear *m, size_t i, double *score);

#endif
