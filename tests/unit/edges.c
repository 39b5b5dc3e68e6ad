/* Chunk edges: every way of finding them agrees with the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/doc/edges.h"
#include "lib/doc/letters.h"

struct found {
	size_t n;
	uint32_t from[1 << 14], to[1 << 14];
	bool odd[1 << 14];
};

static void find(struct slice text, enum edges_level level, struct found *f)
{
	struct edges e;

	f->n = 0;
	edges_start(&e, text, level);
	while (edges_next(&e)) {
		const uint32_t *odd = e.odd;

		for (size_t i = 0; i < e.n / 2; i++, f->n++) {
			f->from[f->n] = e.edge[2 * i];
			f->to[f->n] = e.edge[2 * i + 1];
			f->odd[f->n] = *odd == i;
			odd += *odd == i;
		}
		assert_int_equal(*odd, UINT32_MAX);
	}
	assert_int_equal(e.n % 2, 0);
}

static bool is_space(char c)
{
	return (c >= 9 && c <= 13) || (c >= 28 && c <= 32);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_run(struct slice s, bool (*is)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return s.n > 0;
}

/* The definition in edges.h, byte by byte. */
static bool is_odd(struct slice s)
{
	char last = s.p[s.n - 1], before = s.n > 1 ? s.p[s.n - 2] : 0;
	struct slice head = slice_head(s, s.n - 1);

	if (s.n == 1 || is_run(s, letters_is_wide) || is_run(s, is_digit))
		return false;
	if (!is_run(head, letters_is_wide) && !is_run(head, is_digit))
		return true;
	if (last == '.')
		return !(before >= 'a' && before <= 'z') && !is_digit(before);
	return !last || !strchr("!\"#&'()*,:;<>?[]_`{}", last);
}

static void assert_found_by(enum edges_level level, struct slice text)
{
	static struct found f;
	size_t n = 0;

	find(text, level, &f);
	for (size_t i = 0; i < text.n; n++) {
		while (i < text.n && is_space(text.p[i]))
			i++;
		size_t from = i;

		while (i < text.n && !is_space(text.p[i]))
			i++;
		if (i == from)
			break;
		assert_true(n < f.n);
		assert_int_equal(f.from[n], from);
		assert_int_equal(f.to[n], i);
		assert_int_equal(f.odd[n], is_odd((struct slice){text.p + from, i - from}));
	}
	assert_int_equal(f.n, n);
}

static void assert_found(struct slice text)
{
	for (int level = EDGES_PORTABLE; level <= (int)edges_best(); level++)
		assert_found_by((enum edges_level)level, text);
}

static void every_byte_is_what_it_is_in_every_place(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 70; at++) {
			char text[72];

			memset(text, 'a', sizeof text);
			text[at] = (char)c;
			assert_found((struct slice){text, sizeof text});
			text[at + 1] = ' ';
			assert_found((struct slice){text, sizeof text});
			memset(text, '1', at);
			assert_found((struct slice){text, sizeof text});
		}
}

static void blocks_and_windows_do_not_matter(void **state)
{
	static const char byte[] = "abZ19 .,'\n\t-\xc3\xa9\xe2\x80\x94\xc2\xa0(";

	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++) {
		struct buf b = {0};
		uint64_t rare = hash_mix(seed) % 40;
		size_t n = hash_mix(seed + 1000) % (seed < 300 ? 300 : 5 * EDGES_WINDOW);

		for (size_t i = 0; i < n; i++) {
			uint64_t chance = hash_mix(seed << 32 | i);

			buf_byte(&b,
			         chance % 40 < rare ? 'x' : byte[chance / 64 % (sizeof byte - 1)]);
		}
		assert_found(buf_slice(&b));
		buf_free(&b);
	}
}

static void the_end_of_the_text_ends_a_chunk(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_found(S(""));
	assert_found((struct slice){NULL, 0});
	for (size_t n = 0; n < 3 * EDGES_WINDOW; n++) {
		if (n % 64 < 3 || n % 64 > 61)
			assert_found(buf_slice(&b));
		buf_byte(&b, n == 2100 ? ' ' : n % 1000 == 999 ? '-' : 'w');
	}
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_what_it_is_in_every_place),
		cmocka_unit_test(blocks_and_windows_do_not_matter),
		cmocka_unit_test(the_end_of_the_text_ends_a_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
