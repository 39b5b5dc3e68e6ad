#include "lib/io/shards_names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/base/mem.h"
#include "lib/io/codec.h"
#include "lib/io/glob.h"
#include "lib/io/stream.h"

/* What a folder on the way down is, to notice links that lead back up. */
struct folder {
	const struct folder *above;
	const char *path;
	dev_t device;
	ino_t inode;
};

static const struct slice format_extension[] = {
        S_INIT(".jsonl"),
        S_INIT(".ndjson"),
        S_INIT(".json"),
};
enum { FORMATS = sizeof format_extension / sizeof *format_extension };

static int cannot(const char *path, const char *what, struct err *e)
{
	return err_set_rc(e, RC_INPUT, "%s: cannot %s: %s", path, what, strerror(errno));
}

static struct slice without_codec(struct slice name)
{
	return slice_head(name, name.n - strlen(codec_of_name(name)->extension));
}

/* The extension of a record format at the end of a name, or nothing. */
static struct slice format_of(struct slice name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (slice_ends(name, format_extension[i]))
			return format_extension[i];
	return (struct slice){0};
}

/* A stem never ends in a nameless file: "a/.jsonl" stays as it is. */
static struct slice stem_of(struct slice relative)
{
	struct slice bare = without_codec(relative);

	bare.n -= format_of(bare).n;
	return bare.n == 0 || bare.p[bare.n - 1] == '/' ? relative : bare;
}

static struct shard *add_item(struct shards *s)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->item = mem_grow(s->item, s->cap * sizeof *s->item);
	}
	return &s->item[s->n++];
}

static void add_shard(struct shards *s, struct slice path, struct slice relative,
                      const struct stat *st)
{
	struct shard *item = add_item(s);

	*item = (struct shard){
	        .path = arena_addf(&s->mem, "%.*s", SLICE(path)).p,
	        .relative = arena_addf(&s->mem, "%.*s", SLICE(relative)).p,
	        .is_file = st && S_ISREG(st->st_mode),
	};
	item->name = item->path;
	item->stem = stem_of(slice_of(item->relative));
	if (item->is_file) {
		item->size = (uint64_t)st->st_size;
		item->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
	}
}

/* Makes a shard that is a whole file one of its parts. */
static void become_part(struct shards *s, struct shard *item, const struct range *range)
{
	struct buf name = {0}, stem = {0};

	range_name(range, "#part", &name);
	range_name(range, "-part", &stem);
	item->range = *range;
	item->size = range->to - range->from;
	item->name = arena_addf(&s->mem, "%s%s", item->path, buf_text(&name)).p;
	item->relative = arena_addf(&s->mem, "%s%s", item->relative, name.p).p;
	item->stem = arena_addf(&s->mem, "%.*s%s", SLICE(item->stem), buf_text(&stem));
	buf_free(&name);
	buf_free(&stem);
}

struct slice shard_file(const struct shard *s)
{
	const size_t behind = strlen(s->name) - strlen(s->path);

	return slice_head(slice_of(s->relative), strlen(s->relative) - behind);
}

void shards_add(struct shards *s, struct slice path, struct slice relative, uint64_t size,
                const struct range *range)
{
	const struct stat st = {.st_mode = S_IFREG, .st_size = (off_t)size};

	add_shard(s, path, relative, &st);
	if (range->of)
		become_part(s, &s->item[s->n - 1], range);
}

/* Puts the parts of files that can be cut in the files' places. */
static int split_files(struct shards *s, uint64_t split, struct err *e)
{
	struct shard *const file = s->item;
	const size_t n = s->n;
	int bad = 0;

	s->item = NULL;
	s->n = s->cap = 0;
	for (size_t i = 0; i < n && !bad; i++) {
		struct ranges ranges = {0};

		bad = file[i].is_file ? ranges_cut(&ranges, file[i].path, split, e) : 0;
		for (size_t k = 0; k < ranges.n || (k == 0 && !bad); k++) {
			struct shard *item = add_item(s);

			*item = file[i];
			if (ranges.n)
				become_part(s, item, &ranges.item[k]);
		}
		ranges_free(&ranges);
	}
	free(file);
	return bad;
}

