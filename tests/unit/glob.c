/* lib/io/glob.h */
#include "lib/io/glob.h"

#include "tests/unit/scratch.h"

static void check(const char *glob, const char *path, bool want)
{
	if (glob_match(slice_of(glob), slice_of(path)) != want)
		fail_msg("%s %s %s", glob, want ? "should match" : "should not match", path);
}

static void stars_stay_within_a_name(void **state)
{
	(void)state;
	check("*.jsonl", "a.jsonl", true);
	check("*.jsonl", ".jsonl", true);
	check("*.jsonl", "d/a.jsonl", false);
	check("*.jsonl", "a.jsonl.gz", false);
	check("d/*.jsonl", "d/a.jsonl", true);
	check("a*b*c", "aXbXbc", true);
	check("a*b*c", "aXbXb", false);
	check("*", "", false);
	check("a", "a", true);
	check("a", "ab", false);
	check("?.x", "a.x", true);
	check("?.x", ".x", false);
}

static void two_stars_are_any_folders_or_none(void **state)
{
	(void)state;
	check("**/*.x", "a.x", true);
	check("**/*.x", "d/a.x", true);
	check("**/*.x", "d/e/a.x", true);
	check("d/**/a.x", "d/a.x", true);
	check("d/**/a.x", "d/e/f/a.x", true);
	check("d/**/a.x", "e/d/a.x", false);
	check("d/**", "d/e/a.x", true);
	check("d/**", "e/a.x", false);
	check("**", "d/e/a.x", true);
	check("**/b/**/c", "a/b/x/b/y/c", true);
	check("**/b/**/c", "a/b/x/b/y/d", false);
	check("**/b/c/**/d", "b/x/b/c/y/d", true);
}

static void braces_are_alternatives(void **state)
{
	(void)state;
	check("*.{gz,zst}", "a.zst", true);
	check("*.{gz,zst}", "a.bz2", false);
	check("*.jsonl{,.gz}", "a.jsonl", true);
	check("*.jsonl{,.gz}", "a.jsonl.gz", true);
	check("{a,b{c,d}}/{e,f}", "bd/f", true);
	check("{a,b{c,d}}/{e,f}", "b/f", false);
	check("{a/b,c}/d", "a/b/d", true);
	check("{a", "{a", true);
	check("\\{a,b}", "{a,b}", true);
	check("{}x", "x", true);
}

static void sets_and_backslashes_take_one_byte(void **state)
{
	(void)state;
	check("0[0-3].x", "02.x", true);
	check("0[0-3].x", "04.x", false);
	check("[!a]", "b", true);
	check("[!a]", "a", false);
	check("[]]", "]", true);
	check("[a", "[a", true);
	check("\\*", "*", true);
	check("\\*", "a", false);
	check("[\x80-\xff]", "\xc3", true);
}

static void a_long_pattern_of_stars_does_not_hang(void **state)
{
	(void)state;
	check("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	      false);
	check("**/a/**/a/**/a/**/a/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(stars_stay_within_a_name),
	        cmocka_unit_test(two_stars_are_any_folders_or_none),
	        cmocka_unit_test(braces_are_alternatives),
	        cmocka_unit_test(sets_and_backslashes_take_one_byte),
	        cmocka_unit_test(a_long_pattern_of_stars_does_not_hang),
	};

	return cmocka_run_group_tests_name("glob", tests, scratch_enter, scratch_leave);
}
