/* lib/io/outfile.h: whole under the final name, or not there. */
#include "lib/io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/scratch.h"

static struct outfile *open_or_fail(const char *path, const char *tmp, uint64_t keep)
{
	struct err e = {0};
	struct outfile *f = outfile_open(path, tmp, keep, &e);

	if (!f)
		fail_msg("%s", e.msg);
	return f;
}

static void write_or_fail(struct outfile *f, const char *text)
{
	struct err e = {0};

	if (outfile_write(f, slice_of(text), &e))
		fail_msg("%s", e.msg);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void assert_content(const char *path, const char *want)
{
	struct buf b = get_file(path);

	assert_bytes(buf_slice(&b), slice_of(want));
	buf_free(&b);
}

static void a_file_appears_only_when_committed(void **state)
{
	struct err e = {0};

	(void)state;
	struct outfile *f = open_or_fail("out/deep/er/a.jsonl", "out/tmp/x/a", 0);
	write_or_fail(f, "one\n");
	write_or_fail(f, "");
	write_or_fail(f, "two\n");
	assert_int_equal(outfile_size(f), 8);
	assert_int_equal(outfile_sync(f, &e), 0);
	assert_false(exists("out/deep/er/a.jsonl"));
	assert_content("out/tmp/x/a", "one\ntwo\n");
	assert_int_equal(outfile_commit(f, &e), 0);
	assert_content("out/deep/er/a.jsonl", "one\ntwo\n");
	assert_false(exists("out/tmp/x/a"));
}

static void an_abandoned_file_leaves_nothing_and_the_old_one_stays(void **state)
{
	(void)state;
	put_file("old", S("old"));
	struct outfile *f = open_or_fail("old", "old.tmp", 0);
	write_or_fail(f, "new");
	outfile_abandon(f);
	assert_content("old", "old");
	assert_false(exists("old.tmp"));
	outfile_abandon(NULL);
}

static void a_left_file_is_taken_up_where_it_was_good(void **state)
{
	struct err e = {0};

	(void)state;
	struct outfile *f = open_or_fail("b", "b.tmp", 0);
	write_or_fail(f, "good and half wri");
	outfile_leave(f);
	assert_false(exists("b"));
	assert_null(outfile_open("b", "b.tmp", 100, &e));
	assert_int_equal(e.rc, RC_STATE);
	assert_true(exists("b.tmp"));
	f = open_or_fail("b", "b.tmp", 4);
	assert_int_equal(outfile_size(f), 4);
	write_or_fail(f, "!");
	assert_int_equal(outfile_commit(f, &e), 0);
	assert_content("b", "good!");
	assert_null(outfile_open("c", "c.tmp", 4, &e));
	assert_int_equal(e.rc, RC_OUTPUT);
	f = open_or_fail("b", "stale.tmp", 0);
	write_or_fail(f, "a long stale text");
	outfile_leave(f);
	f = open_or_fail("b", "stale.tmp", 0);
	write_or_fail(f, "new");
	assert_int_equal(outfile_commit(f, &e), 0);
	assert_content("b", "new");
}

static void a_full_device_is_an_output_error(void **state)
{
	struct err e = {0}, again = {0};

	(void)state;
	struct outfile *f = open_or_fail("/dev/full", "unused", 0);
	assert_int_equal(outfile_write(f, S("x"), &e), -1);
	assert_int_equal(e.rc, RC_OUTPUT);
	assert_string_equal(e.msg, "/dev/full: cannot write: No space left on device");
	assert_int_equal(outfile_write(f, S("x"), &again), -1);
	assert_int_equal(outfile_commit(f, &again), -1);
	assert_int_equal(again.rc, RC_OUTPUT);
	assert_true(exists("/dev/full"));
}

/* The nearest thing to a full disk without being root: no file may pass 100,000 bytes. */
static void a_full_disk_leaves_no_file(void **state)
{
	struct rlimit was, now;
	struct err e = {0};
	char block[30000];
	int r = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	now = was;
	now.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &now);
	struct outfile *f = open_or_fail("full", "full.tmp", 0);
	memset(block, 'x', sizeof block);
	for (int i = 0; i < 3; i++)
		assert_int_equal(outfile_write(f, (struct slice){block, sizeof block}, &e), 0);
	r = outfile_write(f, (struct slice){block, sizeof block}, &e);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(r, -1);
	assert_int_equal(e.rc, RC_OUTPUT);
	assert_string_equal(e.msg, "full.tmp: cannot write: File too large");
	assert_int_equal(outfile_commit(f, &e), -1); /* though there is room again */
	assert_false(exists("full"));
	assert_false(exists("full.tmp"));
}

