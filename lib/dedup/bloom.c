#include "lib/dedup/bloom.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/signature.h"
#include "lib/dedup/spans.h"
#include "lib/io/stream.h"

enum { BLOCK_BITS = 512, BLOCK_WORDS = 8, PROBES_MAX = 64, READ = 1 << 20 };
#define P61 ((UINT64_C(1) << 61) - 1)

/* A document's bytes: this, then n hashes. */
struct row {
	uint64_t record, n;
};

void bloom_write(struct buf *out, uint64_t record, const uint64_t *hash, size_t n)
{
	const struct row row = {record, n};

	if (n == 0)
		return;
	buf_add(out, (struct slice){(const char *)&row, sizeof row});
	buf_add(out, (struct slice){(const char *)hash, n * sizeof *hash});
}

struct filter {
	uint64_t *word;
	uint64_t blocks; /* own filter */
	unsigned probes;
	uint64_t m_bytes, a[PROBES_MAX], b[PROBES_MAX]; /* datatrove's */
};

/* Documents being worked on at once. */
struct batch {
	struct buf bytes;   /* whole rows, then what was read beyond */
	size_t *row;        /* where each starts */
	uint32_t *seen;     /* [threads * n]: n-grams seen before */
	size_t n, cap, end; /* rows; bytes they take */
};

struct bloom {
	const struct bloom_job *j;
	struct filter f;
	struct batch batch;
	struct bloom_stats *stats;
};

/* Bits of a key within its block, from a second hash. */
static inline bool probe(uint64_t *block, uint64_t hash, unsigned probes, bool add)
{
	uint64_t h = hash_mix(hash);
	const uint64_t step = hash_mix(h) | 1;
	bool all = true;

	for (unsigned i = 0; i < probes; i++, h += step) {
		const unsigned bit = (unsigned)(h >> 55);

		if (add)
			block[bit / 64] |= UINT64_C(1) << bit % 64;
		else
			all &= block[bit / 64] >> bit % 64 & 1;
	}
	return all;
}

static uint64_t *block_of(const struct filter *f, uint64_t hash, uint64_t *number)
{
	*number = (uint64_t)((unsigned __int128)hash * f->blocks >> 64);
	return f->word + *number * BLOCK_WORDS;
}

static const uint64_t *row_at(const struct batch *b, size_t i, struct row *row)
{
	memcpy(row, b->bytes.p + b->row[i], sizeof *row);
	return (const uint64_t *)(const void *)(b->bytes.p + b->row[i] + sizeof *row);
}

/* A par_for job: the blocks of share i, over all documents of the batch in order. A document is
 * looked up as a whole before it is added. */
static int do_share(void *user, size_t i, unsigned thread, struct err *e)
{
	struct bloom *const w = user;
	const uint64_t low = w->f.blocks * i / w->j->threads,
	               high = w->f.blocks * (i + 1) / w->j->threads;

	(void)thread;
	(void)e;
	for (size_t d = 0; d < w->batch.n; d++) {
		struct row row;
		const uint64_t *const hash = row_at(&w->batch, d, &row);
		uint32_t seen = 0;

		for (unsigned add = 0; add < 2; add++)
			for (uint64_t k = 0; k < row.n; k++) {
				uint64_t number, *const block = block_of(&w->f, hash[k], &number);

				if (number >= low && number < high)
					seen += probe(block, hash[k], w->f.probes, add) && !add;
			}
		w->batch.seen[i * w->batch.cap + d] = seen;
	}
	return 0;
}

static bool trove_probe(const struct filter *f, uint64_t hash, bool add)
{
	unsigned char *const bits = (unsigned char *)f->word;
	bool all = true;

	for (unsigned i = 0; i < f->probes; i++) {
		const uint64_t bit = (hash * f->a[i] + f->b[i]) % P61 & f->m_bytes;

		all &= bits[bit / 8] >> bit % 8 & 1;
		if (add)
			bits[bit / 8] |= (unsigned char)(1u << bit % 8);
	}
	return all;
}

static void do_trove(struct bloom *w)
{
	for (size_t d = 0; d < w->batch.n; d++) {
		struct row row;
		const uint64_t *const hash = row_at(&w->batch, d, &row);
		uint32_t seen = 0;

		for (uint64_t k = 0; k < row.n; k++)
			seen += trove_probe(&w->f, hash[k], false);
		for (uint64_t k = 0; k < row.n; k++)
			trove_probe(&w->f, hash[k], true);
		w->batch.seen[d] = seen;
	}
}

/* Finds the whole rows in the bytes; -1 when a row makes no sense. */
static int cut_rows(struct batch *b, unsigned shares, struct err *e)
{
	b->n = b->end = 0;
	while (b->bytes.n - b->end >= sizeof(struct row)) {
		struct row row;

		memcpy(&row, b->bytes.p + b->end, sizeof row);
		if (row.n == 0 || row.n > UINT32_MAX)
			return err_set_rc(e, RC_STATE, "what was collected of a shard is damaged");
		if (row.n > (b->bytes.n - b->end - sizeof row) / 8)
			break;
		if (b->n == b->cap) {
			b->cap = b->cap ? 2 * b->cap : 1024;
			b->row = mem_grow(b->row, b->cap * sizeof *b->row);
			b->seen = mem_grow(b->seen, b->cap * shares * sizeof *b->seen);
		}
		b->row[b->n++] = b->end;
		b->end += sizeof row + row.n * 8;
	}
	return 0;
}

