/* lib/doc/editlog.h: a run's log does to the source what the run did. */
#include <math.h>

#include "lib/base/json_write.h"
#include "tests/unit/chance.h"
#include "tests/unit/reader.h"

static void a_line_says_what_was_done(void **state)
{
	(void)state;
	struct doc d = parsed(
	        S("{\"text\":\"one\\nmail a@b.c\\nthree\",\"curate\":{\"scores\":{\"o\":1}}}"));

	assert_slice(logged(&d), "{\"text\":\"cff9db26eac60b2a\",\"keep\":true}");
	doc_lines(&d);
	d.stage = "pii";
	doc_put(&d, 1, S("mail <e>"));
	doc_settle(&d);
	d.stage = "c4";
	doc_cut(&d, 0);
	doc_settle(&d);
	doc_score(&d, "q", 0.1);
	doc_note(&d, "n", S("[1]"));
	doc_drop(&d, S("too_\"short\""));
	assert_slice(logged(&d),
	             "{\"text\":\"cff9db26eac60b2a\",\"keep\":false,\"by\":\"c4\",\"why\":\"too_"
	             "\\\"short\\\"\","
	             "\"scores\":{\"q\":0.1},\"notes\":{\"n\":[1]},\"note_by\":{\"n\":\"c4\"},"
	             "\"edits\":[[\"pii\",\"put\",1,5,5,\"<e>\"],[\"c4\",\"cut\",0,1]]}");
}

static void bad_lines_are_known(void **state)
{
	(void)state;
	struct buf out = {0};

	editlog_write_bad("invalid_json", &out);
	assert_string_equal(buf_text(&out), "{\"bad\":\"invalid_json\"}\n");
	assert_true(editlog_is_bad(buf_slice(&out)));
	assert_true(editlog_is_bad(S(" { \"bad\" : 1}")));
	assert_false(editlog_is_bad(S("{\"text\":\"bad\"}")));
	assert_false(editlog_is_bad(S("")));
	struct doc d = parsed(S("{\"text\":\"x\"}"));
	struct err e = {0};

	assert_int_equal(editlog_apply(&d, padded(buf_slice(&out)), NULL, &e), -1);
	buf_free(&out);
}

/* --- random documents and stages ------------------------------------------------------------- */

static struct slice random_text(uint32_t most)
{
	static const char *const part[] = {"a",  "\"",   "\n", " ",    "é", "日",
	                                   "\\", "word", "\t", "\x01", "/", "😀"};

	return chance_text(&mem, part, 12, most);
}

static double random_double(void)
{
	uint64_t bits = hash_mix(seed++);
	double value;

	memcpy(&value, &bits, 8);
	return value; /* NaN and infinities too */
}

static void random_stage(struct doc *d)
{
	static const char *const stage[] = {"a", "b", "\"c\"\\", "dé"};
	static const char *const name[] = {"q", "r", "s\"", "t"};

	d->stage = stage[chance(4)];
	if (chance(3) == 0)
		doc_prepend(d, random_text(3));
	uint32_t k = chance(3) ? chance(5) : 0;

	if (k)
		doc_lines(d); /* else it stays unsplit */
	for (; k > 0; k--) {
		if (chance(4) == 0)
			doc_score(d, name[chance(4)], random_double());
		if (chance(8) == 0)
			doc_note(d, name[chance(4)],
			         chance(2) ? S("{\"a\":[1,\"]\"]}") : S("\"x\""));
		if (d->n_lines == 0)
			continue;
		size_t i = chance((uint32_t)d->n_lines), at = chance_border(d->line[i].text);
		size_t end = at + chance_border(slice_tail(d->line[i].text, at));

		if (chance(4) == 0)
			doc_cut(d, i);
		else if (chance(2))
			doc_put(d, i, random_text(5));
		else
			doc_splice(d, i, at, end - at, random_text(3));
	}
	if (chance(12) == 0)
		doc_drop(d, S("reason"));
	doc_settle(d);
}

static struct slice random_record(void)
{
	struct buf out = {0};
	struct slice text = random_text(30);

	buf_add(&out, S("{\"a\":[1.50],"));
	if (chance(2))
		buf_add(&out, S("\"curate\":{\"scores\":{\"r\":1.0,\"z\":[]},\"x\":0},"));
	buf_add(&out, S("\"text\" : "));
	json_write_text(&out, text.n ? text : S("x"));
	buf_add(&out, chance(2) ? S(" ,\"id\":7}") : S("}"));
	struct slice s = padded(buf_slice(&out));

	buf_free(&out);
	return s;
}

static void log_and_source_give_the_same_bytes(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 3000; round++) {
		seed = round << 16;
		struct slice raw = random_record();
		struct doc d = parsed(raw), again = parsed(raw), part = parsed(raw);
		struct err e = {0};

		for (int k = 0; k < 5 && !d.dropped_by; k++)
			random_stage(&d);
		struct slice line = logged(&d);

		if (editlog_apply(&again, line, NULL, &e))
			fail_msg("%s", e.msg);
		assert_true(slice_equal(written(&d), written(&again)));
		assert_true(slice_equal(line, logged(&again)));
		assert_int_equal(!d.dropped_by, !again.dropped_by);

		assert_int_equal(editlog_apply(&part, line, "b", &e), 0);
		struct slice rest = logged(&part);
		struct doc third = parsed(raw);

		assert_int_equal(slice_find(rest, S("[\"b\","), 0), SIZE_MAX);
		assert_int_equal(editlog_apply(&third, rest, NULL, &e), 0);
		assert_true(slice_equal(written(&part), written(&third)));
		assert_true(!part.dropped_by || strcmp(part.dropped_by, "b") != 0);
		const char *detail;
		struct doc out = {
		        .raw = written(&d), .mem = &mem, .context = &context, .file = "f"};

		fields.keep_empty = true;
		assert_int_equal(record_parse(&out, &fields, &detail), RECORD_GOOD);
		fields.keep_empty = false;
		assert_true(slice_equal(out.source, doc_text(&d)));
		arena_reset(&mem, 1 << 20);
	}
}

