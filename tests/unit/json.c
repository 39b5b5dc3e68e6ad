/* lib/doc/json.h: all of RFC 8259 and nothing else, exact spans, the last of equal keys. */
#include "lib/doc/json.h"

#include <math.h>

#include "tests/unit/chance.h"
#include "tests/unit/reader.h"

static int read_one(struct slice record, const char *path_text, struct json_value *v)
{
	struct json_path path;
	struct err e = {0};
	const char *why = NULL;

	assert_int_equal(json_path_parse(&path, slice_of(path_text), &e), 0);
	int fault = json_read(context.json, padded(record), &path, 1, v, &mem, &why);

	json_path_free(&path);
	assert_non_null(why);
	assert_true(fault == 0 || *why);
	return fault;
}

static struct json_value find(const char *record, const char *path)
{
	struct json_value v;

	assert_int_equal(read_one(slice_of(record), path, &v), JSON_GOOD);
	return v;
}

static void valid_records_are_taken(void **state)
{
	(void)state;
	static const char *const good[] = {
	        "{}",
	        " {\t} \r",
	        "{\"\":\"\"}",
	        "{\"a\":[]}",
	        "{\"a\":[[],{},[{}]]}",
	        "{\"a\":-0,\"b\":0.0,\"c\":1E+9,\"d\":1e-9,\"e\":123456789012345678901234567890}",
	        "{\"a\":1e999,\"b\":-1e-999}",
	        "{\"a\":true,\"b\":false,\"c\":null}",
	        "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\uDE00\"}",
	        "{\"a\":\"\\\\\"}",
	        "{\"a\":\"}]:,\"}",
	        "{\"a\":1,\"a\":1}",
	        "{\"a\":\"\x7f\xc2\x80\xf4\x8f\xbf\xbf\xef\xbb\xbf\"}",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct json_value v;

		if (read_one(slice_of(good[i]), "a", &v))
			fail_msg("refused: %s", good[i]);
	}
}

static void invalid_records_are_refused(void **state)
{
	(void)state;
	static const struct slice bad[] = {
	        S_INIT(""),
	        S_INIT(" "),
	        S_INIT("{"),
	        S_INIT("}"),
	        S_INIT("{]"),
	        S_INIT("{\"a\"}"),
	        S_INIT("{\"a\":}"),
	        S_INIT("{\"a\" 1}"),
	        S_INIT("{\"a\":1,}"),
	        S_INIT("{,}"),
	        S_INIT("{\"a\":1 \"b\":2}"),
	        S_INIT("{\"a\":1}}"),
	        S_INIT("{\"a\":1}{}"),
	        S_INIT("{\"a\":1}x"),
	        S_INIT("{\"a\":1},"),
	        S_INIT("{a:1}"),
	        S_INIT("{'a':1}"),
	        S_INIT("{1:1}"),
	        S_INIT("{\"a\":[1,]}"),
	        S_INIT("{\"a\":[,1]}"),
	        S_INIT("{\"a\":[1 2]}"),
	        S_INIT("{\"a\":[1}}"),
	        S_INIT("{\"a\":[1"),
	        S_INIT("{\"a\"::1}"),
	        S_INIT("{\"a\":01}"),
	        S_INIT("{\"a\":1.}"),
	        S_INIT("{\"a\":.5}"),
	        S_INIT("{\"a\":+1}"),
	        S_INIT("{\"a\":-}"),
	        S_INIT("{\"a\":1e}"),
	        S_INIT("{\"a\":1e+}"),
	        S_INIT("{\"a\":0x1}"),
	        S_INIT("{\"a\":NaN}"),
	        S_INIT("{\"a\":Infinity}"),
	        S_INIT("{\"a\":nul}"),
	        S_INIT("{\"a\":nulll}"),
	        S_INIT("{\"a\":True}"),
	        S_INIT("{\"a\":true\"\"}"),
	        S_INIT("{\"a\":1\"\"}"),
	        S_INIT("{\"a\":\"\"\"\"}"),
	        S_INIT("{\"a\":\"\"1}"),
	        S_INIT("{\"a\":\"b}"),
	        S_INIT("{\"a\":\"b\\\"}"),
	        S_INIT("{\"a\":\"\\x\"}"),
	        S_INIT("{\"a\":\"\\u12\"}"),
	        S_INIT("{\"a\":\"\\u12g4\"}"),
	        S_INIT("{\"a\":\"\\U0041\"}"),
	        S_INIT("{\"a\\x\":1}"),
	        S_INIT("{\"a\":\"\t\"}"),
	        S_INIT("{\"a\":\"\x1f\"}"),
	        S_INIT("{\"a\":\"\0\"}"),
	        S_INIT("{\"a\":1}\0"),
	        S_INIT("\0{\"a\":1}"),
	        S_INIT("{\"a\":\0}"),
	        S_INIT("{\x0c}"),
	        S_INIT("{\"a\"\x1a"
	               "1}"),
	        S_INIT("{\"a\":1\x0c\"b\":2}"),
	        S_INIT("{\"a\":1}\xc2\xa0"),
	        S_INIT("{\"a\":1/*c*/}"),
	        S_INIT("\xef\xbb\xbf{}"),
	        S_INIT("{\"a\":\\\"b\"}"),
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json_value v;

		if (read_one(bad[i], "a", &v) != JSON_BAD)
			fail_msg("case %zu: %.*s", i, SLICE(bad[i]));
	}
}

