#include "lib/dedup/match.h"

#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/radix.h"

/* Entries a unit is planned for; larger where slices would become too thin to read well. */
enum { UNIT = 4 << 20, UNIT_LARGE = 64 << 20, OUT_EDGES = 4096, READ = 4096 };

/* Entries sorted at once: what caches hold, but not so few that the slices of chunks become thin.
 */
enum { SORTED = 1 << 18, SLICE = 256 };

static uint64_t ranges(const struct sketches *s)
{
	const uint64_t unit = s->docs > UINT32_MAX ? UNIT_LARGE : UNIT;

	return s->docs / unit + 1;
}

size_t match_units(const struct sketches *s)
{
	return (size_t)(ranges(s) * s->shape.lists);
}

const char *match_path(const struct sketches *s, const char *dir, size_t unit, struct buf *out)
{
	const uint64_t r = ranges(s);

	buf_reset(out);
	buf_addf(out, "%s/%03u-%06u.edge", dir, (unsigned)(unit / r), (unsigned)(unit % r));
	return buf_text(out);
}

int match_head(const struct sealed *file, struct match_head *head, struct err *e)
{
	if (file->size < sizeof *head ||
	    sealed_read(file, file->size - sizeof *head, head, sizeof *head, e) != 0 ||
	    file->size != sizeof *head + head->edges * 16)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
	return 0;
}

/* True when a unit's file is whole and of these sketches. */
static bool is_done(const struct sketches *s, const char *dir, size_t unit)
{
	struct err e = {0};
	struct buf path = {0};
	struct match_head head;
	struct sealed file;
	bool done = false;

	if (sealed_open(&file, match_path(s, dir, unit, &path), MATCH_MAGIC, &e) == 0) {
		done = match_head(&file, &head, &e) == 0 && head.key == s->key;
		sealed_close(&file);
	}
	buf_free(&path);
	return done;
}

/* Where a key range begins and ends in one chunk's list. */
struct span {
	uint64_t at, end;
};

/* One unit at work. */
struct unit {
	const struct sketches *s;
	const struct match_options *o;
	unsigned list;
	uint64_t room; /* records that may be in memory at once, sorting included */
	size_t chunks; /* of all files */
	struct sealed_out out;
	struct buf edge; /* not yet written */
	struct match_head head;
};

/* Entries of the range [low, high] (both inclusive) in every chunk, in file order. */
static int find_spans(struct unit *u, uint64_t low, uint64_t high, struct span *span,
                      uint64_t *total, struct err *e)
{
	size_t i = 0;

	*total = 0;
	for (size_t f = 0; f < u->s->n; f++) {
		const struct sketch *const sketch = &u->s->file[f];
		struct sealed file;
		int rc = 0;

		if (sketch_begin(sketch, &file, e) != 0)
			return -1;
		for (size_t c = 0; c < sketch->chunks && rc == 0; c++, i++) {
			const struct sketch_chunk *const chunk = &sketch->chunk[c];

			span[i].end = chunk->entries[u->list];
			rc = sketch_seek(&file, sketch, chunk, u->list, low, &span[i].at, e);
			if (rc == 0 && high != UINT64_MAX)
				rc = sketch_seek(&file, sketch, chunk, u->list, high + 1,
				                 &span[i].end, e);
			if (rc == 0 && span[i].end < span[i].at)
				rc = err_set_rc(e, RC_STATE, "%s: damaged: its keys are not sorted",
				                sketch->path);
			*total += span[i].end - span[i].at;
		}
		sealed_close(&file);
		if (rc != 0)
			return -1;
	}
	return 0;
}

/* Takes entries: a record of the key's words and the document's number. */
struct taker {
	void (*take)(void *user, const uint64_t *record);
	void *user;
};

/* The entries [at, end) of one chunk's list; `first` is the number of the chunk's first document.
 */
