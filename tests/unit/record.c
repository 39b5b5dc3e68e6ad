/* lib/doc/record.h: fields are found, faults named, and all bytes that are not ours stay. */
#include "tests/unit/reader.h"

static struct doc good(const char *raw)
{
	return parsed(slice_of(raw));
}

static void check_fault(struct slice raw, enum record_fault want)
{
	const char *detail = NULL;
	struct doc d;
	enum record_fault is = try_record(&d, raw, &detail);

	if (is != want)
		print_message("%.*s: %s (%s)\n", SLICE(raw), record_fault_name(is), detail);
	assert_int_equal(is, want);
	assert_non_null(detail);
	assert_true(is == RECORD_GOOD || *detail);
}

#define check_written(d, want) assert_slice(written(d), want)

static void set_text(struct doc *d, const char *text)
{
	doc_lines(d);
	doc_put(d, 0, slice_of(text));
	doc_settle(d);
}

static void fields_are_found_and_unescaped(void **state)
{
	(void)state;
	reader_path(&fields.date, "meta.date");
	struct doc d =
	        good("{\"url\":\"http:\\/\\/a.b\",\"meta\":{\"date\":\"2024\"},\"lang\":\"en\","
	             "\"text\":\"a\\n\\u00e9\\ud83d\\ude00\",\"id\":\"i\\\"d\"}");

	assert_slice(d.source, "a\n\xc3\xa9\U0001F600");
	assert_slice(d.url, "http://a.b");
	assert_slice(d.date, "2024");
	assert_slice(d.lang, "en");
	assert_slice(d.id, "i\"d");
	assert_slice(d.text_span, "\"a\\n\\u00e9\\ud83d\\ude00\"");
	assert_int_equal(d.curate_span.n, 0);
}

static void an_id_is_always_there(void **state)
{
	(void)state;
	struct doc d = good("{\"text\":\"x\",\"id\":12345678901234567890123}");

	assert_slice(d.id, "12345678901234567890123");
	d = good("{\"text\":\"x\"}");
	assert_slice(d.id, "dir/x.jsonl/7");
	assert_int_equal(d.url.n + d.date.n + d.lang.n, 0);
	d = good("{\"text\":\"x\",\"id\":null,\"url\":3,\"lang\":[]}");
	assert_slice(d.id, "dir/x.jsonl/7");
	assert_int_equal(d.url.n + d.lang.n, 0);
	d = good("{\"text\":\"x\",\"id\":\"\"}");
	assert_slice(d.id, "dir/x.jsonl/7");
}

static void every_fault_has_its_name(void **state)
{
	(void)state;
	static const struct {
		struct slice raw;
		enum record_fault fault;
	} cases[] = {
	        {S_INIT("{\"text\":\"x\"}"), RECORD_GOOD},
	        {S_INIT(" {\"text\" : \"x\" } \r"), RECORD_GOOD},
	        {S_INIT("{\"text\":\"x\\ud83d\\ude00\"}"), RECORD_GOOD},
	        {S_INIT("{\"text\":\"x\",\"a\":\"\\u0000\"}"), RECORD_GOOD}, /* not in the text */
	        {S_INIT("{\"text\":\"\xff\"}"), RECORD_BAD_UTF8},
	        {S_INIT("{\"text\":\"\xed\xa0\x80\"}"), RECORD_BAD_UTF8},
	        {S_INIT("{\"text\":\"x\",\"a\":\"\xc3"), RECORD_BAD_UTF8},
	        {S_INIT(""), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\""), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\"}}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\"} {}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\",}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\",\"n\":NaN}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"\0\"}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"a\tb\"}"), RECORD_BAD_JSON},
	        {S_INIT("\xef\xbb\xbf{\"text\":\"x\"}"), RECORD_BAD_JSON},
	        {S_INIT("{\"text\":\"x\\ud83d\"}"), RECORD_LONE_SURROGATE},
	        {S_INIT("{\"text\":\"x\\ude00\"}"), RECORD_LONE_SURROGATE},
	        {S_INIT("{\"text\":\"x\",\"\\udc00\":1}"), RECORD_LONE_SURROGATE},
	        {S_INIT("[\"text\",\"x\"]"), RECORD_NOT_OBJECT},
	        {S_INIT("12"), RECORD_NOT_OBJECT},
	        {S_INIT("{}"), RECORD_NO_TEXT},
	        {S_INIT("{\"Text\":\"x\",\"a\":{\"text\":\"x\"}}"), RECORD_NO_TEXT},
	        {S_INIT("{\"text\":null}"), RECORD_TEXT_NOT_STRING},
	        {S_INIT("{\"text\":[\"x\"]}"), RECORD_TEXT_NOT_STRING},
	        {S_INIT("{\"text\":\"x\",\"text\":1}"), RECORD_TEXT_NOT_STRING},
	        {S_INIT("{\"text\":\"\"}"), RECORD_EMPTY_TEXT},
	        {S_INIT("{\"text\":\" \"}"), RECORD_GOOD},
	        {S_INIT("{\"text\":\"a\\u0000b\"}"), RECORD_NUL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_fault(cases[i].raw, cases[i].fault);
	for (int i = 0; i < RECORD_FAULTS; i++)
		assert_non_null(record_fault_name((enum record_fault)i));
	fields.keep_empty = true;
	check_fault(S("{\"text\":\"\"}"), RECORD_GOOD);
	fields.keep_empty = false;
	fields.max_record = 12;
	check_fault(S("{\"text\":\"x\"}"), RECORD_GOOD);
	check_fault(S("{\"text\":\"xy\"}"), RECORD_TOO_LONG);
	fields.max_record = 0;
}

