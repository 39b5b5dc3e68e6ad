#include "lib/dedup/columns.h"

#include <stdlib.h>

#include "lib/base/mem.h"

int columns_get(struct columns *c, uint64_t doc, uint64_t *value, struct err *e)
{
	const struct sketch_chunk *chunk;
	struct sealed file;
	size_t f;
	int rc;

	if (doc >= c->low && doc < c->high) {
		*value = c->value[doc - c->low];
		return 0;
	}
	f = sketches_file_of(c->s, doc);
	if (c->column == COLUMN_ORDER && f < c->s->old) {
		*value = 0;
		return 0;
	}
	chunk = sketch_chunk_of(&c->s->file[f], doc - c->s->base[f]);
	if (chunk->docs > c->cap) {
		c->cap = (size_t)chunk->docs;
		c->value = mem_grow(c->value, c->cap * sizeof *c->value);
	}
	if (sketch_begin(&c->s->file[f], &file, e) != 0)
		return -1;
	c->low = c->s->base[f] + chunk->base;
	c->high = c->low + chunk->docs;
	rc = sealed_read(&file, c->column == COLUMN_ORDER ? chunk->order : chunk->record, c->value,
	                 (size_t)chunk->docs * sizeof *c->value, e);
	sealed_close(&file);
	if (rc == 0)
		*value = c->value[doc - c->low];
	else
		c->high = c->low;
	return rc;
}

void columns_free(struct columns *c)
{
	free(c->value);
	c->value = NULL;
	c->low = c->high = 0;
	c->cap = 0;
}

void open_sketches_close(struct open_sketches *o)
{
	for (size_t i = 0; i < SKETCHES_OPEN; i++)
		if (o->which[i])
			sealed_close(&o->file[i]);
	for (size_t i = 0; i < sizeof o->window / sizeof *o->window; i++)
		free(o->window[i].bytes);
	memset(o->which, 0, sizeof o->which);
	memset(o->window, 0, sizeof o->window);
}

/* Where a document is: its file, opened, its chunk and its place there. */
static const struct sealed *locate(struct open_sketches *o, uint64_t doc,
                                   const struct sketch_chunk **chunk, uint64_t *at, struct err *e)
{
	const size_t f = sketches_file_of(o->s, doc), slot = f % SKETCHES_OPEN;

	if (o->which[slot] != f + 1) {
		if (o->which[slot])
			sealed_close(&o->file[slot]);
		o->which[slot] = 0;
		if (sketch_begin(&o->s->file[f], &o->file[slot], e) != 0)
			return NULL;
		o->which[slot] = f + 1;
	}
	*chunk = sketch_chunk_of(&o->s->file[f], doc - o->s->base[f]);
	*at = doc - o->s->base[f] - (*chunk)->base;
	return &o->file[slot];
}

/* Reads n bytes at `at` of an opened file through a window. */
static int read_window(struct open_sketches *o, unsigned kind, const struct sealed *file,
                       uint64_t at, void *p, size_t n, struct err *e)
{
	const size_t slot = (size_t)(file - o->file), which = o->which[slot];
	char *const bytes =
	        o->window[kind].bytes ? o->window[kind].bytes : mem_alloc(SKETCHES_WINDOW);

	o->window[kind].bytes = bytes;
	if (n > SKETCHES_WINDOW)
		return sealed_read(file, at, p, n, e);
	if (o->window[kind].which != which || at < o->window[kind].at ||
	    at + n > o->window[kind].at + o->window[kind].n) {
		const uint64_t left = at < file->size ? file->size - at : 0;
		const size_t now = left < SKETCHES_WINDOW ? (size_t)left : SKETCHES_WINDOW;

		o->window[kind].which = 0;
		if (now < n || sealed_read(file, at, bytes, now, e) != 0)
			return now < n ? sealed_read(file, at, p, n, e)
			               : -1; /* to say what is wrong */
		o->window[kind].which = which;
		o->window[kind].at = at;
		o->window[kind].n = now;
	}
	memcpy(p, bytes + (at - o->window[kind].at), n);
	return 0;
}

int open_sketches_sig(struct open_sketches *o, uint64_t doc, uint8_t *sig, struct err *e)
{
	const struct sketch_chunk *chunk;
	const uint32_t bytes = o->s->shape.sig_bytes;
	uint64_t at;
	const struct sealed *const file = locate(o, doc, &chunk, &at, e);

	return file ? read_window(o, 0, file, chunk->sig + at * bytes, sig, bytes, e) : -1;
}

int open_sketches_id(struct open_sketches *o, uint64_t doc, struct arena *mem, struct slice *id,
                     struct err *e)
{
	const struct sketch_chunk *chunk;
	uint64_t at, span[2];
	const struct sealed *const file = locate(o, doc, &chunk, &at, e);
	char *p;

	if (!file || read_window(o, 1, file, chunk->id_at + at * 8, span, sizeof span, e) != 0)
		return -1;
	if (span[1] < span[0] || span[1] - span[0] > file->size)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
	p = arena_alloc(mem, span[1] - span[0]);
	*id = (struct slice){p, span[1] - span[0]};
	return read_window(o, 2, file, chunk->id + span[0], p, id->n, e);
}

int open_sketches_set(struct open_sketches *o, uint64_t doc, struct arena *mem,
                      const uint32_t **set, size_t *n, struct err *e)
{
	const struct sketch_chunk *chunk;
	uint64_t at;
	const struct sealed *const file = locate(o, doc, &chunk, &at, e);

	return file ? sketch_set(file, chunk, at, mem, set, n, e) : -1;
}