static void other_faults_have_their_own_number(void **state)
{
	(void)state;
	static const struct {
		struct slice record;
		enum json_fault fault;
	} cases[] = {
	        {S_INIT("[]"), JSON_NOT_OBJECT},
	        {S_INIT("\"a\""), JSON_NOT_OBJECT},
	        {S_INIT(" 1 "), JSON_NOT_OBJECT},
	        {S_INIT("[1,]"), JSON_BAD},
	        {S_INIT("{\"a\":\"\\ud800\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\\ud800x\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\\ud800\\n\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\\ud800\\ud800\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\\ude00\\ud83d\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"z\":[{\"\\udfff\":0}]}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\\ud800\\ue000\"}"), JSON_LONE_SURROGATE},
	        {S_INIT("{\"a\":\"\x80\"}"), JSON_BAD_UTF8},
	        {S_INIT("{\"a\":\"\xc0\xaf\"}"), JSON_BAD_UTF8},
	        {S_INIT("{\"a\":\"\xed\xa0\x80\"}"), JSON_BAD_UTF8},
	        {S_INIT("{\"a\":\"\xf4\x90\x80\x80\"}"), JSON_BAD_UTF8},
	        {S_INIT("{\"a\":1}\xff"), JSON_BAD_UTF8},
	        {S_INIT("{\"a\":\"\xc3"), JSON_BAD_UTF8}, /* cut off in a character: that first */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json_value v;

		if (read_one(cases[i].record, "a", &v) != cases[i].fault)
			fail_msg("case %zu: %.*s", i, SLICE(cases[i].record));
	}
}

static struct slice nested(size_t depth)
{
	struct buf out = {0};

	buf_add(&out, S("{\"a\":"));
	for (size_t i = 1; i < depth; i++)
		buf_byte(&out, '[');
	for (size_t i = 1; i < depth; i++)
		buf_byte(&out, ']');
	buf_byte(&out, '}');
	struct slice s = arena_copy(&mem, buf_slice(&out));

	buf_free(&out);
	return s;
}

static void depth_is_bounded(void **state)
{
	(void)state;
	struct json_value v;

	assert_int_equal(read_one(nested(JSON_MAX_DEPTH), "a", &v), JSON_GOOD);
	assert_int_equal(v.kind, JSON_ARRAY);
	assert_int_equal(v.span.n, 2 * (JSON_MAX_DEPTH - 1));
	assert_int_equal(read_one(nested(JSON_MAX_DEPTH + 1), "a", &v), JSON_BAD);
	assert_int_equal(read_one(nested(1000000), "a", &v), JSON_BAD);
}