static int take_chunk(const struct unit *u, const struct sealed *file,
                      const struct sketch_chunk *chunk, uint64_t first, const struct span *span,
                      char *block, const struct taker *t, struct err *e)
{
	const unsigned width = u->s->shape.width;
	const size_t entry = sketch_entry_bytes(&u->s->shape);

	for (uint64_t at = span->at; at < span->end; at += READ) {
		const size_t n = span->end - at < READ ? (size_t)(span->end - at) : READ;

		if (interrupt_check(e) != 0 ||
		    sealed_read(file, chunk->list[u->list] + at * entry, block, n * entry, e) != 0)
			return -1;
		for (size_t k = 0; k < n; k++) {
			uint64_t record[3];
			uint32_t place;

			memcpy(record, block + k * entry, width * 8);
			memcpy(&place, block + k * entry + width * 8, 4);
			if (place >= chunk->docs)
				return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
			record[width] = first + place;
			t->take(t->user, record);
		}
	}
	return 0;
}

/* All entries of the spans, in order of documents within a key of a chunk. */
static int each_entry(const struct unit *u, const struct span *span, const struct taker *t,
                      struct err *e)
{
	char *const block = mem_alloc(READ * sketch_entry_bytes(&u->s->shape));
	size_t i = 0;
	int rc = 0;

	for (size_t f = 0; f < u->s->n && rc == 0; f++) {
		const struct sketch *const sketch = &u->s->file[f];
		struct sealed file;

		rc = sketch_begin(sketch, &file, e);
		if (rc != 0)
			break;
		for (size_t c = 0; c < sketch->chunks && rc == 0; c++, i++)
			rc = take_chunk(u, &file, &sketch->chunk[c],
			                u->s->base[f] + sketch->chunk[c].base, &span[i], block, t,
			                e);
		sealed_close(&file);
	}
	free(block);
	return rc;
}

/* A failure is remembered by the file and told by its commit. */
static void flush_edges(struct unit *u)
{
	struct err e = {0};

	sealed_write(&u->out, u->edge.p, u->edge.n, &e);
	buf_reset(&u->edge);
}

static void add_edge(struct unit *u, uint64_t first, uint64_t other)
{
	if (other < u->s->old_docs || (u->o->against_only && first >= u->s->old_docs))
		return;
	memcpy(buf_reserve(&u->edge, 16), &first, 8);
	memcpy(u->edge.p + u->edge.n + 8, &other, 8);
	u->edge.n += 16;
	u->head.edges++;
	if (u->edge.n >= OUT_EDGES * 16)
		flush_edges(u);
}

static void count_bucket(struct unit *u, uint64_t size)
{
	if (size < 2)
		return;
	u->head.buckets++;
	if (size > u->head.largest)
		u->head.largest = size;
}

struct gather {
	uint64_t *record;
	size_t n;
	unsigned width;
};

static void gather_take(void *user, const uint64_t *record)
{
	struct gather *const g = user;
	uint64_t *const to = g->record + g->n++ * g->width;

	for (unsigned i = 0; i < g->width; i++)
		to[i] = record[i];
}

/* A range that fits in memory. */
static int match_sorted(struct unit *u, const struct span *span, uint64_t total, struct err *e)
{
	const unsigned width = u->s->shape.width + 1;
	struct gather g = {mem_alloc((size_t)total * width * 8 + 8), 0, width};
	uint64_t *const spare = mem_alloc((size_t)total * width * 8 + 8);
	const int rc = each_entry(u, span, &(struct taker){gather_take, &g}, e);

	if (rc == 0)
		radix_sort(g.record, spare, g.n, width);
	for (size_t i = 0, end; i < g.n && rc == 0; i = end) {
		const uint64_t *const first = g.record + i * width;

		for (end = i + 1;
		     end < g.n && radix_compare(first, g.record + end * width, width - 1) == 0;
		     end++)
			add_edge(u, first[width - 1], g.record[end * width + width - 1]);
		count_bucket(u, end - i);
	}
	free(spare);
	free(g.record);
	return rc;
}

