/* A text classifier: a fastText model scored by the folded fast path where that is exact, by the
 * library elsewhere. One copy a process, shared by all threads. */
#ifndef CURATE_SCORERS_CLASSIFIER_H
#define CURATE_SCORERS_CLASSIFIER_H

#include "lib/base/arena.h"
#include "lib/base/err.h"

struct linear;

enum classifier_path { CLASSIFIER_AUTO, CLASSIFIER_LIBRARY, CLASSIFIER_FOLDED };
#define CLASSIFIER_PATH_CHOICES "auto|library|folded"

/* The name of the small model that is built in, in place of a path. */
#define CLASSIFIER_DEMO "demo"

struct classifier;

/* Loads a .bin or .ftz file. CLASSIFIER_FOLDED refuses models that cannot be folded. */
struct classifier *classifier_open(const char *model, enum classifier_path path, struct err *e);
void classifier_close(struct classifier *c);

size_t classifier_n_labels(const struct classifier *c);

/* Without "__label__"; lives as long as the classifier. */
struct slice classifier_label(const struct classifier *c, size_t label);

/* The label of that name (with or without "__label__"), or SIZE_MAX. */
size_t classifier_find(const struct classifier *c, struct slice name);

/* An error that names the label, the model and the labels there are. */
int classifier_no_label(const struct classifier *c, struct slice name, struct err *e);

/* Fills probability[label] for every label (NaN where an hs model leaves one out); false when the
 * model has nothing to say. `line` is one line: see line_text.h. */
bool classifier_predict(const struct classifier *c, struct slice line, float *probability,
                        struct arena *scratch);

/* The folded model, or NULL when the library does the work. */
const struct linear *classifier_linear(const struct classifier *c);

#endif
