/* Survivor policies: which of two documents has the smaller order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/dedup/policy.h"

static uint64_t order(const char *how, const char *text, const char *date, double score)
{
	static const char raw[2 + JSON_PADDING] = "{}";
	struct arena mem = {0}, scratch = {0};
	const struct doc_context context = {.json = json_open()};
	struct doc d = {.source = slice_of(text),
	                .date = slice_of(date),
	                .mem = &mem,
	                .record = 7,
	                .context = &context};
	struct policy p;
	struct err e = {0};
	uint64_t value;

	d.raw = (struct slice){raw, 2};
	if (score != 0)
		doc_score(&d, "q", score);
	assert_int_equal(policy_parse(&p, slice_of(how), &e), 0);
	value = policy_order(&p, &d, &scratch);
	policy_free(&p);
	json_close(context.json);
	arena_free(&mem);
	arena_free(&scratch);
	assert_true(value >= 1);
	return value;
}

static void first_tells_nothing_apart_and_record_goes_by_the_record(void **state)
{
	(void)state;
	assert_true(order("first", "a", "", 0) == order("first", "bb", "2020", 0));
	assert_true(order("record", "a", "", 0) == 8);
}

static void longer_texts_are_better(void **state)
{
	(void)state;
	assert_true(order("longest", "four", "", 0) < order("longest", "two", "", 0));
	assert_true(order("longest", "", "", 0) > order("longest", "x", "", 0));
}

static void later_dates_are_better_and_none_is_worst(void **state)
{
	static const char *const dates[] = {"",
	                                    "1999",
	                                    "1999-05",
	                                    "2024-01-02",
	                                    "2024-01-03",
	                                    "2024-01-03T10:00:00Z",
	                                    "2024-01-03T10:00:01.5+02:00"};

	(void)state;
	for (size_t i = 1; i < sizeof dates / sizeof *dates; i++)
		assert_true(order("newest", "", dates[i], 0) <
		            order("newest", "", dates[i - 1], 0));
	assert_true(order("newest", "", "20240103", 0) == order("newest", "", "2024-01-03", 0));
	assert_true(order("newest", "", "unknown", 0) == order("newest", "", "", 0));
}

static void higher_scores_are_better_and_none_is_worst(void **state)
{
	static const double scores[] = {-1e300, -2, -1e-9, 1e-9, 0.5, 3, 1e300};

	(void)state;
	for (size_t i = 1; i < sizeof scores / sizeof *scores; i++)
		assert_true(order("best:q", "", "", scores[i]) <
		            order("best:q", "", "", scores[i - 1]));
	assert_true(order("best:q", "", "", 0) == UINT64_MAX); /* has no score here */
	assert_true(order("best:q", "", "", -1e300) < UINT64_MAX);
}

static void other_words_are_refused(void **state)
{
	struct policy p;
	struct err e = {0};

	(void)state;
	assert_int_equal(policy_parse(&p, S("oldest"), &e), -1);
	assert_int_equal(policy_parse(&p, S("best:"), &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(first_tells_nothing_apart_and_record_goes_by_the_record),
	        cmocka_unit_test(longer_texts_are_better),
	        cmocka_unit_test(later_dates_are_better_and_none_is_worst),
	        cmocka_unit_test(higher_scores_are_better_and_none_is_worst),
	        cmocka_unit_test(other_words_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