static void what_cannot_be_made_is_named(void **state)
{
	struct err e = {0};

	(void)state;
	put_file("file", S(""));
	assert_null(outfile_open("file/a", "file/a.tmp", 0, &e));
	assert_int_equal(e.rc, RC_OUTPUT);
	assert_true(slice_starts(slice_of(e.msg), S("file: cannot make the folder")));
	shell("mkdir is_folder");
	struct outfile *f = open_or_fail("is_folder", "x.tmp", 0);
	assert_int_equal(outfile_commit(f, &e), -1);
	assert_true(slice_starts(slice_of(e.msg), S("is_folder: cannot give")));
	assert_false(exists("x.tmp"));
}

static void stdout_and_devices_are_written_as_they_are(void **state)
{
	struct err e = {0};
	struct stat st;
	int was = dup(STDOUT_FILENO), fd = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0666);

	(void)state;
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	struct outfile *f = outfile_open("-", NULL, 0, &e);
	int r = outfile_write(f, S("data"), &e), c = outfile_commit(f, &e);
	bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
	dup2(was, STDOUT_FILENO);
	close(was);
	close(fd);
	assert_true(r == 0 && c == 0 && is_open);
	assert_content("stdout", "data");
	f = open_or_fail("/dev/null", "null.tmp", 0);
	write_or_fail(f, "x");
	assert_int_equal(outfile_commit(f, &e), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_false(exists("null.tmp"));
}

static void a_closed_pipe_is_an_output_error(void **state)
{
	struct err e = {0};
	int ends[2], was = dup(STDOUT_FILENO);

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	struct outfile *f = outfile_open("-", NULL, 0, &e);
	int r = outfile_write(f, S("data"), &e);
	outfile_abandon(f);
	dup2(was, STDOUT_FILENO);
	close(was);
	close(ends[1]);
	assert_int_equal(r, -1);
	assert_string_equal(e.msg, "stdout: cannot write: Broken pipe");
}

static void a_small_file_is_written_at_once_and_read_back(void **state)
{
	struct err e = {0};
	struct buf b = {0};

	(void)state;
	assert_int_equal(file_write_atomic("new/place/f", S("one"), &e), 0);
	assert_int_equal(file_write_atomic("new/place/f", S("two"), &e), 0);
	buf_add(&b, S("<"));
	assert_int_equal(file_read_all("new/place/f", &b, 3, &e), 0);
	assert_bytes(buf_slice(&b), S("<two"));
	assert_int_equal(file_read_all("new/place/f", &b, 2, &e), -1);
	assert_string_equal(e.msg, "new/place/f: has more than 2 bytes");
	assert_int_equal(file_read_all("new/place", &b, 2, &e), -1);
	assert_int_equal(file_read_all("new/other", &b, 2, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	shell("[ \"$(ls new/place)\" = f ]");
	assert_int_equal(file_write_atomic("/dev/full", S("x"), &e), -1);
	assert_int_equal(e.rc, RC_OUTPUT);
	buf_free(&b);
}

static void folders_are_made_above_any_path(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(dir_make_parents("p/q//r/file", &e), 0);
	assert_int_equal(dir_make_parents("p/q/r/file", &e), 0);
	assert_int_equal(dir_make_parents("file_here", &e), 0);
	assert_int_equal(dir_make_parents("/file_at_root", &e), 0);
	assert_true(exists("p/q/r"));
	assert_false(exists("p/q/r/file"));
	shell("mkdir real && ln -s real link");
	assert_int_equal(dir_make_parents("link/x/file", &e), 0);
	assert_true(exists("real/x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_file_appears_only_when_committed),
	        cmocka_unit_test(an_abandoned_file_leaves_nothing_and_the_old_one_stays),
	        cmocka_unit_test(a_left_file_is_taken_up_where_it_was_good),
	        cmocka_unit_test(a_full_device_is_an_output_error),
	        cmocka_unit_test(a_full_disk_leaves_no_file),
	        cmocka_unit_test(what_cannot_be_made_is_named),
	        cmocka_unit_test(stdout_and_devices_are_written_as_they_are),
	        cmocka_unit_test(a_closed_pipe_is_an_output_error),
	        cmocka_unit_test(a_small_file_is_written_at_once_and_read_back),
	        cmocka_unit_test(folders_are_made_above_any_path),
	};

	return cmocka_run_group_tests_name("outfile", tests, scratch_enter, scratch_leave);
}
