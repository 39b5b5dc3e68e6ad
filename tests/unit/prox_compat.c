/* lib/doc/prox.h in compat mode: what the reference does, quirk by quirk, and what bounds it. */
#include "tests/unit/prox_cases.h"

#include "lib/base/buf.h"

static const char text[] = "home | about\nalpha beta gamma\ndelta a=b, (c)\n\nlast line here";

static void check(const char *program, const char *want, unsigned errors)
{
	struct prox_options o = lenient(PROX_COMPAT);

	o.error_op = 99;
	check_run(text, program, &o, want, errors);
}

static void lines_are_removed_by_number(void **state)
{
	(void)state;
	check("remove_lines(start=0, end=0)", "alpha beta gamma\ndelta a=b, (c)\n\nlast line here",
	      0);
	check("remove_lines(start=0, end=3)", "last line here", 0);
	check("remove_lines(end=4,start=4)", "home | about\nalpha beta gamma\ndelta a=b, (c)\n", 0);
	check("remove_lines(start=1, end=0)", text, 0);
	check("remove_lines(start=-3, end=0)", "alpha beta gamma\ndelta a=b, (c)\n\nlast line here",
	      0);
	check("remove_linesXYZ(a=0,b=0,c=9) and more",
	      "alpha beta gamma\ndelta a=b, (c)\n\nlast line here", 0);
	check(" remove_lines(start=0, end=0)", "alpha beta gamma\ndelta a=b, (c)\n\nlast line here",
	      0);
	check("#\n remove_lines(start=0, end=0)", text, 0);
	check("remove_lines(start=\xd9\xa3, end= +3 )",
	      "home | about\nalpha beta gamma\ndelta a=b, (c)\nlast line here", 0);
}

static void mistakes_are_counted_and_do_no_harm(void **state)
{
	(void)state;
	check("remove_lines start=0", text, 1);
	check("remove_lines(0, 0)", text, 1);
	check("remove_lines(start=0)", text, 1);
	check("remove_lines(start=0, end=x)", text, 1);
	check("remove_lines(start=0, end=1_)", text, 1);
	/* Without ")" the last character is lost: end=01 becomes end=0. */
	check("remove_lines(start=0, end=01", "alpha beta gamma\ndelta a=b, (c)\n\nlast line here",
	      1);
	check("normalize(alpha)", text, 1);
	check("normalize(a=1,b=2,c=3)", text, 0);
	check("keep_chunk()\nnonsense", text, 0);
}

static void lines_that_are_not_there_count_once_for_each_merged_range(void **state)
{
	(void)state;
	check("remove_lines(start=4, end=5)", "home | about\nalpha beta gamma\ndelta a=b, (c)\n",
	      1);
	check("remove_lines(start=5, end=5)", text, 1);
	check("remove_lines(start=5, end=6)\nremove_lines(start=7, end=8)", text, 1);
	check("remove_lines(start=5, end=6)\nremove_lines(start=8, end=9)", text, 2);
	check("remove_lines(start=99999999999999999999, end=99999999999999999999)\n"
	      "remove_lines(start=88888888888888888888, end=88888888888888888888)", text, 2);
	check("remove_lines(start=0, end=1000000000000)", NULL, 1);
}

static void strings_are_replaced_everywhere_in_order(void **state)
{
	(void)state;
	check("normalize(source_str=\"alpha \", target_str=\"\")",
	      "home | about\nbeta gamma\ndelta a=b, (c)\n\nlast line here", 0);
	check("normalize(source_str=\"a\")",
	      "home | bout\nlph bet gmm\ndelt =b, (c)\n\nlst line here", 0);
	check("normalize(s=\"alpha\",t=\"beta\")\nnormalize(s=\"beta\",t=\"x\")",
	      "home | about\nx x gamma\ndelta a=b, (c)\n\nlast line here", 0);
	/* A second "=" cuts the string, a ")" ends the call, a single quote is a character. */
	check("normalize(source_str=\"a=b\", target_str=\"\")",
	      "home | bout\nlph bet gmm\ndelt =b, (c)\n\nlst line here", 0);
	check("normalize(source_str=\"(c)\")",
	      "home | about\nalpha beta gamma\ndelta a=b, )\n\nlast line here", 0);
	check("normalize(source_str='alpha', target_str='')", text, 0);
	check("normalize(source_str=\" \", target_str=\"_\")", text, 0);
	check("normalize(source_str=\"\", target_str=\"_\")", text, 0);
	check("normalize(source_str=\" \")",
	      "home|about\nalphabetagamma\ndeltaa=b,(c)\n\nlastlinehere", 0);
}

