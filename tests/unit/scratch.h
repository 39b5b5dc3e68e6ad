/* A folder for one test program's files, and shell commands run inside it. */
#ifndef CURATE_TESTS_SCRATCH_H
#define CURATE_TESTS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/io/file.h"

/* cmocka group setup: makes the folder and goes there. */
static int scratch_enter(void **state)
{
	static char dir[] = "/tmp/curate-unit-XXXXXX";

	*state = mkdtemp(dir);
	return *state ? chdir(dir) : -1;
}

/* cmocka group teardown. */
static int scratch_leave(void **state)
{
	struct buf command = {0};

	buf_addf(&command, "rm -rf '%s'", (char *)*state);
	int rc = chdir("/") || system(buf_text(&command));
	buf_free(&command);
	return rc;
}

static inline void shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static inline void put_file(const char *path, struct slice bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static inline struct buf get_file(const char *path)
{
	struct buf b = {0};
	struct err e = {0};

	if (file_read_all(path, &b, SIZE_MAX / 2, &e))
		fail_msg("%s", e.msg);
	return b;
}

static inline void assert_bytes(struct slice is, struct slice want)
{
	assert_int_equal(is.n, want.n);
	assert_true(slice_equal(is, want));
}

#endif
