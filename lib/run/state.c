#include "lib/run/state.h"

#include <assert.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/base/version.h"
#include "lib/run/jsonfile.h"

enum { SMALL_FILE = 256 << 20 };

const char *state_path(const struct state *s, struct arena *mem, const char *format, ...)
{
	const size_t at = strlen(s->dir) + 1;
	va_list args, again;
	char *path;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0); /* the formats are this program's own */
	path = arena_alloc(mem, at + (size_t)n + 1);
	memcpy(path, s->dir, at - 1);
	path[at - 1] = '/';
	vsnprintf(path + at, (size_t)n + 1, format, again);
	va_end(again);
	return path;
}

/* Whether the folder holds anything beside our own one and hidden files. */
static bool has_foreign_files(const char *path)
{
	DIR *dir = opendir(path);
	bool found = false;

	if (!dir)
		return false;
	for (struct dirent *entry; !found && (entry = readdir(dir));)
		found = entry->d_name[0] != '.' && strcmp(entry->d_name, "_curate") != 0;
	closedir(dir);
	return found;
}

/* Compares what state.json says with this recipe and version. */
static int check_owner(const struct state *s, const char *path, struct err *e)
{
	struct jsonfile f;
	int bad = jsonfile_open(&f, path, SMALL_FILE, e);

	if (bad)
		return -1;
	struct slice recipe = jsonfile_text(&f, "recipe"), version = jsonfile_text(&f, "version");

	if (!slice_equal(version, S(CURATE_VERSION)))
		bad = err_set_rc(e, RC_STATE,
		                 "%s was made by version %.*s, this is %s; use another "
		                 "output folder, or --force to make it anew",
		                 s->out, SLICE(version), CURATE_VERSION);
	else if (!slice_equal(recipe, slice_of(s->recipe)))
		bad = err_set_rc(e, RC_STATE,
		                 "%s was made by another recipe (%.*s, this is %s); use "
		                 "another output folder, or --force to make it anew",
		                 s->out, SLICE(recipe), s->recipe);
	jsonfile_close(&f);
	return bad;
}

static int write_owner(const struct state *s, const struct recipe *r, struct err *e)
{
	struct buf json = {0}, path = {0};

	recipe_json(r, false, &json, e);
	buf_byte(&json, '\n');
	buf_addf(&path, "%s/recipe.json", s->dir);
	int bad = file_write_atomic(buf_text(&path), buf_slice(&json), e);

	json.n = path.n = 0;
	buf_addf(&json, "{\"recipe\":\"%s\",\"version\":\"%s\"}\n", s->recipe, CURATE_VERSION);
	buf_addf(&path, "%s/state.json", s->dir);
	if (!bad)
		bad = file_write_atomic(buf_text(&path), buf_slice(&json), e);
	buf_free(&json);
	buf_free(&path);
	return bad;
}

int state_open(struct state *s, const char *out, const struct recipe *r, const char *salt,
               bool force, struct err *e)
{
	struct buf path = {0};
	int bad;

	*s = (struct state){.forced = force};
	s->out = mem_text(out, strlen(out));
	buf_addf(&path, "%s/_curate", out);
	s->dir = mem_text(path.p, path.n);
	buf_addf(&path, "/tmp");
	s->tmp = mem_text(path.p, path.n);
	path.n = 0;
	bad = recipe_hash(r, s->recipe, e);
	if (!bad && salt[0]) {
		buf_addf(&path, "%s%s", s->recipe, salt);
		hash128_text(hash128(buf_slice(&path)), s->recipe);
		path.n = 0;
	}
	buf_addf(&path, "%s/state.json", s->dir);
	if (!bad && !force && access(buf_text(&path), F_OK) == 0)
		bad = check_owner(s, path.p, e);
	else if (!bad && !force && has_foreign_files(out))
		bad = err_set_rc(e, RC_STATE, "%s holds files that this program did not write; use "
		                 "another output folder, or --force to write among them", out);
	if (!bad && (force || access(buf_text(&path), F_OK) != 0)) {
		bad = dir_make_parents(buf_text(&path), e);
		if (!bad)
			bad = write_owner(s, r, e);
	}
	buf_free(&path);
	return bad;
}

void state_free(struct state *s)
{
	free(s->out);
	free(s->dir);
	free(s->tmp);
	*s = (struct state){0};
}

static void input_json(const struct state *s, const struct fingerprint *f, struct buf *json)
{
	buf_addf(json,
	         "\"recipe\":\"%s\",\"version\":\"%s\",\"input_bytes\":%llu,"
	         "\"input_mtime_ns\":%lld,\"input_ends\":%llu",
	         s->recipe, CURATE_VERSION, (unsigned long long)f->size, (long long)f->mtime_ns,
	         (unsigned long long)f->ends);
}

