/* MinHash: numpy's parameters, and scalar = AVX2 = AVX-512 on random input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/dedup/curve.h"
#include "lib/dedup/fold.h"
#include "lib/dedup/shingle.h"
#include "lib/dedup/signature.h"

static void parameters_are_those_of_numpy_seed_1(void **state)
{
	uint64_t a[112], b[112];

	(void)state;
	signature_numpy(1, 112, a, b);
	assert_true(a[0] == 775169054918279404u && a[1] == 1758426461858698313u &&
	            a[2] == 2109959069025162u);
	assert_true(b[0] == 1062448801025099917u && b[1] == 1324811268927594100u &&
	            b[2] == 1217488311597731462u);
}

/* The signature of n made-up shingles, given in two pieces. */
static uint64_t *sign(const struct signature *s, enum signature_level level, size_t n,
                      uint64_t seed)
{
	struct signature other = *s;
	uint64_t *sig = aligned_alloc(64, (s->lanes * sizeof *sig + 63) / 64 * 64), shingle[3000];

	other.level = level;
	for (size_t i = 0; i < n; i++)
		shingle[i] = hash_mix(seed * 100000 + i);
	if (n > 2) /* the edges of the arithmetic */
		shingle[0] = UINT64_MAX, shingle[1] = 0, shingle[2] = (UINT64_C(1) << 61) - 1;
	signature_reset(&other, sig);
	signature_add(&other, sig, shingle, n / 3);
	signature_add(&other, sig, shingle + n / 3, n - n / 3);
	signature_finish(&other, sig);
	return sig;
}

static void check_levels(enum signature_mode mode, unsigned bits, unsigned count)
{
	static const size_t sizes[] = {1, 2, 7, 100, 513, 3000};
	struct signature s;

	signature_open(&s, mode, bits, count, 7);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint64_t *const scalar = sign(&s, SIGNATURE_SCALAR, sizes[i], i);

		for (enum signature_level level = SIGNATURE_AVX2; level <= signature_best();
		     level++) {
			uint64_t *const simd = sign(&s, level, sizes[i], i);

			assert_memory_equal(scalar, simd, count * sizeof *simd);
			free(simd);
		}
		free(scalar);
	}
	signature_close(&s);
}

static void all_levels_agree_for_any_number_of_hashes(void **state)
{
	static const unsigned counts[] = {1, 8, 16, 17, 32, 100, 112, 128, 256, 400};

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		check_levels(SIGNATURE_FAST, 32, counts[i]);
		check_levels(SIGNATURE_COMPAT, 64, counts[i]);
		check_levels(SIGNATURE_COMPAT, 32, counts[i]);
	}
}

static void the_formula_wraps_before_the_remainder(void **state)
{
	const uint64_t p = (UINT64_C(1) << 61) - 1, x = 0xfedcba9876543210u;
	struct signature s;
	uint64_t *sig;

	(void)state;
	signature_open(&s, SIGNATURE_COMPAT, 64, 4, 1);
	sig = aligned_alloc(64, s.lanes * sizeof *sig);
	signature_reset(&s, sig);
	signature_add(&s, sig, &x, 1);
	signature_finish(&s, sig);
	for (unsigned i = 0; i < 4; i++)
		assert_true(sig[i] == (x * ((uint64_t *)s.a)[i] + ((uint64_t *)s.b)[i]) % p);
	free(sig);
	signature_close(&s);
}

/* Random text of ASCII, two-, three- and four-byte characters, words and separators of all kinds.
 */
static size_t random_text(char *out, size_t max, uint64_t seed)
{
	static const char *const piece[] = {"a",  "Z",  "7",  " ",      "\n", ",",  "é", "ß",
	                                    "Ж",  "°",  "«",  "\u00a0", "—",  "’",  "→", "ⴰ",
	                                    "語", "の", "、", "가",     "😀",  "𠀀", "ก", "word"};
	size_t n = 0;

	for (uint64_t i = 0; n + 8 < max; i++) {
		const uint64_t r = hash_mix(seed * 1000003 + i);
		/* mostly letters, so that words are longer than a block now and then */
		const char *const s = seed % 3 == 0 && r % 50 != 0 ? "q" : piece[r / 50 % 24];

		memcpy(out + n, s, strlen(s));
		n += strlen(s);
	}
	return n;
}