static bool is_wanted(struct slice relative, const char *glob)
{
	return glob ? glob_match(slice_of(glob), relative)
	            : format_of(without_codec(relative)).n > 0;
}

/* Whether a run wrote this folder: then it holds more than shards. */
static bool is_output(const char *path)
{
	struct buf state = {0};
	struct stat st;

	buf_addf(&state, "%s/_curate", path);
	bool is_ours = stat(buf_text(&state), &st) == 0 && S_ISDIR(st.st_mode);
	buf_free(&state);
	return is_ours;
}

/* Names that are never documents; in an output folder also the logs and what was not kept. */
static bool is_hidden(const char *name, bool in_output)
{
	return name[0] == '.' || strcmp(name, "_curate") == 0 ||
	       (in_output && (strcmp(name, "log") == 0 || strcmp(name, "quarantine") == 0 ||
	                      strcmp(name, "dropped") == 0));
}

static int walk(struct shards *s, const struct folder *f, struct slice relative, const char *glob,
                struct err *e);

/* One name inside a folder. */
static int walk_entry(struct shards *s, const struct folder *f, struct slice relative,
                      const char *name, const char *glob, struct err *e)
{
	struct buf path = {0}, below = {0};
	struct stat st;
	int rc = 0;

	buf_addf(&path, "%s/%s", f->path, name);
	buf_add(&below, relative);
	if (relative.n)
		buf_byte(&below, '/');
	buf_add(&below, slice_of(name));

	bool is_there = stat(buf_text(&path), &st) == 0;
	if (is_there && S_ISDIR(st.st_mode)) {
		struct folder inner = {f, buf_text(&path), st.st_dev, st.st_ino};

		rc = walk(s, &inner, buf_slice(&below), glob, e);
	} else if ((!is_there || S_ISREG(st.st_mode)) && is_wanted(buf_slice(&below), glob)) {
		if (is_there)
			add_shard(s, buf_slice(&path), buf_slice(&below), &st);
		else
			rc = cannot(buf_text(&path), "open", e);
	}
	buf_free(&path);
	buf_free(&below);
	return rc;
}

static int walk(struct shards *s, const struct folder *f, struct slice relative, const char *glob,
                struct err *e)
{
	const bool in_output = is_output(f->path);
	struct dirent *entry;
	int rc = 0;

	for (const struct folder *up = f->above; up; up = up->above)
		if (up->device == f->device && up->inode == f->inode)
			return err_set_rc(e, RC_INPUT, "%s: is the folder %s again, without end",
			                  f->path, up->path);

	DIR *dir = opendir(f->path);
	if (!dir)
		return cannot(f->path, "open the folder", e);
	while (rc == 0 && (errno = 0, entry = readdir(dir)))
		if (!is_hidden(entry->d_name, in_output))
			rc = walk_entry(s, f, relative, entry->d_name, glob, e);
	if (rc == 0 && errno)
		rc = cannot(f->path, "read the folder", e);
	closedir(dir);
	return rc;
}

static int by_relative(const void *a, const void *b)
{
	return strcmp(((const struct shard *)a)->relative, ((const struct shard *)b)->relative);
}

static int add_folder(struct shards *s, struct slice path, const struct stat *st, const char *glob,
                      struct err *e)
{
	size_t before = s->n;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;

	char *name = mem_text(path.p, path.n);
	struct folder f = {NULL, name, st->st_dev, st->st_ino};
	int rc = walk(s, &f, S(""), glob, e);
	if (s->n > before)
		qsort(s->item + before, s->n - before, sizeof *s->item, by_relative);
	free(name);
	return rc;
}

/* A path's own name. */
static struct slice base_name(struct slice path)
{
	const char *slash = memrchr(path.p, '/', path.n);

	return slash ? slice_tail(path, (size_t)(slash + 1 - path.p)) : path;
}

