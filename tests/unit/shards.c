/* lib/io/shards.h: which files are inputs, in which order, and under which names they leave. */
#include "lib/io/shards.h"

#include "tests/unit/scratch.h"

/* Lists and joins what was found: "path|relative|stem" lines. */
static void check_with(const char *const *inputs, size_t n, const struct shards_options *o,
                       const char *want)
{
	struct shards s;
	struct buf is = {0};
	struct err e = {0};

	if (shards_list(&s, inputs, n, o, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < s.n; i++)
		buf_addf(&is, "%s|%s|%.*s\n", s.item[i].path, s.item[i].relative,
		         SLICE(s.item[i].stem));
	assert_string_equal(buf_text(&is), want);
	buf_free(&is);
	shards_free(&s);
}

static void check(const char *input, const char *want)
{
	check_with(&input, 1, NULL, want);
}

static void refuse_with(const char *const *inputs, size_t n, const struct shards_options *o,
                        const char *why)
{
	struct shards s;
	struct err e = {0};

	assert_int_equal(shards_list(&s, inputs, n, o, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (!strstr(e.msg, why))
		fail_msg("%s", e.msg);
	shards_free(&s);
}

static void refuse(const char *input, const char *why)
{
	refuse_with(&input, 1, NULL, why);
}

static void a_folder_gives_its_shards_in_byte_order(void **state)
{
	(void)state;
	shell("mkdir -p in/b in/B in/.hidden in/a-b in/a && cd in && touch z.jsonl b/1.jsonl.gz "
	      "b/10.jsonl B/x.json.zst .no.jsonl .hidden/x.jsonl notes.txt a.ndjson x.parquet "
	      "a/x.jsonl a-b/x.jsonl late.jsonl.gz.tmp");
	check("in", "in/B/x.json.zst|B/x.json.zst|B/x\n"
	            "in/a-b/x.jsonl|a-b/x.jsonl|a-b/x\n"
	            "in/a.ndjson|a.ndjson|a\n"
	            "in/a/x.jsonl|a/x.jsonl|a/x\n"
	            "in/b/1.jsonl.gz|b/1.jsonl.gz|b/1\n"
	            "in/b/10.jsonl|b/10.jsonl|b/10\n"
	            "in/z.jsonl|z.jsonl|z\n");
	check("in/b//", "in/b/1.jsonl.gz|1.jsonl.gz|1\n"
	                "in/b/10.jsonl|10.jsonl|10\n");
}

static void a_glob_chooses_below_folders(void **state)
{
	static const char *const in[] = {"in"};

	(void)state;
	check_with(in, 1, &(struct shards_options){.glob = "b/*.{jsonl,jsonl.gz}"},
	           "in/b/1.jsonl.gz|b/1.jsonl.gz|b/1\n"
	           "in/b/10.jsonl|b/10.jsonl|b/10\n");
	check_with(in, 1, &(struct shards_options){.glob = "**/*.txt"},
	           "in/notes.txt|notes.txt|notes.txt\n");
	refuse_with(in, 1, &(struct shards_options){.glob = "*.warc"}, "not one file matches");
}

static void inputs_keep_their_order(void **state)
{
	static const char *const inputs[] = {"in/z.jsonl", "-", "in/b", "./in/notes.txt"};

	(void)state;
	check_with(inputs, 4, NULL,
	           "in/z.jsonl|z.jsonl|z\n"
	           "-|stdin|stdin\n"
	           "in/b/1.jsonl.gz|1.jsonl.gz|1\n"
	           "in/b/10.jsonl|10.jsonl|10\n"
	           "./in/notes.txt|notes.txt|notes.txt\n");
}

static void a_file_list_is_read_line_by_line(void **state)
{
	struct shards_options o = {.file_list = "list"};

	(void)state;
	put_file("list", S("in/z.jsonl\n\n./in/b/../a/x.jsonl\nin/a-b/x.jsonl"));
	check_with(NULL, 0, &o,
	           "in/z.jsonl|in/z.jsonl|in/z\n"
	           "./in/b/../a/x.jsonl|in/a/x.jsonl|in/a/x\n"
	           "in/a-b/x.jsonl|in/a-b/x.jsonl|in/a-b/x\n");
	put_file("list", S("in/z.jsonl\nin/missing.jsonl\n"));
	refuse_with(NULL, 0, &o, "file list list, line 2: in/missing.jsonl: cannot open");
	put_file("list", S("in/z\0.jsonl\n"));
	refuse_with(NULL, 0, &o, "may not hold NUL");
	o.file_list = "nolist";
	refuse_with(NULL, 0, &o, "nolist: cannot open");
}

static void a_file_list_may_come_from_stdin(void **state)
{
	struct shards_options o = {.file_list = "-"};

	(void)state;
	put_file("list", S("in/z.jsonl\n"));
	assert_non_null(freopen("list", "r", stdin));
	check_with(NULL, 0, &o, "in/z.jsonl|in/z.jsonl|in/z\n");
	put_file("list", S("-\n"));
	assert_non_null(freopen("list", "r", stdin));
	refuse_with(NULL, 0, &o, "stdin is the list and an input as well");
}

static void two_inputs_of_one_stem_are_refused_by_name(void **state)
{
	static const char *const same[] = {"twin", "in/z.jsonl"}, *const twice[] = {"-", "-"};
	static const char *const other[] = {"in/b/1.jsonl.gz", "other/1.json"};

	(void)state;
	shell("mkdir -p twin other && touch twin/a.jsonl twin/a.jsonl.gz other/1.json");
	refuse("twin", "twin/a.jsonl and twin/a.jsonl.gz would both be written as a");
	refuse_with(other, 2, NULL, "in/b/1.jsonl.gz and other/1.json would both be written as 1");
	check_with(same, 2, &(struct shards_options){.stems_may_repeat = true},
	           "twin/a.jsonl|a.jsonl|a\n"
	           "twin/a.jsonl.gz|a.jsonl.gz|a\n"
	           "in/z.jsonl|z.jsonl|z\n");
	refuse_with(twice, 2, NULL, "stdin is an input twice");
}

static void what_a_run_wrote_beside_its_shards_is_no_input(void **state)
{
	(void)state;
	shell("for d in _curate log quarantine dropped main; do mkdir -p ran/$d free/$d && "
	      "touch ran/$d/a.jsonl free/$d/a.jsonl; done; rm -r free/_curate; touch ran/a.jsonl");
	check("ran", "ran/a.jsonl|a.jsonl|a\n"
	             "ran/main/a.jsonl|main/a.jsonl|main/a\n");
	check("free", "free/dropped/a.jsonl|dropped/a.jsonl|dropped/a\n"
	              "free/log/a.jsonl|log/a.jsonl|log/a\n"
	              "free/main/a.jsonl|main/a.jsonl|main/a\n"
	              "free/quarantine/a.jsonl|quarantine/a.jsonl|quarantine/a\n");
	shell("touch free/a.jsonl");
	refuse("free", "free/dropped/a.jsonl and the dropped of free/a.jsonl would both be written "
	               "as dropped/a");
}

static void what_is_missing_or_endless_is_named(void **state)
{
	(void)state;
	refuse("missing", "missing: cannot open: No such file");
	shell("mkdir -p none round/a dangling && ln -s .. round/a/up && ln -s nowhere "
	      "dangling/x.jsonl && ln -s nowhere dangling/x.txt");
	refuse("none", "none: no input");
	refuse("round", "round/a/up: is the folder round again, without end");
	refuse("dangling", "dangling/x.jsonl: cannot open");
	refuse_with(NULL, 0, NULL, "no input");
}

static void links_are_followed(void **state)
{
	(void)state;
	shell("mkdir -p linked && ln -s ../in/b linked/b && ln -s ../in/z.jsonl linked/z.jsonl");
	check("linked", "linked/b/1.jsonl.gz|b/1.jsonl.gz|b/1\n"
	                "linked/b/10.jsonl|b/10.jsonl|b/10\n"
	                "linked/z.jsonl|z.jsonl|z\n");
}

static void names_may_be_any_bytes(void **state)
{
	(void)state;
	shell("mkdir -p odd && cd odd && touch \"$(printf 'a\\nb\\377 %%s.jsonl')\"");
	check("odd", "odd/a\nb\xff %s.jsonl|a\nb\xff %s.jsonl|a\nb\xff %s\n");
}

static void a_name_that_is_all_extension_stays(void **state)
{
	(void)state;
	shell("mkdir -p bare && touch bare/.jsonl bare/x.gz bare/x.jsonl.zst.jsonl");
	check("bare/.jsonl", "bare/.jsonl|.jsonl|.jsonl\n");
	check("bare/x.gz", "bare/x.gz|x.gz|x\n");
	check("bare", "bare/x.jsonl.zst.jsonl|x.jsonl.zst.jsonl|x.jsonl.zst\n");
}

static void shards_know_their_size_and_the_largest_goes_first(void **state)
{
	const char *input = "sized";
	struct shards s;
	struct err e = {0};

	(void)state;
	shell("mkdir -p sized && cd sized && printf 1 > a.jsonl && printf 4444 > b.jsonl && "
	      "printf 1 > c.jsonl && printf 22 > d.jsonl && touch -d @1.5 a.jsonl");
	assert_int_equal(shards_list(&s, &input, 1, NULL, &e), 0);
	size_t *order = shards_by_size(&s);
	assert_int_equal(s.item[1].size, 4);
	assert_true(s.item[0].mtime_ns == 1500000000 && s.item[0].is_file);
	static const size_t want[] = {1, 3, 0, 2};
	assert_memory_equal(order, want, sizeof want);
	free(order);
	shards_free(&s);
}

static struct fingerprint fingerprint(const char *path)
{
	struct shards s;
	struct fingerprint f;
	struct err e = {0};

	if (shards_list(&s, &path, 1, NULL, &e) || shard_fingerprint(&s.item[0], &f, &e))
		fail_msg("%s", e.msg);
	shards_free(&s);
	return f;
}

static void a_fingerprint_sees_both_ends_and_the_size(void **state)
{
	(void)state;
	for (size_t n = 0; n < 300000; n = n * 3 + 1000) {
		struct buf b = {0};

		memset(buf_reserve(&b, n + 1), 'x', n + 1);
		b.n = n;
		put_file("a", buf_slice(&b));
		struct fingerprint was = fingerprint("a"), is;
		assert_int_equal(was.size, n);
		for (int i = 0; i < 2 && n; i++) {
			size_t at = i ? n - 1 : 0;

			b.p[at] = 'y';
			put_file("a", buf_slice(&b));
			is = fingerprint("a");
			assert_false(fingerprint_equal(&was, &is));
			b.p[at] = 'x';
		}
		b.n = n + 1;
		put_file("a", buf_slice(&b));
		is = fingerprint("a");
		assert_false(fingerprint_equal(&was, &is));
		b.n = n;
		put_file("a", buf_slice(&b));
		is = fingerprint("a");
		assert_true(fingerprint_equal(&was, &is));
		buf_free(&b);
	}
}

static void a_pipe_has_no_fingerprint(void **state)
{
	struct fingerprint f = fingerprint("-"), zero = {0};

	(void)state;
	assert_memory_equal(&f, &zero, sizeof f);
	f = fingerprint("/dev/null");
	assert_memory_equal(&f, &zero, sizeof f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_folder_gives_its_shards_in_byte_order),
	        cmocka_unit_test(a_glob_chooses_below_folders),
	        cmocka_unit_test(inputs_keep_their_order),
	        cmocka_unit_test(a_file_list_is_read_line_by_line),
	        cmocka_unit_test(a_file_list_may_come_from_stdin),
	        cmocka_unit_test(two_inputs_of_one_stem_are_refused_by_name),
	        cmocka_unit_test(what_a_run_wrote_beside_its_shards_is_no_input),
	        cmocka_unit_test(what_is_missing_or_endless_is_named),
	        cmocka_unit_test(links_are_followed),
	        cmocka_unit_test(names_may_be_any_bytes),
	        cmocka_unit_test(a_name_that_is_all_extension_stays),
	        cmocka_unit_test(shards_know_their_size_and_the_largest_goes_first),
	        cmocka_unit_test(a_fingerprint_sees_both_ends_and_the_size),
	        cmocka_unit_test(a_pipe_has_no_fingerprint),
	};

	return cmocka_run_group_tests_name("shards", tests, scratch_enter, scratch_leave);
}
