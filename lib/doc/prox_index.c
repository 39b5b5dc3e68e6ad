/* Builds an index in bounded memory: entries are dealt out by hash to PARTS parts, which are sorted
 * one after the other. Parts that outgrow their buffer go on in unlinked files. */
#include "lib/doc/prox_index.h"

#include "lib/base/mem.h"
#include "lib/io/lines.h"
#include "lib/io/outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	PART_BITS = 8,
	PARTS = 1 << PART_BITS,
	PART_BUFFER = 1024,       /* entries of a part kept in memory */
	WRITE_SIZE = 1 << 20,     /* bytes gathered for one write */
	TABLE_BITS_MAX = 20,
	ROW_MAX = 256 << 20,      /* bytes of one row */
};

struct part {
	struct prox_entry *entry;
	size_t n;
	int file; /* -1: none */
	uint64_t in_file;
};

struct build {
	const char *path;
	struct outfile *out;
	struct buf pending; /* bytes for out */
	uint64_t written;
	struct part part[PARTS];
	struct prox_footer footer;
	uint64_t *table;
};

uint32_t prox_footer_check(const struct prox_footer *f)
{
	const struct slice all = {(const char *)f, offsetof(struct prox_footer, check)};

	return (uint32_t)hash64(all);
}

static int flush(struct build *b, struct err *e)
{
	int bad = outfile_write(b->out, buf_slice(&b->pending), e);

	b->written += b->pending.n;
	buf_reset(&b->pending);
	return bad;
}

static int put(struct build *b, const void *bytes, size_t n, struct err *e)
{
	buf_add(&b->pending, (struct slice){bytes, n});
	return b->pending.n < WRITE_SIZE ? 0 : flush(b, e);
}

static uint64_t place(const struct build *b)
{
	return b->written + b->pending.n;
}

static int open_spill(struct build *b, struct part *p, struct err *e)
{
	struct buf name = {0};

	buf_addf(&name, "%s.spill.XXXXXX", b->path);
	p->file = mkstemp((char *)buf_text(&name));
	if (p->file < 0)
		err_set_rc(e, RC_OUTPUT, "%s: %s", buf_text(&name), strerror(errno));
	else
		unlink(buf_text(&name));
	buf_free(&name);
	return p->file < 0 ? -1 : 0;
}

