/* Predictive strength, training lines, and what inspect counts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "scorers/classifier.h"
#include "scorers/features.h"
#include "scorers/strength.h"
#include "scorers/survey.h"
#include "scorers/train_text.h"

static const double ability[] = {75.38, 76.30, 77.27, 79.46};

static void only_strict_agreement_counts(void **state)
{
	const double falling[] = {4, 3, 2, 1}, rising[] = {1, 2, 3, 4}, tied[] = {4, 3, 3, 1};
	const double lost[] = {4, NAN, 2, 1}, infinite[] = {HUGE_VAL, 3, 2, 1};
	const double equal[] = {1, 1, 2, 2};

	(void)state;
	assert_int_equal(strength_pairs(4), 6);
	assert_int_equal(strength_count(falling, ability, 4), 6);
	assert_int_equal(strength_count(rising, ability, 4), 0);
	assert_int_equal(strength_count(tied, ability, 4), 5);
	assert_int_equal(strength_count(lost, ability, 4), 3);
	assert_int_equal(strength_count(infinite, ability, 4), 6);
	assert_int_equal(strength_count(falling, equal, 4), 4); /* abilities tie too */
}

static void the_order_models_are_named_in_does_not_matter(void **state)
{
	const double loss[] = {3, 1, 2}, one[] = {1, 3, 2}, other_loss[] = {2, 3, 1},
	             other[] = {2, 1, 3};

	(void)state;
	assert_int_equal(strength_count(loss, one, 3), strength_count(other_loss, other, 3));
}

static void negatives_are_the_weakest_in_their_order(void **state)
{
	const double strength[] = {0.5, 1, 0, 1, 0.2, 0, 0.9};
	size_t chosen[7], negatives;

	(void)state;
	assert_int_equal(strength_choose(strength, 7, 1, 1, chosen, &negatives), 2);
	assert_int_equal(negatives, 2);
	const size_t want[] = {1, 3, 2, 5};
	assert_memory_equal(chosen, want, sizeof want);
	assert_int_equal(strength_choose(strength, 7, 0.9, 1.5, chosen, &negatives), 3);
	assert_int_equal(negatives, 4); /* the rest: fewer than 4.5 */
	assert_int_equal(strength_choose(strength, 7, 2, 1, chosen, &negatives), 0);
	assert_int_equal(negatives, 0);
}

static void training_lines_hold_one_label(void **state)
{
	struct arena mem = {0};
	struct buf out = {0};

	(void)state;
	assert_int_equal(train_text_add(&out, S("1"),
	                                S("a __label__0 b\n__label__\tx__label__ </s> </s>c"),
	                                NEWLINE_SPACE, &mem),
	                 3);
	assert_true(slice_equal(buf_slice(&out), S("__label__1 a  b \tx__label__  </s>c\n")));
	buf_reset(&out);
	assert_int_equal(train_text_add(&out, S("x"), S(""), NEWLINE_SPACE, &mem), 0);
	assert_true(slice_equal(buf_slice(&out), S("__label__x \n")));
	assert_true(train_label_is_good(S("a-b")));
	assert_false(train_label_is_good(S("a b")));
	assert_false(train_label_is_good(S("")));
	buf_free(&out);
	arena_free(&mem);
}

static void a_survey_counts_every_document_once(void **state)
{
	struct survey s = {.samples = 2};
	uint64_t count[4];

	(void)state;
	survey_add(&s, 0.0, 10, S("a.com"), S("1"), S("one"));
	survey_add(&s, 1.0, 20, S("b.com"), S("2"), S("two"));
	survey_add(&s, 0.5, 30, S("a.com"), S("3"), S("three"));
	survey_add(&s, 1.0, 40, S(""), S("4"), S("four"));
	survey_histogram(&s, 4, count);
	assert_int_equal(count[0], 1);
	assert_int_equal(count[2], 1);
	assert_int_equal(count[3], 2); /* the last one includes its end */
	assert_true(survey_quantile(&s, 0.5) == 0.5);
	assert_true(survey_quantile(&s, 0) == 1);
	survey_keep(&s, 0.5);
	assert_int_equal(s.n_domains, 3);
	assert_true(slice_equal(s.domain[0].name, S("a.com")));
	assert_int_equal(s.domain[0].documents, 2);
	assert_int_equal(s.domain[0].kept, 1);
	assert_int_equal(s.domain[0].kept_weight, 30);
	assert_true(slice_equal(s.best[0].id, S("2")) && slice_equal(s.best[1].id, S("4")));
	assert_true(slice_equal(s.worst[0].id, S("1")) && slice_equal(s.worst[1].id, S("3")));
	survey_free(&s);
}

static void equal_scores_make_one_bin(void **state)
{
	struct survey s = {.samples = 0};
	uint64_t count[3];

	(void)state;
	survey_add(&s, 2, 1, S(""), S("1"), S(""));
	survey_add(&s, 2, 1, S(""), S("2"), S(""));
	survey_histogram(&s, 3, count);
	assert_int_equal(count[0], 2);
	assert_int_equal(s.n_samples, 0);
	survey_free(&s);
}

static void features_of_two_labels_mirror_each_other(void **state)
{
	struct err e = {0};
	struct classifier *c = classifier_open(CLASSIFIER_DEMO, CLASSIFIER_AUTO, &e);
	const struct linear *m = classifier_linear(c);
	struct feature *zero = features_of(m, 0), *one = features_of(m, 1);
	const size_t n = linear_n_words(m);

	(void)state;
	assert_true(n > 100);
	assert_true(zero[0].weight == -one[n - 1].weight);
	for (size_t i = 1; i < n; i++)
		assert_true(zero[i].weight <= zero[i - 1].weight);
	free(zero);
	free(one);
	classifier_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_strict_agreement_counts),
		cmocka_unit_test(the_order_models_are_named_in_does_not_matter),
		cmocka_unit_test(negatives_are_the_weakest_in_their_order),
		cmocka_unit_test(training_lines_hold_one_label),
		cmocka_unit_test(a_survey_counts_every_document_once),
		cmocka_unit_test(equal_scores_make_one_bin),
		cmocka_unit_test(features_of_two_labels_mirror_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
