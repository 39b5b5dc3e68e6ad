/* lib/doc/doc.h: what stages do to a document, and that replaying the edits does it again. */
#include "lib/doc/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/chance.h"

static struct arena mem;

static struct doc fresh(struct slice source)
{
	return (struct doc){.source = source, .mem = &mem, .stage = "a"};
}

#define assert_text(d, literal)                                                                    \
	do {                                                                                       \
		struct slice is_ = doc_text(d), want_ = S(literal);                                \
		assert_int_equal(is_.n, want_.n);                                                  \
		assert_memory_equal(is_.p, want_.p, want_.n);                                      \
	} while (0)

static void check_edit(const struct doc *d, size_t i, struct edit want)
{
	assert_true(i < d->n_edits);
	struct edit is = d->edit[i];

	assert_string_equal(is.by, want.by);
	assert_int_equal(is.op, want.op);
	assert_int_equal(is.line, want.line);
	assert_int_equal(is.count, want.count);
	assert_int_equal(is.at, want.at);
	assert_int_equal(is.len, want.len);
	assert_true(slice_equal(is.text, want.text));
}

static struct edit put(const char *by, uint32_t line, uint32_t at, uint32_t len, const char *text)
{
	return (struct edit){by, EDIT_PUT, line, 1, at, len, slice_of(text)};
}

static struct edit cut(const char *by, uint32_t line, uint32_t count)
{
	return (struct edit){.by = by, .op = EDIT_CUT, .line = line, .count = count};
}

static void text_is_the_source_until_edited(void **state)
{
	(void)state;
	struct doc d = fresh(S("one\n\nthree\n"));

	assert_ptr_equal(doc_text(&d).p, d.source.p);
	doc_lines(&d);
	assert_int_equal(d.n_lines, 4);
	assert_int_equal(d.line[2].no, 2);
	assert_true(slice_equal(d.line[2].text, S("three")));
	assert_int_equal(d.line[3].text.n, 0);
	assert_ptr_equal(doc_text(&d).p, d.source.p);
}

static void empty_text_is_one_empty_line(void **state)
{
	(void)state;
	struct doc d = fresh(S(""));

	doc_lines(&d);
	assert_int_equal(d.n_lines, 1);
	doc_put(&d, 0, S("x"));
	doc_settle(&d);
	assert_text(&d, "x");
	check_edit(&d, 0, put("a", 0, 0, 0, "x"));
}

static void cut_lines_leave_when_the_stage_returns(void **state)
{
	(void)state;
	struct doc d = fresh(S("0\n1\n2\n3\n4"));

	doc_lines(&d);
	doc_cut(&d, 1);
	doc_cut(&d, 2);
	doc_cut(&d, 4);
	assert_int_equal(d.n_lines, 5);
	doc_settle(&d);
	assert_text(&d, "0\n3");
	assert_int_equal(d.n_edits, 2);
	check_edit(&d, 0, cut("a", 1, 2));
	check_edit(&d, 1, cut("a", 4, 1));
	d.stage = "b";
	doc_cut(&d, 1); /* source line 3, between lines that have left */
	doc_cut(&d, 0);
	doc_settle(&d);
	assert_text(&d, "");
	assert_int_equal(d.n_lines, 0);
	check_edit(&d, 2, cut("b", 0, 1));
	check_edit(&d, 3, cut("b", 3, 1));
}

static void cuts_of_two_stages_are_not_one_edit(void **state)
{
	(void)state;
	struct doc d = fresh(S("0\n1\n2"));

	doc_lines(&d);
	doc_cut(&d, 0);
	doc_settle(&d);
	doc_cut(&d, 0);
	doc_settle(&d);
	assert_int_equal(d.n_edits, 2);
	check_edit(&d, 1, cut("a", 1, 1));
}

static void put_logs_only_what_differs(void **state)
{
	(void)state;
	struct doc d = fresh(S("zero\nmail me at x@y.z now"));

	doc_lines(&d);
	doc_put(&d, 1, S("mail me at <email> now"));
	check_edit(&d, 0, put("a", 1, 11, 5, "<email>"));
	doc_put(&d, 1, S("mail me at <email> now"));
	assert_int_equal(d.n_edits, 1);
	doc_put(&d, 1, S("mail me at <email>"));
	check_edit(&d, 1, put("a", 1, 18, 4, ""));
	assert_text(&d, "zero\nmail me at <email>");
}