static void untouched_records_keep_every_byte(void **state)
{
	(void)state;
	static const char *const raw[] = {
	        "{\"id\":1e999,\"text\":\"a\\/b\\u0041\",\"id\":18446744073709551617 "
	        ",\"a\":{\"b\":[1.0,{}]}}",
	        " { \"text\" : \"x\" , \"curate\":{\"scores\":{\"q\":0.50}} } \r",
	        "{\"text\":\"x\",\"curate\":null}",
	};

	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
		struct doc d = good(raw[i]);

		check_written(&d, raw[i]);
	}
}

static void an_edit_that_is_undone_is_none(void **state)
{
	(void)state;
	struct doc d = good("{\"text\":\"a\\/b\"}");

	set_text(&d, "c");
	set_text(&d, "a/b");
	check_written(&d, "{\"text\":\"a\\/b\"}");
}

static void only_the_text_is_replaced(void **state)
{
	(void)state;
	struct doc d = good("{\"n\":1.00, \"text\" :  \"old\\u00e9\" ,\"z\":\"\\u00e9\" }\r");

	set_text(&d, "n\xc3\xa9w \"quoted\"\n\x01");
	check_written(&d, "{\"n\":1.00, \"text\" :  \"n\xc3\xa9w \\\"quoted\\\"\\n\\u0001\" ,"
	                  "\"z\":\"\\u00e9\" }\r");
	d = good("{\"text\":\"first\",\"text\":\"last\"}");
	set_text(&d, "new");
	check_written(&d, "{\"text\":\"first\",\"text\":\"new\"}");
}

static void a_nested_text_is_replaced_where_it_is(void **state)
{
	(void)state;
	reader_path(&fields.text, "metadata.body");
	struct doc d = good("{\"metadata\":{\"body\":\"x\",\"k\":1}}");

	set_text(&d, "y");
	check_written(&d, "{\"metadata\":{\"body\":\"y\",\"k\":1}}");
	d = good("{\"metadata\":{\"body\":\"x\"},\"metadata.body\":\"top\"}");
	assert_slice(d.source, "top");
	reader_path(&fields.text, "curate.body");
	check_fault(S("{\"curate\":{\"body\":\"x\"}}"), RECORD_NO_TEXT);
	reader_path(&fields.text, "text");
}

static void ours_go_before_the_closing_brace(void **state)
{
	(void)state;
	struct doc d = good("{\"text\":\"x\"}");

	doc_score(&d, "q", 0.5);
	doc_score(&d, "r", -3);
	doc_note(&d, "tag", S("[1]"));
	check_written(&d,
	              "{\"text\":\"x\",\"curate\":{\"tag\":[1],\"scores\":{\"q\":0.5,\"r\":-3}}}");
	d = good("{\"text\":\"x\" } \r");
	set_text(&d, "y");
	doc_note(&d, "k", S("true"));
	check_written(&d, "{\"text\":\"y\",\"curate\":{\"k\":true} } \r");
}

