/* Random numbers as numpy draws them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/pcg64.h"

/* numpy.random.default_rng(42).uniform(), three times. */
static void draws_are_those_of_numpy(void **state)
{
	struct pcg64 r = {0};

	(void)state;
	assert_true(pcg64_draw(&r, 42) == 0.7739560485559633);
	assert_true(pcg64_draw(&r, 42) == 0.4388784397520523);
	assert_true(pcg64_draw(&r, 42) == 0.8585979199113825);
}

static void seeds_beyond_32_bits_count(void **state)
{
	struct pcg64 a = {0}, b = {0};

	(void)state;
	pcg64_seed(&a, 1);
	pcg64_seed(&b, 1 | (uint64_t)1 << 32);
	assert_true(pcg64_next(&a) != pcg64_next(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_are_those_of_numpy),
		cmocka_unit_test(seeds_beyond_32_bits_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