static int spill(struct build *b, struct part *p, struct err *e)
{
	const char *bytes = (const char *)p->entry;
	size_t left = p->n * sizeof *p->entry;

	if (p->file < 0 && open_spill(b, p, e) != 0)
		return -1;
	while (left) {
		ssize_t n = write(p->file, bytes, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set_rc(e, RC_OUTPUT, "%s: %s", b->path, strerror(errno));
		bytes += n;
		left -= (size_t)n;
	}
	p->in_file += p->n;
	p->n = 0;
	return 0;
}

static int add_entry(struct build *b, const struct prox_entry *entry, struct err *e)
{
	struct part *p = &b->part[entry->hi >> (64 - PART_BITS)];

	if (!p->entry)
		p->entry = mem_alloc(PART_BUFFER * sizeof *p->entry);
	else if (p->n == PART_BUFFER && spill(b, p, e) != 0)
		return -1;
	p->entry[p->n++] = *entry;
	return 0;
}

static int add_row(struct build *b, const struct prox_row *row, struct err *e)
{
	struct hash128 h = hash128(row->id);
	const struct prox_entry entry = {h.hi,       h.lo,     row->chunk,
	                                 row->chunks, place(b), row->text.n};

	return put(b, row->text.p, row->text.n, e) != 0 || add_entry(b, &entry, e) != 0 ? -1 : 0;
}

static int read_rows(struct build *b, const char *source, const struct prox_store_options *o,
                     struct err *e)
{
	struct prox_row_reader *reader = prox_row_open(o, e);
	struct prox_row row = {0};
	struct lines lines = {0};
	struct slice line;
	int more = -1;

	if (!reader || lines_open(&lines, source, ROW_MAX, e) != 0)
		goto done;
	while ((more = lines_next(&lines, &line, e)) > 0) {
		enum prox_row_kind kind = slice_trim(line).n ? prox_row_read(reader, line, &row)
		                                             : PROX_ROW_BAD;

		b->footer.counts.rows += kind == PROX_ROW_GOOD;
		b->footer.counts.bad += kind == PROX_ROW_BAD;
		b->footer.counts.failed += kind == PROX_ROW_FAILED;
		if (kind == PROX_ROW_GOOD && add_row(b, &row, e) != 0) {
			more = -1;
			break;
		}
	}
done:
	lines_close(&lines);
	prox_row_close(reader);
	buf_free(&row.text);
	return more;
}

static int compare(const void *a, const void *b)
{
	const struct prox_entry *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	if (x->chunk != y->chunk)
		return x->chunk < y->chunk ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int load_part(struct build *b, struct part *p, struct prox_entry *all, struct err *e)
{
	if (p->in_file && file_read_at(p->file, 0, (char *)all, p->in_file * sizeof *all) != 0)
		return err_set_rc(e, RC_OUTPUT, "%s: %s", b->path, strerror(errno));
	if (p->n)
		memcpy(all + p->in_file, p->entry, p->n * sizeof *all);
	return 0;
}

/* Appends the sorted entries of one part and notes in the table where each range of hashes ends. */
static int write_part(struct build *b, struct part *p, struct err *e)
{
	size_t n = p->in_file + p->n;
	struct prox_entry *all = mem_alloc(n * sizeof *all);
	int bad = load_part(b, p, all, e);

	if (!bad)
		qsort(all, n, sizeof *all, compare);
	for (size_t i = 0; i < n && !bad; i++) {
		if (i && all[i].hi == all[i - 1].hi && all[i].lo == all[i - 1].lo &&
		    all[i].chunk == all[i - 1].chunk) {
			b->footer.counts.duplicates++;
			continue;
		}
		b->footer.entries++;
		if (b->footer.bits)
			b->table[(all[i].hi >> (64 - b->footer.bits)) + 1] = b->footer.entries;
		bad = put(b, &all[i], sizeof all[i], e);
	}
	free(all);
	return bad;
}

static void close_part(struct part *p)
{
	free(p->entry);
	if (p->file >= 0)
		close(p->file);
	*p = (struct part){.file = -1};
}

static int write_entries(struct build *b, struct err *e)
{
	struct prox_footer *f = &b->footer;

	while (f->bits < TABLE_BITS_MAX && f->counts.rows >> f->bits > 64)
		f->bits++;
	size_t slots = ((size_t)1 << f->bits) + 1;

	b->table = mem_zero(slots, sizeof *b->table);
	f->entries_at = place(b);
	for (int i = 0; i < PARTS; i++) {
		if (write_part(b, &b->part[i], e) != 0)
			return -1;
		close_part(&b->part[i]);
	}
	if (f->bits == 0)
		b->table[1] = f->entries;
	for (size_t i = 1; i < slots; i++) /* ranges without an entry end where they begin */
		if (b->table[i] == 0)
			b->table[i] = b->table[i - 1];
	f->table_at = place(b);
	f->check = prox_footer_check(f);
	return put(b, b->table, slots * sizeof *b->table, e) != 0 || put(b, f, sizeof *f, e) != 0
	               ? -1
	               : flush(b, e);
}

int prox_index_build(const char *source, const char *path, const struct prox_store_options *o,
                     const struct fingerprint *fingerprint, uint64_t fields, struct err *e)
{
	struct build *b = mem_new(struct build, 1);
	struct buf tmp = {0};
	char host[64] = "";
	int bad = -1;

	b->path = path;
	b->footer = (struct prox_footer){.source = *fingerprint, .fields = fields};
	memcpy(b->footer.magic, PROX_INDEX_MAGIC, sizeof b->footer.magic);
	for (int i = 0; i < PARTS; i++)
		b->part[i].file = -1;
	gethostname(host, sizeof host - 1); /* others may build it at the same time */
	buf_addf(&tmp, "%s.tmp.%s.%ld", path, host, (long)getpid());
	b->out = outfile_open(path, buf_text(&tmp), 0, e);
	if (b->out && read_rows(b, source, o, e) == 0 && write_entries(b, e) == 0) {
		bad = outfile_commit(b->out, e);
		b->out = NULL;
	}
	outfile_abandon(b->out);
	for (int i = 0; i < PARTS; i++)
		close_part(&b->part[i]);
	buf_free(&b->pending);
	buf_free(&tmp);
	free(b->table);
	free(b);
	return bad;
}