static void all_lines_go_at_once(void **state)
{
	(void)state;
	check("remove_lines(all=True)", NULL, 0);
	check("remove_lines(all=True)\nremove_lines(start=9, end=9)", NULL, 1);
}

/* `n` words in two lines, the last `gone` of them in the second. */
static const char *words(struct buf *b, int n, int gone)
{
	buf_reset(b);
	for (int i = 0; i < n; i++)
		buf_addf(b, "%sw", i == 0 ? "" : i == n - gone ? "\n" : " ");
	return buf_text(b);
}

static void verdict(int n, int gone, const char *program, enum prox_verdict want, const char *why)
{
	struct prox_options o = prox_defaults();
	struct ran x = {0};
	struct buf b = {0};

	run_on(&x, words(&b, n, gone), program, &o);
	assert_int_equal(x.r.verdict, want);
	if (why)
		assert_string_equal(x.r.why, why);
	else
		assert_null(x.r.why);
	arena_free(&x.mem);
	buf_free(&b);
}

static void decisions_sit_on_both_sides_of_each_threshold(void **state)
{
	(void)state;
	const char *cut = "remove_lines(start=1, end=1)";

	verdict(220, 209, cut, PROX_DROPPED, "prox_removed"); /* 11 of 220 left */
	verdict(219, 208, cut, PROX_EDITED, NULL);            /* 11 of 219 left */
	verdict(21, 11, cut, PROX_DROPPED, "prox_short");     /* 10 left */
	verdict(22, 11, cut, PROX_EDITED, NULL);              /* 11 left */
	verdict(10, 2, "keep_chunk()", PROX_DROPPED, "prox_short");
	verdict(11, 2, "keep_chunk()", PROX_KEPT, NULL);
	verdict(40, 5, "remove_lines(start=1, end=1)\nremove_lines(1)", PROX_EDITED, NULL);
	verdict(40, 5, "remove_lines(start=1, end=1)\nremove_lines(1)\nremove_lines(2)",
	        PROX_REFUSED, "prox_errors");
	check_run(" \n\t", "keep_chunk()", &(struct prox_options){.limits = prox_defaults().limits},
	          NULL, 0); /* the reference divides by zero */
}

static void document_programs_drop_on_the_word(void **state)
{
	struct prox_options o = prox_defaults();

	(void)state;
	o.level = PROX_DOC;
	check_run("some text", "drop_doc()", &o, NULL, 0);
	check_run("some text", "keep_doc() # do not drop", &o, NULL, 0);
	check_run("some text", "DROP_DOC()", &o, "some text", 0);
	check_run("some text", "", &o, "some text", 0);
}

static void limits_refuse_the_whole_program(void **state)
{
	struct prox_options o = lenient(PROX_COMPAT);
	struct ran x = {0};
	struct buf program = {0};

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_addf(&program, "normalize(s=\"a\",t=\"aa\")\n");
	run_on(&x, text, buf_text(&program), &o);
	assert_int_equal(x.r.verdict, PROX_REFUSED);
	assert_string_equal(x.program.over, "growth");
	assert_true(slice_equal(doc_text(&x.d), slice_of(text)));
	o.limits.operations = 39;
	run_on(&x, text, buf_text(&program), &o);
	assert_string_equal(x.program.over, "operations");
	o.limits.program = program.n - 1;
	run_on(&x, text, buf_text(&program), &o);
	assert_string_equal(x.program.over, "program");
	o = lenient(PROX_COMPAT);
	o.limits.work = sizeof text - 1;
	run_on(&x, text, "normalize(s=\"zz\")", &o);
	assert_int_equal(x.r.verdict, PROX_KEPT);
	run_on(&x, text, "normalize(s=\"zz\")\nnormalize(s=\"zz\")", &o);
	assert_string_equal(x.program.over, "work");
	arena_free(&x.mem);
	buf_free(&program);
}