static int judge(struct bloom *w, size_t shard, struct spans_out *out, struct err *e)
{
	const unsigned shares = w->j->m_bytes ? 1 : w->j->threads;

	for (size_t d = 0; d < w->batch.n; d++) {
		struct row row;
		uint64_t seen = 0;

		row_at(&w->batch, d, &row);
		for (unsigned i = 0; i < shares; i++)
			seen += w->batch.seen[i * w->batch.cap + d];
		if (!((double)seen / (double)row.n > w->j->share))
			continue;
		w->stats->dropped++;
		if (spans_add(out, &(struct span_mark){shard, row.record, 0}, e) != 0)
			return -1;
	}
	return 0;
}

/* Calls `work` with each batch of whole rows of a shard. */
static int each_batch(struct bloom *w, size_t shard,
                      int (*work)(struct bloom *w, size_t shard, struct spans_out *out,
                                  struct err *e),
                      struct spans_out *out, struct err *e)
{
	struct batch *const b = &w->batch;
	struct stream *const in = stream_open(w->j->part[shard], NULL, e);
	int rc = in ? 1 : -1;

	buf_reset(&b->bytes);
	while (rc == 1) {
		size_t got = 0;

		rc = stream_read(in, buf_reserve(&b->bytes, READ), READ, &got, e);
		b->bytes.n += got;
		if (rc < 0 || interrupt_check(e) != 0 || cut_rows(b, w->j->threads, e) != 0 ||
		    work(w, shard, out, e) != 0) {
			rc = -1;
			break;
		}
		if (rc == 0 && b->end != b->bytes.n)
			rc = err_set_rc(e, RC_STATE, "%s: cut short", w->j->part[shard]);
		memmove(b->bytes.p, b->bytes.p + b->end, b->bytes.n - b->end);
		b->bytes.n -= b->end;
	}
	if (in)
		stream_close(in);
	return rc;
}

static int count_batch(struct bloom *w, size_t shard, struct spans_out *out, struct err *e)
{
	(void)shard;
	(void)out;
	(void)e;
	for (size_t d = 0; d < w->batch.n; d++) {
		struct row row;

		row_at(&w->batch, d, &row);
		w->stats->ngrams += row.n;
	}
	w->stats->documents += w->batch.n;
	return 0;
}

static int filter_batch(struct bloom *w, size_t shard, struct spans_out *out, struct err *e)
{
	if (w->j->m_bytes)
		do_trove(w);
	else if (par_for(w->j->threads, w->j->threads, do_share, w, e) != 0)
		return -1;
	return judge(w, shard, out, e);
}

/* Blocks fill unevenly: a third more bits than the textbook's n ln(1/p) / ln(2)^2 keep the rate. */
static int size_filter(struct bloom *w, struct err *e)
{
	const struct bloom_job *const j = w->j;
	const double bits = (double)w->stats->ngrams * -log(j->rate) / (M_LN2 * M_LN2) * 4 / 3;

	if (j->m_bytes) {
		w->f.m_bytes = j->m_bytes;
		w->f.probes = j->probes;
		signature_numpy(j->seed, j->probes, w->f.a, w->f.b);
		w->stats->bytes = j->m_bytes + 8;
	} else {
		w->f.probes = (unsigned)ceil(-log2(j->rate));
		w->f.blocks = (uint64_t)(bits / BLOCK_BITS) + 1;
		w->stats->bytes = w->f.blocks * (BLOCK_BITS / 8);
	}
	if (w->stats->bytes > j->mem / 2)
		return err_set_rc(e, RC_MEMORY,
		                  "the filter of %llu n-grams takes %llu MiB, and half of the "
		                  "memory budget is "
		                  "%llu MiB; raise --mem or the false-positive rate",
		                  (unsigned long long)w->stats->ngrams,
		                  (unsigned long long)w->stats->bytes >> 20,
		                  (unsigned long long)j->mem >> 21);
	w->f.word = mem_zero((size_t)(w->stats->bytes / 8) + 1, 8);
	return 0;
}

/* From how full it is. */
static double rate_now(const struct filter *f, uint64_t bytes)
{
	const uint64_t blocks = f->m_bytes ? 1 : f->blocks,
	               words = f->m_bytes ? bytes / 8 : BLOCK_WORDS;
	double sum = 0;

	for (uint64_t b = 0; b < blocks; b++) {
		uint64_t ones = 0;

		for (uint64_t i = 0; i < words; i++)
			ones += (uint64_t)__builtin_popcountll(f->word[b * words + i]);
		sum += pow((double)ones / ((double)words * 64), f->probes);
	}
	return sum / (double)blocks;
}

int bloom_solve(const struct bloom_job *j, struct bloom_stats *stats, struct err *e)
{
	struct bloom w = {.j = j, .stats = stats};
	struct spans_out out = {0};
	int rc = 0;

	*stats = (struct bloom_stats){0};
	for (size_t i = 0; i < j->n && rc == 0; i++)
		rc = each_batch(&w, i, count_batch, NULL, e);
	if (rc == 0)
		rc = size_filter(&w, e);
	if (rc == 0)
		rc = spans_create(&out, j->dir, j->n, e);
	for (size_t i = 0; i < j->n && rc == 0; i++)
		rc = each_batch(&w, i, filter_batch, &out, e);
	if (rc == 0) {
		stats->rate = rate_now(&w.f, stats->bytes);
		rc = spans_commit(&out, e);
	}
	spans_abandon(&out);
	buf_free(&w.batch.bytes);
	free(w.batch.row);
	free(w.batch.seen);
	free(w.f.word);
	return rc;
}
