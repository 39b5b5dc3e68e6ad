/* Both engines find exactly what a plain search finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/doc/literals.h"

struct tally {
	uint64_t count[64];
	size_t last;
	bool ordered;
};

static int tally_hit(void *user, uint32_t item, size_t end)
{
	struct tally *t = user;

	t->count[item]++;
	t->ordered &= end >= t->last;
	t->last = end;
	return 0;
}

static uint64_t overlapping(struct slice text, struct slice what)
{
	uint64_t n = 0;

	for (size_t at = 0; (at = slice_find(text, what, at)) != SIZE_MAX; at++)
		n++;
	return n;
}

static void check(const struct slice *item, size_t n, struct slice text)
{
	for (int engine = LITERALS_FASTEST; engine <= LITERALS_AUTOMATON; engine++) {
		struct err e = {0};
		struct literals *l = literals_open(item, n, engine, &e);
		struct tally t = {.ordered = true};
		bool any = false;

		assert_non_null(l);
		literals_each(l, text, tally_hit, &t);
		assert_true(t.ordered);
		for (size_t i = 0; i < n; i++) {
			bool again = false;

			for (size_t j = 0; j < i; j++)
				again |= slice_equal(item[i], item[j]);
			uint64_t expected = item[i].n && !again ? overlapping(text, item[i]) : 0;

			assert_int_equal(t.count[i], expected);
			any |= expected > 0;
		}
		assert_int_equal(literals_any(l, text), any);
		literals_close(l);
	}
}

static void words_that_overlap_are_all_found(void **state)
{
	(void)state;
	const struct slice item[] = {S("he"), S("she"), S("hers"), S("his"), S("s"), S("she")};

	check(item, 6, S("ushers his sheshe"));
	check(item, 6, S(""));
	check(item, 6, S("xyz"));
}

static void empty_sets_and_empty_strings_find_nothing(void **state)
{
	(void)state;
	const struct slice item[] = {S(""), S("a")};

	check(item, 0, S("abc"));
	check(item, 1, S("abc"));
	check(item, 2, S("banana"));
}

static void any_bytes_are_literal(void **state)
{
	(void)state;
	const struct slice item[] = {S("a.c"),  S("\0x"), S("\xff\xfe"),
	                             S("(?i)"), S("\\d"), S("\n")};

	check(item, 6, S("abc a.c \0x \xff\xfe (?i)\\d\n7"));
}

static void random_sets_agree_with_a_plain_search(void **state)
{
	(void)state;
	uint64_t seed = 7;

	for (int round = 0; round < 300; round++) {
		char text[400], word[40][6];
		struct slice item[40];
		size_t n = (seed = hash_mix(seed)) % 40;

		for (size_t i = 0; i < sizeof text; i++)
			text[i] = "abc"[(seed = hash_mix(seed)) % 3];
		for (size_t i = 0; i < n; i++) {
			item[i] = (struct slice){word[i], (seed = hash_mix(seed)) % 7};
			for (size_t k = 0; k < item[i].n; k++)
				word[i][k] = "abc"[(seed = hash_mix(seed)) % 3];
		}
		check(item, n, (struct slice){text, sizeof text});
	}
}

/* Letters of ASCII alone lose their case: neither the Kelvin sign nor other bytes become letters.
 */
static void capitals_count_as_small_letters_where_asked(void **state)
{
	(void)state;
	const struct slice item[] = {S("cookie"), S("coo\u212aie"), S("\u00e9t\u00e9"), S("[a]")};
	const struct slice text = S("Cookie COOKIE cooKie coo\u212aIE COO\u212aIE \u00c9T\u00c9 "
	                            "\u00e9T\u00e9 [A] {a} \xc3\x89t\xc3\x89 cookies");

	for (int engine = LITERALS_FASTEST; engine <= LITERALS_AUTOMATON; engine++) {
		struct err e = {0};
		struct literals *l = literals_open_caseless(item, 4, engine, &e);
		struct tally t = {.ordered = true};

		literals_each(l, text, tally_hit, &t);
		assert_int_equal(t.count[0], 4);
		assert_int_equal(t.count[1], 2);
		assert_int_equal(t.count[2], 1);
		assert_int_equal(t.count[3], 1);
		literals_close(l);
	}
}

/* More states than have dense rows, so that the sparse steps and their fail links are walked too.
 */
static void a_large_set_still_finds_its_members(void **state)
{
	(void)state;
	enum { MANY = 30000 };
	struct slice *item = mem_new(struct slice, MANY);
	char *space = mem_alloc(MANY * 17);
	struct err e = {0};

	for (size_t i = 0; i < MANY; i++) {
		hash64_text(hash_mix(i), space + 17 * i);
		item[i] = (struct slice){space + 17 * i, 8 + i % 8};
	}
	struct literals *l = literals_open(item, MANY, LITERALS_FASTEST, &e);

	for (size_t i = 0; i < MANY; i += 97) {
		char text[64] = "zz", *end = text + 2;

		memcpy(end, item[i].p, item[i].n - 1);
		memcpy(end + item[i].n - 1, item[i].p, item[i].n);
		assert_true(literals_any(l, (struct slice){text, 2 * item[i].n + 1}));
		assert_false(literals_any(l, (struct slice){item[i].p, 7}));
	}
	literals_close(l);
	free(space);
	free(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_overlap_are_all_found),
		cmocka_unit_test(empty_sets_and_empty_strings_find_nothing),
		cmocka_unit_test(any_bytes_are_literal),
		cmocka_unit_test(capitals_count_as_small_letters_where_asked),
		cmocka_unit_test(random_sets_agree_with_a_plain_search),
		cmocka_unit_test(a_large_set_still_finds_its_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