static void put_ends_at_borders_of_characters(void **state)
{
	(void)state;
	struct doc d = fresh(S("aéb"));

	doc_lines(&d);
	doc_put(&d, 0, S("aèb")); /* C3 A9, C3 A8: they begin alike */
	check_edit(&d, 0, put("a", 0, 1, 2, "è"));
	doc_put(&d, 0,
	        S("a\xc4\xa8"
	          "b")); /* C3 A8, C4 A8: they end alike */
	check_edit(&d, 1, put("a", 0, 1, 2, "\xc4\xa8"));
}

static void repeated_bytes_are_not_counted_twice(void **state)
{
	(void)state;
	struct doc d = fresh(S("aaaaaaaaaaaaaaaaaaaa"));

	doc_lines(&d);
	doc_put(&d, 0, S("aaaaaaaaaaaaaaaaaa"));
	check_edit(&d, 0, put("a", 0, 18, 2, ""));
	doc_put(&d, 0, S("aaaaaaaaaaaaaaaaaaaaa"));
	check_edit(&d, 1, put("a", 0, 18, 0, "aaa"));
}

static void many_splices_are_logged_at_moving_places(void **state)
{
	(void)state;
	struct doc d = fresh(S("a b c d"));
	struct splice s[] = {{0, 1, S("AAA")}, {2, 1, S("b")}, {4, 2, S("")}, {7, 0, S("!")}};

	doc_lines(&d);
	doc_splice_all(&d, 0, s, 4);
	assert_text(&d, "AAA b d!");
	assert_int_equal(d.n_edits, 3); /* b for b is nothing */
	check_edit(&d, 0, put("a", 0, 0, 1, "AAA"));
	check_edit(&d, 1, put("a", 0, 6, 2, ""));
	check_edit(&d, 2, put("a", 0, 7, 0, "!"));
}

static void a_second_score_replaces_the_first(void **state)
{
	(void)state;
	struct doc d = fresh(S("x"));
	double value = 0;

	for (int i = 0; i < 20; i++) {
		static const char name[][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};

		doc_score(&d, name[i % 10], i);
	}
	assert_int_equal(d.n_scores, 10);
	assert_true(doc_score_get(&d, S("d"), &value));
	assert_true(value == 13);
	assert_false(doc_score_get(&d, S("x"), &value));
	doc_note(&d, "k", S("1"));
	doc_note(&d, "k", S("[2]"));
	assert_int_equal(d.n_notes, 1);
	assert_true(slice_equal(d.note[0].json, S("[2]")));
}

static void a_stage_score_shadows_the_records_own(void **state)
{
	(void)state;
	struct score own[] = {{"q", 1}};
	struct doc d = fresh(S("x"));
	double value = 0;

	d.score = own;
	d.n_scores = d.scores_read = d.score_cap = 1;
	doc_score(&d, "q", 2);
	assert_int_equal(d.n_scores, 2);
	assert_true(doc_score_get(&d, S("q"), &value));
	assert_true(value == 2);
}

static void the_first_drop_counts(void **state)
{
	(void)state;
	struct doc d = fresh(S("x"));

	doc_drop(&d, S("first"));
	d.stage = "b";
	doc_drop(&d, S("second"));
	assert_string_equal(d.dropped_by, "a");
	assert_true(slice_equal(d.why, S("first")));
}

/* Replays the edits on the source; the text must be `want` and, at that, the log that remains
 * must give it too. */
static void check_replay(struct slice source, const struct edit *edit, size_t n,
                         const char *without, const char *want)
{
	struct doc d = fresh(source), again = fresh(source);
	struct err e = {0};

	assert_int_equal(doc_replay(&d, edit, n, without, &e), 0);
	assert_string_equal(arena_addf(&mem, "%.*s", SLICE(doc_text(&d))).p, want);
	assert_int_equal(doc_replay(&again, d.edit, d.n_edits, NULL, &e), 0);
	assert_string_equal(arena_addf(&mem, "%.*s", SLICE(doc_text(&again))).p, want);
	for (size_t i = 0; without && i < d.n_edits; i++)
		assert_string_not_equal(d.edit[i].by, without);
}