/* One key too large for memory. With keys of two words the second ones may differ: a few are told
 * apart (more cannot happen but by malice, and are then left alone). */
struct stream {
	struct unit *u;
	struct {
		uint64_t second, first_doc, size;
	} seen[16];
	unsigned n;
};

static void stream_take(void *user, const uint64_t *record)
{
	struct stream *const t = user;
	const unsigned width = t->u->s->shape.width;
	const uint64_t second = width == 2 ? record[1] : 0;

	for (unsigned i = 0; i < t->n; i++)
		if (t->seen[i].second == second) {
			add_edge(t->u, t->seen[i].first_doc, record[width]);
			t->seen[i].size++;
			return;
		}
	if (t->n < sizeof t->seen / sizeof *t->seen) {
		t->seen[t->n].second = second;
		t->seen[t->n].first_doc = record[width];
		t->seen[t->n++].size = 1;
	}
}

static int match_streamed(struct unit *u, const struct span *span, struct err *e)
{
	struct stream t = {.u = u};

	if (each_entry(u, span, &(struct taker){stream_take, &t}, e) != 0)
		return -1;
	for (unsigned i = 0; i < t.n; i++)
		count_bucket(u, t.seen[i].size);
	return 0;
}

/* Halving costs at most 64 levels. */
static int match_range(struct unit *u, uint64_t low, uint64_t high, struct err *e)
{
	struct span *const span = mem_new(struct span, u->chunks + 1);
	uint64_t total = 0;
	int rc = find_spans(u, low, high, span, &total, e);

	if (rc == 0 && (total <= u->room || low == high))
		rc = total <= u->room ? match_sorted(u, span, total, e)
		                      : match_streamed(u, span, e);
	free(span);
	if (rc != 0 || total <= u->room || low == high)
		return rc;
	rc = match_range(u, low, low + (high - low) / 2, e);
	return rc ? rc : match_range(u, low + (high - low) / 2 + 1, high, e);
}

static int write_unit(struct unit *u, uint64_t low, uint64_t high, const char *path, struct err *e)
{
	if (sealed_create(&u->out, path, MATCH_MAGIC, e) != 0)
		return -1;
	u->head.key = u->s->key;
	if (match_range(u, low, high, e) == 0) {
		flush_edges(u);
		if (sealed_write(&u->out, &u->head, sizeof u->head, e) == 0)
			return sealed_commit(&u->out, e);
	}
	sealed_abandon(&u->out);
	return -1;
}

struct match {
	const struct sketches *s;
	const struct match_options *o;
};

static int do_unit(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct match *const m = user;
	const size_t unit = i * m->o->tasks + m->o->task;
	const uint64_t count = ranges(m->s), range = unit % count;
	const uint64_t step = UINT64_MAX / count;
	struct unit u = {.s = m->s, .o = m->o, .list = (unsigned)(unit / count)};
	struct buf path = {0};
	int rc = 0;

	(void)thread;
	u.room = m->o->mem / m->o->threads / ((m->s->shape.width + 1) * 16);
	for (size_t f = 0; f < m->s->n; f++)
		u.chunks += m->s->file[f].chunks;
	if (u.room > (u.chunks * SLICE > SORTED ? u.chunks * SLICE : SORTED))
		u.room = u.chunks * SLICE > SORTED ? u.chunks * SLICE : SORTED;
	if (u.room < 1024)
		u.room = 1024;
	if (!is_done(m->s, m->o->dir, unit))
		rc = write_unit(&u, range * step,
		                range + 1 == count ? UINT64_MAX : (range + 1) * step - 1,
		                match_path(m->s, m->o->dir, unit, &path), e);
	buf_free(&u.edge);
	buf_free(&path);
	return rc;
}

int match_run(const struct sketches *s, const struct match_options *o, struct err *e)
{
	struct match m = {s, o};
	const size_t units = match_units(s);

	if (o->task >= units)
		return 0;
	return par_for(o->threads, (units - o->task + o->tasks - 1) / o->tasks, do_unit, &m, e);
}
