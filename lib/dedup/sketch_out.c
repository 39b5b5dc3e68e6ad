#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/dedup/radix.h"
#include "lib/dedup/sketch.h"

/* A row's bytes: this head, then keys, signature, set, id. */
struct head {
	uint64_t record, order;
	uint32_t first, keys, set_n, id_n;
};

void sketch_row_write(const struct sketch_shape *shape, const struct sketch_row *row,
                      struct buf *out)
{
	const struct head h = {
	        row->record,        row->order, row->first, row->keys, shape->sets ? row->set_n : 0,
	        (uint32_t)row->id.n};

	buf_add(out, (struct slice){(const char *)&h, sizeof h});
	buf_add(out, (struct slice){(const char *)row->key, (size_t)row->keys * shape->width * 8});
	buf_add(out, (struct slice){(const char *)row->sig, shape->sig_bytes});
	if (h.set_n)
		buf_add(out, (struct slice){(const char *)row->set, h.set_n * sizeof *row->set});
	buf_add(out, row->id);
}

size_t sketch_row_bytes(const struct sketch_shape *shape, struct slice bytes)
{
	struct head h;

	if (bytes.n < sizeof h)
		return SIZE_MAX;
	memcpy(&h, bytes.p, sizeof h);
	return sizeof h + (size_t)h.keys * shape->width * 8 + shape->sig_bytes +
	       (size_t)h.set_n * 4 + h.id_n;
}

int sketch_row_read(const struct sketch_shape *shape, struct slice *rest, struct sketch_row *row,
                    struct arena *mem, struct err *e)
{
	struct head h;
	size_t keys, sets;
	uint64_t *key;
	uint32_t *set;
	const char *p;

	if (rest->n == 0)
		return 0;
	if (rest->n < sizeof h)
		return err_set_rc(e, RC_STATE, "a sketch is cut short");
	memcpy(&h, rest->p, sizeof h);
	keys = (size_t)h.keys * shape->width * 8;
	sets = (size_t)h.set_n * 4;
	if (h.keys > shape->lists || h.first > shape->lists - h.keys || (h.set_n && !shape->sets) ||
	    rest->n - sizeof h < keys + shape->sig_bytes + sets + h.id_n)
		return err_set_rc(e, RC_STATE, "a sketch is damaged");
	p = rest->p + sizeof h;
	key = arena_alloc(mem, keys);
	memcpy(key, p, keys);
	set = arena_alloc(mem, sets);
	memcpy(set, p + keys + shape->sig_bytes, sets);
	*row = (struct sketch_row){h.record,
	                           h.order,
	                           {p + keys + shape->sig_bytes + sets, h.id_n},
	                           h.first,
	                           h.keys,
	                           key,
	                           (const uint8_t *)p + keys,
	                           set,
	                           h.set_n};
	*rest = slice_tail(*rest, sizeof h + keys + shape->sig_bytes + sets + h.id_n);
	return 1;
}

/* The chunk being filled, by columns. */
struct sketch_out {
	struct sealed_out file;
	struct sketch_shape shape;
	struct slice settings, name; /* owned */
	uint64_t mem, docs;
	size_t n; /* documents in the chunk */
	struct buf record, order, sig, set_at, set, id_at, id;
	struct buf *list; /* [lists]: radix records (key words, place) */
	uint64_t *spare;
	size_t spare_cap;
	struct buf directory;
	uint64_t chunks;
	struct buf entry;
};

static void add_u64(struct buf *b, uint64_t v)
{
	memcpy(buf_reserve(b, 8), &v, 8);
	b->n += 8;
}

static struct slice owned(struct slice s)
{
	return (struct slice){mem_text(s.p, s.n), s.n};
}

struct sketch_out *sketch_create(const char *path, const struct sketch_shape *shape,
                                 struct slice settings, struct slice name, uint64_t mem,
                                 struct err *e)
{
	struct sketch_out *const o = mem_new(struct sketch_out, 1);

	o->shape = *shape;
	o->settings = owned(settings);
	o->name = owned(name);
	o->mem = mem;
	o->list = mem_new(struct buf, shape->lists);
	if (sealed_create(&o->file, path, SKETCH_MAGIC, e) == 0)
		return o;
	sketch_abandon(o);
	return NULL;
}

