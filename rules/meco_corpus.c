#include "rules/meco_corpus.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/io/outfile.h"
#include "lib/io/stream.h"

static const char MAGIC[8] = "curMeCo1";

enum { ROWS_AT_ONCE = 1 << 16, LEVELS = 4, BINS = 1 << 16 };

uint64_t meco_order(double value)
{
	uint64_t bits;

	value += 0.0; /* -0 counts as 0 */
	memcpy(&bits, &value, sizeof bits);
	return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

double meco_order_back(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

/* Hands every row of the corpus to `each`. */
static int scan(const struct corpus *c, void (*each)(void *user, const struct meco_row *row),
                void *user, struct err *e)
{
	struct meco_row *row = mem_new(struct meco_row, ROWS_AT_ONCE);
	int rc = 0;

	for (size_t i = 0; i < c->n && rc == 0; i++) {
		struct stream *s = stream_open(c->part[i], NULL, e);
		size_t got = 0;

		if (!s) {
			rc = -1;
			break;
		}
		while ((rc = stream_read(s, (char *)row, ROWS_AT_ONCE * sizeof *row, &got, e)) >
		       0) {
			if (interrupt_check(e)) {
				rc = -1;
				break;
			}
			for (size_t k = 0; k < got / sizeof *row; k++)
				each(user, &row[k]);
		}
		stream_close(s);
	}
	free(row);
	return rc;
}

static void add_key(struct meco_column *column, uint64_t key)
{
	/* Grows at powers of two. */
	if ((column->n_keys & (column->n_keys - 1)) == 0)
		column->key = mem_grow(column->key,
		                       (column->n_keys ? column->n_keys * 2 : 1) * sizeof key);
	column->key[column->n_keys++] = key;
}

/* --- cuts: all shares narrowed down together, 16 bits a pass -------------------------------- */

struct cut {
	uint64_t prefix; /* the upper bits found so far */
	uint64_t want;   /* weight that stays below, among the keys with this prefix */
	uint64_t *bin;
};

struct cutting {
	uint32_t column;
	unsigned level;
	struct cut *cut;
	size_t n;
	uint64_t total;
};

static void fill_bins(void *user, const struct meco_row *row)
{
	struct cutting *g = user;
	unsigned shift = 48 - 16 * g->level;

	if (row->column != g->column)
		return;
	for (size_t i = 0; i < g->n; i++)
		if (g->level == 0 || row->key >> (shift + 16) == g->cut[i].prefix)
			g->cut[i].bin[row->key >> shift & (BINS - 1)] += row->weight;
	g->total += row->weight;
}

static void narrow(struct cut *cut, bool last)
{
	uint64_t bin = 0;

	while (bin < BINS - 1 && cut->bin[bin] <= cut->want)
		cut->want -= cut->bin[bin++];
	cut->prefix = cut->prefix << 16 | bin;
	if (last && cut->want > cut->bin[bin] / 2 && cut->prefix < UINT64_MAX)
		cut->prefix++; /* nearer with this key's weight than without it */
	memset(cut->bin, 0, BINS * sizeof *cut->bin);
}

static int solve_cuts(struct meco_column *column, uint32_t number, const struct corpus *c,
                      struct err *e)
{
	struct cutting g = {.column = number, .n = column->n_shares};
	int rc = 0;

	g.cut = mem_new(struct cut, g.n);
	for (size_t i = 0; i < g.n; i++)
		g.cut[i].bin = mem_new(uint64_t, BINS);
	for (g.level = 0; g.level < LEVELS && rc == 0; g.level++) {
		g.total = 0;
		rc = scan(c, fill_bins, &g, e);
		for (size_t i = 0; i < g.n && rc == 0; i++) {
			if (g.level == 0)
				g.cut[i].want = (uint64_t)(column->share[i] * (double)g.total);
			narrow(&g.cut[i], g.level + 1 == LEVELS);
		}
	}
	for (size_t i = 0; i < g.n; i++) {
		if (rc == 0 && g.total)
			add_key(column, g.cut[i].prefix);
		free(g.cut[i].bin);
	}
	free(g.cut);
	return rc;
}

/* --- frequent: counted in as many passes over the hash range as memory asks for -------------- */

struct counting {
	uint32_t column;
	uint64_t part, parts; /* of the hash range */
	uint64_t *key;
	size_t n, cap;
};

static uint64_t part_of(uint64_t key, uint64_t parts)
{
	return (uint64_t)((unsigned __int128)key * parts >> 64);
}

static void gather(void *user, const struct meco_row *row)
{
	struct counting *g = user;

	if (row->column != g->column || part_of(row->key, g->parts) != g->part)
		return;
	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 1024;
		g->key = mem_grow(g->key, g->cap * sizeof *g->key);
	}
	g->key[g->n++] = row->key;
}

static int key_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct frequent {
	uint64_t key, count;
};

static int most_frequent_first(const void *a, const void *b)
{
	const struct frequent *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return key_order(&x->key, &y->key);
}

/* Adds the runs of equal keys that are long enough. */
static void add_runs(struct counting *g, uint64_t least, struct buf *found)
{
	if (g->n)
		qsort(g->key, g->n, sizeof *g->key, key_order);
	for (size_t i = 0, end; i < g->n; i = end) {
		for (end = i + 1; end < g->n && g->key[end] == g->key[i]; end++)
			;
		struct frequent f = {g->key[i], end - i};

		if (f.count >= least)
			buf_add(found, (struct slice){(const char *)&f, sizeof f});
	}
	g->n = 0;
}

static int solve_frequent(struct meco_column *column, uint32_t number, const struct corpus *c,
                          struct err *e)
{
	uint64_t records = 0;
	struct counting g = {.column = number};
	struct buf found = {0};
	int rc = 0;

	for (size_t i = 0; i < c->n; i++)
		records += c->records[i];
	/* The array may have twice the room it needs, and the sort copies it. */
	g.parts = records * sizeof *g.key * 4 / (c->mem / 2 + 1) + 1;
	for (; g.part < g.parts && rc == 0; g.part++) {
		rc = scan(c, gather, &g, e);
		if (rc == 0)
			add_runs(&g, column->least, &found);
	}
	struct frequent *f = (struct frequent *)found.p;
	size_t n = found.n / sizeof *f;

	if (rc == 0 && column->most && n > column->most) {
		qsort(f, n, sizeof *f, most_frequent_first);
		n = column->most;
	}
	for (size_t i = 0; i < n && rc == 0; i++)
		add_key(column, f[i].key);
	if (column->n_keys)
		qsort(column->key, column->n_keys, sizeof *column->key, key_order);
	buf_free(&found);
	free(g.key);
	return rc;
}

/* --- the table ----------------------------------------------------------------------------------
 * MAGIC, then for each column n_keys and its keys, then XXH3-64 of all before; all u64 LE. */

static const char *table_path(const struct corpus *c, struct buf *path)
{
	buf_addf(path, "%s/meco.table", c->dir);
	return buf_text(path);
}

static void add_u64(struct buf *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		buf_byte(out, (char)(value >> 8 * i));
}

static uint64_t u64_at(const char *p)
{
	uint64_t value = 0;

	for (int i = 8; i-- > 0;)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

int meco_corpus_solve(struct meco_column *column, size_t n, const struct corpus *c, struct err *e)
{
	struct buf table = {0}, path = {0};
	int rc = 0;

	buf_add(&table, (struct slice){MAGIC, sizeof MAGIC});
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (column[i].kind == MECO_CUTS)
			rc = solve_cuts(&column[i], (uint32_t)i, c, e);
		else if (column[i].kind == MECO_FREQUENT)
			rc = solve_frequent(&column[i], (uint32_t)i, c, e);
		add_u64(&table, column[i].n_keys);
		for (size_t k = 0; k < column[i].n_keys; k++)
			add_u64(&table, column[i].key[k]);
	}
	add_u64(&table, hash64(buf_slice(&table)));
	if (rc == 0)
		rc = file_write_atomic(table_path(c, &path), buf_slice(&table), e);
	buf_free(&table);
	buf_free(&path);
	return rc;
}

/* The keys of all columns from the table's bytes; false when they do not fit. */
static bool read_table(struct meco_column *column, size_t n, struct slice table)
{
	size_t at = sizeof MAGIC, end = table.n - 8;

	if (table.n < sizeof MAGIC + 8 || memcmp(table.p, MAGIC, sizeof MAGIC) != 0 ||
	    u64_at(table.p + end) != hash64(slice_head(table, end)))
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t keys = end - at >= 8 ? u64_at(table.p + at) : UINT64_MAX;

		at += 8;
		if (keys > (end - at) / 8)
			return false;
		free(column[i].key);
		column[i].key = mem_new(uint64_t, keys + 1);
		column[i].n_keys = keys;
		for (size_t k = 0; k < keys; k++, at += 8)
			column[i].key[k] = u64_at(table.p + at);
	}
	return at == end;
}

int meco_corpus_load(struct meco_column *column, size_t n, const struct corpus *c, struct err *e)
{
	struct buf table = {0}, path = {0};
	int rc = file_read_all(table_path(c, &path), &table, (size_t)c->mem + 65536, e);

	if (rc == 0 && !read_table(column, n, buf_slice(&table)))
		rc = err_set_rc(e, RC_STATE, "%s: damaged, or of other parameters",
		                buf_text(&path));
	buf_free(&table);
	buf_free(&path);
	return rc;
}

void meco_columns_free(struct meco_column *column, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(column[i].share);
		free(column[i].key);
	}
	free(column);
}

size_t meco_column_rank(const struct meco_column *column, uint64_t key)
{
	size_t low = 0, high = column->n_keys;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (column->key[mid] <= key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool meco_column_has(const struct meco_column *column, uint64_t key)
{
	size_t rank = meco_column_rank(column, key);

	return rank && column->key[rank - 1] == key;
}
