/* Any bytes as a fastText model: it is refused, or both paths can use it.
 * Built and run by tests/fuzz/run.sh. */
#include <math.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "scorers/fasttext_shim.h"
#include "scorers/linear.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice texts[] = {
	S_INIT(""),
	S_INIT("the proof follows from the lemma </s> now"),
	S_INIT("buy __label__1 \xc3\xa9\xff\xfe cheap\tdeals a"),
};

static void use_folded(const struct model_file *file)
{
	struct err e = {0};
	struct linear *m = linear_open(file, &e);
	float *p = mem_new(float, (size_t)file->n_labels);
	struct arena scratch = {0};

	for (size_t i = 0; m && i < sizeof texts / sizeof *texts; i++)
		linear_predict(m, texts[i], p, &scratch);
	arena_free(&scratch);
	free(p);
	linear_close(m);
}

static void use_library(const struct model_file *file)
{
	struct err e = {0};
	struct fasttext_model *f = fasttext_load(file, &e);
	struct fasttext_prediction *p;
	struct arena mem = {0};

	for (size_t i = 0; f && i < sizeof texts / sizeof *texts; i++)
		fasttext_predict(f, texts[i], &mem, &p);
	arena_free(&mem);
	fasttext_close(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model_file file;
	struct err e = {0};

	if (model_file_parse(&file, (struct slice){(const char *)data, size}, "fuzz", &e))
		return 0;
	if (linear_fits(&file) && linear_size(&file) < 1 << 20)
		use_folded(&file);
	use_library(&file);
	model_file_close(&file);
	return 0;
}
