/* Pieces of a text and which repeat; what is known of a document is forgotten when it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/doc/analysis.h"

static struct pieces split(enum piece_kind kind, struct slice text, struct arena *mem)
{
	struct pieces p;

	pieces_split(kind, text, &p, mem);
	return p;
}

static void lines_keep_their_empty_ends(void **state)
{
	struct arena mem = {0};
	struct pieces p = split(PIECES_LINES, S("\nfoo\n\n\nfoo\r\n"), &mem);

	(void)state;
	assert_int_equal(p.n, 4); /* "", "foo", "foo\r", "" */
	assert_int_equal(p.repeats, 1);
	assert_int_equal(p.repeated_chars, 0);
	assert_true(p.piece[3].repeated);
	assert_int_equal(split(PIECES_LINES, S(""), &mem).n, 1);
	arena_free(&mem);
}

static void paragraphs_are_stripped_outside_and_cut_at_blank_lines(void **state)
{
	struct arena mem = {0};
	struct pieces p = split(PIECES_PARAGRAPHS, S(" \n\né\n\né\n\n\na\nb\n \n"), &mem);

	(void)state;
	assert_int_equal(p.n, 3); /* "é", "é", "a\nb" */
	assert_int_equal(p.repeats, 1);
	assert_int_equal(p.repeated_chars, 1);
	assert_int_equal(p.piece[2].chars, 3);
	arena_free(&mem);
}

static void filled_lines_are_those_with_more_than_white_space(void **state)
{
	struct arena mem = {0};
	struct pieces p = split(PIECES_FILLED, S("a\n\u00a0\n\n a\na\n"), &mem);

	(void)state;
	assert_int_equal(p.n, 3);
	assert_int_equal(p.repeats, 1);
	assert_int_equal(split(PIECES_FILLED, S(" \n\u2003\n"), &mem).n, 0);
	arena_free(&mem);
}

static void an_edit_makes_the_analysis_anew(void **state)
{
	struct arena mem = {0};
	struct doc d = {.source = S("one two\nthree."), .mem = &mem, .stage = "test"};

	(void)state;
	assert_int_equal(doc_word_count(&d), 4);
	assert_int_equal(doc_words(&d)->n, 4);
	assert_ptr_equal(doc_words(&d), doc_words(&d));
	assert_int_equal(doc_chars(&d), 14);
	assert_int_equal(doc_newlines(&d), 1);
	assert_int_equal(doc_sentences(&d)->n, 1);
	assert_int_equal(doc_top_ngram(&d, 2), 7);
	assert_int_equal(doc_repeated_ngrams(&d, 5), 0);
	doc_lines(&d);
	doc_cut(&d, 0);
	doc_settle(&d);
	assert_int_equal(doc_words(&d)->n, 2);
	assert_int_equal(doc_newlines(&d), 0);
	assert_int_equal(doc_pieces(&d, PIECES_FILLED)->n, 1);
	arena_free(&mem);
}

static void the_recipe_chooses_the_words(void **state)
{
	struct arena mem = {0};
	const struct doc_context white = {.words = WORDS_WHITESPACE};
	struct doc d = {.source = S("it's."), .mem = &mem, .context = &white};

	(void)state;
	assert_int_equal(doc_words(&d)->n, 1);
	d.context = NULL;
	d.analysis = NULL;
	assert_int_equal(doc_words(&d)->n, 3);
	arena_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_keep_their_empty_ends),
		cmocka_unit_test(paragraphs_are_stripped_outside_and_cut_at_blank_lines),
		cmocka_unit_test(filled_lines_are_those_with_more_than_white_space),
		cmocka_unit_test(an_edit_makes_the_analysis_anew),
		cmocka_unit_test(the_recipe_chooses_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
