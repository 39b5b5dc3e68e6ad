/* Sentences: what ends one, what begins the next, and that the pieces make up the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/doc/sentences.h"

/* The sentences of `text` with a | between them. */
static void assert_sentences(const char *text, const char *want)
{
	struct arena mem = {0};
	struct sentences s;
	struct buf got = {0};

	sentences_split(slice_of(text), &s, &mem);
	for (size_t i = 0; i < s.n; i++) {
		if (i)
			buf_byte(&got, '|');
		buf_add(&got, s.text[i]);
	}
	assert_string_equal(buf_text(&got), want);
	assert_int_equal(sentences_count(slice_of(text), NULL, &mem), s.n);
	buf_free(&got);
	arena_free(&mem);
}

static void the_empty_text_is_one_sentence(void **state)
{
	struct arena mem = {0};
	struct sentences s;

	(void)state;
	assert_sentences("", "");
	assert_int_equal(sentences_count(S(""), NULL, &mem), 1);
	sentences_split(S(""), &s, &mem);
	assert_int_equal(s.n, 1);
	assert_sentences("  \n", "  \n");
	arena_free(&mem);
}

static void a_mark_ends_and_a_word_begins(void **state)
{
	(void)state;
	assert_sentences("One. Two! Three? Four", "One.| Two!| Three?| Four");
	assert_sentences("One.", "One.");
	assert_sentences("One; two: three", "One; two: three");
	assert_sentences("\u0905\u0964 \u0906", "\u0905\u0964| \u0906");
}

static void punctuation_behind_the_mark_belongs_to_it(void **state)
{
	(void)state;
	assert_sentences("\"One.\" Two", "\"One.\"| Two");
	assert_sentences("What?!) No", "What?!)| No");
	assert_sentences("Wait... what", "Wait... what"); /* three dots are one token, and no end */
	assert_sentences("One. $5", "One.| $5");          /* $ is a symbol, not punctuation */
}

static void special_cases_end_nothing(void **state)
{
	(void)state;
	assert_sentences("Mr. X met e.g. Dr. Y.", "Mr. X met e.g. Dr. Y.");
	assert_sentences("At 5 p.m. it rains", "At 5 p.m. it rains");
}

static void white_space_that_is_a_token_begins_the_next(void **state)
{
	(void)state;
	assert_sentences("One.\n\nTwo", "One.|\n\nTwo");
	assert_sentences("One.  Two", "One.|  Two");
	assert_sentences("One. ", "One. ");
	assert_sentences("One.\n", "One.|\n");
	assert_sentences("One.\n\" Two", "One.|\n\" Two");
}

static void cuts_are_counted_in_the_text_without_the_symbol_name(void **state)
{
	(void)state;
	/* "IS_ALPHA" goes, the sentences of the rest end 8 characters too early. */
	assert_sentences("IS_ALPHA é. Two. x", "IS_|ALPHA| é. Two. x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_empty_text_is_one_sentence),
		cmocka_unit_test(a_mark_ends_and_a_word_begins),
		cmocka_unit_test(punctuation_behind_the_mark_belongs_to_it),
		cmocka_unit_test(special_cases_end_nothing),
		cmocka_unit_test(white_space_that_is_a_token_begins_the_next),
		cmocka_unit_test(cuts_are_counted_in_the_text_without_the_symbol_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
