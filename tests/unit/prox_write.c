/* lib/doc/prox_write.h: a document's edits as a program that makes them again. */
#include "lib/doc/prox_write.h"

#include "tests/unit/prox_cases.h"

enum { MAX_LINES = 8 };

/* `becomes` names each line of the source by number: NULL cut, "=" as it was, else its new text. */
static void check(const char *source, const char *const becomes[MAX_LINES], enum prox_mode mode,
                  size_t unsaid, const char *program)
{
	struct prox_options o = lenient(mode);
	struct ran x = {0};
	struct arena mem = {0};
	struct doc d = {.source = slice_of(source), .mem = &mem, .stage = "rule"};
	struct buf out = {0};

	doc_lines(&d);
	for (size_t i = 0; i < d.n_lines; i++) {
		if (!becomes[i])
			doc_cut(&d, i);
		else if (strcmp(becomes[i], "=") != 0)
			doc_put(&d, i, slice_of(becomes[i]));
	}
	doc_settle(&d);
	assert_int_equal(prox_write(&d, mode, &out, &mem), unsaid);
	if (program)
		assert_string_equal(buf_text(&out), program);
	if (unsaid == 0) {
		run_on(&x, source, buf_text(&out), &o);
		if (x.r.n_errors || !slice_equal(doc_text(&x.d), doc_text(&d)))
			fail_msg("%s\ngives %.*s", buf_text(&out), SLICE(doc_text(&x.d)));
	}
	arena_free(&x.mem);
	arena_free(&mem);
	buf_free(&out);
}

#define LINES(...) ((const char *const[MAX_LINES]){__VA_ARGS__})

static void nothing_is_an_untouched_document(void **state)
{
	(void)state;
	check("a\nb", LINES("=", "="), PROX_COMPAT, 0, "untouch_doc()");
}

static void cut_lines_are_ranges(void **state)
{
	(void)state;
	check("a\nb\nc\nd\ne", LINES(NULL, NULL, "=", NULL, "="), PROX_COMPAT, 0,
	      "remove_lines(start=0, end=1)\nremove_lines(start=3, end=3)");
}

static void changes_take_as_much_text_as_makes_them_unmistakable(void **state)
{
	(void)state;
	check("mail a@b.c now\nmail me", LINES("mail <email> now", "="), PROX_COMPAT, 0,
	      "normalize(source_str=\"a@b.c\", target_str=\"<email>\")");
	check("x one x\nx two x", LINES("y one x", "="), PROX_COMPAT, 0,
	      "normalize(source_str=\"x one\", target_str=\"y one\")");
	check("ab\ncd", LINES("a-b", "="), PROX_COMPAT, 0, NULL);
}

static void equal_changes_are_one_call(void **state)
{
	(void)state;
	check("see X here\nsee X there", LINES("see Y here", "see Y there"), PROX_STRICT, 0,
	      "normalize(source_str=\"X\", target_str=\"Y\")");
}

static void what_the_reference_cannot_read_is_left_unsaid(void **state)
{
	(void)state;
	check("f(a, b) = c\nd", LINES("f(a; b) = c", "="), PROX_COMPAT, 1, "untouch_doc()");
	check("f(a, b) = c\nd", LINES("f(a; b) = c", "="), PROX_STRICT, 0,
	      "normalize(source_str=\",\", target_str=\";\")");
	check("say \"hi\"\nd", LINES("say 'hi'", "="), PROX_STRICT, 0, NULL);
	check("a b\nd", LINES("a\nb", "="), PROX_COMPAT, 1, NULL);
	check("a b\nd", LINES("a\nb", "="), PROX_STRICT, 0, NULL);
}

static void a_change_that_cannot_be_told_from_its_twin_is_left_unsaid(void **state)
{
	(void)state;
	check("same\nsame\nother", LINES("changed", "=", "="), PROX_STRICT, 1, "untouch_doc()");
	check("same\nsame\nother", LINES("changed", NULL, "="), PROX_STRICT, 0, NULL);
	check("\nother", LINES("new", "="), PROX_STRICT, 1, NULL); /* there is no text to replace */
}

static void characters_stay_whole(void **state)
{
	(void)state;
	check("\xc3\xa9\xc3\xa8\nx", LINES("\xc3\xa9\xc3\xaa", "="), PROX_STRICT, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_an_untouched_document),
		cmocka_unit_test(cut_lines_are_ranges),
		cmocka_unit_test(changes_take_as_much_text_as_makes_them_unmistakable),
		cmocka_unit_test(equal_changes_are_one_call),
		cmocka_unit_test(what_the_reference_cannot_read_is_left_unsaid),
		cmocka_unit_test(a_change_that_cannot_be_told_from_its_twin_is_left_unsaid),
		cmocka_unit_test(characters_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