static void members_that_were_there_stay(void **state)
{
	(void)state;
	struct doc d = good(
	        "{\"curate\" : { \"old\" : 1.0, \"scores\":{\"q\" : 0.50 ,\"r\":1e2},\"k\":[] }"
	        ",\"text\":\"x\",\"b\":2}");
	double value;

	assert_true(doc_score_get(&d, S("r"), &value));
	assert_true(value == 100);
	doc_score(&d, "q", 2);
	doc_score(&d, "new", 3);
	doc_note(&d, "k", S("{}"));
	doc_note(&d, "l", S("1"));
	check_written(&d,
	              "{\"curate\" : { \"old\" : 1.0, \"scores\":{\"q\" : 2 ,\"r\":1e2,\"new\":3},"
	              "\"k\":{},\"l\":1 },\"text\":\"x\",\"b\":2}");
	set_text(&d, "y");
	check_written(&d,
	              "{\"curate\" : { \"old\" : 1.0, \"scores\":{\"q\" : 2 ,\"r\":1e2,\"new\":3},"
	              "\"k\":{},\"l\":1 },\"text\":\"y\",\"b\":2}");
}

static void odd_curate_members_are_replaced(void **state)
{
	(void)state;
	static const char *const raw[][2] = {
	        {"{\"text\":\"x\",\"curate\":7}",
	         "{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":1}}}"},
	        {"{\"text\":\"x\",\"curate\":{ }}",
	         "{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":1} }}"},
	        {"{\"text\":\"x\",\"curate\":{\"scores\":[]}}",
	         "{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":1}}}"},
	        {"{\"text\":\"x\",\"cur\\u0061te\":{\"scores\":{}}}",
	         "{\"text\":\"x\",\"cur\\u0061te\":{\"scores\":{\"q\":1}}}"},
	        {"{\"curate\":{\"a\":1},\"text\":\"x\",\"curate\":{\"b\":1}}",
	         "{\"curate\":{\"a\":1},\"text\":\"x\",\"curate\":{\"b\":1,\"scores\":{\"q\":1}}}"},
	        {"{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":9,\"q\":8}}}",
	         "{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":1,\"q\":1}}}"},
	};

	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
		struct doc d = good(raw[i][0]);

		doc_score(&d, "q", 1);
		check_written(&d, raw[i][1]);
	}
}

static void a_null_note_takes_its_member_out(void **state)
{
	(void)state;
	static const char *const raw[][2] = {
	        {"{\"text\":\"x\"}", "{\"text\":\"x\"}"},
	        {"{\"text\":\"x\",\"curate\":{\"k\":1}}", "{\"text\":\"x\"}"},
	        {"{ \"curate\" : { \"k\":[] } , \"text\":\"x\"}", "{  \"text\":\"x\"}"},
	        {"{\"text\":\"x\" , \"curate\":{\"k\":1} }", "{\"text\":\"x\"  }"},
	        {"{\"text\":\"x\",\"curate\":{\"k\":1,\"l\":2}}",
	         "{\"text\":\"x\",\"curate\":{\"l\":2}}"},
	        {"{\"text\":\"x\",\"curate\":{\"l\":2 , \"\\\"k\":3, \"k\":1}}",
	         "{\"text\":\"x\",\"curate\":{\"l\":2 , \"\\\"k\":3}}"},
	        {"{\"text\":\"x\",\"curate\":{\"k\":2,\"k\":3}}", "{\"text\":\"x\"}"},
	};

	for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
		struct doc d = good(raw[i][0]);

		doc_note(&d, "k", S("null"));
		check_written(&d, raw[i][1]);
	}
	struct doc d = good("{\"text\":\"x\",\"curate\":{ \"k\":1 }}");

	doc_note(&d, "k", S("null"));
	doc_score(&d, "q", 1);
	check_written(&d, "{\"text\":\"x\",\"curate\":{\"scores\":{\"q\":1} }}");
}

