/* simplify_text: each step, their order, and what survives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/doc/simplify.h"

static void assert_simplified(const char *text, const char *want)
{
	struct arena mem = {0};
	struct buf got = {0};

	buf_add(&got, simplify_text(slice_of(text), &mem));
	assert_string_equal(buf_text(&got), want);
	buf_free(&got);
	arena_free(&mem);
}

static void letters_become_lower_case(void **state)
{
	(void)state;
	assert_simplified("HeLLo WORLDWIDEWEB", "hello worldwideweb");
	assert_simplified("ΟΔΟΣ ΟΔΟΣΑ", "οδος οδοσα");
	assert_simplified("\u0130x", "ix");
	assert_simplified("ß ﬁ №", "ß ﬁ №");
}

static void numbers_become_zero(void **state)
{
	(void)state;
	assert_simplified("3.14.15", "0 0");
	assert_simplified("3.14.15.9", "0 0");
	assert_simplified("1|2|3", "0 0 0");
	assert_simplified("v2 2nd 7.", "v0 0nd 0");
	assert_simplified("1,5 1٫5 1;5", "0 0 0 0");
	assert_simplified("٣.١ １", "0 0");
	assert_simplified("²", "²");
}

static void punctuation_and_white_space_become_one_blank(void **state)
{
	(void)state;
	assert_simplified("  a -- b\t\n(c)!  ", "a b c");
	assert_simplified("a\x01" "b\xc2\x85" "c\u00a0d", "a b c d");
	assert_simplified("a‘b a’b a•b", "a‘b a b a•b");
	assert_simplified("...", "");
	assert_simplified("", "");
}

static void marks_go_and_decompositions_stay(void **state)
{
	(void)state;
	assert_simplified("é e\u0301 ñ", "e e n");
	assert_simplified("각", "\u1100\u1161\u11a8");
	assert_simplified("\u0915\u0940", "\u0915\u0940"); /* Mc stays */
	assert_simplified("\u0301a", "a");
}

static void a_mark_alone_leaves_its_blanks(void **state)
{
	(void)state;
	assert_simplified("a \u0301 b", "a  b");
	assert_simplified("\u0301 b", "b");
	assert_simplified("b \u0301", "b");
}

static void what_stays_is_in_canonical_order(void **state)
{
	(void)state;
	/* 1D165 has class 216, 302E 224, 1B44 9: none is Mn. */
	assert_simplified("a\u302e\u1b44", "a\u1b44\u302e");
	assert_simplified("a\u302e\u0301\u1b44b\u302e", "a\u1b44\u302eb\u302e");
	assert_simplified("a\u302e\u200d\u1b44",
	                  "a\u302e\u200d\u1b44"); /* a class of 0 in between */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_become_lower_case),
		cmocka_unit_test(numbers_become_zero),
		cmocka_unit_test(punctuation_and_white_space_become_one_blank),
		cmocka_unit_test(marks_go_and_decompositions_stay),
		cmocka_unit_test(a_mark_alone_leaves_its_blanks),
		cmocka_unit_test(what_stays_is_in_canonical_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