static void edits_of_earlier_stages_keep_the_numbers_of_the_source(void **state)
{
	struct prox_options o = lenient(PROX_COMPAT);
	struct slice program = S("remove_lines(start=2, end=2)");

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ran x = {.d = {.stage = "before"}};

		x.d.mem = &x.mem;
		x.d.source = S("zero\none\ntwo\nthree");
		doc_lines(&x.d);
		doc_cut(&x.d, 0);
		doc_settle(&x.d);
		doc_lines(&x.d);
		doc_put(&x.d, 0, S("one\nand\nmore"));
		doc_settle(&x.d);
		o.numbering = i;
		prox_parse(&program, 1, NULL, &o, &x.program, &x.mem);
		prox_exec(&x.d, &x.program, &o, &x.r, &x.mem);
		doc_settle(&x.d);
		struct slice want = i ? S("one\nand\ntwo\nthree") : S("one\nand\nmore\nthree");

		assert_true(slice_equal(doc_text(&x.d), want));
		arena_free(&x.mem);
	}
}

static void a_line_of_several_is_cut_in_part_by_current_numbers(void **state)
{
	struct prox_options o = lenient(PROX_COMPAT);
	struct slice program = S("remove_lines(start=1, end=1)\nnormalize(s=\"three\",t=\"3\")");
	struct ran x = {.d = {.stage = "before"}};

	(void)state;
	x.d.mem = &x.mem;
	x.d.source = S("one\nthree");
	doc_lines(&x.d);
	doc_put(&x.d, 0, S("one\ntwo"));
	doc_settle(&x.d);
	o.numbering = PROX_CURRENT;
	prox_parse(&program, 1, NULL, &o, &x.program, &x.mem);
	prox_exec(&x.d, &x.program, &o, &x.r, &x.mem);
	doc_settle(&x.d);
	assert_true(slice_equal(doc_text(&x.d), S("one\n3")));
	assert_int_equal(x.d.n_lines, 2);
	arena_free(&x.mem);
}

static void integers_are_pythons(void **state)
{
	static const struct {
		const char *text;
		int value; /* -99: none */
	} cases[] = {
		{"5", 5}, {" +5_0 ", 50}, {"5__0", -99}, {"_5", -99}, {"5_", -99}, {"- 5", -99},
		{"-7", -7}, {"", -99}, {"0x1", -99}, {"\x1c" "5", -99}, {"\x0b" "5\x0c", 5},
		{"\xc2\xa0" "5\xe2\x80\x83", 5}, {"\xf0\x9d\x9f\x97", 9}, {"\xc2\xb2", -99},
		{"\xe2\x85\xa7", -99}, {"00_5", 5}, {"\xe2\x80\x8b" "5", -99},
	};
	__int128 value;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool is = prox_int(slice_of(cases[i].text), &value);

		if (is != (cases[i].value != -99) || (is && value != cases[i].value))
			fail_msg("int(\"%s\")", cases[i].text);
	}
	char digits[4302];

	memset(digits, '1', sizeof digits);
	assert_true(prox_int((struct slice){digits, 4300}, &value));
	assert_false(prox_int((struct slice){digits, 4301}, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_removed_by_number),
		cmocka_unit_test(mistakes_are_counted_and_do_no_harm),
		cmocka_unit_test(lines_that_are_not_there_count_once_for_each_merged_range),
		cmocka_unit_test(strings_are_replaced_everywhere_in_order),
		cmocka_unit_test(all_lines_go_at_once),
		cmocka_unit_test(decisions_sit_on_both_sides_of_each_threshold),
		cmocka_unit_test(document_programs_drop_on_the_word),
		cmocka_unit_test(limits_refuse_the_whole_program),
		cmocka_unit_test(edits_of_earlier_stages_keep_the_numbers_of_the_source),
		cmocka_unit_test(a_line_of_several_is_cut_in_part_by_current_numbers),
		cmocka_unit_test(integers_are_pythons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
