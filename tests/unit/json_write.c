/* Strings are escaped as character by character, whatever their length and however full the buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"

static void escape_plainly(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *letter = c ? strchr("\bb\ff\nn\rr\tt", c) : NULL;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 && letter)
			buf_addf(out, "\\%c", letter[1]);
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_byte(out, (char)c);
	}
}

static void strings_of_every_length_and_mixture(void **state)
{
	static const char some[] = "\"\\\n\t\x01\x1f\x7f\xe9 a\0";
	uint64_t random = 3;

	(void)state;
	for (size_t n = 0; n < 140; n++)
		for (unsigned rare = 1; rare < 200; rare *= 3) {
			struct buf got = {0}, want = {0};
			char *text = malloc(n ? n : 1);

			for (size_t i = 0; i < n; i++) {
				random = hash_mix(random);
				text[i] = random % rare ? (char)('a' + random / rare % 26)
				                        : some[(random >> 32) % sizeof some];
			}
			buf_reserve(&got, random % 100);
			for (int twice = 0; twice < 2; twice++) {
				json_write_escaped(&got, (struct slice){text, n});
				escape_plainly((struct slice){text, n}, &want);
			}
			assert_true(slice_equal(buf_slice(&got), buf_slice(&want)));
			free(text);
			buf_free(&got);
			buf_free(&want);
		}
}

static void counts_are_decimal(void **state)
{
	static const uint64_t value[] = {0, 9, 10, 99, 100, 4294967296, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
		struct buf out = {0};
		char want[32];

		snprintf(want, sizeof want, "%" PRIu64, value[i]);
		json_write_count(&out, value[i]);
		assert_string_equal(buf_text(&out), want);
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_of_every_length_and_mixture),
		cmocka_unit_test(counts_are_decimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