static void the_empty_key_is_all_of_curate(void **state)
{
	(void)state;
	struct doc d = good("{\"text\":\"x\",\"curate\":{\"k\":1}}");

	doc_note(&d, "", S("[ 7 ]"));
	check_written(&d, "{\"text\":\"x\",\"curate\":[ 7 ]}");
	doc_note(&d, "", S("{\"a\":1,\"b\":2}"));
	doc_note(&d, "b", S("3"));
	check_written(&d, "{\"text\":\"x\",\"curate\":{\"a\":1,\"b\":3}}");
	d = good("{\"text\":\"x\",\"curate\":{\"k\":1}}");
	doc_note(&d, "", S("null")); /* a value like any other: this is how untagging restores it */
	check_written(&d, "{\"text\":\"x\",\"curate\":null}");
}

static void a_text_whose_head_changed_keeps_its_spelling(void **state)
{
	(void)state;
	struct doc d = good("{\"text\":\"a\\/\\u00e9\\ud83d\\ude00\\n\\u0062\"}");

	doc_lines(&d);
	doc_splice(&d, 0, 0, 0, S("\"head\" "));
	doc_settle(&d);
	check_written(&d, "{\"text\":\"\\\"head\\\" a\\/\\u00e9\\ud83d\\ude00\\n\\u0062\"}");
	d = good("{\"text\":\"a\\/\\u00e9\\u65e5\\ud83d\\ude00\\n\\u0062\"}");
	doc_lines(&d);
	doc_splice(&d, 0, 0, 11, S(""));
	doc_settle(&d);
	check_written(&d, "{\"text\":\"\\n\\u0062\"}");
	doc_cut(&d, 0);
	doc_settle(&d);
	check_written(&d, "{\"text\":\"\\u0062\"}");
	doc_cut(&d, 0);
	doc_settle(&d);
	check_written(&d, "{\"text\":\"\"}");
}

static void quarantine_says_where(void **state)
{
	(void)state;
	struct buf out = {0};
	struct doc d;
	const char *detail;
	enum record_fault fault = try_record(&d, S("{\"a\":\"\x01\"}"), &detail);

	record_quarantine(&d, fault, detail, &out);
	assert_string_equal(
	        buf_text(&out),
	        "{\"file\":\"dir/x.jsonl\",\"record\":7,\"offset\":99,"
	        "\"reason\":\"invalid_json\",\"detail\":\"a control character in a string\","
	        "\"raw\":\"{\\\"a\\\":\\\"\\u0001\\\"}\"}\n");
	static const char *const base64[] = {"/w==", "/2E=", "/2Fi", "/2FiYw=="};

	for (size_t i = 0; i < 4; i++) {
		buf_reset(&out);
		d.raw = slice_head(S("\xff"
		                     "abc"),
		                   i + 1);
		record_quarantine(&d, RECORD_BAD_UTF8, "", &out);
		struct slice tail = arena_addf(&mem, "\"raw_base64\":\"%s\"}\n", base64[i]);

		assert_true(slice_ends(buf_slice(&out), tail));
	}
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fields_are_found_and_unescaped),
	        cmocka_unit_test(an_id_is_always_there),
	        cmocka_unit_test(every_fault_has_its_name),
	        cmocka_unit_test(untouched_records_keep_every_byte),
	        cmocka_unit_test(an_edit_that_is_undone_is_none),
	        cmocka_unit_test(only_the_text_is_replaced),
	        cmocka_unit_test(a_nested_text_is_replaced_where_it_is),
	        cmocka_unit_test(ours_go_before_the_closing_brace),
	        cmocka_unit_test(members_that_were_there_stay),
	        cmocka_unit_test(odd_curate_members_are_replaced),
	        cmocka_unit_test(a_null_note_takes_its_member_out),
	        cmocka_unit_test(the_empty_key_is_all_of_curate),
	        cmocka_unit_test(a_text_whose_head_changed_keeps_its_spelling),
	        cmocka_unit_test(quarantine_says_where),
	};

	return cmocka_run_group_tests_name("record", tests, reader_open, reader_close);
}
