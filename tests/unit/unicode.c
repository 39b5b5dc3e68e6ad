/* Code points: flags on both sides of their edges, lower case with its special cases, NFD. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/unicode.h"

static void ascii_is_as_the_table_of_all_says(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x80; c++)
		assert_int_equal(unicode_ascii[c], unicode_flags_of(c));
}

static void letters_are_categories_L_alone(void **state)
{
	(void)state;
	assert_true(unicode_is_alpha('z'));
	assert_true(unicode_is_alpha(0xaa));   /* ª */
	assert_true(unicode_is_alpha(0x4e00)); /* a Han character */
	assert_true(unicode_is_alpha(0x1d400)); /* beyond the BMP */
	assert_true(unicode_is_alpha(0x20000)); /* beyond the table */
	assert_false(unicode_is_alpha('1'));
	assert_false(unicode_is_alpha(0xb2));   /* ² is No */
	assert_false(unicode_is_alpha(0x2167)); /* Ⅷ is Nl */
	assert_false(unicode_is_alpha(0x301));  /* a mark */
}

static void word_characters_are_letters_numbers_and_the_underscore(void **state)
{
	(void)state;
	assert_true(unicode_flags('_') & UNICODE_WORD);
	assert_true(unicode_flags(0xb2) & UNICODE_WORD);
	assert_true(unicode_flags(0x2167) & UNICODE_WORD);
	assert_false(unicode_flags('-') & UNICODE_WORD);
	assert_false(unicode_flags(0x301) & UNICODE_WORD);
	assert_true(unicode_is_decimal(0x663)); /* ٣ */
	assert_false(unicode_is_decimal(0xb2));
}

static void punctuation_and_marks_are_their_categories(void **state)
{
	(void)state;
	assert_true(unicode_is_punct(0x2014));
	assert_false(unicode_is_punct('+'));
	assert_true(unicode_flags(0x301) & UNICODE_MARK);
	assert_false(unicode_flags(0x903) & UNICODE_MARK); /* Mc */
	assert_true(unicode_flags(0x1c5) & UNICODE_TITLE);
}

static void assert_lower(struct slice in, struct slice want)
{
	char out[64];
	size_t n = unicode_lower_text(in, out);

	assert_true(slice_equal((struct slice){out, n}, want));
}

static void lower_case_has_its_special_cases(void **state)
{
	(void)state;
	assert_lower(S("ABC xyz 1"), S("abc xyz 1"));
	assert_lower(S("ÀÉ Ж"), S("àé ж"));
	assert_lower(S("\u0130"), S("i\u0307"));
	assert_lower(S("ΟΔΟΣ"), S("οδος"));     /* final sigma */
	assert_lower(S("ΟΔΟΣ."), S("οδος."));   /* the full stop is ignored */
	assert_lower(S("ΟΔΟΣΑ"), S("οδοσα"));   /* not final */
	assert_lower(S("Σ"), S("σ"));           /* nothing before it */
	assert_lower(S("ẞ"), S("ß"));
	assert_lower(S("Ⱥ"), S("ⱥ"));           /* grows by a byte */
}

static void decompositions_are_complete(void **state)
{
	uint32_t out[UNICODE_DECOMPOSED];

	(void)state;
	assert_int_equal(unicode_decompose('a', out), 1);
	assert_int_equal(out[0], 'a');
	assert_int_equal(unicode_decompose(0x1f82, out), 4);
	assert_int_equal(out[0], 0x3b1);
	assert_int_equal(out[3], 0x345);
	assert_int_equal(unicode_decompose(0xac01, out), 3); /* Hangul */
	assert_int_equal(out[2], 0x11a8);
	assert_true(unicode_flags(0xac01) & UNICODE_DECOMPOSES);
	assert_false(unicode_flags(0xfb01) & UNICODE_DECOMPOSES); /* ﬁ: only by compatibility */
	assert_int_equal(unicode_combining(0x301), 230);
	assert_int_equal(unicode_combining('a'), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ascii_is_as_the_table_of_all_says),
		cmocka_unit_test(letters_are_categories_L_alone),
		cmocka_unit_test(word_characters_are_letters_numbers_and_the_underscore),
		cmocka_unit_test(punctuation_and_marks_are_their_categories),
		cmocka_unit_test(lower_case_has_its_special_cases),
		cmocka_unit_test(decompositions_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