bool state_input_fits(const struct state *s, struct jsonfile *f, const struct shard *shard,
                      struct fingerprint *now)
{
	struct fingerprint then = {0};
	struct err ignored = {0};

	if (!slice_equal(jsonfile_text(f, "recipe"), slice_of(s->recipe)) ||
	    !slice_equal(jsonfile_text(f, "version"), S(CURATE_VERSION)))
		return false;
	then.size = jsonfile_u64(f, "input_bytes");
	then.ends = jsonfile_u64(f, "input_ends");
	return shard->is_file && shard_fingerprint(shard, now, &ignored) == 0 &&
	       fingerprint_equal(&then, now);
}

void done_free(struct done *d)
{
	tally_free(&d->tally);
	arena_free(&d->mem);
	*d = (struct done){0};
}

int done_write(const struct state *s, const char *path, const struct done *d, struct err *e)
{
	struct buf json = {0};

	buf_byte(&json, '{');
	input_json(s, &d->input, &json);
	buf_addf(&json, ",\"records\":%llu,\"ended\":%.0f,\"seconds\":%.3f",
	         (unsigned long long)d->records, d->ended, d->seconds);
	json_write_key(&json, S("by"));
	json_write_text(&json, d->by);
	if (d->damage.n) {
		json_write_key(&json, S("damage"));
		json_write_text(&json, d->damage);
	}
	buf_add(&json, S(",\"outputs\":["));
	buf_add(&json, d->outputs);
	buf_add(&json, S("],\"tally\":"));
	tally_json(&d->tally, &json);
	buf_add(&json, S("}\n"));
	int bad =
	        dir_make_parents(path, e) || file_write_atomic(path, buf_slice(&json), e) ? -1 : 0;

	buf_free(&json);
	return bad;
}

struct outputs_check {
	const struct state *state;
	struct jsonfile *file;
};

/* An output of a done record: still there, with the size it had? */
static int output_is_there(void *user, struct slice key, const struct json_value *value)
{
	struct outputs_check *check = user;
	struct jsonfile *f = check->file;
	struct stat st;

	(void)key;
	struct slice path = jsonfile_member(f, value->span, "path").text;
	struct json_value bytes = jsonfile_member(f, value->span, "bytes");
	struct slice name = arena_addf(&f->mem, "%s/%.*s", check->state->out, SLICE(path));

	return stat(name.p, &st) == 0 && (double)st.st_size == bytes.number ? 0 : 1;
}

int done_read(const struct state *s, const char *path, const struct shard *shard, struct done *d,
              struct err *e)
{
	struct jsonfile f;
	struct outputs_check check = {s, &f};
	int result = 0;

	*d = (struct done){0};
	if (access(path, F_OK) != 0)
		return 0;
	if (jsonfile_open(&f, path, SMALL_FILE, e))
		return -1;
	if (state_input_fits(s, &f, shard, &d->input) &&
	    json_each(f.json, jsonfile_get(&f, "outputs").span, &f.mem, output_is_there,
	              &check) == 0) {
		d->records = jsonfile_u64(&f, "records");
		d->ended = jsonfile_get(&f, "ended").number;
		d->seconds = jsonfile_get(&f, "seconds").number;
		d->by = arena_copy(&d->mem, jsonfile_text(&f, "by"));
		d->damage = arena_copy(&d->mem, jsonfile_text(&f, "damage"));
		result = tally_parse(&d->tally, f.json, jsonfile_get(&f, "tally").span, e) ? -1 : 1;
	}
	jsonfile_close(&f);
	if (result != 1)
		done_free(d);
	return result;
}

int failed_write(const struct state *s, const char *path, const struct fingerprint *input,
                 const char *error, struct err *e)
{
	struct buf json = {0};

	buf_byte(&json, '{');
	input_json(s, input, &json);
	json_write_key(&json, S("error"));
	json_write_text(&json, slice_of(error));
	json_write_key(&json, S("task"));
	json_write_text(&json, slice_of(s->task ? s->task : ""));
	buf_add(&json, S("}\n"));
	int bad =
	        dir_make_parents(path, e) || file_write_atomic(path, buf_slice(&json), e) ? -1 : 0;

	buf_free(&json);
	return bad;
}

int failed_read(const struct state *s, const char *path, const struct shard *shard,
                char error[512])
{
	struct fingerprint now = {0};
	struct jsonfile f;
	struct err ignored = {0};
	int result = 0;

	if (access(path, F_OK) != 0 || jsonfile_open(&f, path, SMALL_FILE, &ignored))
		return 0;
	if (state_input_fits(s, &f, shard, &now)) {
		snprintf(error, 512, "%.*s", SLICE(jsonfile_text(&f, "error")));
		result = 1;
	}
	jsonfile_close(&f);
	return result;
}