static void folding_is_the_same_at_all_levels(void **state)
{
	struct arena mem = {0};
	char text[700];

	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		const struct slice s = {text, random_text(text, 20 + seed * 2, seed)};
		struct fold x, y;

		fold_text(&x, s, SIGNATURE_SCALAR, &mem);
		fold_text(&y, s, signature_best(), &mem);
		assert_memory_equal(x.word, y.word, x.blocks * 8);
		assert_memory_equal(x.start, y.start, x.blocks * 8);
		for (size_t i = 0; i < s.n; i++)
			if (x.word[i / 64] >> i % 64 & 1)
				assert_int_equal(x.text[i], y.text[i]);
		arena_reset(&mem, 1 << 20);
	}
	arena_free(&mem);
}

/* The words of a text, joined by '|'. */
static void check_words(const char *text, const char *expected)
{
	struct arena mem = {0};
	struct fold f;
	char out[256] = "";
	size_t n = 0;

	fold_text(&f, slice_of(text), signature_best(), &mem);
	for (size_t at = 0, size; fold_next(&f, &at, &size); at += size) {
		if (n)
			out[n++] = '|';
		memcpy(out + n, f.text + at, size);
		n += size;
	}
	out[n] = 0;
	assert_string_equal(out, expected);
	arena_free(&mem);
}

static void words_are_folded_as_documented(void **state)
{
	(void)state;
	check_words("", "");
	check_words("  ...  ", "");
	check_words("Hello, World 2024!", "hello|world|0000");
	check_words("don’t “quote”", "don|t|quote");
	check_words("Éa\u00a0b", "Éa|b");
	check_words("ab漢字c、d", "ab|漢|字|c|d");
	check_words("x😀y", "x|😀|y");
	check_words(
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab c",
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab|"
	        "c");
	check_words("012345678901234567890123456789012345678901234567890123456789012漢b",
	            "000000000000000000000000000000000000000000000000000000000000000|漢|b");
}

static size_t count(const char *text, enum shingle_unit unit, unsigned n)
{
	struct arena mem = {0};
	const size_t found = shingle_fast(slice_of(text), unit, n, signature_best(), &mem).n;

	arena_free(&mem);
	return found;
}

static void a_text_below_n_words_has_no_shingle(void **state)
{
	(void)state;
	assert_int_equal(count("one two three four", SHINGLE_WORDS, 5), 0);
	assert_int_equal(count("one two three four five", SHINGLE_WORDS, 5), 1);
	assert_int_equal(count("one two three four five", SHINGLE_WORDS, 2), 4);
	assert_int_equal(count("ab  c", SHINGLE_CHARACTERS, 4), 1);
	assert_int_equal(count("ab  c", SHINGLE_CHARACTERS, 5), 0);
}

static void compat_shingles_are_hashes_of_joined_words(void **state)
{
	const struct slice word[] = {S("to"), S("be"), S("or")};
	struct arena mem = {0};
	struct shingles s = shingle_compat(word, 3, 2, SHINGLE_SHA1, 64, &mem);

	(void)state;
	/* SHA-1("to be") = 8068eeaa5bf8a2cb… */
	assert_int_equal(s.n, 2);
	assert_true((uint32_t)s.hash[0] ==
	            (uint32_t)shingle_compat(word, 3, 2, SHINGLE_SHA1, 32, &mem).hash[0]);
	s = shingle_compat(word, 1, 2, SHINGLE_SHA1, 64, &mem);
	assert_int_equal(s.n, 0);
	/* XXH64("a") with seed 0 */
	s = shingle_compat((struct slice[]){S("a")}, 1, 1, SHINGLE_XXHASH, 64, &mem);
	assert_true(s.hash[0] == 0xd24ec4f1a98c6e5bu);
	/* SHA-1("abc") = a9993e364706816a… */
	s = shingle_compat((struct slice[]){S("abc")}, 1, 1, SHINGLE_SHA1, 64, &mem);
	assert_true(s.hash[0] == 0x6a810647363e99a9u);
	arena_free(&mem);
}

