/* Shards: the list of input files, found below folders, read from lists, in an order that never
 * changes; large ones cut in parts, each a shard of its own. */
#ifndef CURATE_IO_SHARDS_H
#define CURATE_IO_SHARDS_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/io/range.h"

struct shard {
	const char *path;     /* as the user wrote it, or below a folder he wrote; "-" is stdin */
	const char
	        *name; /* what messages and ids call it: the path, or of a part "PATH#part0003" */
	const char *relative; /* below that folder, else the file's own name ("stdin" for "-"); the
	                         same */
	struct slice stem;    /* `relative` without codec extension and without .jsonl, .ndjson or
	                       * .json; of    a part "STEM-part0003" */
	struct range range;   /* of 0, or the part of the file that it is */
	uint64_t size;        /* bytes of the file or part; 0 for what is not a regular file */
	int64_t mtime_ns; /* since 1970; 0 likewise */
	bool is_file;     /* a regular file: it can be opened twice, it has size and fingerprint */
};

struct shards {
	struct shard *item;
	size_t n, cap;
	struct arena mem; /* owns all names */
};

struct shards_options {
	const char *glob; /* which files below folders, matched on the relative path; or NULL */
	const char *file_list; /* a file of input paths, one a line ("-": stdin), or NULL */
	bool stems_may_repeat; /* for commands that write no file per shard */
	uint64_t split; /* plain bytes that a file is cut behind where it can be; 0: no file is cut
	                 */
};

/* Lists files, folders (recursively; names that begin with a dot are skipped, symbolic links are
 * followed; below a folder that a run wrote, its state, log, quarantine and dropped records are no
 * shards) and "-", then those of the file list. Inputs keep their order; below one folder shards
 * are sorted by the bytes of the relative path. Without a glob a folder gives all .jsonl, .ndjson
 * and .json files with any codec's extension or none. A listed file's relative path is the path as
 * it is listed, without a leading "/" and with "." and ".." resolved. -1 with RC_INPUT: something
 * is missing or unreadable, there is no shard at all, folders lead back into themselves, or two
 * shards would be written to one place; with RC_USAGE: more than RANGES_MAX parts. The parts of a
 * file stand where it stood, in their order. Free on failure too. */
int shards_list(struct shards *s, const char *const *inputs, size_t n,
                const struct shards_options *o, struct err *e);
void shards_free(struct shards *s);

/* Adds a regular file of `size` bytes that was listed before, or with a range the part of it,
 * without looking at it; its mtime stays 0. `relative` is the file's. */
void shards_add(struct shards *s, struct slice path, struct slice relative, uint64_t size,
                const struct range *range);

/* `relative` of the file, whether the shard is all of it or a part. */
struct slice shard_file(const struct shard *s);

/* Indices of s->item, largest file first (equal sizes in list order); owned, free with free(). */
size_t *shards_by_size(const struct shards *s);

/* What tells that an input is still the one it was: size, mtime, and the first and last 64 KiB. A
 * part's is its file's, told apart by the range: when the file changes, all its parts are done
 * again. */
struct fingerprint {
	uint64_t size; /* of the file */
	int64_t mtime_ns;
	uint64_t ends; /* XXH3-64 of the first and last 64 KiB, the size, and a part's range */
};

/* Reads the file's ends; RC_INPUT. Everything is 0 for what is not a regular file. */
int shard_fingerprint(const struct shard *s, struct fingerprint *f, struct err *e);

/* The same content as far as the ends and the size tell; mtime is left to the caller. */
static inline bool fingerprint_equal(const struct fingerprint *a, const struct fingerprint *b)
{
	return a->size == b->size && a->ends == b->ends;
}

#endif
