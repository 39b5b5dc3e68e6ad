/* Words: each rule of the tokenizer on both sides, the numbering, and inputs that are all of one
 * kind and very long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/punct.h"
#include "lib/doc/words.h"

/* The words of `text`, split in a buffer of exactly its size, with a blank between them. */
static void assert_split(enum word_kind kind, struct slice text, const char *want)
{
	struct arena mem = {0};
	struct buf got = {0};
	struct words w;
	char *copy = mem_text(text.p, text.n);

	words_split(kind, (struct slice){copy, text.n}, &w, &mem);
	for (size_t i = 0; i < w.n; i++) {
		if (i)
			buf_byte(&got, ' ');
		buf_add(&got, words_at(&w, i)->text);
	}
	assert_string_equal(buf_text(&got), want);
	assert_int_equal(words_count(kind, text, NULL, &mem), w.n);
	free(copy);
	buf_free(&got);
	arena_free(&mem);
}

/* The same result is asked for alone and inside a long text, where the short cut is taken. */
static void assert_words(const char *text, const char *want)
{
	static const char filler[] =
	        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do";
	struct buf in = {0}, out = {0};

	assert_split(WORDS_SPACY, slice_of(text), want);
	buf_addf(&in, "%s\n%s\n%s", filler, text, filler);
	buf_addf(&out, "%s %s%s%s", filler, want, *want ? " " : "", filler);
	assert_split(WORDS_SPACY, buf_slice(&in), buf_text(&out));
	buf_free(&in);
	buf_free(&out);
}

static void white_space_separates_and_vanishes(void **state)
{
	(void)state;
	assert_words("", "");
	assert_words(" \t\n", "");
	assert_words("a\xc2\x85" "b\u2028c", "a b c");
	assert_words("a\u200bb", "a\u200bb"); /* no white space */
}

static void marks_leave_both_ends(void **state)
{
	(void)state;
	assert_words("(word)", "( word )");
	assert_words("\"Yes,\" she said.", "\" Yes , \" she said .");
	assert_words("«mot»", "« mot »");
	assert_words("wait...", "wait ...");
	assert_words("...and", "... and");
	assert_words("-word", "-word");
	assert_words("word-", "word-");
	assert_words("$5 US$5 C$5", "$ 5 US$ 5 C$ 5");
	assert_words("+5 +x", "+5 + x");
	assert_words("((((", "( ( ( (");
}

static void full_stops_leave_words_but_not_initials(void **state)
{
	(void)state;
	assert_words("end.", "end .");
	assert_words("A.", "A.");
	assert_words("AB.", "AB .");
	assert_words("aB.", "aB.");
	assert_words("2016.", "2016 .");
	assert_words("слово.", "слово .");
	assert_words("U.S.A.", "U.S.A.");
	assert_words("\u00b0F.", "\u00b0 F .");
}

static void units_and_currencies_leave_digits(void **state)
{
	(void)state;
	assert_words("10km", "10 km");
	assert_words("xkm", "xkm");
	assert_words("10kms", "10kms");
	assert_words("5%", "5 %");
	assert_words("5€", "5 €");
	assert_words("x€", "x€");
	assert_words("20m/s", "20 m/s");
	assert_words("10US$", "10 US$");
	assert_words("3+", "3 +");
}

static void infixes_split_between_the_right_neighbours(void **state)
{
	(void)state;
	assert_words("well-known", "well - known");
	assert_words("a--b a---b a----b", "a -- b a --- b a----b");
	assert_words("3-4 3*4 3^4", "3 - 4 3 * 4 3 ^ 4");
	assert_words("a,b 1,000", "a , b 1,000");
	assert_words("end.Start end.start", "end . Start end.start");
	assert_words("a/b a:b a=b 9:30", "a / b a : b a = b 9:30");
	assert_words("a...b", "a ... b");
	assert_words("I\u2665you", "I \u2665 you");
}

static void special_cases_come_first(void **state)
{
	(void)state;
	assert_words("don't can\u2019t cannot gonna", "do n't ca n\u2019t can not gon na");
	assert_words("DON'T", "DON'T");
	assert_words("it's dog's", "it 's dog 's");
	assert_words("she'd've", "she 'd 've");
	assert_words("Mr. Smith, Ph.D.", "Mr. Smith , Ph.D.");
	assert_words("10a.m. 13a.m.", "10 a.m. 13a.m .");
	assert_words(":-) :-| (o:", ":-) :-| (o:");
	assert_words("(e.g. this)", "( e.g. this )");
	assert_words("were we're", "were we 're");
}

static void special_cases_are_found_again_among_tokens(void **state)
{
	(void)state;
	assert_words("nice:)", "nice :)");
	assert_words("nice :)ok", "nice :) ok");
	assert_words("nice: )", "nice : )"); /* not across a blank */
	assert_words("x: (:y", "x : ( : y"); /* the longer or first one uses up the tokens */
	assert_words("x, (:y", "x , (: y");
}

static void urls_stay_whole(void **state)
{
	(void)state;
	assert_words("http://example.com/a-b?c=d#e", "http://example.com/a-b?c=d#e");
	assert_words("foo.bar@example.co.uk", "foo.bar@example.co.uk");
	assert_words("8.8.8.8:80/x-y", "8.8.8.8:80/x-y");
	assert_words("10.0.0.1/x-y", "10.0.0.1 / x - y");
	assert_words("example.com:8080/a-b", "example.com:8080/a-b");
	assert_words("example.com:8/a-b", "example.com:8 / a - b");
	assert_words("ex-.com", "ex-.com");
}

