/* The folded model against the library, on models and texts made here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "scorers/classifier.h"
#include "scorers/fasttext_shim.h"
#include "scorers/line_text.h"
#include "scorers/linear_parts.h"

static char dir[64], train_path[96], model_path[96];

static uint64_t chance(uint64_t *seed, uint64_t below)
{
	*seed = hash_mix(*seed);
	return *seed % below;
}

/* Pieces that meet every branch of the tokenizer: separators, marks, labels, odd bytes. */
static const char *const piece[] = {
	"the",    "proof",      "follows",     "lemma",     "buy",      "cheap",    "deals",
	"click",  "a",          "I",           "Ünïcödé",   "日本語",   "naïve",    "unseenword",
	"</s>",   "__label__",  "__label__1",  "__label__x", "x__label__", "\xc2\xa0nbsp", "…",
	"longwordlongwordlongword", "longwordlongwordlongworD", "<", ">",  "\xff\xfe", "é",
	"12345678",
	"123456789", "the,", "now!", "_", "__label_", "</s", "\xe3\x80\x80",
};
static const char *const gap[] = {" ", "  ", "\t", "\r", "\v", "\f", " \r ", "\n"};

static void make_text(struct buf *out, uint64_t *seed, bool train)
{
	const uint64_t n = 1 + chance(seed, 40);

	buf_reset(out);
	for (uint64_t i = 0; i < n; i++) {
		const char *p = piece[chance(seed, sizeof piece / sizeof *piece)];

		if (train && (strstr(p, "__label__") || strcmp(p, "</s>") == 0))
			continue;
		buf_add(out, slice_of(p));
		if (!train && chance(seed, 60) == 0)
			buf_byte(out, 0);
		else
			buf_add(out,
			        slice_of(train ? " "
			                       : gap[chance(seed, 7 + (chance(seed, 20) == 0))]));
	}
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/curate-linear-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(train_path, sizeof train_path, "%s/train", dir);
	snprintf(model_path, sizeof model_path, "%s/model", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(train_path);
	unlink(model_path);
	return rmdir(dir);
}

static void train(const struct fasttext_training *t, int labels)
{
	struct buf text = {0};
	struct err e = {0};
	uint64_t seed = 5;
	FILE *f = fopen(train_path, "w");

	for (int i = 0; i < 300; i++) {
		make_text(&text, &seed, true);
		fprintf(f, "__label__%d mark%d %.*s\n", i % labels, i % labels, SLICE(text));
	}
	fclose(f);
	buf_free(&text);
	if (fasttext_train(t, train_path, model_path, &e))
		fail_msg("%s", e.msg);
}

/* Largest difference over many texts; counts how often the library had to be asked. */
static void compare(const char *name)
{
	struct arena mem = {0};
	struct buf text = {0};
	struct err e = {0};
	struct classifier *folded = classifier_open(model_path, CLASSIFIER_FOLDED, &e);
	struct classifier *library = classifier_open(model_path, CLASSIFIER_LIBRARY, &e);
	uint64_t seed = 77;
	float p[64], q[64];
	double worst = 0;

	if (!folded || !library)
		fail_msg("%s", e.msg);
	assert_non_null(classifier_linear(folded));
	assert_null(classifier_linear(library));
	for (int i = 0; i < 3000; i++) {
		make_text(&text, &seed, false);
		const bool some = classifier_predict(folded, buf_slice(&text), p, &mem);

		assert_int_equal(classifier_predict(library, buf_slice(&text), q, &mem), some);
		for (size_t k = 0; some && k < classifier_n_labels(folded); k++) {
			assert_int_equal(isnan(p[k]), isnan(q[k]));
			worst = fmax(worst,
			             fabs((double)p[k] - (double)q[k])); /* passes over NaN */
		}
		arena_reset(&mem, 1 << 16);
	}
	print_message("%s: largest difference %.3g\n", name, worst);
	assert_true(worst <= 1e-6);
	classifier_close(folded);
	classifier_close(library);
	arena_free(&mem);
	buf_free(&text);
}

static struct fasttext_training base(void)
{
	struct fasttext_training t;

	fasttext_train_presets(&t);
	t.dim = 12;
	t.bucket = 997;
	t.epoch = 10;
	t.lr = 0.5;
	return t;
}

static void two_labels_with_bigrams_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	train(&t, 2);
	compare("two labels, bigrams");
}

static void five_labels_with_trigrams_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.word_ngrams = 3;
	train(&t, 5);
	compare("five labels, trigrams");
}

static void more_labels_than_dimensions_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	train(&t, 40);
	compare("forty labels");
	t.minn = 2;
	t.maxn = 3;
	t.loss = MODEL_OVA;
	train(&t, 13);
	compare("thirteen one-vs-all labels, subwords");
	t.dim = 1;
	train(&t, 2);
	compare("two one-vs-all labels, one dimension");
	t.loss = MODEL_SOFTMAX;
	train(&t, 2);
	compare("two labels, one dimension");
}

