#include "lib/dedup/sketch.h"

#include <stdlib.h>

#include "lib/base/mem.h"

struct tail {
	struct sketch_shape shape;
	uint64_t directory, chunks, settings_n, name_n;
};

static int damaged(const struct sketch *s, struct err *e)
{
	return err_set_rc(e, RC_STATE, "%s: damaged: its directory makes no sense", s->path);
}

/* Takes one chunk's numbers out of the directory and checks that they lie in the content. */
static bool read_chunk(struct sketch *s, struct sketch_chunk *c, const uint64_t *number)
{
	const uint64_t entry = sketch_entry_bytes(&s->shape), size = s->file.size;

	c->base = s->docs;
	c->docs = number[0];
	c->record = number[1];
	c->order = number[2];
	c->sig = number[3];
	c->set_at = number[4];
	c->set = number[5];
	c->id_at = number[6];
	c->id = number[7];
	if (c->docs == 0 || c->docs > UINT32_MAX || c->record > size ||
	    c->docs * 8 > size - c->record)
		return false;
	c->list = arena_new(&s->mem, uint64_t, s->shape.lists);
	c->entries = arena_new(&s->mem, uint64_t, s->shape.lists);
	for (unsigned i = 0; i < s->shape.lists; i++) {
		c->entries[i] = number[8 + 2 * i];
		c->list[i] = number[9 + 2 * i];
		if (c->entries[i] > c->docs || c->list[i] > size ||
		    c->entries[i] * entry > size - c->list[i])
			return false;
	}
	s->docs += c->docs;
	return true;
}

static int read_directory(struct sketch *s, struct err *e)
{
	const uint64_t size = s->file.size;
	struct tail t;
	uint64_t *number, words, rest;
	char *text;

	if (size < sizeof t || sealed_read(&s->file, size - sizeof t, &t, sizeof t, e) != 0)
		return damaged(s, e);
	s->shape = t.shape;
	if (t.shape.lists == 0 || t.shape.lists > SKETCH_LISTS || t.shape.width < 1 ||
	    t.shape.width > 2)
		return damaged(s, e);
	words = 8 + 2 * (uint64_t)t.shape.lists;
	rest = size - sizeof t;
	if (t.directory > rest || t.settings_n > rest || t.name_n > rest ||
	    t.chunks > (rest - t.directory) / 8 / words ||
	    t.directory + t.chunks * words * 8 + t.settings_n + t.name_n != rest)
		return damaged(s, e);
	number = arena_alloc(&s->mem, t.chunks * words * 8);
	text = arena_alloc(&s->mem, t.settings_n + t.name_n);
	if (sealed_read(&s->file, t.directory, number, t.chunks * words * 8, e) != 0 ||
	    sealed_read(&s->file, rest - t.settings_n - t.name_n, text, t.settings_n + t.name_n,
	                e) != 0)
		return -1;
	s->settings = (struct slice){text, t.settings_n};
	s->name = (struct slice){text + t.settings_n, t.name_n};
	s->chunk = arena_new(&s->mem, struct sketch_chunk, t.chunks);
	s->chunks = t.chunks;
	for (size_t i = 0; i < s->chunks; i++)
		if (!read_chunk(s, &s->chunk[i], number + i * words))
			return damaged(s, e);
	return 0;
}

int sketch_open(struct sketch *s, const char *path, struct err *e)
{
	*s = (struct sketch){.path = mem_text(path, strlen(path)), .file.fd = -1};
	if (sealed_open(&s->file, s->path, SKETCH_MAGIC, e) != 0 || read_directory(s, e) != 0) {
		sketch_close(s);
		return -1;
	}
	sealed_close(&s->file);
	return 0;
}

void sketch_close(struct sketch *s)
{
	if (s->path)
		sealed_close(&s->file);
	free(s->path);
	arena_free(&s->mem);
	*s = (struct sketch){.file.fd = -1};
}

int sketch_begin(const struct sketch *s, struct sealed *file, struct err *e)
{
	return sealed_open(file, s->path, SKETCH_MAGIC, e);
}

const struct sketch_chunk *sketch_chunk_of(const struct sketch *s, uint64_t doc)
{
	size_t low = 0, high = s->chunks;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (s->chunk[middle].base <= doc)
			low = middle;
		else
			high = middle;
	}
	return &s->chunk[low];
}

int sketch_set(const struct sealed *file, const struct sketch_chunk *c, uint64_t at,
               struct arena *mem, const uint32_t **set, size_t *n, struct err *e)
{
	uint64_t span[2];
	uint32_t *p;

	if (sealed_read(file, c->set_at + at * 8, span, sizeof span, e) != 0)
		return -1;
	if (span[1] < span[0] || span[1] - span[0] > file->size)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
	*n = (size_t)(span[1] - span[0]) / sizeof *p;
	p = arena_alloc(mem, *n * sizeof *p);
	*set = p;
	return sealed_read(file, c->set + span[0], p, *n * sizeof *p, e);
}

static int key_at(const struct sealed *file, uint64_t list, size_t entry, uint64_t at,
                  uint64_t *key, struct err *e)
{
	return sealed_read(file, list + at * entry, key, sizeof *key, e);
}

/* Keys are hashes, so a guess by proportion is near; the search goes on from there. */
int sketch_seek(const struct sealed *file, const struct sketch *s, const struct sketch_chunk *c,
                unsigned list, uint64_t key, uint64_t *at, struct err *e)
{
	const size_t entry = sketch_entry_bytes(&s->shape);
	const uint64_t n = c->entries[list];
	uint64_t low = 0, high = n, probe = (uint64_t)((unsigned __int128)key * n >> 64), step = 64;

	if (key == 0)
		high = 0;
	while (low < high) {
		uint64_t found;

		if (probe < low || probe >= high)
			probe = low + (high - low) / 2;
		if (key_at(file, c->list[list], entry, probe, &found, e) != 0)
			return -1;
		if (found < key)
			low = probe + 1;
		else
			high = probe;
		probe = found < key ? low + step : high > step ? high - step : 0;
		step *= 4;
	}
	*at = low;
	return 0;
}
