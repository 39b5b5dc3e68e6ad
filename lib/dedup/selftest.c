#include "lib/dedup/selftest.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/dedup/curve.h"
#include "lib/dedup/job.h"

enum { CELLS = 15 }; /* Jaccard 0.30 to 1.00 in steps of 0.05, the last for 1 */

void selftest_add(struct selftest *t, struct slice text)
{
	struct arena mem = {0};

	if (minhash_shingles(t->minhash, text, &mem).n > 0) {
		if (t->n == t->cap) {
			t->cap = t->cap ? 2 * t->cap : 256;
			t->text = mem_grow(t->text, t->cap * sizeof *t->text);
		}
		t->text[t->n++] = arena_copy(&t->texts, text);
	}
	arena_free(&mem);
}

void selftest_free(struct selftest *t)
{
	arena_free(&t->texts);
	free(t->text);
	t->text = NULL;
	t->n = t->cap = 0;
}

/* A number in [0, 1) that depends on the arguments alone. */
static double chance(uint64_t a, uint64_t b)
{
	return (double)(hash_mix(hash_mix(a) + b) >> 11) * 0x1p-53;
}

/* Text i with each white-space word replaced, at a rate that leaves about Jaccard j, by a word made
 * of a number: j = s / (2 - s) where s = (1 - rate)^n of the shingles stay. */
static struct slice plant(const struct selftest *t, size_t i, struct arena *mem)
{
	const double j = i % 8 == 7 ? 1 : 0.3 + 0.7 * chance(i, 1);
	const double rate = 1 - pow(2 * j / (1 + j), 1.0 / (double)t->minhash->set.n);
	struct slice rest = t->text[i], word;
	struct buf out = {0};
	struct slice copy;

	for (uint64_t k = 0; utf8_split(&rest, &word); k++) {
		if (k)
			buf_byte(&out, ' ');
		if (chance(i, k + 2) >= rate) {
			buf_add(&out, word);
			continue;
		}
		for (uint64_t r = hash_mix(i * 1000003 + k), c = 0; c < 6; c++, r /= 26)
			buf_byte(&out, (char)('a' + r % 26));
	}
	copy = arena_copy(mem, j < 1 ? buf_slice(&out) : t->text[i]);
	buf_free(&out);
	return copy;
}

struct set {
	uint32_t *hash;
	size_t n;
};

static struct set set_of(const struct selftest *t, struct slice text, struct arena *mem)
{
	struct arena scratch = {0};
	const struct shingles s = minhash_shingles(t->minhash, text, &scratch);
	struct set set = {arena_alloc(mem, s.n * sizeof *set.hash + 4), 0};

	set.n = shingle_set(&s, set.hash, &scratch);
	arena_free(&scratch);
	return set;
}

/* Part 0 has the texts, part 1 their copies; both keep their number as record. */
static int write_part(const struct selftest *t, const char *path, bool copies, struct set *set,
                      struct arena *mem, struct err *e)
{
	struct buf rows = {0};
	int rc;

	for (size_t i = 0; i < t->n; i++) {
		struct arena scratch = {0};
		const struct slice text = copies ? plant(t, i, &scratch) : t->text[i];
		struct sketch_row row = {.record = i, .order = 1, .id = S("x")};

		set[i] = set_of(t, text, mem);
		if (minhash_row(t->minhash, text, &row, &scratch))
			sketch_row_write(&t->minhash->shape, &row, &rows);
		arena_free(&scratch);
	}
	rc = dir_make_parents(path, e);
	if (rc == 0)
		rc = file_write_atomic(path, buf_slice(&rows), e);
	buf_free(&rows);
	return rc;
}

struct cell {
	size_t n, found;
	double expected, variance;
};

