/* A fastText model file (.bin or .ftz), mapped and checked: every count, size, type and index is
 * proved against the length of the file before anything is read through it.
 *
 * Layout and limits: the reference's args.cc, dictionary.cc, densematrix.cc, quantmatrix.cc and
 * productquantizer.cc, version 12. */
#ifndef CURATE_SCORERS_MODEL_FILE_H
#define CURATE_SCORERS_MODEL_FILE_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

enum model_loss { MODEL_HS = 1, MODEL_NS, MODEL_SOFTMAX, MODEL_OVA };

/* One matrix of the file. Dense: `data` holds rows * columns floats, row by row, not aligned. */
struct model_matrix {
	int64_t rows, columns;
	bool quantized;
	const char *data;
};

struct model_file {
	struct slice path;  /* owned copy */
	struct slice bytes; /* the mapping, or the caller's */
	bool mapped;

	int32_t dim, word_ngrams, bucket, minn, maxn;
	enum model_loss loss;
	int32_t n_words, n_labels;
	struct slice dictionary; /* its entries: words, then labels */
	bool pruned;             /* word and character n-grams go through a table in the file */
	struct model_matrix input, output;
};

/* Maps and checks. Messages name the path. The file must not shrink while it is open. */
int model_file_open(struct model_file *m, const char *path, struct err *e);

/* The same for a model in memory that outlives `m`; `name` stands for the path. */
int model_file_parse(struct model_file *m, struct slice bytes, const char *name, struct err *e);

void model_file_close(struct model_file *m);

/* The next word or label; `rest` starts as m->dictionary. False behind the last. */
bool model_file_entry(struct slice *rest, struct slice *word);

/* The same with how often it was seen in training. */
bool model_file_counted_entry(struct slice *rest, struct slice *word, int64_t *count);

/* The bare name of a label: without "__label__". */
struct slice model_label_name(struct slice label);

/* Checks that all weights of a dense matrix are finite numbers. */
int model_matrix_finite(const struct model_file *m, const struct model_matrix *x, struct err *e);

#endif