static void the_symbol_name_is_cut_out(void **state)
{
	(void)state;
	assert_words("IS_ALPHA xIS_ALPHAy", "xy");
	assert_words("xIS_ALPHAy", "xIS_ALPHAy");
	assert_words("IS_IS_ALPHAALPHA IS_ALPHA b", "b");
}

static void other_kinds_split_their_own_way(void **state)
{
	(void)state;
	assert_split(WORDS_WHITESPACE, S(" don't  (stop) "), "don't (stop)");
	assert_split(WORDS_UNICODE, S("don't (stop) 3.5, x"), "don't ( stop ) 3.5 , x");
	assert_split(WORDS_UNICODE, S(""), "");
}

static void equal_words_share_a_number_in_order_of_appearance(void **state)
{
	struct arena mem = {0};
	struct words w;

	(void)state;
	words_split(WORDS_SPACY,
	            S("b a b , a-very-long-word-of-many-bytes b averylongwordofmanybytes "
	              "averylongwordofmanybyteS"),
	            &w, &mem);
	assert_int_equal(w.id[0], 0);
	assert_int_equal(w.id[1], 1);
	assert_int_equal(w.id[2], 0);
	assert_int_equal(words_find(&w, S("b"))->count, 3);
	assert_int_equal(words_find(&w, S("averylongwordofmanybytes"))->count, 1);
	assert_null(words_find(&w, S("c")));
	assert_null(words_find(&w, S("")));
	assert_int_equal(words_find(&w, S(","))->flags, 0);
	assert_int_equal(words_find(&w, S("a"))->flags, WORD_ALPHA | WORD_TEXT);
	arena_free(&mem);
}

static void lengths_are_code_points_and_flags_are_exact(void **state)
{
	struct arena mem = {0};
	struct words w;

	(void)state;
	words_split(WORDS_WHITESPACE, S("naïve 12 \u2018 \u2019 ² 日本"), &w, &mem);
	assert_int_equal(words_find(&w, S("naïve"))->chars, 5);
	assert_int_equal(words_find(&w, S("日本"))->chars, 2);
	assert_int_equal(words_find(&w, S("12"))->flags, WORD_TEXT);
	assert_int_equal(words_find(&w, S("\u2018"))->flags, WORD_TEXT); /* not in the set */
	assert_int_equal(words_find(&w, S("\u2019"))->flags, 0);
	assert_int_equal(words_find(&w, S("²"))->flags, WORD_TEXT);
	arena_free(&mem);
}

static void every_character_has_the_flags_of_the_tables(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x3100; c++) {
		struct arena mem = {0};
		char text[32];
		struct words w;

		if (utf8_is_space(c))
			continue;
		for (unsigned n = 0; n <= 20; n += 10) { /* short words and longer ones */
			struct slice word = {text, n};

			memset(text, '.', n);
			word.n += utf8_put(text + n, c);
			words_split(WORDS_WHITESPACE, word, &w, &mem);
			assert_int_equal(w.n, 1);
			assert_int_equal(w.distinct->chars, n + 1);
			assert_int_equal(w.distinct->flags, (unicode_is_alpha(c) ? WORD_ALPHA : 0) |
			                                            (punct_of(c) ? 0 : WORD_TEXT));
		}
		arena_free(&mem);
	}
}

static void many_distinct_words_are_all_told_apart(void **state)
{
	struct arena mem = {0};
	struct buf b = {0};
	struct words w;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_addf(&b, "w%d ", i);
	words_split(WORDS_WHITESPACE, buf_slice(&b), &w, &mem);
	assert_int_equal(w.n_distinct, 20000);
	for (size_t i = 0; i < w.n; i++)
		assert_int_equal(w.id[i], i);
	buf_free(&b);
	arena_free(&mem);
}

static double seconds(struct slice text)
{
	struct arena mem = {0};
	clock_t start = clock();

	words_count(WORDS_SPACY, text, NULL, &mem);
	arena_free(&mem);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Four times the text takes about four times as long, whatever it is made of. */
static void time_is_linear_in_hostile_text(void **state)
{
	static const char *const unit[] = {"a", "a.", "a-", "(", ")", ".", "..", "@a.b", "a@", "'s",
	                                   "9",
		                           "9km", "\u0301", "\u00e9", ":(", "a ", "://", "…", "-",
		                           "a.b:"};

	(void)state;
	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
		struct buf b = {0};

		while (b.n < 1 << 20)
			buf_add(&b, slice_of(unit[i]));
		size_t n = b.n / strlen(unit[i]) / 4 * strlen(unit[i]);
		double whole = seconds(buf_slice(&b)),
		       quarter = seconds(slice_head(buf_slice(&b), n));

		assert_true(whole < 0.2 || whole < 12 * quarter);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(white_space_separates_and_vanishes),
		cmocka_unit_test(marks_leave_both_ends),
		cmocka_unit_test(full_stops_leave_words_but_not_initials),
		cmocka_unit_test(units_and_currencies_leave_digits),
		cmocka_unit_test(infixes_split_between_the_right_neighbours),
		cmocka_unit_test(special_cases_come_first),
		cmocka_unit_test(special_cases_are_found_again_among_tokens),
		cmocka_unit_test(urls_stay_whole),
		cmocka_unit_test(the_symbol_name_is_cut_out),
		cmocka_unit_test(other_kinds_split_their_own_way),
		cmocka_unit_test(equal_words_share_a_number_in_order_of_appearance),
		cmocka_unit_test(lengths_are_code_points_and_flags_are_exact),
		cmocka_unit_test(every_character_has_the_flags_of_the_tables),
		cmocka_unit_test(many_distinct_words_are_all_told_apart),
		cmocka_unit_test(time_is_linear_in_hostile_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
