/* lib/io/lines.h: every line once, whatever the file ends in and however long a line is. */
#include "lib/io/lines.h"

#include "tests/unit/scratch.h"

/* The lines with "|" between them. */
static const char *all_lines(const char *path, size_t max, int last)
{
	static struct buf out;
	struct lines l;
	struct slice line;
	struct err e = {0};
	int more;

	buf_reset(&out);
	assert_int_equal(lines_open(&l, path, max, &e), 0);
	while ((more = lines_next(&l, &line, &e)) > 0) {
		if (l.number > 1)
			buf_byte(&out, '|');
		buf_add(&out, line);
	}
	assert_int_equal(more, last);
	if (last == 0)
		assert_int_equal(lines_next(&l, &line, &e), 0);
	lines_close(&l);
	return buf_text(&out);
}

static void lines_end_at_lf_or_the_end(void **state)
{
	(void)state;
	put_file("a", S("one\n\ntwo\r\nthree"));
	assert_string_equal(all_lines("a", 100, 0), "one||two\r|three");
	put_file("a", S("one\n"));
	assert_string_equal(all_lines("a", 100, 0), "one");
	put_file("a", S("\n"));
	assert_string_equal(all_lines("a", 100, 0), "");
	put_file("a", S(""));
	assert_string_equal(all_lines("a", 100, 0), "");
}

static void packed_files_are_read_alike(void **state)
{
	(void)state;
	shell("printf 'one\\ntwo' | gzip > b.gz");
	assert_string_equal(all_lines("b.gz", 100, 0), "one|two");
}

/* Lines longer than what is read at once, and one that ends just there. */
static void long_lines_come_whole(void **state)
{
	struct lines l;
	struct slice line;
	struct err e = {0};
	static const size_t n[] = {3000000, 0, (1 << 20) - 1, 1 << 20, 5};

	(void)state;
	shell("(head -c 3000000 /dev/zero | tr '\\0' a; echo; echo; head -c 1048575 /dev/zero | tr "
	      "'\\0' b;"
	      " echo; head -c 1048576 /dev/zero | tr '\\0' c; echo; printf ddddd) > c");
	assert_int_equal(lines_open(&l, "c", 4000000, &e), 0);
	for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
		assert_int_equal(lines_next(&l, &line, &e), 1);
		assert_int_equal(line.n, n[i]);
		assert_true(n[i] == 0 || (line.p[0] == line.p[n[i] - 1]));
	}
	assert_int_equal(lines_next(&l, &line, &e), 0);
	lines_close(&l);
}

static void a_line_past_the_limit_is_an_error(void **state)
{
	struct lines l;
	struct slice line;
	struct err e = {0};

	(void)state;
	assert_int_equal(lines_open(&l, "c", 2000000, &e), 0);
	assert_int_equal(lines_next(&l, &line, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_non_null(strstr(e.msg, "line 1"));
	lines_close(&l);
	assert_int_equal(lines_open(&l, "absent", 10, &e), -1);
	lines_close(&l);
}

static void damage_is_an_error_behind_what_was_good(void **state)
{
	(void)state;
	shell("(seq 100000 | gzip | head -c 100000) > d.gz");
	assert_non_null(strstr(all_lines("d.gz", 100, -1), "|1000|"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_at_lf_or_the_end),
		cmocka_unit_test(packed_files_are_read_alike),
		cmocka_unit_test(long_lines_come_whole),
		cmocka_unit_test(a_line_past_the_limit_is_an_error),
		cmocka_unit_test(damage_is_an_error_behind_what_was_good),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
