#include "lib/io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"

struct outfile {
	char *path, *tmp; /* tmp: NULL when bytes go straight to where they belong (stdout, devices,
	                     pipes) */
	int fd;
	uint64_t size;
	bool failed;
};

static int out_error(const char *path, const char *what, struct err *e)
{
	return err_set_rc(e, RC_OUTPUT, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* The folder a path is in, owned. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_text(".", 1);
	return mem_text(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Not everything can be synced (pipes, some file systems' folders): that is no error. */
static int sync_fd(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r < 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS ? -1 : 0;
}

/* Makes a rename or a new folder inside this folder survive a crash. */
static int sync_folder(const char *folder, struct err *e)
{
	int fd = file_open(folder, O_RDONLY | O_DIRECTORY);
	int rc = fd < 0 || sync_fd(fd) ? out_error(folder, "sync the folder", e) : 0;

	if (fd >= 0)
		close(fd);
	return rc;
}

/* Makes one folder and says so to the disk; one that is there already is fine. */
static int make_folder(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	if (mkdir(path, 0777)) {
		if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return 0;
		return out_error(path, "make the folder", e);
	}

	char *above = folder_of(path);
	int rc = sync_folder(above, e);
	free(above);
	return rc;
}

int dir_make_parents(const char *path, struct err *e)
{
	char *part = folder_of(path);
	struct stat st;
	int rc = 0;
	/* Nearly always they are there: one call then, not one a folder, on a shared file system.
	 */
	bool is_there = stat(part, &st) == 0 && S_ISDIR(st.st_mode);

	for (char *p = part + 1; !is_there && rc == 0 && p[-1]; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		rc = make_folder(part, e);
		*p = c;
	}
	free(part);
	return rc;
}

/* Opens the tmp file, cut back to `keep` bytes. */
static int open_tmp(struct outfile *f, uint64_t keep, struct err *e)
{
	struct stat st;

	if (dir_make_parents(f->tmp, e) || dir_make_parents(f->path, e))
		return -1;
	f->fd = file_open(f->tmp, keep ? O_WRONLY : O_WRONLY | O_CREAT | O_TRUNC);
	if (f->fd < 0)
		return out_error(f->tmp, keep ? "open to go on" : "create", e);
	if (!keep)
		return 0;
	if (fstat(f->fd, &st))
		return out_error(f->tmp, "open to go on", e);
	if ((uint64_t)st.st_size < keep)
		return err_set_rc(e, RC_STATE, "%s: has %llu bytes, %llu were to be kept", f->tmp,
		                  (unsigned long long)st.st_size, (unsigned long long)keep);
	if (ftruncate(f->fd, (off_t)keep) || lseek(f->fd, (off_t)keep, SEEK_SET) < 0)
		return out_error(f->tmp, "cut back", e);
	return 0;
}

/* Whether the final name is something a file must not replace, such as /dev/null or a named pipe.
 */
static bool is_special(const char *path)
{
	struct stat st;

	/* /dev/stdout may lead to a regular file; it must be written to all the same. */
	return strncmp(path, "/dev/", 5) == 0 ||
	       (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

struct outfile *outfile_open(const char *path, const char *tmp_path, uint64_t keep, struct err *e)
{
	struct outfile *f = mem_new(struct outfile, 1);
	bool is_stdout = strcmp(path, "-") == 0;
	int rc = 0;

	f->path = is_stdout ? mem_text("stdout", 6) : mem_text(path, strlen(path));
	f->size = keep;
	if (is_stdout) {
		f->fd = STDOUT_FILENO;
	} else if (is_special(path)) {
		f->fd = file_open(path, O_WRONLY);
		if (f->fd < 0)
			rc = out_error(path, "open", e);
	} else {
		f->tmp = mem_text(tmp_path, strlen(tmp_path));
		rc = open_tmp(f, keep, e);
	}
	if (rc == 0)
		return f;
	outfile_leave(f);
	return NULL;
}

int outfile_write(struct outfile *f, struct slice bytes, struct err *e)
{
	const char *name = f->tmp ? f->tmp : f->path;

	if (f->failed)
		return err_set_rc(e, RC_OUTPUT, "%s: an earlier write failed", name);
	while (bytes.n) {
		ssize_t n = write(f->fd, bytes.p, bytes.n < 1u << 30 ? bytes.n : 1u << 30);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			f->failed = true;
			return out_error(name, "write", e);
		}
		bytes = slice_tail(bytes, (size_t)n);
		f->size += (uint64_t)n;
	}
	return 0;
}

uint64_t outfile_size(const struct outfile *f)
{
	return f->size;
}

int outfile_sync(struct outfile *f, struct err *e)
{
	if (!sync_fd(f->fd))
		return 0;
	f->failed = true;
	return out_error(f->tmp ? f->tmp : f->path, "sync", e);
}

/* Closes once; stdout stays open. */
static int outfile_close(struct outfile *f)
{
	int fd = f->fd;

	f->fd = -1;
	return fd > STDERR_FILENO ? close(fd) : 0;
}

static int commit(struct outfile *f, struct err *e)
{
	const char *name = f->tmp ? f->tmp : f->path;

	if (f->failed)
		return err_set_rc(e, RC_OUTPUT, "%s: an earlier write failed", name);
	if (outfile_sync(f, e))
		return -1;
	if (outfile_close(f))
		return out_error(name, "close", e);
	if (!f->tmp)
		return 0;
	if (rename(f->tmp, f->path))
		return out_error(f->path, "give the finished file its name", e);

	char *folder = folder_of(f->path);
	int rc = sync_folder(folder, e);
	free(folder);
	return rc;
}

int outfile_commit(struct outfile *f, struct err *e)
{
	int rc = commit(f, e);

	if (rc)
		outfile_abandon(f);
	else
		outfile_leave(f);
	return rc;
}

void outfile_abandon(struct outfile *f)
{
	if (f && f->tmp)
		unlink(f->tmp);
	outfile_leave(f);
}

void outfile_leave(struct outfile *f)
{
	if (!f)
		return;
	outfile_close(f);
	free(f->path);
	free(f->tmp);
	free(f);
}

int file_write_atomic(const char *path, struct slice bytes, struct err *e)
{
	struct buf tmp = {0};
	char host[65] = ""; /* tasks on two hosts may have one pid and write one file */
	int rc = -1;

	gethostname(host, sizeof host - 1);
	buf_addf(&tmp, "%s.tmp.%s.%ld", path, host, (long)getpid());
	struct outfile *f = outfile_open(path, buf_text(&tmp), 0, e);
	if (f && outfile_write(f, bytes, e))
		outfile_abandon(f);
	else if (f)
		rc = outfile_commit(f, e);
	buf_free(&tmp);
	return rc;
}
