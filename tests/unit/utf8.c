/* The fast ways through UTF-8 give what the plain ways give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/utf8.h"

/* Valid UTF-8 rich in breaks, spaces and their near misses; `number` picks the text. */
static struct slice sample(char *out, uint64_t number)
{
	static const uint32_t rare[] = {'\n',    '\r',   0x0b,   0x0c,   0x1c, 0x1d,
	                                0x1e,    0x1f,   0x85,   0x84,   0xa0, 0x2028,
	                                0x2029,  0x2027, 0x202f, 0x3000, 0xe9, 0x20ac,
	                                0x1f4a9, 'A',    'Z',    '@',    '[',  0x7f};
	size_t n = 0, count = hash_mix(number) % 90;

	for (size_t i = 0; i < count; i++) {
		uint64_t r = hash_mix(number * 1000 + i);

		n += utf8_put(out + n, r % 3 == 0 ? rare[r / 3 % (sizeof rare / sizeof rare[0])]
		                                  : (uint32_t)"abc deFGz"[r / 3 % 9]);
	}
	return (struct slice){out, n};
}

static bool is_break(uint32_t c)
{
	return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 ||
	       c == 0x2029;
}

static bool plain_splitline(struct slice *rest, struct slice *line)
{
	size_t at = 0;
	unsigned size = 0;

	if (rest->n == 0)
		return false;
	while (at < rest->n && !is_break(utf8_at(rest->p + at, &size)))
		at += size;
	*line = slice_head(*rest, at);
	if (at < rest->n)
		at += slice_starts(slice_tail(*rest, at), S("\r\n")) ? 2 : size;
	*rest = slice_tail(*rest, at);
	return true;
}

static void lines_are_split_as_character_by_character(void **state)
{
	char text[400];

	(void)state;
	for (uint64_t k = 0; k < 20000; k++) {
		struct slice fast = sample(text, k), plain = fast, a = {0}, b = {0};
		bool more;

		do {
			more = utf8_splitline(&fast, &a);
			assert_int_equal(more, plain_splitline(&plain, &b));
			assert_true(!more || (a.p == b.p && a.n == b.n));
		} while (more);
	}
}

static void characters_are_counted(void **state)
{
	char text[400];

	(void)state;
	for (uint64_t k = 0; k < 20000; k++) {
		struct slice s = sample(text, k);
		size_t count = 0;

		for (size_t i = 0; i < s.n; i++)
			count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
		assert_int_equal(utf8_count(s), count);
	}
}

static void only_ascii_capitals_are_lowered(void **state)
{
	char text[400], lower[400];

	(void)state;
	for (uint64_t k = 0; k < 20000; k++) {
		struct slice s = sample(text, k);

		utf8_lower_ascii(s, lower);
		for (size_t i = 0; i < s.n; i++)
			assert_int_equal(lower[i],
			                 s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]);
	}
}

static void words_end_at_python_white_space(void **state)
{
	char text[400];

	(void)state;
	for (uint64_t k = 0; k < 20000; k++) {
		struct slice rest = sample(text, k), all = rest, word;
		size_t n = 0, characters = 0;
		unsigned size;

		while (utf8_split(&rest, &word)) {
			assert_true(word.n > 0);
			for (size_t i = 0; i < word.n; i += size)
				assert_false(utf8_is_space(utf8_at(word.p + i, &size)));
			characters += word.n;
		}
		for (size_t i = 0; i < all.n; i += size)
			n += utf8_is_space(utf8_at(all.p + i, &size)) ? 0 : size;
		assert_int_equal(n, characters);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_split_as_character_by_character),
		cmocka_unit_test(characters_are_counted),
		cmocka_unit_test(only_ascii_capitals_are_lowered),
		cmocka_unit_test(words_end_at_python_white_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
