/* lib/doc/prox_eval.h: what counts as right, against programs and against marked main content. */
#include "lib/doc/prox_eval.h"

#include "tests/unit/prox_cases.h"

static struct prox_outcome outcome(struct arena *mem, const char *text, const char *program)
{
	struct prox_options o = lenient(PROX_COMPAT);
	struct doc d = {.source = slice_of(text), .mem = mem};
	struct slice one = slice_of(program ? program : "");
	struct prox_outcome out;

	prox_outcome(&d, &one, program != NULL, &o, &out, mem);
	return out;
}

static void f1_is_of_precision_and_recall(void **state)
{
	struct prox_score s = {.hit = 3, .extra = 1, .missed = 3};
	struct prox_f1 f = prox_f1(&s);

	(void)state;
	assert_true(f.precision == 0.75 && f.recall == 0.5);
	assert_true(f.f1 > 0.5999 && f.f1 < 0.6001);
	s = (struct prox_score){.missed = 2};
	assert_true(prox_f1(&s).f1 == 0);
}

static void pairs_compare_lines_drops_and_words(void **state)
{
	const char *text = "one a\ntwo b\nthree c\nfour d";
	struct arena mem = {0};
	struct prox_eval v = {0};
	struct prox_outcome a = outcome(&mem, text, "remove_lines(start=0, end=1)");
	struct prox_outcome b = outcome(&mem, text, "remove_lines(start=1, end=2)");
	struct prox_outcome all = outcome(&mem, text, "remove_lines(all=True)");
	struct prox_outcome none = outcome(&mem, text, NULL);

	(void)state;
	prox_eval_pair(&v, &a, &b);
	assert_int_equal(v.line.hit, 1);
	assert_int_equal(v.line.extra, 1);
	assert_int_equal(v.line.missed, 1);
	assert_int_equal(v.line.right_no, 1);
	assert_int_equal(v.words_b, 4);
	assert_int_equal(v.f1_sum, 500000);
	assert_int_equal(v.doc.right_no, 1);
	v = (struct prox_eval){0};
	prox_eval_pair(&v, &all, &none);
	assert_true(all.dropped);
	assert_int_equal(v.doc.extra, 1);
	assert_int_equal(v.line.extra, 4);
	v = (struct prox_eval){0};
	prox_eval_pair(&v, &none, &none);
	assert_int_equal(v.same, 1);
	assert_int_equal(v.f1_documents, 0);
	arena_free(&mem);
}

static void gold_lines_hold_the_words_of_the_gold_text(void **state)
{
	const char *text =
	        "Home\nthe  quick brown fox jumps over dogs\n\nquick brown\nbrown quick\n"
	        "By A. Writer the quick brown fox\nthe quick words of something else entirely";
	/* Of "By A. Writer the quick brown fox" 2 of 5 triples are known, too few. */
	const signed char want[] = {0, 1, -1, 1, 0, 0, 0};
	signed char is[sizeof want];
	struct arena mem = {0};

	(void)state;
	prox_gold_lines(slice_of(text), S("the quick brown fox\njumps over dogs and By A. Hand"),
	                is, &mem);
	for (size_t i = 0; i < sizeof want; i++)
		if (is[i] != want[i])
			fail_msg("line %zu: %d", i, is[i]);
	arena_free(&mem);
}

static void phrases_are_found_white_space_aside(void **state)
{
	struct arena mem = {0};

	(void)state;
	assert_true(prox_has_phrase(S("a  phrase\nhere"), S("phrase here"), &mem));
	assert_true(prox_has_phrase(S("rephrase herein"), S("phrase here"), &mem));
	assert_false(prox_has_phrase(S("phrasehere"), S("phrase here"), &mem));
	arena_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f1_is_of_precision_and_recall),
		cmocka_unit_test(pairs_compare_lines_drops_and_words),
		cmocka_unit_test(gold_lines_hold_the_words_of_the_gold_text),
		cmocka_unit_test(phrases_are_found_white_space_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