static void subwords_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.minn = 1;
	t.maxn = 4;
	train(&t, 2);
	compare("two labels, subwords");
	t.minn = 2;
	t.word_ngrams = 1;
	train(&t, 3);
	compare("three labels, subwords alone");
}

static void words_alone_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.word_ngrams = 1;
	train(&t, 2);
	compare("two labels, words alone");
	t.min_count = 30; /* most words unknown */
	train(&t, 2);
	compare("few words");
}

static void one_vs_all_equals_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.loss = MODEL_OVA;
	train(&t, 4);
	compare("one-vs-all");
	t.loss = MODEL_NS;
	train(&t, 4);
	compare("negative sampling");
}

static void one_label_and_one_bucket_work(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.bucket = 1;
	train(&t, 1);
	compare("one label, one bucket");
}

static void hierarchical_models_equal_the_library(void **state)
{
	struct fasttext_training t = base();

	(void)state;
	t.loss = MODEL_HS;
	train(&t, 7);
	compare("a tree of seven labels");
	t.minn = 2;
	t.maxn = 4;
	t.lr = 3; /* so sure that labels are left out */
	train(&t, 33);
	compare("a tree of 33 labels, subwords");
	train(&t, 1);
	compare("a tree of one label");
}

static void quantized_models_take_the_library(void **state)
{
	const char *const path = "tests/fuzz/fuzz_model/quantized.ftz";
	struct err e = {0};
	struct classifier *c = classifier_open(path, CLASSIFIER_AUTO, &e);

	(void)state;
	assert_non_null(c);
	assert_null(classifier_linear(c));
	classifier_close(c);
	assert_null(classifier_open(path, CLASSIFIER_FOLDED, &e));
	assert_non_null(strstr(e.msg, "cannot be folded"));
}

static void labels_are_found_with_and_without_their_mark(void **state)
{
	struct fasttext_training t = base();
	struct err e = {0};

	(void)state;
	train(&t, 2);
	struct classifier *c = classifier_open(model_path, CLASSIFIER_AUTO, &e);
	assert_int_equal(classifier_find(c, S("1")), classifier_find(c, S("__label__1")));
	assert_int_equal(classifier_find(c, S("2")), SIZE_MAX);
	assert_int_equal(classifier_no_label(c, S("hq"), &e), -1);
	assert_non_null(strstr(e.msg, "no label 'hq'"));
	classifier_close(c);
}

static void the_inverse_gives_the_remainder(void **state)
{
	const uint32_t divisor[] = {1, 2, 3, 7, 500, 2000000, 1u << 31, 2147483647};

	(void)state;
	for (size_t i = 0; i < sizeof divisor / sizeof *divisor; i++) {
		const struct linear m = {.bucket = divisor[i],
		                         .bucket_inverse = UINT64_MAX / divisor[i]};

		for (uint64_t k = 0, x = 1; k < 10000; k++, x = hash_mix(x))
			assert_int_equal(linear_bucket(&m, x), x % divisor[i]);
		assert_int_equal(linear_bucket(&m, UINT64_MAX), UINT64_MAX % divisor[i]);
		assert_int_equal(linear_bucket(&m, divisor[i] - 1), (divisor[i] - 1) % divisor[i]);
		assert_int_equal(linear_bucket(&m, divisor[i]), 0);
	}
}

static void line_breaks_go_as_asked(void **state)
{
	struct arena mem = {0};
	const struct slice text = S("proof\nfollows\r\nhere\xe2\x80\xa8now\n");

	(void)state;
	assert_true(slice_equal(line_text(text, NEWLINE_DELETE, &mem),
	                        S("prooffollows\rhere\xe2\x80\xa8now")));
	assert_true(slice_equal(line_text(text, NEWLINE_SPACE, &mem),
	                        S("proof follows\r here\xe2\x80\xa8now ")));
	assert_true(slice_equal(line_text(text, NEWLINE_SPLITLINES, &mem),
	                        S("proof follows here now")));
	assert_true(slice_equal(line_text(S("\n\na"), NEWLINE_SPLITLINES, &mem), S("  a")));
	assert_true(slice_equal(line_text(S(""), NEWLINE_DELETE, &mem), S("")));
	arena_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_labels_with_bigrams_equal_the_library),
		cmocka_unit_test(five_labels_with_trigrams_equal_the_library),
		cmocka_unit_test(more_labels_than_dimensions_equal_the_library),
		cmocka_unit_test(subwords_equal_the_library),
		cmocka_unit_test(words_alone_equal_the_library),
		cmocka_unit_test(one_vs_all_equals_the_library),
		cmocka_unit_test(one_label_and_one_bucket_work),
		cmocka_unit_test(hierarchical_models_equal_the_library),
		cmocka_unit_test(quantized_models_take_the_library),
		cmocka_unit_test(labels_are_found_with_and_without_their_mark),
		cmocka_unit_test(the_inverse_gives_the_remainder),
		cmocka_unit_test(line_breaks_go_as_asked),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
