/* The punctuation sets: their sizes and members on either side of each kind of edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/doc/punct.h"

static void the_sets_have_their_published_sizes(void **state)
{
	unsigned listed = 0, terminal = 0, all = 0;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		listed += punct_is(c, PUNCT_LISTED);
		terminal += punct_is(c, PUNCT_TERMINAL);
		all += punct_is(c, PUNCT_SYMBOL);
	}
	assert_int_equal(listed, 129);
	assert_int_equal(terminal, 159);
	assert_int_equal(all, 281);
}

static void members_are_told_from_their_neighbours(void **state)
{
	(void)state;
	assert_int_equal(punct_of('.'), PUNCT_SYMBOL);
	assert_int_equal(punct_of('"'), PUNCT_LISTED);
	assert_int_equal(punct_of('a'), 0);
	assert_int_equal(punct_of('\t'), 0);
	assert_int_equal(punct_of('\n'), 0);
	assert_int_equal(punct_of('\r'), PUNCT_LISTED);
	assert_int_equal(punct_of(0x7f), PUNCT_LISTED);
	assert_int_equal(punct_of(0x9f), PUNCT_LISTED);
	assert_int_equal(punct_of(0xa0), 0);
	assert_int_equal(punct_of(0x2018), 0);
	assert_int_equal(punct_of(0x2019), PUNCT_LISTED);
	assert_int_equal(punct_of(0x2022), 0);
	assert_int_equal(punct_of(0x3002), PUNCT_SYMBOL);
	assert_int_equal(punct_of(0x1da88), PUNCT_TERMINAL);
	assert_int_equal(punct_of(0x1da89), 0);
	assert_int_equal(punct_of(0x10ffff), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sets_have_their_published_sizes),
		cmocka_unit_test(members_are_told_from_their_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
