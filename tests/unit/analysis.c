/* Pieces of a text and which repeat; what is known of a document is forgotten when it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"

static struct pieces split(enum piece_kind kind, struct slice text, struct arena *mem)
{
	struct marks m;
	struct pieces p;

	marks_find(text, &m, mem);
	pieces_split(kind, text, &m, &p, mem);
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
	assert_int_equal(p.piece[1].chars, 1);
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

/* Lines that are alike at both ends, in the middle and in length, and many of them: more than the
 * quick hash stands, some repeated and some not. */
static void pieces_that_look_alike_are_told_apart(void **state)
{
	enum { LINES = 300, LENGTH = 41 };
	static char text[LINES * LENGTH];
	struct arena mem = {0};

	(void)state;
	for (unsigned distinct = 1; distinct <= LINES; distinct += 13) {
		memset(text, 'x', sizeof text);
		for (unsigned i = 0; i < LINES; i++) {
			char *line = text + i * LENGTH;

			line[10] = (char)('a' + i % distinct % 26);
			line[11] = (char)('a' + i % distinct / 26);
			line[LENGTH - 1] = '\n';
		}
		struct pieces p = split(PIECES_FILLED, (struct slice){text, sizeof text}, &mem);

		assert_int_equal(p.n, LINES);
		assert_int_equal(p.repeats, LINES - distinct);
		assert_int_equal(p.repeated_chars, (LINES - distinct) * (LENGTH - 1));
	}
	arena_free(&mem);
}

/* As Python says: re.split("\n+", text) and re.split("\n{2,}", text.strip()). */
static void runs_of_line_feeds_at_every_place(void **state)
{
	struct arena mem = {0};
	char text[10];

	(void)state;
	for (unsigned bits = 0; bits < 3 * 3 * 3 * 3 * 3 * 3 * 3; bits++) {
		size_t n = 7, lines = 1, paragraphs = 1, first = 0, last = 7;

		for (unsigned i = 0, rest = bits; i < n; i++, rest /= 3)
			text[i] = "\n a"[rest % 3];
		while (first < last && text[first] != 'a')
			first++;
		while (last > first && text[last - 1] != 'a')
			last--;
		for (size_t i = 0; i < n; i++) {
			bool begins = text[i] == '\n' && (i == 0 || text[i - 1] != '\n');

			lines += begins;
			paragraphs += begins && i > first && i + 1 < last && text[i + 1] == '\n';
		}
		assert_int_equal(split(PIECES_LINES, (struct slice){text, n}, &mem).n, lines);
		assert_int_equal(split(PIECES_PARAGRAPHS, (struct slice){text, n}, &mem).n,
		                 paragraphs);
	}
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

/* Edits as the line rules make them: the count that leans on the source is that of the new text. */
static void words_of_an_edited_text_are_counted_as_if_anew(void **state)
{
	static const char *const source[] = {
		"One (two).\n  it's \x0b three  \n\nMr. X\n",
		"a\n:\n) b:)\n\n\nc IS_ALPHAx",
		"IS_ALPHA a\nb c\nd IS_ALPHA",
		"\n\n\n",
		"x y\nx: (\n:y z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof source / sizeof source[0]; i++)
		for (unsigned how = 0; how < 27; how++) {
			struct arena mem = {0};
			struct doc d = {
			        .source = slice_of(source[i]), .mem = &mem, .stage = "test"};
			unsigned left = how;

			doc_words(&d);
			doc_lines(&d);
			for (size_t k = 0; k < d.n_lines; k++, left /= 3)
				if (left % 3 == 1)
					doc_cut(&d, k);
				else if (left % 3 == 2)
					doc_put(&d, k,
					        k ? utf8_strip(d.line[k].text)
					          : S("IS_ALPHA q\nr s"));
			doc_settle(&d);
			size_t count = doc_word_count(&d);

			assert_int_equal(count, words_count(WORDS_SPACY, doc_text(&d), NULL, &mem));
			assert_int_equal(doc_words(&d)->n, count);
			arena_free(&mem);
		}
}

static void sentences_of_a_line_are_those_of_the_line_alone(void **state)
{
	struct arena mem = {0};
	struct doc d = {.source = S("One. Two.\n Three. \n\nx. IS y. \n\"No.\" e.g. Yes! "),
	                .mem = &mem};

	(void)state;
	for (int known = 0; known < 2; known++) {
		size_t next = 0;

		doc_lines(&d);
		for (size_t i = 0; i < d.n_lines; i++) {
			struct slice line = utf8_strip(d.line[i].text);

			assert_int_equal(doc_sentences_of(&d, line, &next, &mem),
			                 sentences_count(line, NULL, &mem));
		}
		doc_words(&d);
	}
	size_t next = 0;

	assert_int_equal(doc_sentences_of(&d, S("Not. In. It."), &next, &mem), 3);
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
		cmocka_unit_test(pieces_that_look_alike_are_told_apart),
		cmocka_unit_test(runs_of_line_feeds_at_every_place),
		cmocka_unit_test(an_edit_makes_the_analysis_anew),
		cmocka_unit_test(words_of_an_edited_text_are_counted_as_if_anew),
		cmocka_unit_test(sentences_of_a_line_are_those_of_the_line_alone),
		cmocka_unit_test(the_recipe_chooses_the_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