static void values_have_exact_spans(void **state)
{
	(void)state;
	static const char record[] = "{ \"s\" : \"a\\nb\" , \"n\" : -1.50e1 "
	                             ",\"b\":true,\"z\":null,\"o\": {\"k\" : [1 ] } ,"
	                             "\"l\":[ 1, \"x\" ]  }";
	struct json_value v = find(record, "s");

	assert_int_equal(v.kind, JSON_STRING);
	assert_slice(v.span, "\"a\\nb\"");
	assert_slice(v.text, "a\nb");
	v = find(record, "n");
	assert_int_equal(v.kind, JSON_NUMBER);
	assert_slice(v.span, "-1.50e1");
	assert_true(v.number == -15);
	v = find(record, "b");
	assert_int_equal(v.kind, JSON_BOOL);
	assert_true(v.truth);
	assert_int_equal(find(record, "z").kind, JSON_NULL);
	v = find(record, "o");
	assert_int_equal(v.kind, JSON_OBJECT);
	assert_slice(v.span, "{\"k\" : [1 ] }");
	v = find(record, "l");
	assert_int_equal(v.kind, JSON_ARRAY);
	assert_slice(v.span, "[ 1, \"x\" ]");
	assert_int_equal(find(record, "q").kind, JSON_MISSING);
}

static void numbers_are_the_nearest_doubles(void **state)
{
	(void)state;
	assert_true(find("{\"n\":999999999999999}", "n").number == 999999999999999.0);
	assert_true(find("{\"n\":18446744073709551616}", "n").number == 18446744073709551616.0);
	assert_true(find("{\"n\":0.1}", "n").number == 0.1);
	assert_true(isinf(find("{\"n\":1e999}", "n").number));
	assert_true(signbit(find("{\"n\":-0}", "n").number));
}

static void paths_lead_into_objects_and_arrays(void **state)
{
	(void)state;
	static const char record[] =
	        "{\"m\":{\"b\":{\"c\":1},\"d.e\":2},\"l\":[0,{\"x\":[5,6]}],\"m2\":3}";

	assert_slice(find(record, "m.b.c").span, "1");
	assert_slice(find(record, "m.d\\.e").span, "2");
	assert_slice(find(record, "l.1.x.0").span, "5");
	assert_int_equal(find(record, "l.2").kind, JSON_MISSING);
	assert_int_equal(find(record, "l.x").kind, JSON_MISSING);
	assert_int_equal(find(record, "m.b.c.d").kind, JSON_MISSING);
	assert_int_equal(find(record, "m2.x").kind, JSON_MISSING);
	assert_slice(find("{\"a\\u002eb\":1}", "a\\.b").span, "1");
}

static void a_whole_name_wins_over_a_path(void **state)
{
	(void)state;
	assert_slice(find("{\"a.b\":1,\"a\":{\"b\":2}}", "a.b").span, "1");
	assert_slice(find("{\"a\":{\"b\":2},\"a.b\":1}", "a.b").span, "1");
	assert_slice(find("{\"a\":{\"b\":2,\"a.b\":1}}", "a.b").span, "2");
}

static void the_last_of_equal_keys_counts(void **state)
{
	(void)state;
	assert_slice(find("{\"a\":1,\"b\":0,\"a\":2}", "a").span, "2");
	assert_slice(find("{\"a\":1,\"\\u0061\":2}", "a").span, "2");
	assert_slice(find("{\"a\":{\"b\":1},\"a\":{\"b\":2}}", "a.b").span, "2");
	assert_int_equal(find("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", "a.b").kind, JSON_MISSING);
	assert_int_equal(find("{\"a\":{\"b\":1},\"a\":3}", "a.b").kind, JSON_MISSING);
	assert_slice(find("{\"a.b\":1,\"a.b\":2}", "a.b").span, "2");
}

static void wrong_paths_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", ".", "a.", ".a", "a..b"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct json_path path;
		struct err e = {0};

		assert_int_equal(json_path_parse(&path, slice_of(bad[i]), &e), -1);
		assert_int_equal(path.n, 0);
	}
}

