/* lib/doc/prox.h in strict mode: programs mean what they say, and each mistake is explained. */
#include "tests/unit/prox_cases.h"

static const char text[] = "home | about\nalpha \"beta\" gamma\ndelta a=b, (c)\n\nlast line here";

static void check(const char *program, const char *want)
{
	struct prox_options o = lenient(PROX_STRICT);

	check_run(text, program, &o, want, 0);
}

static void strings_hold_what_they_hold(void **state)
{
	(void)state;
	check("normalize(source_str=\"a=b, (c)\", target_str=\"x\")",
	      "home | about\nalpha \"beta\" gamma\ndelta x\n\nlast line here");
	check("normalize('\"beta\"', 'B')",
	      "home | about\nalpha B gamma\ndelta a=b, (c)\n\nlast line here");
	check("normalize(\"\\\"beta\\\"\", \"\\x42\\u0042\\U00000042\")",
	      "home | about\nalpha BBB gamma\ndelta a=b, (c)\n\nlast line here");
	check("normalize(target_str='', source_str='alpha ')",
	      "home | about\n\"beta\" gamma\ndelta a=b, (c)\n\nlast line here");
	check("normalize(r'a\\b')", text);
	check("normalize(' | ', '\\n')",
	      "home\nabout\nalpha \"beta\" gamma\ndelta a=b, (c)\n\nlast line here");
}

static void calls_come_in_all_usual_shapes(void **state)
{
	const char *without_first = "alpha \"beta\" gamma\ndelta a=b, (c)\n\nlast line here";

	(void)state;
	check("remove_lines(0, 0)", without_first);
	check("  remove_lines ( line_start = 0 ,\n\tline_end = 0 , )  # the menu", without_first);
	check("```python\nremove_lines(start=0, end=0)\n```", without_first);
	check("untouch_doc(); remove_lines(0,0); remove_lines(3,3)",
	      "alpha \"beta\" gamma\ndelta a=b, (c)\nlast line here");
	check("remove_lines(0,0), remove_lines(4, 4)", "alpha \"beta\" gamma\ndelta a=b, (c)\n");
	check("remove_lines(all=True)", NULL);
	check("", text);
	check("# nothing\n\nkeep_chunk()", text);
}

static void explained(const char *program, enum prox_error kind, unsigned line, unsigned column,
                      const char *message)
{
	struct prox_options o = lenient(PROX_STRICT);
	struct ran x = {0};

	run_on(&x, text, program, &o);
	if (x.program.n_faults != 1)
		fail_msg("%s: %zu faults", program, x.program.n_faults);
	const struct prox_fault *fault = &x.program.fault[0];

	if (fault->kind != kind || fault->line != line || fault->column != column ||
	    slice_find(fault->message, slice_of(message), 0) == SIZE_MAX)
		fail_msg("%s\nsays %s at %u:%u: %.*s", program, prox_error_name(fault->kind),
		         fault->line, fault->column, SLICE(fault->message));
	arena_free(&x.mem);
}

static void each_mistake_is_explained_where_it_is(void **state)
{
	(void)state;
	explained("remove_lines(0, 0", PROX_NO_PAREN, 1, 18, "missing");
	explained("remove_lines 0", PROX_NO_PAREN, 1, 14, "no opening bracket");
	explained("untouch_doc()\n  remove_lines(0, x)", PROX_BAD_INT, 2, 19, "not an integer");
	explained("remove_lines(0, \"1\")", PROX_BAD_INT, 1, 17, "not an integer");
	explained("remove_lines(0)", PROX_BAD_PARAM, 1, 1, "start and end");
	explained("remove_lines(0, 1, 2)", PROX_BAD_PARAM, 1, 1, "start and end");
	explained("remove_lines(2, 1)", PROX_BAD_PARAM, 1, 1, "after");
	explained("remove_lines(-1, 1)", PROX_OUT_OF_RANGE, 1, 14, "negative");
	explained("\n\nremove_lines(4, 5)", PROX_OUT_OF_RANGE, 3, 1, "last line is 4");
	explained("normalize(\"\xc3\xa9\", 'x)", PROX_SYNTAX, 1, 16, "no closing quote");
	explained("normalize(\"\\ud800\")", PROX_SYNTAX, 1, 12, "no character");
	explained("normalize(\"\\N{DASH}\")", PROX_SYNTAX, 1, 12, "not supported");
	explained("normalize(\"\")", PROX_BAD_PARAM, 1, 11, "empty");
	explained("normalize(\"a\\nb\")", PROX_BAD_PARAM, 1, 11, "line feed");
	explained("normalize(5)", PROX_BAD_PARAM, 1, 1, "strings");
	explained("remove_everything()", PROX_SYNTAX, 1, 1, "no such function");
	explained("Sure! Here it is:", PROX_NO_PAREN, 1, 5, "bracket");
	explained("drop_doc()", PROX_SYNTAX, 1, 1, "document-level");
}

static void a_faulty_line_does_not_take_the_next_with_it(void **state)
{
	struct prox_options o = lenient(PROX_STRICT);

	(void)state;
	check_run(text, "Here you are (hopefully):\nremove_lines(0, 0)", &o,
	          "alpha \"beta\" gamma\ndelta a=b, (c)\n\nlast line here", 1);
	check_run(text, "what?\nwhy?\nremove_lines(0, 0)", &o, text, 2); /* error_op */
}

static void document_programs_are_one_call(void **state)
{
	struct prox_options o = prox_defaults();

	(void)state;
	o.mode = PROX_STRICT;
	o.level = PROX_DOC;
	check_run("text", "drop_doc()", &o, NULL, 0);
	check_run("text", "keep_doc() # do not drop", &o, "text", 0);
	o.error_op = 1;
	check_run("text", "keep_doc() drop_doc()", &o, "text", 1);
	check_run("text", "remove_lines(0, 0)", &o, "text", 1);
}

static void a_chunks_program_holds_for_its_lines(void **state)
{
	const struct slice chunk[] = {S("normalize('a', 'x')"),
	                              S("remove_lines(0, 0)\nnormalize('a', 'y')")};
	const struct prox_scope scope[] = {{0, 0, 0}, {1, 2, 0}};
	struct prox_options o = lenient(PROX_STRICT);
	struct ran x = {.d = {.stage = "prox", .source = S("a a\nb a\na")}};

	(void)state;
	x.d.mem = &x.mem;
	prox_parse(chunk, 2, scope, &o, &x.program, &x.mem);
	prox_exec(&x.d, &x.program, &o, &x.r, &x.mem);
	doc_settle(&x.d);
	assert_true(slice_equal(doc_text(&x.d), S("x x\nb y\ny")));
	assert_int_equal(x.program.n_faults, 1);
	assert_int_equal(x.program.fault[0].kind, PROX_OUT_OF_RANGE);
	arena_free(&x.mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_hold_what_they_hold),
		cmocka_unit_test(calls_come_in_all_usual_shapes),
		cmocka_unit_test(each_mistake_is_explained_where_it_is),
		cmocka_unit_test(a_faulty_line_does_not_take_the_next_with_it),
		cmocka_unit_test(document_programs_are_one_call),
		cmocka_unit_test(a_chunks_program_holds_for_its_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
