/* Tagging puts a prefix before a text, and untagging gives back every byte; records take members
 * out again. */
#include "rules/meco_tag.h"
#include "tests/unit/reader.h"

/* The record as it now stands; the edit log makes the same of the same source. */
static struct slice proved(struct doc *d)
{
	struct doc fresh = parsed(d->raw);
	struct err e = {0};

	doc_settle(d);
	assert_int_equal(editlog_apply(&fresh, logged(d), NULL, &e), 0);
	struct slice line = written(d);

	assert_true(slice_equal(line, written(&fresh)));
	return line;
}

static int open_for_any_text(void **state)
{
	fields.keep_empty = true;
	return reader_open(state);
}

static struct slice tagged(const char *raw, const char *prefix, bool in_field)
{
	struct doc d = parsed(slice_of(raw));

	meco_tag(&d, slice_of(prefix), in_field);
	return proved(&d);
}

static struct slice untagged(struct slice raw)
{
	struct doc d = parsed(raw);
	struct meco_mark mark = meco_mark_find(&d);

	assert_true(mark.present);
	assert_true(meco_untag(&d, &mark));
	return proved(&d);
}

static void the_prefix_stands_before_a_text_that_keeps_its_spelling(void **state)
{
	(void)state;
	assert_slice(tagged("{\"text\":\"caf\\u00E9\\/\\ud83d\\ude00\"}", "URL: \xc3\xa9\n", false),
	             "{\"text\":\"URL: \xc3\xa9\\ncaf\\u00E9\\/\\ud83d\\ude00\","
	             "\"curate\":{\"meco\":{\"prefix_bytes\":8,\"prefix_chars\":7}}}");
	assert_slice(tagged("{\"text\":\"x\"}", "URL: \"a\"\n\n", true),
	             "{\"text\":\"x\",\"curate\":{\"meco\":{\"prefix\":\"URL: "
	             "\\\"a\\\"\\n\\n\"}}}");
}

static void untagging_gives_back_every_byte(void **state)
{
	static const char *const record[] = {
		"{\"text\":\"x\"}",
		"{\"text\":\"\"}",
		"{ \"text\" : \"a\\nb\" , \"id\":1e2 } ",
		"{\"text\":\"\\u0041\\ud83d\\ude00\\t\\/\xc3\xa9\\n\\n\",\"a\":[1, 2]}",
		"{\"text\":\"URL: a\\n\\nx\"}",
		"{\"text\":\"x\",\"curate\":{}}",
		"{\"text\":\"x\",\"curate\" : { } }",
		"{\"curate\":{},\"text\":\"x\"}",
		"{\"curate\":7 ,\"text\":\"x\"}",
		"{\"text\":\"x\",\"curate\":null}",
		"{\"curate\":{ \"scores\" : {\"q\":0.70} },\"text\":\"x\"}",
		"{\"text\":\"x\",\"curate\":{\"a\":1 , \"b\":\"}\"} ,\"z\":0}",
		"{\"curate\":1,\"text\":\"x\",\"curate\":{\"a\":1}}",
		"{\"cur\\u0061te\":{\"a\":1},\"text\":\"x\"}",
		"{\"\\\"text\":1,\"text\":\"x\"}",
	};
	static const char *const prefix[] = {"URL: a.b\n\n", "x", "", "a\nb", "\n",
	                                     "\xc3\xa9\"\\\n"};

	(void)state;
	for (size_t i = 0; i < sizeof record / sizeof *record; i++)
		for (size_t k = 0; k < sizeof prefix / sizeof *prefix; k++)
			for (int in_field = 0; in_field < 2; in_field++)
				assert_slice(untagged(tagged(record[i], prefix[k], in_field)),
				             record[i]);
}

static void a_mark_that_does_not_fit_is_left_alone(void **state)
{
	static const char *const record[] = {
		"{\"text\":\"x\",\"curate\":{\"meco\":{\"prefix_bytes\":2}}}",
		"{\"text\":\"\xc3\xa9\",\"curate\":{\"meco\":{\"prefix_bytes\":1}}}",
		"{\"text\":\"x\",\"curate\":{\"meco\":{\"prefix_bytes\":1e15}}}",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct doc d = parsed(slice_of(record[i]));
		struct meco_mark mark = meco_mark_find(&d);

		assert_true(mark.present);
		assert_false(meco_untag(&d, &mark));
		assert_slice(proved(&d), record[i]);
	}
}

static void what_is_no_mark_is_not_taken_for_one(void **state)
{
	static const char *const record[] = {
		"{\"text\":\"x\",\"curate\":{\"meco\":{}}}",
		"{\"text\":\"x\",\"curate\":{\"meco\":3}}",
		"{\"text\":\"x\",\"curate\":{\"meco\":{\"prefix_bytes\":-1}}}",
		"{\"text\":\"x\",\"curate\":{\"meco\":{\"prefix_bytes\":\"4\"}}}",
		"{\"text\":\"x\",\"curate\":\"meco\"}",
		"{\"text\":\"x\",\"meco\":{\"prefix_bytes\":1}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof record / sizeof *record; i++) {
		struct doc d = parsed(slice_of(record[i]));

		assert_false(meco_mark_find(&d).present);
	}
}