/* Text with every kind of escape at every distance from the steps the reader takes. */
static void escapes_are_read_anywhere(void **state)
{
	(void)state;
	static const char *const escape[][2] = {
	        {"\\n", "\n"},           {"\\\\", "\\"},   {"\\\"", "\""},
	        {"\\u0041", "A"},        {"\\u00e9", "é"}, {"\\u65e5", "日"},
	        {"\\ud83d\\ude00", "😀"}, {"é", "é"},       {"x", "x"},
	};
	seed = 1;
	for (int round = 0; round < 20000; round++) {
		struct buf raw = {0}, want = {0};

		buf_add(&raw, S("{\"a\":\""));
		for (uint64_t n = hash_mix(seed++) % 12; n > 0; n--) {
			uint64_t k = hash_mix(seed++);
			const char *const *e = escape[k % 9];

			for (uint64_t fill = k >> 32 & 31; fill > 0; fill--) {
				buf_byte(&raw, 'f');
				buf_byte(&want, 'f');
			}
			buf_add(&raw, slice_of(e[0]));
			buf_add(&want, slice_of(e[1]));
		}
		buf_add(&raw, S("\"}"));
		struct json_value v;

		assert_int_equal(read_one(buf_slice(&raw), "a", &v), JSON_GOOD);
		assert_true(slice_equal(v.text, buf_slice(&want)));
		buf_free(&raw);
		buf_free(&want);
		arena_reset(&mem, 1 << 16);
	}
}

static int add_member(void *user, struct slice key, const struct json_value *v)
{
	struct buf *out = user;

	buf_addf(out, "%.*s=%d:%.*s;", SLICE(key), v->kind, SLICE(v->span));
	return slice_equal(v->span, S("\"stop\"")) ? 7 : 0;
}

static void check_each(const char *record, int want_rc, const char *want)
{
	struct json_value v = find(record, "a");
	struct buf out = {0};

	assert_int_equal(json_each(context.json, v.span, &mem, add_member, &out), want_rc);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
}

static void members_are_walked_in_order(void **state)
{
	(void)state;
	check_each("{\"a\":{}}", 0, "");
	check_each("{\"a\":[ ]}", 0, "");
	check_each("{\"a\":[1,\"x]\\\"\",[2,[3]],{\"k\":\"}\"},null]}", 0,
	           "=3:1;=4:\"x]\\\"\";=5:[2,[3]];=6:{\"k\":\"}\"};=1:null;");
	check_each("{\"a\": { \"k\" : 1 , \"\\u006b\":true , \"l\" : [ ] } }", 0,
	           "k=3:1;k=2:true;l=5:[ ];");
	check_each("{\"a\":[\"stop\",1]}", 7, "=4:\"stop\";");
}

static void a_value_is_found_again(void **state)
{
	(void)state;
	struct json_path path;
	struct err e = {0};

	assert_int_equal(json_path_parse(&path, S("a.b"), &e), 0);
	assert_slice(json_get(context.json, padded(S("{\"a\":{\"b\":[1]}}")), &path, &mem).span,
	             "[1]");
	assert_int_equal(json_get(context.json, padded(S("{\"a\":{\"b\":1}")), &path, &mem).kind,
	                 JSON_MISSING);
	json_path_free(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(valid_records_are_taken),
	        cmocka_unit_test(invalid_records_are_refused),
	        cmocka_unit_test(other_faults_have_their_own_number),
	        cmocka_unit_test(depth_is_bounded),
	        cmocka_unit_test(values_have_exact_spans),
	        cmocka_unit_test(numbers_are_the_nearest_doubles),
	        cmocka_unit_test(paths_lead_into_objects_and_arrays),
	        cmocka_unit_test(a_whole_name_wins_over_a_path),
	        cmocka_unit_test(the_last_of_equal_keys_counts),
	        cmocka_unit_test(wrong_paths_are_refused),
	        cmocka_unit_test(escapes_are_read_anywhere),
	        cmocka_unit_test(members_are_walked_in_order),
	        cmocka_unit_test(a_value_is_found_again),
	};

	return cmocka_run_group_tests_name("json", tests, reader_open, reader_close);
}
