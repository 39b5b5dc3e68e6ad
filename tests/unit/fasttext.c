/* The library behind its door, and the checks before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "scorers/fasttext_shim.h"
#include "scorers/linear.h"
#include "lib/base/buf.h"
#include "lib/base/mem.h"

struct world {
	char dir[64], text[96], model[96];
	struct buf bytes; /* of the model file */
};

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(buf_reserve(out, 1 << 16), 1, 1 << 16, f)) > 0)
		out->n += n;
	fclose(f);
}

static void small(struct fasttext_training *t)
{
	fasttext_train_presets(t);
	t->dim = 6;
	t->bucket = 50;
	t->epoch = 20;
	t->lr = 0.5;
}

static int setup(void **state)
{
	struct world *w = mem_new(struct world, 1);
	struct fasttext_training t;
	struct err e = {0};

	strcpy(w->dir, "/tmp/curate-fasttext-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->text, sizeof w->text, "%s/train.txt", w->dir);
	snprintf(w->model, sizeof w->model, "%s/model.bin", w->dir);
	FILE *f = fopen(w->text, "w");
	for (int i = 0; i < 20; i++)
		fputs("__label__1 the proof follows from the lemma\n"
		      "__label__0 buy cheap deals now now\n", f);
	fclose(f);
	small(&t);
	if (fasttext_train(&t, w->text, w->model, &e))
		fail_msg("%s", e.msg);
	read_file(w->model, &w->bytes);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	unlink(w->text);
	unlink(w->model);
	rmdir(w->dir);
	buf_free(&w->bytes);
	free(w);
	return 0;
}

static double probability_of(const struct fasttext_model *f, const char *text, const char *label)
{
	struct arena mem = {0};
	struct fasttext_prediction *p;
	const int n = fasttext_predict(f, slice_of(text), &mem, &p);
	double found = -1;

	for (int i = 0; i < n; i++)
		if (slice_equal(fasttext_label(f, (size_t)p[i].label), slice_of(label)))
			found = p[i].probability;
	arena_free(&mem);
	return found;
}

static void a_trained_model_tells_its_labels_apart(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	struct fasttext_model *f = fasttext_open(w->model, &e);

	assert_non_null(f);
	assert_int_equal(fasttext_n_labels(f), 2);
	assert_true(probability_of(f, "the lemma", "__label__1") > 0.9);
	assert_true(probability_of(f, "cheap deals", "__label__0") > 0.9);
	fasttext_close(f);
}

static void text_behind_a_line_feed_is_not_seen(void **state)
{
	struct world *w = *state;
	struct err e = {0};
	struct fasttext_model *f = fasttext_open(w->model, &e);

	assert_true(probability_of(f, "the lemma\ncheap deals", "__label__1") ==
	            probability_of(f, "the lemma", "__label__1"));
	assert_true(probability_of(f, "", "__label__1") > 0); /* </s> is a feature */
	fasttext_close(f);
}

static void one_thread_trains_the_same_model_twice(void **state)
{
	struct world *w = *state;
	struct fasttext_training t;
	struct err e = {0};
	struct buf again = {0};
	char path[96];

	snprintf(path, sizeof path, "%s/again.bin", w->dir);
	small(&t);
	assert_int_equal(fasttext_train(&t, w->text, path, &e), 0);
	read_file(path, &again);
	assert_true(slice_equal(buf_slice(&again), buf_slice(&w->bytes)));
	unlink(path);
	buf_free(&again);
}

static void zero_eos_leaves_the_empty_text_undecided(void **state)
{
	struct world *w = *state;
	struct fasttext_training t;
	struct err e = {0};
	char path[96];

	snprintf(path, sizeof path, "%s/zero.bin", w->dir);
	small(&t);
	t.zero_eos = true;
	assert_int_equal(fasttext_train(&t, w->text, path, &e), 0);
	struct fasttext_model *f = fasttext_open(path, &e);
	assert_float_equal(probability_of(f, "", "__label__1"), 0.50001, 1e-6);
	fasttext_close(f);
	unlink(path);
}

static void training_errors_name_the_path_and_leave_nothing(void **state)
{
	struct world *w = *state;
	struct fasttext_training t;
	struct err e = {0};

	small(&t);
	assert_int_equal(fasttext_train(&t, "/nonexistent/train", w->model, &e), -1);
	assert_non_null(strstr(e.msg, "/nonexistent/train"));
	e = (struct err){0};
	assert_int_equal(fasttext_train(&t, w->text, "/nonexistent/model", &e), -1);
}

static void use_own_path(const struct model_file *file)
{
	struct arena scratch = {0};
	struct err e = {0};
	struct linear *m =
	        linear_fits(file) && linear_size(file) < 1 << 22 ? linear_open(file, &e) : NULL;
	float *p = mem_new(float, (size_t)file->n_labels);

	if (m)
		linear_predict(m, S("the proof follows cheap deals"), p, &scratch);
	linear_close(m);
	arena_free(&scratch);
	free(p);
}

/* What is wrong is found before a model is used; what is not, both paths can load and use. */
static void survive(struct slice bytes)
{
	struct model_file file;
	struct err e = {0};

	if (model_file_parse(&file, bytes, "damaged.bin", &e)) {
		assert_non_null(strstr(e.msg, "damaged.bin"));
		return;
	}
	use_own_path(&file);
	struct fasttext_model *f = fasttext_load(&file, &e);
	if (f)
		probability_of(f, "the proof follows cheap deals", "__label__1");
	else
		assert_non_null(strstr(e.msg, "damaged.bin"));
	fasttext_close(f);
	model_file_close(&file);
}

static void every_truncated_model_is_a_clean_error(void **state)
{
	struct world *w = *state;

	for (size_t n = 0; n < w->bytes.n; n++) {
		struct model_file file;
		struct err e = {0};
		char *copy = mem_alloc(n ? n : 1); /* exact, so that ASan sees one byte too far */

		memcpy(copy, w->bytes.p, n);
		assert_int_equal(model_file_parse(&file, (struct slice){copy, n}, "cut.bin", &e),
		                 -1);
		assert_non_null(strstr(e.msg, "cut.bin"));
		free(copy);
	}
}

static void bytes_behind_the_end_are_an_error(void **state)
{
	struct world *w = *state;
	struct model_file file;
	struct err e = {0};

	buf_byte(&w->bytes, 0);
	assert_int_equal(model_file_parse(&file, buf_slice(&w->bytes), "long.bin", &e), -1);
	w->bytes.n--;
}

static void a_model_with_a_flipped_bit_never_harms(void **state)
{
	struct world *w = *state;
	char *copy = mem_alloc(w->bytes.n);

	for (size_t i = 0; i < w->bytes.n; i++) {
		/* Headers bit by bit, weights one bit a byte. */
		for (int bit = i < 400 ? 0 : 7; bit < 8; bit++) {
			memcpy(copy, w->bytes.p, w->bytes.n);
			copy[i] ^= (char)(1 << bit);
			survive((struct slice){copy, w->bytes.n});
		}
	}
	free(copy);
}

/* The seeds of the fuzz target: quantized with norms and pruned, hierarchical, one-vs-all. */
static void other_kinds_of_models_are_as_safe(void **state)
{
	const char *const seed[] = {"quantized.ftz", "hs.bin", "ova.bin", "softmax.bin"};

	(void)state;
	for (size_t k = 0; k < sizeof seed / sizeof *seed; k++) {
		struct buf whole = {0};
		struct model_file file;
		struct err e = {0};
		char path[96];

		snprintf(path, sizeof path, "tests/fuzz/fuzz_model/%s", seed[k]);
		read_file(path, &whole);
		assert_int_equal(model_file_parse(&file, buf_slice(&whole), seed[k], &e), 0);
		assert_int_equal(file.input.quantized, k == 0);
		model_file_close(&file);
		for (size_t n = 0; n < whole.n; n++) {
			char *copy = mem_alloc(n ? n : 1);

			memcpy(copy, whole.p, n);
			assert_int_equal(model_file_parse(&file, (struct slice){copy, n}, "cut",
			                                  &e), -1);
			free(copy);
		}
		for (size_t i = 0; i < whole.n; i++) {
			whole.p[i] ^= 0x40;
			survive(buf_slice(&whole));
			whole.p[i] ^= 0x40;
		}
		buf_free(&whole);
	}
}

static void a_missing_file_and_a_folder_are_errors(void **state)
{
	struct err e = {0};

	(void)state;
	assert_null(fasttext_open("/nonexistent.bin", &e));
	assert_non_null(strstr(e.msg, "/nonexistent.bin"));
	assert_null(fasttext_open("/tmp", &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trained_model_tells_its_labels_apart),
		cmocka_unit_test(text_behind_a_line_feed_is_not_seen),
		cmocka_unit_test(one_thread_trains_the_same_model_twice),
		cmocka_unit_test(zero_eos_leaves_the_empty_text_undecided),
		cmocka_unit_test(training_errors_name_the_path_and_leave_nothing),
		cmocka_unit_test(every_truncated_model_is_a_clean_error),
		cmocka_unit_test(bytes_behind_the_end_are_an_error),
		cmocka_unit_test(a_model_with_a_flipped_bit_never_harms),
		cmocka_unit_test(other_kinds_of_models_are_as_safe),
		cmocka_unit_test(a_missing_file_and_a_folder_are_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
