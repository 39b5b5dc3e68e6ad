/* n-gram repetition: against a plain count of all n-grams, on texts where they repeat, overlap, tie
 * and read alike in different words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/map.h"
#include "lib/doc/ngrams.h"

static void join(const struct words *w, size_t at, unsigned n, const char *between, struct buf *out)
{
	for (unsigned i = 0; i < n; i++)
		buf_addf(out, "%s%.*s", i ? between : "", SLICE(words_at(w, at + i)->text));
}

/* Both measures from n-grams as text. */
static uint64_t plain_top(const struct words *w, unsigned n, struct arena *mem)
{
	struct map seen = {0};
	struct slice best = {0};
	uint64_t most = 0;

	for (size_t i = 0; i + n <= w->n; i++) {
		struct buf b = {0};

		join(w, i, n, " ", &b);
		++*map_put(&seen, arena_copy(mem, buf_slice(&b)), NULL);
		buf_free(&b);
	}
	for (size_t i = 0; i + n <= w->n; i++) {
		struct buf b = {0};

		join(w, i, n, " ", &b);
		uint64_t count = *map_get(&seen, buf_slice(&b));

		if (count > most) {
			most = count;
			best = arena_copy(mem, buf_slice(&b));
		}
		buf_free(&b);
	}
	map_free(&seen);
	return best.n * most;
}

static uint64_t plain_repeated(const struct words *w, unsigned n, struct arena *mem)
{
	struct map seen = {0};
	uint64_t bytes = 0;

	for (size_t i = 0; i + n <= w->n;) {
		struct buf b = {0};
		bool added;

		join(w, i, n, "", &b);
		map_put(&seen, arena_copy(mem, buf_slice(&b)), &added);
		bytes += added ? 0 : b.n;
		i += added ? 1 : n;
		buf_free(&b);
	}
	map_free(&seen);
	return bytes;
}

enum { MOST = 12 };

/* ASCII words only, so that bytes are code points. `order` shuffles what is asked for: lengths may
 * be asked for in any order, and more than once. */
static void assert_like_plain_in_order(struct slice text, uint64_t order)
{
	struct arena mem = {0};
	struct words w;

	words_split(WORDS_WHITESPACE, text, &w, &mem);
	struct ngrams g = {.words = &w, .mem = &mem};

	for (unsigned i = 0; i < 3 * MOST; i++) {
		unsigned n = order ? 1 + (unsigned)(hash_mix(order << 8 | i) % MOST) : 1 + i % MOST;

		if (!order || hash_mix(order << 9 | i) % 2)
			assert_int_equal(ngrams_top(&g, n), plain_top(&w, n, &mem));
		if (!order || hash_mix(order << 10 | i) % 2)
			assert_int_equal(ngrams_repeated(&g, n), plain_repeated(&w, n, &mem));
		if (!order && n == MOST)
			break;
	}
	arena_free(&mem);
}

static void assert_like_plain(struct slice text)
{
	assert_like_plain_in_order(text, 0);
}

static void short_texts_count_once(void **state)
{
	struct arena mem = {0};
	struct words w;

	(void)state;
	words_split(WORDS_WHITESPACE, S("Hello there my friend"), &w, &mem);
	struct ngrams g = {.words = &w, .mem = &mem};

	assert_int_equal(ngrams_top(&g, 2), sizeof "Hello there" - 1);
	assert_int_equal(ngrams_top(&g, 4), sizeof "Hello there my friend" - 1);
	assert_int_equal(ngrams_top(&g, 5), 0);
	assert_int_equal(ngrams_repeated(&g, 2), 0);
	arena_free(&mem);
	assert_like_plain(S(""));
	assert_like_plain(S("a"));
}

static void ties_go_to_the_first(void **state)
{
	(void)state;
	assert_like_plain(S("aa b cccc d cccc d aa b"));
	assert_like_plain(S("cccc d aa b aa b cccc d"));
}

static void overlapping_repeats_are_skipped_over(void **state)
{
	(void)state;
	assert_like_plain(S("a a a a a a a a a a a a a a a a a"));
	assert_like_plain(S("a b a b a b a b c a b a b a"));
}