void sketch_abandon(struct sketch_out *o)
{
	if (!o)
		return;
	sealed_abandon(&o->file);
	for (unsigned i = 0; i < o->shape.lists; i++)
		buf_free(&o->list[i]);
	free(o->list);
	buf_free(&o->record);
	buf_free(&o->order);
	buf_free(&o->sig);
	buf_free(&o->set_at);
	buf_free(&o->set);
	buf_free(&o->id_at);
	buf_free(&o->id);
	buf_free(&o->directory);
	buf_free(&o->entry);
	free(o->spare);
	free((char *)o->settings.p);
	free((char *)o->name.p);
	free(o);
}

/* Writes one column and notes where it lies. */
static int put(struct sketch_out *o, struct buf *column, struct err *e)
{
	add_u64(&o->directory, o->file.size);
	if (sealed_write(&o->file, column->p, column->n, e) != 0)
		return -1;
	buf_reset(column);
	return 0;
}

static int put_list(struct sketch_out *o, struct buf *list, struct err *e)
{
	const unsigned width = o->shape.width + 1;
	uint64_t *const record = (uint64_t *)list->p;
	const size_t n = list->n / 8 / width, bytes = o->shape.width * 8;

	if (list->n > o->spare_cap) {
		o->spare = mem_grow(o->spare, list->n);
		o->spare_cap = list->n;
	}
	if (n > 0)
		radix_sort(record, o->spare, n, width);
	buf_reset(&o->entry);
	for (size_t i = 0; i < n; i++) {
		const uint32_t place = (uint32_t)record[i * width + width - 1];
		char *const to = buf_reserve(&o->entry, bytes + 4);

		memcpy(to, record + i * width, bytes);
		memcpy(to + bytes, &place, 4);
		o->entry.n += bytes + 4;
	}
	buf_reset(list);
	add_u64(&o->directory, n);
	return put(o, &o->entry, e);
}

static int flush(struct sketch_out *o, struct err *e)
{
	if (o->n == 0)
		return 0;
	add_u64(&o->set_at, o->set.n);
	add_u64(&o->id_at, o->id.n);
	add_u64(&o->directory, o->n);
	if (put(o, &o->record, e) != 0 || put(o, &o->order, e) != 0 || put(o, &o->sig, e) != 0 ||
	    put(o, &o->set_at, e) != 0 || put(o, &o->set, e) != 0 || put(o, &o->id_at, e) != 0 ||
	    put(o, &o->id, e) != 0)
		return -1;
	for (unsigned i = 0; i < o->shape.lists; i++)
		if (put_list(o, &o->list[i], e) != 0)
			return -1;
	o->docs += o->n;
	o->n = 0;
	o->chunks++;
	return 0;
}

int sketch_add(struct sketch_out *o, const struct sketch_row *row, struct err *e)
{
	const struct sketch_shape *const shape = &o->shape;
	const uint64_t held =
	        o->n * (32 + shape->sig_bytes + (uint64_t)shape->lists * (shape->width + 1) * 8) +
	        o->set.n + o->id.n;

	if ((held > o->mem || o->n == UINT32_MAX) && flush(o, e) != 0)
		return -1;
	add_u64(&o->record, row->record);
	add_u64(&o->order, row->order);
	buf_add(&o->sig, (struct slice){(const char *)row->sig, shape->sig_bytes});
	add_u64(&o->set_at, o->set.n);
	if (shape->sets)
		buf_add(&o->set, (struct slice){(const char *)row->set, (size_t)row->set_n * 4});
	add_u64(&o->id_at, o->id.n);
	buf_add(&o->id, row->id);
	for (unsigned i = 0; i < row->keys; i++) {
		struct buf *const list = &o->list[row->first + i];

		buf_add(list, (struct slice){(const char *)(row->key + i * shape->width),
		                             shape->width * 8});
		add_u64(list, o->n);
	}
	o->n++;
	return 0;
}

/* The directory stands last; the last 32 bytes of the content say where it is. */
int sketch_commit(struct sketch_out *o, struct err *e)
{
	uint64_t last[4];
	int rc = flush(o, e);

	last[0] = o->file.size;
	last[1] = o->chunks;
	last[2] = o->settings.n;
	last[3] = o->name.n;
	if (rc == 0 && sealed_write(&o->file, o->directory.p, o->directory.n, e) == 0 &&
	    sealed_write(&o->file, o->settings.p, o->settings.n, e) == 0 &&
	    sealed_write(&o->file, o->name.p, o->name.n, e) == 0 &&
	    sealed_write(&o->file, &o->shape, sizeof o->shape, e) == 0 &&
	    sealed_write(&o->file, last, sizeof last, e) == 0)
		rc = sealed_commit(&o->file, e);
	else
		rc = -1;
	sketch_abandon(o);
	return rc;
}
