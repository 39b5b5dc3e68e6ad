#include "lib/run/ask_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/io/file.h"

enum { SYNC_EVERY = 256, ROW_MAX = 256 << 20 };

/* Bytes up to the last whole row of the earlier run, and how many there are. */
static int whole_rows(const char *part, uint64_t *keep, uint64_t *rows, struct err *e)
{
	struct lines lines;
	struct slice line;
	struct stat st;
	int more;

	*keep = *rows = 0;
	if (stat(part, &st) != 0)
		return 0;
	if (lines_open(&lines, part, ROW_MAX, e) != 0)
		return -1;
	while ((more = lines_next(&lines, &line, e)) > 0)
		if (*keep + line.n < (uint64_t)st.st_size) { /* it has its LF */
			*keep += line.n + 1;
			++*rows;
		}
	lines_close(&lines);
	return more;
}

enum { HASH_TEXT = 16 };

/* Opens OUT.state for this process alone; *is_ours says whether it was made for the same task. */
static int open_state(struct ask_file *f, const char *hash, bool *is_ours, struct err *e)
{
	struct buf path = {0};
	char old[HASH_TEXT];

	buf_addf(&path, "%s.state", f->path);
	f->lock = file_open(buf_text(&path), O_RDWR | O_CREAT);
	int bad = f->lock < 0
	                  ? err_set_rc(e, RC_OUTPUT, "%s: %s", buf_text(&path), strerror(errno))
	          : flock(f->lock, LOCK_EX | LOCK_NB) != 0
	                  ? err_set_rc(e, RC_STATE, "%s: another process is at work on it", f->path)
	                  : 0;

	if (!bad)
		*is_ours = file_read_at(f->lock, 0, old, HASH_TEXT) == 0 &&
		           memcmp(old, hash, HASH_TEXT) == 0;
	buf_free(&path);
	return bad;
}

static int write_state(const struct ask_file *f, const char *hash, struct err *e)
{
	if (pwrite(f->lock, hash, HASH_TEXT, 0) == HASH_TEXT && fsync(f->lock) == 0)
		return 0;
	return err_set_rc(e, RC_OUTPUT, "%s.state: %s", f->path, strerror(errno));
}

int ask_file_open(struct ask_file *f, const char *path, uint64_t task, bool force, struct err *e)
{
	struct buf part = {0};
	char hash[HASH_TEXT + 1];
	uint64_t keep = 0;
	bool is_ours = false;
	int result = -1;

	*f = (struct ask_file){.path = path, .lock = -1};
	hash64_text(task, hash);
	buf_addf(&part, "%s.part", path);
	int bad = open_state(f, hash, &is_ours, e);
	bool is_whole = access(path, F_OK) == 0, is_begun = access(buf_text(&part), F_OK) == 0;

	if (bad)
		goto done;
	if ((is_whole || is_begun) && !is_ours && !force) {
		err_set_rc(e, RC_STATE,
		           "%s is of other documents or another request; name another file, "
		           "or use --force to start again",
		           path);
	} else if (is_whole && !force) {
		result = 1;
	} else if ((force || whole_rows(buf_text(&part), &keep, &f->skip, e) == 0) &&
	           (!keep || lines_open(&f->old, buf_text(&part), ROW_MAX, e) == 0) &&
	           write_state(f, hash, e) == 0) {
		f->out = outfile_open(path, buf_text(&part), keep, e);
		result = f->out ? 0 : -1;
	}
done:
	buf_free(&part);
	return result;
}

int ask_file_has(struct ask_file *f, struct slice id, struct json *json, struct arena *mem,
                 struct err *e)
{
	static const struct slice key[] = {S_INIT("id")};
	const struct json_path path = {(struct slice *)key, 1, S("id")};
	struct slice line;

	if (f->skip == 0)
		return 0;
	if (lines_next(&f->old, &line, e) != 1)
		return err_set_rc(e, RC_STATE, "%s.part: rows are missing", f->path);
	struct json_value v = json_get(json, line, &path, mem);

	if (v.kind != JSON_STRING || !slice_equal(v.text, id))
		return err_set_rc(e, RC_STATE,
		                  "%s.part: the documents are not those of the earlier run; use "
		                  "--force to start again",
		                  f->path);
	f->skip--;
	return 1;
}

int ask_file_add(struct ask_file *f, struct slice row, struct err *e)
{
	if (outfile_write(f->out, row, e) != 0)
		return -1;
	return ++f->written % SYNC_EVERY ? 0 : outfile_sync(f->out, e);
}

int ask_file_close(struct ask_file *f, bool is_whole, struct err *e)
{
	int bad = 0;

	if (f->out && is_whole)
		bad = outfile_commit(f->out, e);
	else if (f->out)
		outfile_leave(f->out);
	if (f->lock >= 0)
		close(f->lock);
	lines_close(&f->old);
	*f = (struct ask_file){.lock = -1};
	return bad;
}