static bool print_cells(const struct cell *cell, struct buf *out)
{
	bool fits = true;

	buf_addf(out, "jaccard     pairs  found  expected  off by (standard deviations)\n");
	for (int i = 0; i < CELLS; i++) {
		const struct cell *const c = &cell[i];
		const double sigma = sqrt(c->variance);
		const double off = sigma > 1e-6 ? ((double)c->found - c->expected) / sigma
		                                : (double)c->found - c->expected;

		if (c->n == 0)
			continue;
		fits = fits && fabs(off) <= 4;
		buf_addf(out, "%.2f%s %7zu %6zu %9.1f  %+.2f\n", 0.3 + 0.05 * i,
		         i + 1 < CELLS ? "…    " : "     ", c->n, c->found, c->expected, off);
	}
	return fits;
}

/* Where a document of the verdict is: its set. */
static const struct set *set_at(const struct verdict *v, uint64_t doc, struct set *const set[2])
{
	return doc < v->base[1] ? &set[0][doc] : &set[1][doc - v->base[1]];
}

static void measure(const struct selftest *t, const struct verdict *v, struct set *const set[2],
                    struct buf *out, bool *fits)
{
	struct cell cell[CELLS] = {{0}};
	size_t dropped = 0, below = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct verdict_entry *const a = verdict_find(v, 0, i), *const b =
		                                                                     verdict_find(
		                                                                             v, 1,
		                                                                             i);
		const double j =
		        shingle_jaccard(set[0][i].hash, set[0][i].n, set[1][i].hash, set[1][i].n);
		const double p = j < t->verify ? 0
		                               : curve_at(j, (unsigned)t->minhash->set.bands,
		                                          (unsigned)t->minhash->set.rows);
		const int at = (int)floor((j - 0.3) / 0.05 + 1e-9);

		for (unsigned k = 0; k < 2; k++) {
			const struct verdict_entry *const x = k ? b : a;
			const struct set *const own = &set[k][i];

			if (!x || x->survivor == x->doc)
				continue;
			const struct set *const stays = set_at(v, x->survivor, set);

			dropped++;
			below += shingle_jaccard(own->hash, own->n, stays->hash, stays->n) < 0.5;
		}
		if (at < 0)
			continue;
		struct cell *const c = &cell[at < CELLS ? at : CELLS - 1];

		c->n++;
		c->found += a && b && a->survivor == b->survivor;
		c->expected += p;
		c->variance += p * (1 - p);
	}
	*fits = print_cells(cell, out);
	buf_addf(out,
	         "%zu documents dropped, %zu of them (%.2f %%) for a survivor of Jaccard below "
	         "0.5\n",
	         dropped, below, dropped ? 100.0 * (double)below / (double)dropped : 0);
}

int selftest_run(struct selftest *t, struct buf *out, bool *fits, struct err *e)
{
	struct buf path[2] = {{0}}, settings = {0};
	struct arena mem = {0};
	struct set *const set[2] = {mem_new(struct set, t->n + 1), mem_new(struct set, t->n + 1)};
	const char *part[2];
	struct verdict v;
	struct dedup_job j = {.dir = t->dir,
	                      .n = 2,
	                      .tasks = 1,
	                      .threads = t->threads,
	                      .mem = t->mem,
	                      .shape = t->minhash->shape,
	                      .verify = t->verify};
	int rc = 0;

	for (unsigned k = 0; k < 2 && rc == 0; k++) {
		buf_addf(&path[k], "%s/%s.part", t->dir, k ? "copies" : "texts");
		part[k] = buf_text(&path[k]);
		rc = write_part(t, part[k], k, set[k], &mem, e);
	}
	minhash_describe(t->minhash, &settings);
	j.part = j.name = part;
	j.settings = buf_slice(&settings);
	if (rc == 0 && dedup_sketch(&j, e) == 0 && dedup_match(&j, e) == 0 &&
	    dedup_cluster(&j, e) == 0)
		rc = dedup_open_verdict(&j, &v, e);
	else
		rc = -1;
	if (rc == 0) {
		measure(t, &v, set, out, fits);
		verdict_close(&v);
	}
	for (unsigned k = 0; k < 2; k++) {
		buf_free(&path[k]);
		free(set[k]);
	}
	buf_free(&settings);
	arena_free(&mem);
	return rc;
}