static struct slice with_note(const char *raw, const char *key, const char *note)
{
	struct doc d = parsed(slice_of(raw));

	doc_note(&d, key, slice_of(note));
	return proved(&d);
}

static void a_null_note_takes_its_member_out(void **state)
{
	(void)state;
	assert_slice(with_note("{\"text\":\"x\",\"curate\":{\"a\":1,\"b\":2,\"c\":3}}", "a",
	                       "null"),
	             "{\"text\":\"x\",\"curate\":{\"b\":2,\"c\":3}}");
	assert_slice(with_note("{\"text\":\"x\",\"curate\":{\"a\":1 , \"b\\\\\":2,\"c\":3}}", "b\\",
	                       "null"),
	             "{\"text\":\"x\",\"curate\":{\"a\":1 ,\"c\":3}}");
	assert_slice(with_note("{\"curate\":{\"a\":1},\"text\":\"x\"}", "a", "null"),
	             "{\"text\":\"x\"}");
	assert_slice(with_note("{\"text\":\"x\" , \"curate\":{\"a\":1}}", "a", "null"),
	             "{\"text\":\"x\" }");
	assert_slice(with_note("{\"text\":\"x\"}", "a", "null"), "{\"text\":\"x\"}");
	assert_slice(with_note("{\"text\":\"x\",\"curate\":{\"a\":1,\"a\":2}}", "a", "null"),
	             "{\"text\":\"x\"}");
}

static void routes_are_logged_and_replayed(void **state)
{
	struct doc d = parsed(S("{\"text\":\"x\"}")), fresh = parsed(d.raw);
	struct buf log = {0};
	struct err e = {0};

	(void)state;
	doc_route(&d, "cooldown");
	editlog_write(&d, &log);
	buf_reserve(&log, JSON_PADDING);
	assert_int_equal(editlog_apply(&fresh, buf_slice(&log), NULL, &e), 0);
	assert_string_equal(fresh.route, "cooldown");
	buf_reset(&log);
	doc_route(&d, "../up");
	editlog_write(&d, &log);
	assert_int_equal(editlog_apply(&fresh, buf_slice(&log), NULL, &e), -1);
	buf_free(&log);
}

static void a_stage_left_out_takes_its_notes_and_its_route_along(void **state)
{
	struct doc d = parsed(S("{\"text\":\"a\\nb\",\"id\":\"1\"}")), without = parsed(d.raw);
	struct doc others = parsed(d.raw);
	struct err e = {0};

	(void)state;
	d.stage = "conditioning"; /* not the name of the note */
	meco_tag(&d, S("URL: x\n\n"), false);
	doc_route(&d, "main");
	doc_settle(&d);
	d.stage = "other";
	doc_note(&d, "other", S("1"));
	assert_int_equal(editlog_apply(&without, logged(&d), "conditioning", &e), 0);
	assert_null(without.route);
	assert_slice(written(&without),
	             "{\"text\":\"a\\nb\",\"id\":\"1\",\"curate\":{\"other\":1}}");
	assert_int_equal(editlog_apply(&others, logged(&d), "other", &e), 0);
	assert_string_equal(others.route, "main");
	assert_slice(written(&others), "{\"text\":\"URL: x\\n\\na\\nb\",\"id\":\"1\",\"curate\":{"
	                               "\"meco\":{\"prefix_bytes\":8,\"prefix_chars\":8}}}");
}

static void a_prefix_needs_no_lines_and_lines_hold_it(void **state)
{
	struct doc d = parsed(S("{\"text\":\"a\\nb\"}"));

	(void)state;
	doc_prepend(&d, S("x\ny"));
	doc_prepend(&d, S(">"));
	assert_int_equal(doc_text_size(&d), 7);
	assert_slice(doc_text(&d), ">x\nya\nb");
	doc_lines(&d);
	assert_int_equal(d.n_lines, 2);
	assert_slice(d.line[0].text, ">x\nya");
	doc_prepend(&d, S("!"));
	doc_cut(&d, 1);
	doc_settle(&d);
	assert_slice(doc_text(&d), "!>x\nya");
	assert_slice(proved(&d), "{\"text\":\"!>x\\nya\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_prefix_stands_before_a_text_that_keeps_its_spelling),
		cmocka_unit_test(untagging_gives_back_every_byte),
		cmocka_unit_test(a_mark_that_does_not_fit_is_left_alone),
		cmocka_unit_test(what_is_no_mark_is_not_taken_for_one),
		cmocka_unit_test(a_null_note_takes_its_member_out),
		cmocka_unit_test(routes_are_logged_and_replayed),
		cmocka_unit_test(a_stage_left_out_takes_its_notes_and_its_route_along),
		cmocka_unit_test(a_prefix_needs_no_lines_and_lines_hold_it),
	};

	return cmocka_run_group_tests(tests, open_for_any_text, reader_close);
}
