#include "lib/doc/prox_index.h"

#include "lib/base/mem.h"
#include "lib/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct prox_store {
	char *path; /* of the index */
	int file;
	struct prox_footer footer;
	uint64_t *table;
};

static int read_at(const struct prox_store *s, void *to, size_t n, uint64_t at, struct err *e)
{
	if (file_read_at(s->file, at, to, n) == 0)
		return 0;
	return err_set_rc(e, RC_INPUT, "%s: %s", s->path, strerror(errno));
}

static bool fits(const struct prox_footer *f, uint64_t size)
{
	uint64_t table = (((uint64_t)1 << (f->bits & 31)) + 1) * sizeof(uint64_t);

	return memcmp(f->magic, PROX_INDEX_MAGIC, sizeof f->magic) == 0 &&
	       f->check == prox_footer_check(f) && f->bits <= 20 &&
	       f->entries <= size / sizeof(struct prox_entry) &&
	       f->entries_at + f->entries * sizeof(struct prox_entry) == f->table_at &&
	       f->table_at + table + sizeof *f == size;
}

/* 1: open; 0: there is none, or one that is not of this source; -1: it cannot be read. */
static int open_index(struct prox_store *s, const struct fingerprint *source, uint64_t fields,
                      struct err *e)
{
	struct stat st;

	s->file = file_open(s->path, O_RDONLY);
	if (s->file < 0)
		return 0;
	if (fstat(s->file, &st) != 0 || (uint64_t)st.st_size < sizeof s->footer)
		return 0;
	if (read_at(s, &s->footer, sizeof s->footer, (uint64_t)st.st_size - sizeof s->footer, e) !=
	    0)
		return -1;
	if (!fits(&s->footer, (uint64_t)st.st_size) || s->footer.fields != fields ||
	    !fingerprint_equal(&s->footer.source, source) ||
	    s->footer.source.mtime_ns != source->mtime_ns)
		return 0;
	size_t table = (((size_t)1 << s->footer.bits) + 1) * sizeof *s->table;

	s->table = mem_alloc(table);
	return read_at(s, s->table, table, s->footer.table_at, e) ? -1 : 1;
}

static int source_fingerprint(const char *path, struct fingerprint *f, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set_rc(e, RC_INPUT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set_rc(e, RC_INPUT, "%s: programs are read from a regular file", path);
	struct shard shard = {
		.path = path,
		.size = (uint64_t)st.st_size,
		.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
		.is_file = true,
	};

	return shard_fingerprint(&shard, f, e);
}

struct prox_store *prox_store_open(const char *path, const struct prox_store_options *o,
                                   struct err *e)
{
	struct prox_store *s = mem_new(struct prox_store, 1);
	uint64_t fields = hash64_seed(o->id, hash64(o->program));
	struct fingerprint source;
	struct buf name = {0};
	int opened = -1;

	buf_addf(&name, "%s%s", o->index ? o->index : path, o->index ? "" : ".index");
	s->path = mem_text(name.p, name.n);
	s->file = -1;
	if (source_fingerprint(path, &source, e) == 0)
		opened = open_index(s, &source, fields, e);
	if (opened == 0) {
		if (s->file >= 0)
			close(s->file);
		opened = prox_index_build(path, s->path, o, &source, fields, e) == 0
		                 ? open_index(s, &source, fields, e)
		                 : -1;
		if (opened == 0)
			err_set_rc(e, RC_INPUT, "%s: changed while it was read", path);
	}
	buf_free(&name);
	if (opened == 1)
		return s;
	if (e->rc == RC_OUTPUT && !o->index)
		err_prefix(e, "the programs' index goes beside them; `index` names another place");
	prox_store_close(s);
	return NULL;
}

void prox_store_close(struct prox_store *s)
{
	if (!s)
		return;
	if (s->file >= 0)
		close(s->file);
	free(s->table);
	free(s->path);
	free(s);
}

struct prox_store_counts prox_store_counts(const struct prox_store *s)
{
	return s->footer.counts;
}

enum { READ_AHEAD = 64 }; /* entries read at once */

static int read_entries(const struct prox_store *s, struct prox_entry *to, uint64_t first, size_t n,
                        struct err *e)
{
	return read_at(s, to, n * sizeof *to, s->footer.entries_at + first * sizeof *to, e);
}

/* The first entry of [low, high) that is not before the hash. */
static int lower_bound(const struct prox_store *s, struct hash128 h, uint64_t low, uint64_t high,
                       uint64_t *found, struct err *e)
{
	while (high - low > READ_AHEAD) {
		uint64_t middle = low + (high - low) / 2;
		struct prox_entry entry;

		if (read_entries(s, &entry, middle, 1, e) != 0)
			return -1;
		if (entry.hi < h.hi || (entry.hi == h.hi && entry.lo < h.lo))
			low = middle + 1;
		else
			high = middle;
	}
	*found = low;
	return 0;
}

/* Puts the text of one row, which may hold many chunks, where it belongs. */
static int take(const struct prox_store *s, const struct prox_entry *entry,
                struct prox_found *found, struct arena *mem, struct err *e)
{
	size_t n = entry->chunks, k = entry->chunk;
	bool is_list = n > 1 && found->n == 0 && k == 0;

	if (entry->length > s->footer.entries_at || entry->offset > s->footer.entries_at ||
	    k >= n || n > PROX_CHUNKS_MAX)
		return err_set_rc(e, RC_INPUT, "%s: the index is damaged", s->path);
	char *text = arena_alloc(mem, entry->length + 1); /* never NULL: that is a missing one */

	if (read_at(s, text, entry->length, entry->offset, e) != 0)
		return -1;
	if (n > found->n) {
		struct slice *chunk = arena_new(mem, struct slice, n);

		if (found->n)
			memcpy(chunk, found->chunk, found->n * sizeof *chunk);
		for (size_t i = found->n; i < n; i++)
			chunk[i].p = NULL;
		found->chunk = chunk;
		found->n = n;
	}
	struct slice rest = {text, entry->length}, one;

	if (!is_list || !memchr(text, PROX_NEXT_CHUNK, entry->length)) {
		if (k < found->n && !found->chunk[k].p)
			found->chunk[k] = rest;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		one = S("");
		slice_cut(&rest, (char)PROX_NEXT_CHUNK, &one);
		found->chunk[i] = one;
	}
	return 0;
}

int prox_store_find(const struct prox_store *s, struct slice id, struct prox_found *found,
                    struct arena *mem, struct err *e)
{
	struct hash128 h = hash128(id);
	size_t slot = s->footer.bits ? h.hi >> (64 - s->footer.bits) : 0;
	uint64_t at, end = s->footer.entries;
	struct prox_entry entry[READ_AHEAD];

	*found = (struct prox_found){0};
	if (lower_bound(s, h, s->table[slot], s->table[slot + 1], &at, e) != 0)
		return -1;
	for (bool more = true; more && at < end;) {
		size_t n = end - at < READ_AHEAD ? end - at : READ_AHEAD;

		if (read_entries(s, entry, at, n, e) != 0)
			return -1;
		for (size_t i = 0; i < n && more; i++, at++) {
			bool before =
			        entry[i].hi < h.hi || (entry[i].hi == h.hi && entry[i].lo < h.lo);

			more = before || (entry[i].hi == h.hi && entry[i].lo == h.lo);
			if (more && !before && take(s, &entry[i], found, mem, e) != 0)
				return -1;
		}
	}
	for (size_t i = 0; i < found->n; i++)
		if (!found->chunk[i].p) {
			found->chunk[i] = S("");
			found->missing++;
		}
	return 0;
}
