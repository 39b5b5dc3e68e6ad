#include "lib/dedup/exchange.h"

#include <stdlib.h>
#include <xxhash.h>

#include "lib/base/mem.h"
#include "lib/dedup/radix.h"

#define MAGIC "XCHG"

/* 1 << 18 documents a part make units of a second; more than PARTS_MAX would make the pieces of a
 * file too small to read well. */
enum { PART_BITS = 18, PARTS_MIN = 8, PARTS_MAX = 1024, RUN_MIN = 1 << 14, RUN_MAX = 1 << 18 };

/* Where the records of one part lie in one run. */
struct piece {
	uint64_t at, records, hash;
};

/* A file's end; before it, the pieces: of run 0 by part, of run 1, … */
struct tail {
	uint64_t key, width, parts, runs, records, sums[EXCHANGE_SUMS];
};

struct exchange_out {
	const struct exchange *x;
	struct sealed_out file;
	uint64_t *record;
	size_t n, cap;
	struct buf piece;
	struct tail tail;
};

size_t exchange_parts(uint64_t docs)
{
	const uint64_t want = docs >> PART_BITS;

	return want < PARTS_MIN ? PARTS_MIN : want > PARTS_MAX ? PARTS_MAX : (size_t)want;
}

size_t exchange_run(uint64_t docs)
{
	const uint64_t want = docs >> 8;

	return want < RUN_MIN ? RUN_MIN : want > RUN_MAX ? RUN_MAX : (size_t)want;
}

static const char *path_of(const struct exchange *x, size_t maker, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/%s-%04zu.x", x->dir, x->name, maker);
	return buf_text(path);
}

static size_t part_of(const struct exchange *x, uint64_t first)
{
	const size_t part = (size_t)((unsigned __int128)first * x->parts / x->top);

	return part < x->parts ? part : x->parts - 1;
}

/* The seed tells apart pieces that are empty, so that none can be taken for another. */
static uint64_t hash_piece(const void *records, size_t bytes, size_t run, size_t part)
{
	return XXH3_64bits_withSeed(records, bytes, (uint64_t)run * PARTS_MAX + part);
}

struct exchange_out *exchange_create(const struct exchange *x, size_t maker, struct err *e)
{
	struct exchange_out *const o = mem_new(struct exchange_out, 1);
	struct buf path = {0};

	o->x = x;
	o->tail = (struct tail){.key = x->key, .width = x->width, .parts = x->parts};
	if (sealed_create(&o->file, path_of(x, maker, &path), MAGIC, e) != 0) {
		exchange_abandon(o);
		buf_free(&path);
		return NULL;
	}
	buf_free(&path);
	return o;
}

static int flush_run(struct exchange_out *o, struct err *e)
{
	const struct exchange *const x = o->x;
	uint64_t *const spare = mem_alloc(o->n * x->width * 8 + 8);
	size_t from = 0;

	radix_sort(o->record, spare, o->n, x->width);
	free(spare);
	for (size_t part = 0; part < x->parts; part++) {
		const uint64_t *const first = o->record + from * x->width;
		size_t to = from;

		while (to < o->n && part_of(x, o->record[to * x->width]) == part)
			to++;
		const size_t bytes = (to - from) * x->width * 8;
		const struct piece piece = {o->file.size, to - from,
		                            hash_piece(first, bytes, o->tail.runs, part)};

		buf_add(&o->piece, (struct slice){(const char *)&piece, sizeof piece});
		if (sealed_write(&o->file, first, bytes, e) != 0)
			return -1;
		from = to;
	}
	o->tail.runs++;
	o->tail.records += o->n;
	o->n = 0;
	return share_beat(x->share, e);
}

int exchange_add(struct exchange_out *o, const uint64_t *record, struct err *e)
{
	const unsigned width = o->x->width;

	if (o->n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 1024;
		if (o->cap > o->x->run)
			o->cap = o->x->run;
		o->record = mem_grow(o->record, o->cap * width * 8);
	}
	for (unsigned i = 0; i < width; i++)
		o->record[o->n * width + i] = record[i];
	return ++o->n < o->x->run ? 0 : flush_run(o, e);
}

int exchange_commit(struct exchange_out *o, const uint64_t sums[EXCHANGE_SUMS], struct err *e)
{
	int rc = o->n ? flush_run(o, e) : 0;

	for (size_t i = 0; sums && i < EXCHANGE_SUMS; i++)
		o->tail.sums[i] = sums[i];
	if (rc == 0)
		rc = sealed_write(&o->file, o->piece.p, o->piece.n, e);
	if (rc == 0)
		rc = sealed_write(&o->file, &o->tail, sizeof o->tail, e);
	if (rc == 0)
		rc = sealed_commit(&o->file, e);
	exchange_abandon(o);
	return rc;
}

void exchange_abandon(struct exchange_out *o)
{
	if (!o)
		return;
	sealed_abandon(&o->file);
	free(o->record);
	buf_free(&o->piece);
	free(o);
}

/* Opens a maker's file; *directory becomes the place of its pieces. */
static int open_maker(const struct exchange *x, size_t maker, struct buf *path, struct sealed *file,
                      struct tail *t, uint64_t *directory, struct err *e)
{
	if (sealed_open(file, path_of(x, maker, path), MAGIC, e) != 0)
		return -1;
	if (file->size >= sizeof *t &&
	    sealed_read(file, file->size - sizeof *t, t, sizeof *t, e) == 0 && t->key == x->key &&
	    t->width == x->width && t->parts == x->parts) {
		const uint64_t rest = file->size - sizeof *t;

		if (t->records <= rest / (t->width * 8) &&
		    t->runs <= rest / (t->parts * sizeof(struct piece)) &&
		    t->records * t->width * 8 + t->runs * t->parts * sizeof(struct piece) == rest) {
			*directory = t->records * t->width * 8;
			return 0;
		}
	}
	sealed_close(file);
	return err_set_rc(e, RC_STATE, "%s: damaged, or made from something else", file->path);
}