static void a_left_out_stage_leaves_later_edits_in_place(void **state)
{
	(void)state;
	struct slice source = S("mail a@b.c today\nnext\nlast");
	struct edit edit[] = {
	        put("pii", 0, 5, 5, "<email>"), put("fix", 0, 13, 5, "now"), cut("pii", 1, 1),
	        put("fix", 0, 0, 4, "MAIL"),    put("fix", 2, 4, 0, "!"),
	};

	check_replay(source, edit, 5, NULL, "MAIL <email> now\nlast!");
	check_replay(source, edit, 5, "pii", "MAIL a@b.c now\nnext\nlast!");
	check_replay(source, edit, 5, "fix", "mail <email> today\nlast");
	check_replay(source, edit, 5, "other", "MAIL <email> now\nlast!");
}

static void edits_inside_what_was_left_out_go_with_it(void **state)
{
	(void)state;
	struct edit edit[] = {
	        put("a", 0, 2, 1, "<email>"),
	        put("b", 0, 2, 7, "[E]"), /* replaces a's text */
	        put("b", 0, 3, 0, "-"),
	};

	check_replay(S("x y z"), edit, 3, NULL, "x [-E] z");
	check_replay(S("x y z"), edit, 3, "a", "x y z");
	check_replay(S("x y z"), edit, 1, "a", "x y z");
}

static void an_edit_around_a_left_out_one_swallows_it(void **state)
{
	(void)state;
	struct edit edit[] = {put("a", 0, 2, 1, "YY"), put("b", 0, 0, 6, "all")};

	check_replay(S("x y z"), edit, 2, NULL, "all");
	check_replay(S("x y z"), edit, 2, "a", "all");
}

static void edits_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	struct edit bad[] = {
	        put("a", 2, 0, 0, "x"),  put("a", 0, 4, 0, "x"),
	        put("a", 0, 0, 4, "x"),  put("a", 0, UINT32_MAX, UINT32_MAX, "x"),
	        put("a", 0, 2, 0, "x"),  put("a", 0, 1, 1, "x"),
	        cut("a", 1, 0),          cut("a", 1, 2),
	        cut("a", 0, UINT32_MAX), cut("a", 7, 1),
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct doc d = fresh(S("aé\nb"));
		struct err e = {0};

		assert_int_equal(doc_replay(&d, &bad[i], 1, NULL, &e), -1);
		assert_int_equal(e.rc, RC_INPUT);
	}
	struct edit twice[] = {cut("a", 0, 1), cut("b", 0, 1)};
	struct edit gone[] = {cut("a", 0, 1), put("b", 0, 0, 0, "x")};

	for (int i = 0; i < 4; i++) {
		struct doc d = fresh(S("a\nb"));
		struct err e = {0};

		assert_int_equal(doc_replay(&d, i % 2 ? twice : gone, 2, i / 2 ? "a" : NULL, &e),
		                 -1);
	}
}

/* --- random documents and stages ------------------------------------------------------------ */

static struct slice random_text(uint32_t most)
{
	static const char *const part[] = {"a", "b", "\n", " ", "é", "日", "😀", "word", "è"};

	return chance_text(&mem, part, 9, most);
}

static void random_stage(struct doc *d, const char *name)
{
	d->stage = name;
	if (chance(3) == 0)
		doc_prepend(d, random_text(3));
	uint32_t k = chance(3) ? chance(6) : 0;

	if (k)
		doc_lines(d); /* else it stays unsplit */
	for (; k > 0 && d->n_lines; k--) {
		size_t i = chance((uint32_t)d->n_lines);
		size_t at = chance_border(d->line[i].text);
		size_t end = at + chance_border(slice_tail(d->line[i].text, at));

		switch (chance(4)) {
		case 0:
			doc_cut(d, i);
			break;
		case 1:
			doc_put(d, i, random_text(5));
			break;
		default:
			doc_splice(d, i, at, end - at, random_text(3));
		}
	}
	doc_settle(d);
}