/* A listed path as one below the output folder: no leading slash, "." and ".." resolved by name. */
static void relative_of_listed(struct slice path, struct buf *out)
{
	struct slice name;

	while (slice_cut(&path, '/', &name)) {
		if (name.n == 0 || slice_equal(name, S(".")))
			continue;
		if (slice_equal(name, S(".."))) {
			out->n -= base_name(buf_slice(out)).n;
			out->n -= out->n > 0;
			continue;
		}
		if (out->n)
			buf_byte(out, '/');
		buf_add(out, name);
	}
}

static int add_input(struct shards *s, const char *path, bool is_listed, const char *glob,
                     struct err *e)
{
	struct buf relative = {0};
	struct stat st;

	if (strcmp(path, "-") == 0) {
		for (size_t i = 0; i < s->n; i++)
			if (strcmp(s->item[i].path, "-") == 0)
				return err_set_rc(e, RC_INPUT, "stdin is an input twice");
		add_shard(s, S("-"), S("stdin"), NULL);
		return 0;
	}
	if (stat(path, &st))
		return cannot(path, "open", e);
	if (S_ISDIR(st.st_mode))
		return add_folder(s, slice_of(path), &st, glob, e);
	if (is_listed)
		relative_of_listed(slice_of(path), &relative);
	else
		buf_add(&relative, base_name(slice_of(path)));
	add_shard(s, slice_of(path), buf_slice(&relative), &st);
	buf_free(&relative);
	return 0;
}

static int read_list(const char *path, struct buf *list, struct err *e)
{
	struct stream *s = stream_open(path, NULL, e);
	size_t n;
	int r = -1;

	while (s && (r = stream_read(s, buf_reserve(list, 1 << 16), 1 << 16, &n, e)) == 1)
		list->n += n;
	stream_close(s);
	return r;
}

static int add_listed(struct shards *s, const struct shards_options *o, struct err *e)
{
	struct buf list = {0};
	struct slice rest, line;
	unsigned long long number = 0;
	int rc = read_list(o->file_list, &list, e);

	rest = buf_slice(&list);
	while (rc == 0 && slice_cut(&rest, '\n', &line)) {
		number++;
		if (line.n == 0)
			continue;
		char *path = mem_text(line.p, line.n);
		if (strlen(path) < line.n)
			rc = err_set_rc(e, RC_INPUT, "a path may not hold NUL");
		else if (strcmp(path, "-") == 0 && strcmp(o->file_list, "-") == 0)
			rc = err_set_rc(e, RC_INPUT, "stdin is the list and an input as well");
		else
			rc = add_input(s, path, true, o->glob, e);
		if (rc)
			err_prefix(e, "file list %s, line %llu", o->file_list, number);
		free(path);
	}
	buf_free(&list);
	return rc;
}

int shards_list(struct shards *s, const char *const *inputs, size_t n,
                const struct shards_options *o, struct err *e)
{
	static const struct shards_options none = {0};

	if (!o)
		o = &none;
	*s = (struct shards){0};
	for (size_t i = 0; i < n; i++)
		if (add_input(s, inputs[i], false, o->glob, e))
			return -1;
	if (o->file_list && add_listed(s, o, e))
		return -1;
	if (s->n == 0)
		return err_set_rc(e, RC_INPUT, "%s%sno input: not one file matches",
		                  n ? inputs[0] : "", n ? ": " : "");
	if (o->split && split_files(s, o->split, e))
		return -1;
	return o->stems_may_repeat ? 0 : shards_refuse_names(s, e);
}

void shards_free(struct shards *s)
{
	free(s->item);
	arena_free(&s->mem);
	*s = (struct shards){0};
}

struct sized {
	uint64_t size;
	size_t index;
};

static int larger_first(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

size_t *shards_by_size(const struct shards *s)
{
	struct sized *sized = mem_new(struct sized, s->n + 1);
	size_t *order = mem_new(size_t, s->n + 1);

	for (size_t i = 0; i < s->n; i++)
		sized[i] = (struct sized){s->item[i].size, i};
	qsort(sized, s->n, sizeof *sized, larger_first);
	for (size_t i = 0; i < s->n; i++)
		order[i] = sized[i].index;
	free(sized);
	return order;
}
