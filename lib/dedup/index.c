#include "lib/dedup/index.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"

#define MARK_MAGIC "MARK"

static const char *shard_path(const char *dir, uint64_t i, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/%06llu.sketch", dir, (unsigned long long)i);
	return buf_text(path);
}

/* All of one chunk. */
struct whole {
	uint64_t *record, *order, *set_at, *id_at, *key;
	uint8_t *sig;
	char *set, *id;
	uint32_t *first, *keys; /* of each document: its first list and how many */
};

static void *read_column(const struct sealed *file, uint64_t at, uint64_t n, struct arena *mem,
                         struct err *e)
{
	/* Not more than the file has is asked of memory. */
	void *const p = n <= file->size ? arena_alloc(mem, n) : NULL;

	if (!p && n > 0)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path), NULL;
	return sealed_read(file, at, p, n, e) == 0 ? p : NULL;
}

/* Keys go back from the sorted lists to their documents. */
static int read_keys(const struct sealed *file, const struct sketch *s,
                     const struct sketch_chunk *c, struct whole *w, struct arena *mem,
                     struct err *e)
{
	const size_t entry = sketch_entry_bytes(&s->shape), width = s->shape.width;

	w->key = arena_zero(mem, c->docs * s->shape.lists * width, sizeof *w->key);
	w->first = arena_new(mem, uint32_t, c->docs);
	w->keys = arena_new(mem, uint32_t, c->docs);
	for (unsigned list = 0; list < s->shape.lists; list++) {
		const char *const p =
		        read_column(file, c->list[list], c->entries[list] * entry, mem, e);

		if (!p)
			return -1;
		for (uint64_t i = 0; i < c->entries[list]; i++) {
			uint32_t place;

			memcpy(&place, p + i * entry + width * 8, sizeof place);
			if (place >= c->docs)
				return err_set_rc(e, RC_STATE, "%s: damaged", s->path);
			if (w->keys[place]++ == 0)
				w->first[place] = list;
			memcpy(w->key + (place * (uint64_t)s->shape.lists + list) * width,
			       p + i * entry, width * 8);
		}
	}
	return 0;
}

static int read_chunk(const struct sealed *file, const struct sketch *s,
                      const struct sketch_chunk *c, struct whole *w, struct arena *mem,
                      struct err *e)
{
	const uint64_t n = c->docs;

	if (!(w->record = read_column(file, c->record, n * 8, mem, e)) ||
	    !(w->order = read_column(file, c->order, n * 8, mem, e)) ||
	    !(w->sig = read_column(file, c->sig, n * s->shape.sig_bytes, mem, e)) ||
	    !(w->set_at = read_column(file, c->set_at, n * 8 + 8, mem, e)) ||
	    !(w->id_at = read_column(file, c->id_at, n * 8 + 8, mem, e)) ||
	    !(w->set = read_column(file, c->set, w->set_at[n], mem, e)) ||
	    !(w->id = read_column(file, c->id, w->id_at[n], mem, e)))
		return -1;
	return read_keys(file, s, c, w, mem, e);
}

static int add_chunk(const struct index_job *j, size_t shard, const struct sketch *s,
                     const struct sketch_chunk *c, const struct whole *w, struct sketch_out *out,
                     struct err *e)
{
	for (uint64_t i = 0; i < c->docs; i++) {
		const struct verdict_entry *const entry = verdict_find(j->v, shard, w->record[i]);
		struct sketch_row row = {
		        .record = w->record[i],
		        .order = w->order[i],
		        .id = {w->id + w->id_at[i], w->id_at[i + 1] - w->id_at[i]},
		        .first = w->first[i],
		        .keys = w->keys[i],
		        .key = w->key + (i * s->shape.lists + w->first[i]) * s->shape.width,
		        .sig = w->sig + i * s->shape.sig_bytes,
		        .set = (const uint32_t *)(const void *)(w->set + w->set_at[i]),
		        .set_n = (uint32_t)((w->set_at[i + 1] - w->set_at[i]) / 4),
		};

		if (entry && entry->survivor != entry->doc)
			row.id = verdict_name(j->v, entry);
		if (w->id_at[i + 1] < w->id_at[i] || w->set_at[i + 1] < w->set_at[i] ||
		    w->id_at[i + 1] > w->id_at[c->docs] || w->set_at[i + 1] > w->set_at[c->docs] ||
		    w->first[i] + w->keys[i] > s->shape.lists)
			return err_set_rc(e, RC_STATE, "%s: damaged", s->path);
		if (sketch_add(out, &row, e) != 0)
			return -1;
	}
	return 0;
}

static int write_shard(const struct index_job *j, size_t i, struct err *e)
{
	const struct sketch *const s = &j->s->file[j->s->old + i];
	struct buf path = {0};
	struct arena mem = {0};
	struct sealed file;
	struct sketch_out *out = NULL;
	int rc = sketch_begin(s, &file, e);

	shard_path(j->dir, i, &path);
	if (rc == 0) {
		out = sketch_create(buf_text(&path), &s->shape, s->settings, s->name, j->mem, e);
		rc = out ? 0 : -1;
	}
	for (size_t c = 0; rc == 0 && c < s->chunks; c++) {
		struct whole w = {0};

		arena_reset(&mem, 0);
		rc = share_beat(j->share, e) ? -1 : read_chunk(&file, s, &s->chunk[c], &w, &mem, e);
		if (rc == 0)
			rc = add_chunk(j, i, s, &s->chunk[c], &w, out, e);
	}
	if (rc == 0)
		rc = sketch_commit(out, e);
	else
		sketch_abandon(out);
	sealed_close(&file);
	arena_free(&mem);
	buf_free(&path);
	return rc;
}

