/* fastText's own library behind a C door: predict all labels, train a classifier.
 *
 * A model is loaded once and shared: predicting changes nothing in it, so any number of threads may
 * do it at the same time. */
#ifndef CURATE_SCORERS_FASTTEXT_SHIM_H
#define CURATE_SCORERS_FASTTEXT_SHIM_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "scorers/model_file.h"

struct fasttext_model;

/* Loads a .bin or .ftz file. The file's structure is checked first (the library trusts its input);
 * a bad or truncated one is an error that names the path. NULL on error. */
struct fasttext_model *fasttext_open(const char *path, struct err *e);

/* The same from a file that has been checked; it may be closed afterwards. */
struct fasttext_model *fasttext_load(const struct model_file *file, struct err *e);
void fasttext_close(struct fasttext_model *f);

/* Labels are numbered from 0, most frequent in training first; names come with "__label__". */
size_t fasttext_n_labels(const struct fasttext_model *f);
struct slice fasttext_label(const struct fasttext_model *f, size_t label);

struct fasttext_prediction {
	float probability; /* exp(log(p + 1e-5)) as the library reports it: may exceed 1 slightly */
	int32_t label;
};

/* Predicts one text the way the reference does for one line: its bytes up to the first LF, with a
 * LF behind them. Fills *out (in `mem`), best first as the library orders them; hs models leave out
 * labels whose probability is next to 0. Returns their number: 0 when the model sees no feature in
 * the text, -1 when a weight is not a number. */
int fasttext_predict(const struct fasttext_model *f, struct slice text, struct arena *mem,
                     struct fasttext_prediction **out);

/* What the reference calls args; see fasttext_train_presets for the recipe's values. */
struct fasttext_training {
	double lr;
	int epoch, dim, word_ngrams, min_count, minn, maxn, bucket, neg, ws, lr_update_rate;
	double t;
	enum model_loss loss;
	int threads; /* 1 gives the same model every time */
	int seed;
	bool zero_eos; /* the row of </s> becomes zero after training */
};

/* PreSelect's: lr 0.1, epoch 3, wordNgrams 2, the rest as the reference's defaults, one thread. */
void fasttext_train_presets(struct fasttext_training *t);

/* Trains on a file of lines "__label__X words …" and writes the model to `output` (a temporary file
 * renamed when it is whole and has been read back). */
int fasttext_train(const struct fasttext_training *t, const char *input, const char *output,
                   struct err *e);

#endif
