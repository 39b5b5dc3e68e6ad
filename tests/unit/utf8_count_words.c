/* utf8_count_words, fast as it is, counts what utf8_split finds. */
#include "lib/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"

static size_t one_by_one(struct slice s)
{
	struct slice word;
	size_t n = 0;

	while (utf8_split(&s, &word))
		n++;
	return n;
}

static void every_space_and_every_neighbour_at_every_place(void **state)
{
	static const uint32_t c[] = {
	        'a',    ' ',    '\t',   '\n',   0x0b,    0x0e,   0x1b,   0x1c,   0x1f,
	        0x21,   0x84,   0x85,   0x86,   0xa0,    0xa1,   0x167f, 0x1680, 0x1681,
	        0x1fff, 0x2000, 0x200a, 0x200b, 0x2028,  0x2029, 0x202a, 0x202f, 0x205f,
	        0x2060, 0x3000, 0x3001, 0xfeff, 0x1f600, 0xe9,   0x65e5,
	};
	enum { N = sizeof c / sizeof *c };
	struct buf b = {0};
	uint64_t random = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = (random = hash_mix(random)) % 70;
		unsigned plain =
		        (unsigned)(random >> 32) % 4; /* how many of four are a letter or space */

		buf_reset(&b);
		while (b.n < n) {
			random = hash_mix(random);
			uint32_t one =
			        random % 4 < plain ? c[(random >> 8) % 2] : c[(random >> 8) % N];

			b.n += utf8_put(buf_reserve(&b, 4), one);
		}
		if (utf8_count_words(buf_slice(&b)) != one_by_one(buf_slice(&b)))
			fail_msg("round %d: %zu bytes", round, b.n);
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_space_and_every_neighbour_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