/* The files of an index do not say what verdict they were made with, so marks do. */
static uint64_t mark_key(uint64_t verdict_key, const char *dir)
{
	return hash_mix(verdict_key + hash64(slice_of(dir)));
}

static int write_mark(const char *path, uint64_t key, struct err *e)
{
	struct sealed_out out;
	int rc = sealed_create(&out, path, MARK_MAGIC, e);

	if (rc == 0)
		rc = sealed_write(&out, &key, sizeof key, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	return rc;
}

static const char *mark_path(const struct index_job *j, size_t i, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/index-%06zu", j->share->dir, i);
	return buf_text(path);
}

bool index_is_done(const char *mark, uint64_t verdict_key, const char *dir)
{
	return sealed_is_of(mark, MARK_MAGIC, mark_key(verdict_key, dir));
}

static bool is_whole(void *user, size_t unit)
{
	const struct index_job *const j = user;

	(void)unit;
	return index_is_done(j->mark, j->v->head.key, j->dir);
}

static bool is_shard_done(void *user, size_t i)
{
	const struct index_job *const j = user;
	struct buf path = {0};
	const bool done = sealed_is_of(mark_path(j, i, &path), MARK_MAGIC,
	                               mark_key(j->v->head.key, j->dir));

	buf_free(&path);
	return done || is_whole(user, 0);
}

static int do_shard(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct index_job *const j = user;
	struct buf path = {0};
	int rc = write_shard(j, i, e);

	(void)thread;
	if (rc == 0)
		rc = write_mark(mark_path(j, i, &path), mark_key(j->v->head.key, j->dir), e);
	buf_free(&path);
	return rc;
}

static int do_head(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct index_job *const j = user;
	const uint64_t files = j->s->n - j->s->old;
	struct sealed_out out;
	struct buf path = {0};
	int rc;

	(void)unit;
	(void)thread;
	buf_addf(&path, "%s/index", j->dir);
	rc = sealed_create(&out, buf_text(&path), INDEX_MAGIC, e);
	if (rc == 0) {
		rc = sealed_write(&out, &files, sizeof files, e);
		rc = rc == 0 ? sealed_commit(&out, e) : -1;
		sealed_abandon(&out);
	}
	if (rc == 0)
		rc = write_mark(j->mark, mark_key(j->v->head.key, j->dir), e);
	buf_free(&path);
	return rc;
}

int index_write(const struct index_job *j, struct err *e)
{
	const struct phase shards = {"index", j->s->n - j->s->old, 0, is_shard_done, do_shard};
	const struct phase head = {"index-head", 1, 1, is_whole, do_head};

	return share_do(j->share, &shards, (void *)j, e) != 0 ||
	                       share_do(j->share, &head, (void *)j, e) != 0
	               ? -1
	               : 0;
}

/* How many files an index has: all of them are there, whatever number is written down. */
static int index_files(const char *dir, uint64_t *files, struct err *e)
{
	struct buf name = {0};
	struct sealed file;
	int rc;

	buf_addf(&name, "%s/index", dir);
	rc = sealed_open(&file, buf_text(&name), INDEX_MAGIC, e);
	if (rc == 0) {
		rc = sealed_check(&file, e);
		if (rc == 0)
			rc = sealed_read(&file, 0, files, sizeof *files, e);
		sealed_close(&file);
	}
	for (uint64_t i = 0; rc == 0 && i < *files; i++)
		if (access(shard_path(dir, i, &name), F_OK) != 0)
			rc = err_set(e, "%s: %s", buf_text(&name), strerror(errno));
	if (rc != 0) {
		e->rc = RC_INPUT;
		err_prefix(e, "%s is not a whole index", dir);
	}
	buf_free(&name);
	return rc;
}

int index_paths(const char *dir, char ***path, size_t *n, struct err *e)
{
	struct buf name = {0};
	uint64_t files = 0;

	if (index_files(dir, &files, e) != 0)
		return -1;
	*path = mem_grow(*path, (*n + files + 1) * sizeof **path);
	for (uint64_t i = 0; i < files; i++) {
		shard_path(dir, i, &name);
		(*path)[(*n)++] = mem_text(name.p, name.n);
	}
	buf_free(&name);
	return 0;
}

int index_fingerprint(const char *dir, struct buf *out, struct err *e)
{
	struct buf name = {0};
	uint64_t files = 0;
	int rc = index_files(dir, &files, e);

	buf_addf(out, "|%s %llu", dir, (unsigned long long)files);
	for (uint64_t i = 0; rc == 0 && i < files; i++) {
		struct sealed file;

		rc = sealed_open(&file, shard_path(dir, i, &name), SKETCH_MAGIC, e);
		if (rc == 0) {
			buf_addf(out, "|%llu %016llx", (unsigned long long)file.size,
			         (unsigned long long)file.hash);
			sealed_close(&file);
		}
	}
	buf_free(&name);
	return rc;
}
