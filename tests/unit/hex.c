/* Hexadecimal digits: there and back, and what is no such text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/hex.h"

static void all_bytes_come_back(void **state)
{
	char bytes[256];
	struct buf text = {0}, back = {0};

	(void)state;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	hex_add(&text, (struct slice){bytes, 256});
	assert_int_equal(text.n, 512);
	assert_memory_equal(text.p + 2 * 0xa5, "a5", 2);
	assert_true(hex_parse(buf_slice(&text), &back));
	assert_int_equal(back.n, 256);
	assert_memory_equal(back.p, bytes, 256);
	buf_free(&text);
	buf_free(&back);
}

static void both_cases_are_digits(void **state)
{
	struct buf back = {0};

	(void)state;
	assert_true(hex_parse(S("fFAa"), &back));
	assert_memory_equal(back.p, "\xff\xaa", 2);
	buf_free(&back);
}

static void other_text_is_refused(void **state)
{
	static const char *const bad[] = {"0", "0g", "g0", "00 1", "0\x10", "-1", "0x"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct buf back = {0};

		assert_false(hex_parse(slice_of(bad[i]), &back));
		buf_free(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_bytes_come_back),
		cmocka_unit_test(both_cases_are_digits),
		cmocka_unit_test(other_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