static void scores_read_back_bit_equal(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5000; i++) {
		struct slice raw = S("{\"text\":\"x\"}");
		struct doc d = parsed(raw), again = parsed(raw);
		struct err e = {0};
		double value = (seed = i << 16, random_double()), back = 0;

		doc_score(&d, "q", value);
		assert_int_equal(editlog_apply(&again, logged(&d), NULL, &e), 0);
		assert_true(doc_score_get(&again, S("q"), &back));
		if (isfinite(value))
			assert_memory_equal(&value, &back, sizeof value);
		else
			assert_true(isnan(back));
		arena_reset(&mem, 1 << 20);
	}
}

static void unknown_members_are_ignored(void **state)
{
	(void)state;
	struct doc d = parsed(S("{\"text\":\"x\"}"));
	struct err e = {0};
	char hash[17];

	hash64_text(hash64(S("x")), hash);
	struct slice line =
	        arena_addf(&mem,
	                   "{ \"new\":[1], \"edits\":[ [\"a\" , \"put\",0,0,1,\"y\"] ] ,"
	                   "\"text\":\"%s\",\"keep\":true}",
	                   hash);

	assert_int_equal(editlog_apply(&d, padded(line), NULL, &e), 0);
	assert_slice(doc_text(&d), "y");
}

static void lines_that_are_wrong_are_refused(void **state)
{
	(void)state;
	static const char *const tail[] = {
	        "",
	        ",\"keep\":1",
	        ",\"keep\":false",
	        ",\"keep\":false,\"by\":null",
	        ",\"keep\":true,\"scores\":[]",
	        ",\"keep\":true,\"scores\":{\"q\":\"1\"}",
	        ",\"keep\":true,\"notes\":1",
	        ",\"keep\":true,\"edits\":{}",
	        ",\"keep\":true,\"edits\":[1]",
	        ",\"keep\":true,\"edits\":[[]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",0]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",0,1,2]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",0,-1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",0,2]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",0.5,1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",\"0\",1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",4294967296,1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"cut\",1e999,1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"put\",0,0,1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"put\",0,0,1,2]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"put\",0,0,1,\"y\",1]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"swap\",0,0,1,\"y\"]]",
	        ",\"keep\":true,\"edits\":[[\"a\\u0000\",\"put\",0,0,1,\"y\"]]",
	        ",\"keep\":true,\"edits\":[[1,\"put\",0,0,1,\"y\"]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"put\",0,2,0,\"y\"]]",
	        ",\"keep\":true,\"edits\":[[\"a\",\"put\",0,0,1,\"y\"]",
	};
	char hash[17];

	hash64_text(hash64(S("x")), hash);
	for (size_t i = 0; i < sizeof tail / sizeof *tail; i++) {
		struct doc d = parsed(S("{\"text\":\"x\"}"));
		struct err e = {0};
		struct slice line = arena_addf(&mem, "{\"text\":\"%s\"%s}", hash, tail[i]);

		if (editlog_apply(&d, padded(line), NULL, &e) == 0)
			fail_msg("taken: %.*s", SLICE(line));
		assert_int_equal(e.rc, RC_INPUT);
		assert_true(e.msg[0]);
	}
}

static void another_text_is_refused(void **state)
{
	(void)state;
	struct doc x = parsed(S("{\"text\":\"x\"}")), y = parsed(S("{\"text\":\"y\"}"));
	struct err e = {0};

	assert_int_equal(editlog_apply(&y, logged(&x), NULL, &e), -1);
	assert_non_null(strstr(e.msg, "another text"));
}

static void a_drop_can_be_left_out(void **state)
{
	(void)state;
	struct slice raw = S("{\"text\":\"x\"}");
	struct doc d = parsed(raw), with = parsed(raw), other = parsed(raw), without = parsed(raw);
	struct err e = {0};

	doc_drop(&d, S("reason"));
	assert_int_equal(editlog_apply(&with, logged(&d), NULL, &e), 0);
	assert_string_equal(with.dropped_by, "a");
	assert_slice(with.why, "reason");
	assert_int_equal(editlog_apply(&other, logged(&d), "b", &e), 0);
	assert_string_equal(other.dropped_by, "a");
	assert_int_equal(editlog_apply(&without, logged(&d), "a", &e), 0);
	assert_null(without.dropped_by);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_line_says_what_was_done),
	        cmocka_unit_test(bad_lines_are_known),
	        cmocka_unit_test(log_and_source_give_the_same_bytes),
	        cmocka_unit_test(scores_read_back_bit_equal),
	        cmocka_unit_test(unknown_members_are_ignored),
	        cmocka_unit_test(lines_that_are_wrong_are_refused),
	        cmocka_unit_test(another_text_is_refused),
	        cmocka_unit_test(a_drop_can_be_left_out),
	};

	return cmocka_run_group_tests_name("editlog", tests, reader_open, reader_close);
}
