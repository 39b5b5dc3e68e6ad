#include "lib/dedup/datatrove.h"

#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"

/* One bucket: records of rows + 2 words, the signature's and then (file, document). */
struct bucket {
	uint64_t *record;
	size_t n, width;
};

struct pairs { /* (document, document), numbered over all files */
	uint64_t *pair;
	size_t n;
};

struct trove {
	const struct sketches *s;
	const struct datatrove_options *o;
	struct pairs *pairs; /* [bands] */
};

static int compare_records(const void *x, const void *y, void *width)
{
	const uint64_t *const a = x, *const b = y;

	for (size_t i = 0; i < *(size_t *)width; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Adds the signatures one file has in a band. */
static int read_file(const struct trove *t, size_t f, unsigned band, struct bucket *b,
                     struct err *e)
{
	const struct sketch *const s = &t->s->file[f];
	const size_t rows = t->o->rows, entry = sketch_entry_bytes(&s->shape);
	struct sealed file;
	int rc = sketch_begin(s, &file, e);

	if (rc != 0)
		return rc;
	for (size_t c = 0; c < s->chunks && rc == 0; c++) {
		const struct sketch_chunk *const chunk = &s->chunk[c];

		rc = interrupt_check(e);

		b->record = mem_grow(b->record, (b->n + chunk->entries[band] + 1) * b->width * 8);
		for (uint64_t i = 0; i < chunk->entries[band] && rc == 0; i++) {
			uint64_t *const to = b->record + b->n * b->width;
			uint32_t place = 0;

			rc = sealed_read(&file, chunk->list[band] + i * entry + entry - 4, &place,
			                 4, e);
			if (rc == 0)
				rc = sealed_read(&file,
				                 chunk->sig + (uint64_t)place * s->shape.sig_bytes +
				                         band * rows * 8,
				                 to, rows * 8, e);
			to[rows] = f;
			to[rows + 1] = chunk->base + place;
			b->n++;
		}
	}
	sealed_close(&file);
	return rc;
}

static void add_u32(struct buf *out, uint64_t v)
{
	const uint32_t low = (uint32_t)v;

	buf_add(out, (struct slice){(const char *)&low, sizeof low});
}

static int write_file(struct buf *path, const struct buf *bytes, struct err *e)
{
	if (dir_make_parents(buf_text(path), e) != 0)
		return -1;
	return file_write_atomic(buf_text(path), buf_slice(bytes), e);
}

static int write_signatures(const struct trove *t, unsigned band, size_t f, const struct bucket *b,
                            size_t from, struct err *e)
{
	struct buf path = {0}, out = {0};
	int rc;

	for (size_t i = from; i < b->n; i++) {
		const uint64_t *const record = b->record + i * b->width;

		for (size_t k = 0; k < t->o->rows; k++)
			if (t->o->bits == 32)
				add_u32(&out, record[k]);
			else
				buf_add(&out, (struct slice){(const char *)&record[k], 8});
		add_u32(&out, record[t->o->rows + 1]);
	}
	buf_addf(&path, "%s/signatures/bucket_%03u/%05zu.minhash.sig", t->o->dir, band, f);
	rc = write_file(&path, &out, e);
	buf_free(&path);
	buf_free(&out);
	return rc;
}

/* A chain of pairs over each run of equal signatures. */
static int write_pairs(const struct trove *t, unsigned band, struct bucket *b, struct err *e)
{
	struct pairs *const p = &t->pairs[band];
	const size_t rows = t->o->rows;
	struct buf path = {0}, out = {0};
	int rc;

	qsort_r(b->record, b->n, b->width * 8, compare_records, &b->width);
	p->pair = mem_alloc((b->n + 1) * 16);
	for (size_t i = 1; i < b->n; i++) {
		const uint64_t *const x = b->record + (i - 1) * b->width, *const y = x + b->width;

		/* datatrove stops reading at the largest 32-bit hash */
		if (memcmp(x, y, rows * 8) != 0 || (t->o->bits == 32 && x[0] == UINT32_MAX))
			continue;
		add_u32(&out, x[rows]);
		add_u32(&out, x[rows + 1]);
		add_u32(&out, y[rows]);
		add_u32(&out, y[rows + 1]);
		p->pair[2 * p->n] = t->s->base[x[rows]] + x[rows + 1];
		p->pair[2 * p->n + 1] = t->s->base[y[rows]] + y[rows + 1];
		p->n++;
	}
	p->pair = mem_grow(p->pair, (p->n + 1) * 16);
	buf_addf(&path, "%s/buckets/%05u_00.dups", t->o->dir, band);
	rc = write_file(&path, &out, e);
	buf_free(&path);
	buf_free(&out);
	return rc;
}

static int do_band(void *user, size_t band, unsigned thread, struct err *e)
{
	const struct trove *const t = user;
	struct bucket b = {.width = t->o->rows + 2};
	int rc = 0;

	(void)thread;
	for (size_t f = 0; f < t->s->n && rc == 0; f++) {
		const size_t from = b.n;

		rc = read_file(t, f, (unsigned)band, &b, e);
		if (rc == 0 && b.n > from)
			qsort_r(b.record + from * b.width, b.n - from, b.width * 8, compare_records,
			        &b.width);
		if (rc == 0)
			rc = write_signatures(t, (unsigned)band, f, &b, from, e);
	}
	if (rc == 0)
		rc = write_pairs(t, (unsigned)band, &b, e);
	free(b.record);
	return rc;
}

/* Union by size: 0 in size means that the document was in no pair. */
struct sets {
	uint64_t *parent, *size;
};

static uint64_t find(struct sets *u, uint64_t a)
{
	while (u->parent[a] != a) {
		u->parent[a] = u->parent[u->parent[a]];
		a = u->parent[a];
	}
	return a;
}

static void join(struct sets *u, uint64_t a, uint64_t b)
{
	uint64_t x, y;

	if (!u->size[a])
		u->size[a] = 1;
	if (!u->size[b])
		u->size[b] = 1;
	x = find(u, a);
	y = find(u, b);
	if (x == y)
		return;
	if (u->size[x] < u->size[y]) {
		const uint64_t swap = x;

		x = y;
		y = swap;
	}
	u->parent[y] = x;
	u->size[x] += u->size[y];
}

static int write_ids(const struct trove *t, size_t f, const char *ending, const struct buf *out,
                     struct err *e)
{
	struct buf path = {0};
	int rc = 0;

	if (out->n > 0) {
		buf_addf(&path, "%s/remove_ids/%06zu.%s", t->o->dir, f, ending);
		rc = write_file(&path, out, e);
	}
	buf_free(&path);
	return rc;
}

/* Clusters are numbered as their first member comes up; numbers live in `number`, from 1. */
static int write_removals(const struct trove *t, struct sets *u, uint64_t *stays, struct err *e)
{
	uint64_t *const number = mem_zero((size_t)t->s->docs + 1, sizeof *number), clusters = 0;
	struct buf remove = {0}, cluster = {0}, size = {0};
	int rc = 0;

	for (size_t f = 0; f < t->s->n && rc == 0; f++) {
		buf_reset(&remove);
		buf_reset(&cluster);
		buf_reset(&size);
		for (uint64_t d = t->s->base[f]; d < t->s->base[f + 1]; d++) {
			const uint64_t root = u->size[d] ? find(u, d) : d;

			if (!u->size[d])
				continue;
			if (root != d)
				add_u32(&remove, d - t->s->base[f]);
			else
				stays[d / 64] |= UINT64_C(1) << d % 64;
			if (!number[root])
				number[root] = ++clusters;
			add_u32(&cluster, d - t->s->base[f]);
			add_u32(&cluster, number[root] - 1);
			add_u32(&size, d - t->s->base[f]);
			add_u32(&size, u->size[root]);
		}
		if (write_ids(t, f, "remove", &remove, e) != 0 ||
		    write_ids(t, f, "clusters", &cluster, e) != 0 ||
		    write_ids(t, f, "sizes", &size, e) != 0)
			rc = -1;
	}
	buf_free(&remove);
	buf_free(&cluster);
	buf_free(&size);
	free(number);
	return rc;
}

/* Threads whose buckets fit in memory beside the sets and numbers of all documents; a signature is
 * there twice while its file is written. What pairs take is not known before. */
static unsigned fit_threads(const struct trove *t, struct err *e)
{
	const uint64_t all = t->s->docs * 24;
	const uint64_t bucket = t->s->docs * ((t->o->rows + 2) * 16 + 16) + 1;
	const uint64_t fit = t->o->mem > all ? (t->o->mem - all) / bucket : 0;

	if (fit == 0)
		err_set_rc(e, RC_MEMORY,
		           "datatrove's files take %llu MiB, the memory budget is %llu MiB; raise "
		           "--mem",
		           (unsigned long long)((all + bucket) >> 20),
		           (unsigned long long)t->o->mem >> 20);
	return fit < t->o->threads ? (unsigned)fit : t->o->threads;
}

int datatrove_write(const struct sketches *s, const struct datatrove_options *o, uint64_t *stays,
                    struct err *e)
{
	struct trove t = {s, o, mem_new(struct pairs, o->bands)};
	struct sets u = {0};
	const unsigned threads = fit_threads(&t, e);
	int rc = threads ? par_for(threads, o->bands, do_band, &t, e) : -1;

	if (threads) {
		u.parent = mem_alloc((size_t)s->docs * 8 + 8);
		u.size = mem_zero((size_t)s->docs + 1, 8);
	}
	for (uint64_t d = 0; u.parent && d < s->docs; d++)
		u.parent[d] = d;
	for (unsigned band = 0; band < o->bands; band++) {
		for (size_t i = 0; i < t.pairs[band].n && rc == 0; i++)
			join(&u, t.pairs[band].pair[2 * i], t.pairs[band].pair[2 * i + 1]);
		free(t.pairs[band].pair);
	}
	if (rc == 0)
		rc = write_removals(&t, &u, stays, e);
	free(t.pairs);
	free(u.parent);
	free(u.size);
	return rc;
}
