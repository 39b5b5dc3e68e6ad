/* The stages fasttext and score_range, on documents made here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/mem.h"
#include "lib/doc/json.h"
#include "lib/run/stage.h"

static struct arena mem, scratch;
static struct doc_context context;

/* A stage with the parameters "name=value", or NULL when it refuses them. */
static void *make(const struct stage_type *type, const char *const *set, struct err *e)
{
	void *self = mem_zero(1, type->size);

	param_presets(type->params, self);
	for (; *set; set++) {
		struct slice value = slice_of(*set), name;

		slice_cut(&value, '=', &name);
		if (param_set(param_find(type->params, name), self, value, e))
			fail_msg("%s", e->msg);
	}
	if (type->init(self, e) == 0)
		return self;
	type->fini(self);
	param_free(type->params, self);
	free(self);
	return NULL;
}

static void drop(const struct stage_type *type, void *self)
{
	type->fini(self);
	param_free(type->params, self);
	free(self);
}

/* A document whose record is `json`, which has padding behind it. */
static struct doc doc_of(const char *json, struct slice text)
{
	char *raw = arena_zero(&mem, strlen(json) + JSON_PADDING, 1);

	memcpy(raw, json, strlen(json));
	return (struct doc){.raw = {raw, strlen(json)}, .source = text, .mem = &mem,
	                    .stage = "test", .context = &context};
}

static const char *verdict(const char *const *set, struct doc d)
{
	extern const struct stage_type score_range_stage;
	struct err e = {0};
	void *self = make(&score_range_stage, set, &e);

	if (!self)
		fail_msg("%s", e.msg);
	score_range_stage.doc(self, &d, &scratch);
	drop(&score_range_stage, self);
	return d.dropped_by ? mem_text(d.why.p, d.why.n) : NULL;
}

#define SET(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect(const char *want, const char *const *set, struct doc d)
{
	char *is = (char *)verdict(set, d);

	if (want)
		assert_string_equal(is, want);
	else
		assert_null(is);
	free(is);
}

static void both_ends_of_the_range_stay(void **state)
{
	const char *const *set = SET("score=q", "min=0.25", "max=0.75");
	struct doc d = doc_of("{}", S("x"));

	(void)state;
	doc_score(&d, "q", 0.25);
	expect(NULL, set, d);
	doc_score(&d, "q", 0.75);
	expect(NULL, set, d);
	doc_score(&d, "q", nextafter(0.25, 0));
	expect("below_min", set, d);
	doc_score(&d, "q", nextafter(0.75, 1));
	expect("above_max", set, d);
}

static void a_field_of_the_record_is_a_number_too(void **state)
{
	const char *const *set = SET("score=metadata.stars", "min=4");

	(void)state;
	expect(NULL, set, doc_of("{\"metadata\":{\"stars\":4}}", S("x")));
	expect("below_min", set, doc_of("{\"metadata\":{\"stars\":3.9}}", S("x")));
	expect("missing_score", set, doc_of("{\"metadata\":{\"stars\":\"4\"}}", S("x")));
	expect("missing_score", set, doc_of("{\"metadata\":{\"stars\":1e999}}", S("x")));
}

static void a_score_wins_over_a_field_of_its_name(void **state)
{
	struct doc d = doc_of("{\"q\":1}", S("x"));

	(void)state;
	expect(NULL, SET("score=q", "min=0.5"), d);
	doc_score(&d, "q", 0.1);
	expect("below_min", SET("score=q", "min=0.5"), d);
	expect("below_min", SET("score=curate.scores.q", "min=0.5"), d);
}

static void documents_without_the_number_stay_when_asked(void **state)
{
	(void)state;
	expect("missing_score", SET("score=q"), doc_of("{}", S("x")));
	expect(NULL, SET("score=q", "missing=keep"), doc_of("{}", S("x")));
}

static void a_range_that_is_empty_or_nameless_is_refused(void **state)
{
	extern const struct stage_type score_range_stage;
	struct err e = {0};

	(void)state;
	assert_null(make(&score_range_stage, SET("score=q", "min=2", "max=1"), &e));
	assert_null(make(&score_range_stage, SET("min=2"), &e));
}

extern const struct stage_type fasttext_stage;

static struct doc scored(const char *const *set, struct slice text)
{
	struct err e = {0};
	void *self = make(&fasttext_stage, set, &e);
	struct doc d = doc_of("{}", text);

	if (!self)
		fail_msg("%s", e.msg);
	fasttext_stage.doc(self, &d, &scratch);
	for (size_t i = 0; i < d.n_scores; i++) /* names live as long as the stage */
		d.score[i].name = arena_copy(&mem, (struct slice){d.score[i].name,
		                                                  strlen(d.score[i].name) + 1})
		                          .p;
	drop(&fasttext_stage, self);
	return d;
}

static void the_demo_model_writes_all_its_labels(void **state)
{
	const struct doc d = scored(SET("score=quality"), S("some text of no consequence"));
	double hq, cc;

	(void)state;
	assert_int_equal(d.n_scores, 2);
	assert_true(doc_score_get(&d, S("quality_hq"), &hq));
	assert_true(doc_score_get(&d, S("quality_cc"), &cc));
	assert_float_equal(hq + cc, 1.00002, 1e-6);
}

static void dclm_scores_one_minus_the_other_label(void **state)
{
	const struct slice text = S("the cat sat");
	const struct doc all = scored(SET("newline=splitlines"), text);
	const struct doc dclm = scored(SET("preset=dclm"), text);
	double hq, cc, score;

	(void)state;
	assert_true(doc_score_get(&all, S("fasttext_hq"), &hq));
	assert_true(doc_score_get(&all, S("fasttext_cc"), &cc));
	assert_int_equal(dclm.n_scores, 1);
	assert_true(doc_score_get(&dclm, S("dclm"), &score));
	assert_true(score == (hq > cc ? hq : 1 - cc));
}

static void k_leaves_out_labels_that_are_not_among_the_best(void **state)
{
	(void)state;
	assert_int_equal(scored(SET("k=1"), S("a b c")).n_scores, 1);
	assert_int_equal(scored(SET("k=2"), S("a b c")).n_scores, 2);
}

static void a_label_the_model_lacks_is_refused(void **state)
{
	struct err e = {0};

	(void)state;
	assert_null(make(&fasttext_stage, SET("preset=preselect"), &e));
	assert_non_null(strstr(e.msg, "no label '1'"));
	assert_null(make(&fasttext_stage, SET("model=/nonexistent.bin"), &e));
	assert_non_null(strstr(e.msg, "/nonexistent.bin"));
}

static int setup(void **state)
{
	(void)state;
	context.json = json_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	json_close(context.json);
	arena_free(&mem);
	arena_free(&scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_the_range_stay),
		cmocka_unit_test(a_field_of_the_record_is_a_number_too),
		cmocka_unit_test(a_score_wins_over_a_field_of_its_name),
		cmocka_unit_test(documents_without_the_number_stay_when_asked),
		cmocka_unit_test(a_range_that_is_empty_or_nameless_is_refused),
		cmocka_unit_test(the_demo_model_writes_all_its_labels),
		cmocka_unit_test(dclm_scores_one_minus_the_other_label),
		cmocka_unit_test(k_leaves_out_labels_that_are_not_among_the_best),
		cmocka_unit_test(a_label_the_model_lacks_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