static void jaccard_counts_each_shingle_once(void **state)
{
	uint64_t x[] = {5, 1, 5 | UINT64_C(1) << 40, 300000}, y[] = {300000, 5, 9};
	const struct shingles sx = {x, 4}, sy = {y, 3};
	struct arena mem = {0};
	uint32_t a[4], b[3];

	(void)state;
	assert_int_equal(shingle_set(&sx, a, &mem), 3);
	assert_int_equal(shingle_set(&sy, b, &mem), 3);
	assert_true(a[0] == 1 && a[1] == 5 && a[2] == 300000);
	assert_true(shingle_jaccard(a, 3, b, 3) == 0.5);
	assert_true(shingle_jaccard(a, 3, b, 0) == 0);
	assert_true(shingle_jaccard(a, 0, b, 0) == 1);
	arena_free(&mem);
}

/* The share of equal numbers estimates Jaccard: sets of 1000 sharing half their union. */
static void fast_signatures_estimate_jaccard(void **state)
{
	enum { COUNT = 2048, N = 900, SHARED = 600 };
	struct signature s;
	uint64_t *sig[2];
	unsigned same = 0;

	(void)state;
	signature_open(&s, SIGNATURE_FAST, 32, COUNT, 3);
	for (unsigned d = 0; d < 2; d++) {
		uint64_t shingle[N];

		for (unsigned i = 0; i < N; i++)
			shingle[i] = hash_mix(i < SHARED ? i : i + 10000 * (d + 1));
		sig[d] = aligned_alloc(64, s.lanes * 8);
		signature_reset(&s, sig[d]);
		signature_add(&s, sig[d], shingle, N);
		signature_finish(&s, sig[d]);
	}
	for (unsigned i = 0; i < COUNT; i++)
		same += sig[0][i] == sig[1][i];
	assert_true(same > COUNT * 0.5 - 4 * 22.6 && same < COUNT * 0.5 + 4 * 22.6);
	free(sig[0]);
	free(sig[1]);
	signature_close(&s);
}

static void the_curve_is_the_formula_and_the_choice_is_near_the_threshold(void **state)
{
	unsigned bands, rows;

	(void)state;
	assert_true(curve_at(1, 14, 8) == 1 && curve_at(0, 14, 8) == 0);
	assert_true(curve_at(0.8, 14, 8) > 0.92 && curve_at(0.8, 14, 8) < 0.93);
	curve_choose(0.8, 128, &bands, &rows);
	assert_true(bands * rows <= 128);
	assert_true(curve_at(0.7, bands, rows) < 0.35 && curve_at(0.9, bands, rows) > 0.9);
	curve_choose(0.5, 128, &bands, &rows);
	assert_true(curve_at(0.35, bands, rows) < 0.4 && curve_at(0.65, bands, rows) > 0.9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(parameters_are_those_of_numpy_seed_1),
	        cmocka_unit_test(all_levels_agree_for_any_number_of_hashes),
	        cmocka_unit_test(the_formula_wraps_before_the_remainder),
	        cmocka_unit_test(folding_is_the_same_at_all_levels),
	        cmocka_unit_test(words_are_folded_as_documented),
	        cmocka_unit_test(a_text_below_n_words_has_no_shingle),
	        cmocka_unit_test(compat_shingles_are_hashes_of_joined_words),
	        cmocka_unit_test(jaccard_counts_each_shingle_once),
	        cmocka_unit_test(fast_signatures_estimate_jaccard),
	        cmocka_unit_test(the_curve_is_the_formula_and_the_choice_is_near_the_threshold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