static void different_words_that_read_alike_are_one_when_joined(void **state)
{
	(void)state;
	assert_like_plain(S("x ab c y z x a bc y z"));
	assert_like_plain(S("to day today q today to day q to day today q"));
	assert_like_plain(S("a aa a aaa aa a a aa aaa a aa a a a"));
	/* Words of eight bytes and more, and of more than have a size of their own. */
	assert_like_plain(S("eightabc de f g h x eightabcd e f g h"));
	assert_like_plain(S("wordofthirtybyteswordofthirtyab cd e f g x "
	                    "wordofthirtybyteswordofthirtyabc d e f g"));
}

static void random_texts_agree(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		static const char *const vocabulary[] = {"a", "b", "ab", "ba", "aab", "c", "bc",
		                                         "aabbaabb", "aabbaabbc",
		                                         "bbaabbaabbaabbaabba"};
		size_t words = 2 + hash_mix(seed) % 9, n = hash_mix(seed + 10000) % 120;
		struct buf b = {0};

		for (size_t i = 0; i < n; i++)
			buf_addf(&b, "%s ", vocabulary[hash_mix(seed << 20 | i) % words]);
		assert_like_plain_in_order(buf_slice(&b), seed % 3);
		buf_free(&b);
	}
}

/* Adds `text` cut into `n` words at places that `seed` decides; `usual` of 16 cuts are those that
 * seed 0 makes. */
static void add_cut(struct buf *out, const char *text, size_t size, size_t n, uint64_t seed,
                    uint64_t usual)
{
	size_t left = n - 1;

	for (size_t i = 0; i < size; i++) {
		uint64_t by = hash_mix(seed << 8 | i) % 16 < usual ? i : hash_mix(seed) ^ i << 8;

		buf_byte(out, text[i]);
		if (i + 1 == size || !left)
			continue;
		if (left == size - 1 - i || hash_mix(by) % (size / n + 1) == 0) {
			buf_byte(out, ' ');
			left--;
		}
	}
	buf_byte(out, ' ');
}

/* The same bytes cut into as many words at other places, among words that occur once: this is what
 * must not be overlooked, wherever the cuts differ and however long the words are. */
static void texts_cut_twice_agree(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 3000; seed++) {
		size_t n = 2 + hash_mix(seed) % 9, size = n + 1 + hash_mix(seed + 10000) % (n * n);
		unsigned letters = seed % 4 ? 2 + seed % 20 : 1;
		uint64_t usual = seed % 17;
		struct buf b = {0}, text = {0};

		for (size_t i = 0; i < size; i++)
			buf_byte(&text, (char)('a' + hash_mix(seed << 12 | i) % letters));
		for (size_t i = 0; i < 4; i++) {
			for (size_t k = 0; k < hash_mix(seed << 4 | i) % 6; k++)
				buf_addf(&b, "%c%zu ", (char)('A' + i), k);
			add_cut(&b, text.p, size, n, seed * 4 + i, usual);
		}
		assert_like_plain_in_order(buf_slice(&b), seed % 2);
		buf_free(&b);
		buf_free(&text);
	}
}

/* A million words take a second or so at most, whatever they are. */
static void time_is_linear_in_hostile_text(void **state)
{
	static const char *const unit[] = {"a ", "a b ", "a aa aaa ", "x ab c y z x a bc y z ",
	                                   "a a a b ",
		                           "ca n't can not "};

	(void)state;
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		struct arena mem = {0};
		struct words w;
		struct buf b = {0};
		clock_t start = clock();

		while (b.n < 1 << 20)
			buf_add(&b, slice_of(unit[i]));
		words_split(WORDS_WHITESPACE, buf_slice(&b), &w, &mem);
		struct ngrams g = {.words = &w, .mem = &mem};

		assert_true(ngrams_top(&g, 4) > 0);
		assert_true(ngrams_repeated(&g, 10) > 0);
		assert_true(clock() - start < 10 * CLOCKS_PER_SEC);
		buf_free(&b);
		arena_free(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_texts_count_once),
		cmocka_unit_test(ties_go_to_the_first),
		cmocka_unit_test(overlapping_repeats_are_skipped_over),
		cmocka_unit_test(different_words_that_read_alike_are_one_when_joined),
		cmocka_unit_test(random_texts_agree),
		cmocka_unit_test(texts_cut_twice_agree),
		cmocka_unit_test(time_is_linear_in_hostile_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