static void replay_does_what_the_stages_did(void **state)
{
	(void)state;
	for (seed = 0; seed < 1000u << 12; seed = ((seed >> 12) + 1) << 12) {
		static const char *const name[] = {"a", "b", "c"};
		struct doc d = fresh(random_text(20)), again = fresh(d.source);
		struct err e = {0};

		for (int k = 0; k < 5; k++)
			random_stage(&d, name[chance(3)]);
		assert_int_equal(doc_replay(&again, d.edit, d.n_edits, NULL, &e), 0);
		assert_true(slice_equal(doc_text(&d), doc_text(&again)));
		assert_int_equal(d.n_edits, again.n_edits);
		for (size_t i = 0; i < d.n_edits; i++)
			check_edit(&again, i, d.edit[i]);

		struct doc part = fresh(d.source), rest = fresh(d.source);

		assert_int_equal(doc_replay(&part, d.edit, d.n_edits, "b", &e), 0);
		assert_int_equal(doc_replay(&rest, part.edit, part.n_edits, NULL, &e), 0);
		assert_true(slice_equal(doc_text(&part), doc_text(&rest)));
		for (size_t i = 0; i < part.n_edits; i++)
			assert_string_not_equal(part.edit[i].by, "b");
		arena_reset(&mem, 1 << 20);
	}
}

/* Two stages that change different words, by what the words are: a's "b" words, b's "a" words. */
static void change_words(struct doc *d, const char *name, char which, const char *to)
{
	d->stage = name;
	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		struct splice s[64];
		size_t n = 0;

		for (size_t at = 0; at < d->line[i].text.n && n < 64; at++)
			if (d->line[i].text.p[at] == which)
				s[n++] = (struct splice){at, 1, slice_of(to)};
		doc_splice_all(d, i, s, n);
	}
	doc_settle(d);
}

static void leaving_a_stage_out_is_not_running_it(void **state)
{
	(void)state;
	for (seed = 0; seed < 1000u << 12; seed = ((seed >> 12) + 1) << 12) {
		struct doc both = fresh(random_text(40)), one = fresh(both.source);
		struct doc replayed = fresh(both.source);
		struct err e = {0};

		change_words(&both, "a", 'b', "<XYZ>");
		change_words(&both, "b", 'a', "");
		change_words(&both, "a", 'w', "");
		change_words(&both, "b", 'd', "DDDD");
		change_words(&one, "b", 'a', "");
		change_words(&one, "b", 'd', "DDDD");
		assert_int_equal(doc_replay(&replayed, both.edit, both.n_edits, "a", &e), 0);
		assert_true(slice_equal(doc_text(&replayed), doc_text(&one)));
		arena_reset(&mem, 1 << 20);
	}
}

static void many_edits_of_one_line_take_no_square_time(void **state)
{
	(void)state;
	enum { N = 200000 };
	static const char *const by[] = {"a", "b"};
	struct edit *edit = malloc(N * sizeof *edit);
	char *source = malloc(N);
	struct err e = {0};

	memset(source, 'x', N);
	for (uint32_t i = 0; i < N; i++)
		edit[i] = put(by[chance(2)], 0, chance(N), 1, "yz");
	for (int i = 0; i < 2; i++) {
		struct doc d = fresh((struct slice){source, N});

		assert_int_equal(doc_replay(&d, edit, N, i ? "a" : NULL, &e), 0);
		assert_true(doc_text(&d).n > N);
		arena_reset(&mem, 0);
	}
	free(edit);
	free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(text_is_the_source_until_edited),
	        cmocka_unit_test(empty_text_is_one_empty_line),
	        cmocka_unit_test(cut_lines_leave_when_the_stage_returns),
	        cmocka_unit_test(cuts_of_two_stages_are_not_one_edit),
	        cmocka_unit_test(put_logs_only_what_differs),
	        cmocka_unit_test(put_ends_at_borders_of_characters),
	        cmocka_unit_test(repeated_bytes_are_not_counted_twice),
	        cmocka_unit_test(many_splices_are_logged_at_moving_places),
	        cmocka_unit_test(a_second_score_replaces_the_first),
	        cmocka_unit_test(a_stage_score_shadows_the_records_own),
	        cmocka_unit_test(the_first_drop_counts),
	        cmocka_unit_test(a_left_out_stage_leaves_later_edits_in_place),
	        cmocka_unit_test(edits_inside_what_was_left_out_go_with_it),
	        cmocka_unit_test(an_edit_around_a_left_out_one_swallows_it),
	        cmocka_unit_test(edits_that_do_not_fit_are_refused),
	        cmocka_unit_test(replay_does_what_the_stages_did),
	        cmocka_unit_test(leaving_a_stage_out_is_not_running_it),
	        cmocka_unit_test(many_edits_of_one_line_take_no_square_time),
	};
	int failed = cmocka_run_group_tests_name("doc", tests, NULL, NULL);

	arena_free(&mem);
	return failed;
}
