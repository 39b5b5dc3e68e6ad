/* What is gathered in one pass over a text is what one finds looking for each thing alone, by every
 * instruction set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/marks.h"

static bool is_digit(struct slice s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static bool is_decimal_dot(struct slice s, size_t at)
{
	return at > 0 && at < s.n && s.p[at] == '.' && is_digit(s, at - 1) && is_digit(s, at + 1);
}

static size_t count_words(struct slice s)
{
	struct slice word;
	size_t n = 0;

	while (utf8_split(&s, &word))
		n++;
	return n;
}

/* A break leaves a line shorter than it was between LFs. */
static bool has_odd_breaks(struct slice s)
{
	struct slice row, line;

	while (slice_cut(&s, '\n', &row)) {
		struct slice rest = row;

		if (utf8_splitline(&rest, &line) && line.n < row.n)
			return true;
	}
	return false;
}

static bool has_wide_space(struct slice s)
{
	unsigned size;

	for (size_t i = 0; i < s.n; i += size) {
		uint32_t c = utf8_at(s.p + i, &size);

		if (c >= 0x80 && utf8_is_space(c))
			return true;
	}
	return false;
}

static bool has(struct slice s, const char *what)
{
	return slice_find(s, slice_of(what), 0) != SIZE_MAX;
}

static void compare(struct slice s, const struct marks *m)
{
	bool dotted = false;
	size_t lf = 0;

	assert_int_equal(m->chars, utf8_count(s));
	assert_int_equal(m->words, count_words(s));
	for (size_t from = 0, n = 0; from <= s.n; from++) {
		struct slice before = slice_head(s, from);
		bool begins = from < s.n && m->word[from / 64] >> from % 64 & 1;

		assert_int_equal(n, from % 9 ? n : count_words(before));
		n += begins;
	}
	for (size_t from = 0; from <= s.n; from += 5) {
		size_t to = from + hash_mix(from) % (s.n - from + 1), n = 0;

		for (size_t i = from; i < to; i++)
			n += m->word[i / 64] >> i % 64 & 1;
		assert_true(marks_has_words(m, from, to, n));
		assert_false(marks_has_words(m, from, to, n + 1));
	}
	assert_int_equal(m->hashes, slice_count(s, S("#")));
	assert_int_equal(m->ellipses, slice_count(s, S("...")) + slice_count(s, S("\u2026")));
	assert_int_equal(m->n_lf, slice_count(s, S("\n")));
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n')
			assert_int_equal(m->lf[lf++], i);
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 2; k <= 4; k++)
			dotted |= is_decimal_dot(s, i) && is_decimal_dot(s, i + k);
	assert_int_equal(m->dotted, dotted);
	assert_int_equal(m->odd_breaks, has_odd_breaks(s));
	assert_int_equal(m->wide_space, has_wide_space(s));
	assert_int_equal(m->opens_square, has(s, "["));
	assert_int_equal(m->opens_curly, has(s, "{"));
	assert_int_equal(m->at_sign, has(s, "@"));
	assert_int_equal(m->underscore, has(s, "_"));
}

/* In memory of its own, so that sanitizers see a byte read too many. */
static void compare_all(struct slice sample)
{
	char *p = malloc(sample.n ? sample.n : 1);
	struct slice s = {memcpy(p, sample.p, sample.n), sample.n};
	struct arena mem = {0};
	struct marks m;

	for (int way = 0; way < MARKS_WAYS; way++)
		if (marks_find_by((enum marks_way)way, s, &m, &mem))
			compare(s, &m);
	marks_find(s, &m, &mem);
	compare(s, &m);
	arena_free(&mem);
	free(p);
}

/* `kinds` says how many of the characters may come up: few give long runs. */
static struct slice sample(char *out, uint64_t number, size_t length, size_t kinds)
{
	static const uint32_t some[] = {'.',    '\n',   '1',    ' ',    'a',    0x2026, '#',    '@',
	                                '[',    '{',    '_',    '\r',   '\t',   0xa0,   0x85,
	                                  0x2028,
	                                0x3000, 0x1680, 0x202f, 0x205f, 0x2019, 0x1d,   0x1f,
	                                  0x0b,
	                                0xe9,   0x4e2d, 0x2042, 0x1f4a9, 0xc5,  0x1690, 0,
	                                     0x7f};
	size_t n = 0, first = hash_mix(number) % (sizeof some / sizeof some[0]);

	while (n < length) {
		uint64_t r = hash_mix(number << 20 | n);

		n += utf8_put(out + n, r % 3 ? some[(first + r / 3 % kinds) %
		                                    (sizeof some / sizeof some[0])]
		                             : (uint32_t)"bc4 .e"[r / 3 % 6]);
	}
	return (struct slice){out, n};
}

static void every_way_finds_what_one_finds_alone(void **state)
{
	char text[300];

	(void)state;
	for (size_t length = 0; length < 200; length++)
		for (uint64_t k = 0; k < 60; k++)
			compare_all(sample(text, k * 1000 + length, length, 1 + k % 32));
}

static void things_across_the_border_of_blocks(void **state)
{
	static const char *const thing[] = {"...",     "....",         "\u2026", "1.2.3", "1.234.5",
	                                    "1.2345.6", "\u3000x",     "\u2028", "\r\n",
	                                     "x\u00a0y",
	                                    ".......",  "\n\n\n\n", " \u2003 ", "1..2",  "12.3.x"};
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof thing / sizeof thing[0]; i++)
		for (size_t at = 0; at < 140; at++)
			for (size_t behind = 0; behind < 70; behind += 23) {
				size_t n = strlen(thing[i]);

				memset(text, 'x', sizeof text);
				memcpy(text + at, thing[i], n);
				compare_all((struct slice){text, at + n + behind});
			}
}

/* More LFs than the list has room for at first, behind text that has none. */
static void many_line_feeds_behind_few(void **state)
{
	char *text = mem_alloc(20000);

	(void)state;
	memset(text, 'x', 10000);
	memset(text + 10000, '\n', 10000);
	compare_all((struct slice){text, 20000});
	compare_all((struct slice){text + 10000, 10000});
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_finds_what_one_finds_alone),
		cmocka_unit_test(things_across_the_border_of_blocks),
		cmocka_unit_test(many_line_feeds_behind_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