bool exchange_is_made(const struct exchange *x, size_t maker)
{
	struct buf path = {0};
	struct err e = {0};
	struct sealed file;
	uint64_t directory;
	struct tail t;
	const bool made = open_maker(x, maker, &path, &file, &t, &directory, &e) == 0;

	if (made)
		sealed_close(&file);
	buf_free(&path);
	return made;
}

int exchange_sum(const struct exchange *x, uint64_t sums[EXCHANGE_SUMS], struct err *e)
{
	struct buf path = {0};
	int rc = 0;

	memset(sums, 0, EXCHANGE_SUMS * sizeof *sums);
	for (size_t maker = 0; maker < x->makers && rc == 0; maker++) {
		struct sealed file;
		uint64_t directory;
		struct tail t;

		rc = open_maker(x, maker, &path, &file, &t, &directory, e);
		if (rc != 0)
			break;
		for (size_t i = 0; i + 1 < EXCHANGE_SUMS; i++)
			sums[i] += t.sums[i];
		if (t.sums[EXCHANGE_SUMS - 1] > sums[EXCHANGE_SUMS - 1])
			sums[EXCHANGE_SUMS - 1] = t.sums[EXCHANGE_SUMS - 1];
		sealed_close(&file);
	}
	buf_free(&path);
	return rc;
}

/* The records of one part, in memory as long as there are no more than fit. */
struct gather {
	const struct exchange *x;
	size_t part;
	uint64_t *all, *block; /* the records; those of one piece */
	uint64_t records, cap, block_cap, fits;
	uint64_t mem;
	struct shuffle *to; /* where they go when they do not fit */
};

static int spill(struct gather *g, const uint64_t *record, uint64_t n, struct err *e)
{
	for (uint64_t i = 0; i < n; i++)
		if (shuffle_add(g->to, 0, record + i * g->x->width, e) != 0)
			return -1;
	return 0;
}

static int begin_spill(struct gather *g, struct err *e)
{
	struct buf name = {0};
	int rc = -1;

	buf_addf(&name, "%s.%zu", g->x->name, g->part);
	g->to = shuffle_open(g->x->dir, buf_text(&name), g->x->width, g->x->top, 1, 1, g->mem / 4,
	                     e);
	if (g->to)
		rc = spill(g, g->all, g->records, e);
	free(g->all);
	g->all = NULL;
	buf_free(&name);
	return rc;
}

static int take_piece(struct gather *g, const struct sealed *file, const struct piece *piece,
                      size_t run, struct err *e)
{
	const size_t bytes = (size_t)piece->records * g->x->width * 8;
	uint64_t *to;

	if (!g->to && g->records + piece->records > g->fits && begin_spill(g, e) != 0)
		return -1;
	if (!g->to && g->records + piece->records > g->cap) {
		g->cap = 2 * g->cap + piece->records < g->fits ? 2 * g->cap + piece->records
		                                               : g->fits;
		g->all = mem_grow(g->all, g->cap * g->x->width * 8);
	}
	if (g->to && piece->records > g->block_cap) {
		g->block_cap = piece->records;
		g->block = mem_grow(g->block, bytes);
	}
	to = g->to ? g->block : g->all + g->records * g->x->width;
	if (sealed_read(file, piece->at, to, bytes, e) != 0)
		return -1;
	if (hash_piece(to, bytes, run, g->part) != piece->hash)
		return err_set_rc(e, RC_STATE, "%s: damaged: a checksum does not fit", file->path);
	g->records += piece->records;
	return g->to ? spill(g, to, piece->records, e) : 0;
}

static int take_maker(struct gather *g, size_t maker, struct err *e)
{
	struct buf path = {0};
	struct sealed file;
	struct tail t;
	uint64_t directory;
	int rc = open_maker(g->x, maker, &path, &file, &t, &directory, e);

	if (rc != 0) {
		buf_free(&path);
		return rc;
	}
	rc = share_beat(g->x->share, e);
	for (uint64_t run = 0; rc == 0 && run < t.runs; run++) {
		struct piece piece;

		rc = sealed_read(&file, directory + (run * t.parts + g->part) * sizeof piece,
		                 &piece, sizeof piece, e);
		if (rc == 0 && piece.records > t.records)
			rc = err_set_rc(e, RC_STATE, "%s: damaged", file.path);
		if (rc == 0)
			rc = take_piece(g, &file, &piece, run, e);
	}
	sealed_close(&file);
	buf_free(&path);
	return rc;
}

struct shuffle *exchange_gather(const struct exchange *x, size_t part, uint64_t mem, struct err *e)
{
	struct gather g = {.x = x, .part = part, .mem = mem, .fits = mem / 2 / x->width / 8};
	int rc = 0;

	for (size_t maker = 0; maker < x->makers && rc == 0; maker++)
		rc = take_maker(&g, maker, e);
	if (rc == 0 && !g.to)
		g.to = shuffle_of_memory(g.all, (size_t)g.records, x->width);
	else if (rc == 0)
		rc = shuffle_end(g.to, e);
	else
		free(g.all);
	if (rc != 0) {
		shuffle_close(g.to);
		g.to = NULL;
	}
	free(g.block);
	return g.to;
}
