#include "scorers/classifier.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "scorers/demo_model.h"
#include "scorers/fasttext_shim.h"
#include "scorers/linear.h"

struct classifier {
	char *path;
	struct linear *linear;          /* NULL: the library does it */
	struct fasttext_model *library; /* NULL: the folded model does it alone */
	struct slice *label;
	char *label_bytes;
	size_t n_labels;
};

static void read_labels(struct classifier *c, const struct model_file *file)
{
	struct slice rest = file->dictionary, word;
	size_t n = 0;

	c->n_labels = (size_t)file->n_labels;
	c->label = mem_new(struct slice, c->n_labels);
	for (int32_t i = 0; i < file->n_words; i++)
		model_file_entry(&rest, &word);
	c->label_bytes = mem_alloc(rest.n + 1);
	for (size_t i = 0; i < c->n_labels; i++) {
		model_file_entry(&rest, &word);
		word = model_label_name(word);
		memcpy(c->label_bytes + n, word.p, word.n);
		c->label[i] = (struct slice){c->label_bytes + n, word.n};
		n += word.n;
	}
}

static int load(struct classifier *c, const struct model_file *file, enum classifier_path path,
                struct err *e)
{
	const bool steps = file->loss == MODEL_OVA || file->loss == MODEL_NS;
	const bool fold = path == CLASSIFIER_FOLDED ||
	                  (path == CLASSIFIER_AUTO && linear_fits(file));

	if (fold && !linear_fits(file))
		return err_set(e, "%.*s: quantized models cannot be folded",
		               SLICE(file->path));
	read_labels(c, file);
	if (fold) {
		c->linear = linear_open(file, e);
		if (!c->linear)
			return -1;
	}
	/* The library's sigmoid is a table of steps: it decides next to them. */
	if (!fold || steps) {
		c->library = fasttext_load(file, e);
		if (!c->library)
			return -1;
	}
	return 0;
}

struct classifier *classifier_open(const char *model, enum classifier_path path, struct err *e)
{
	struct classifier *c = mem_new(struct classifier, 1);
	struct model_file file;
	const bool demo = strcmp(model, CLASSIFIER_DEMO) == 0;
	int rc = -1;

	c->path = mem_text(model, strlen(model));
	if (demo ? model_file_parse(&file, demo_model(), model, e)
	         : model_file_open(&file, model, e))
		goto done;
	rc = load(c, &file, path, e);
	model_file_close(&file);
done:
	if (rc) {
		classifier_close(c);
		return NULL;
	}
	return c;
}

void classifier_close(struct classifier *c)
{
	if (!c)
		return;
	linear_close(c->linear);
	fasttext_close(c->library);
	free(c->label);
	free(c->label_bytes);
	free(c->path);
	free(c);
}

size_t classifier_n_labels(const struct classifier *c)
{
	return c->n_labels;
}

struct slice classifier_label(const struct classifier *c, size_t label)
{
	return c->label[label];
}

size_t classifier_find(const struct classifier *c, struct slice name)
{
	for (size_t i = 0; i < c->n_labels; i++)
		if (slice_equal(c->label[i], model_label_name(name)))
			return i;
	return SIZE_MAX;
}

int classifier_no_label(const struct classifier *c, struct slice name, struct err *e)
{
	struct buf known = {0};

	for (size_t i = 0; i < c->n_labels && known.n < 200; i++)
		buf_addf(&known, " %.*s", SLICE(c->label[i]));
	err_set(e, "%s has no label '%.*s'; its labels are:%s", c->path, SLICE(name),
	        buf_text(&known));
	buf_free(&known);
	return -1;
}

static bool ask_library(const struct classifier *c, struct slice line, float *probability,
                        struct arena *scratch)
{
	struct fasttext_prediction *found;
	const int n = fasttext_predict(c->library, line, scratch, &found);

	for (size_t i = 0; i < c->n_labels; i++)
		probability[i] = NAN;
	for (int i = 0; i < n; i++)
		probability[found[i].label] = found[i].probability;
	return n > 0;
}

bool classifier_predict(const struct classifier *c, struct slice line, float *probability,
                        struct arena *scratch)
{
	if (c->linear) {
		const enum linear_answer answer =
			linear_predict(c->linear, line, probability, scratch);

		if (answer != LINEAR_NEAR)
			return answer == LINEAR_GOOD;
	}
	return ask_library(c, line, probability, scratch);
}

const struct linear *classifier_linear(const struct classifier *c)
{
	return c->linear;
}
