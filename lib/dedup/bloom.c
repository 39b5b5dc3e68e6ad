#include "lib/dedup/bloom.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/dedup/bloom_rows.h"
#include "lib/dedup/bloom_trove.h"
#include "lib/dedup/exchange.h"
#include "lib/dedup/spans.h"

enum { BLOCK_BITS = 512, BLOCK_WORDS = 8, PART_SHIFT = 53, RECORD_BITS = 33, DOC_PARTS = 1 << 3 };

/* Rates go through whole sums. */
#define RATE_UNIT 1e15

struct bloom {
	const struct bloom_job *j;
	const char *work;
	struct exchange gram; /* (part << 53 | shard << 33 | record, hash) */
	struct exchange seen; /* (shard, record, n-grams seen before) */
	struct share share;
	uint64_t ngrams, documents; /* known behind `cut` */
	uint64_t blocks;            /* of one part */
	unsigned probes;
	struct bloom_stats *stats;
	bool ended; /* by this process */
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

static bool is_over(const struct bloom *w)
{
	return spans_is_done(w->j->dir, w->j->key);
}

static bool is_cut(void *user, size_t unit)
{
	const struct bloom *const w = user;

	return exchange_is_made(&w->gram, unit) || is_over(w);
}

static int cut_shard(const struct bloom *w, size_t shard, struct exchange_out *out,
                     uint64_t sums[EXCHANGE_SUMS], struct err *e)
{
	struct bloom_rows rows = {.path = w->j->part[shard]};
	struct bloom_row row;
	int rc;

	while ((rc = bloom_rows_next(&rows, &row, e)) == 1) {
		const uint64_t doc = (uint64_t)shard << RECORD_BITS | row.record;

		sums[0] += row.n;
		sums[1]++;
		for (uint64_t k = 0; k < row.n && rc == 1; k++) {
			const uint64_t part =
			        (uint64_t)((unsigned __int128)row.hash[k] * w->gram.parts >> 64);
			const uint64_t gram[2] = {part << PART_SHIFT | doc, row.hash[k]};

			if (exchange_add(out, gram, e) != 0)
				rc = -1;
		}
		if (row.record >> RECORD_BITS)
			rc = err_set_rc(e, RC_INPUT, "%s: too many records", w->j->part[shard]);
		if (rc != 1)
			break;
	}
	bloom_rows_close(&rows);
	return rc;
}

static int do_cut(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct bloom *const w = user;
	struct exchange_out *const out = exchange_create(&w->gram, unit, e);
	uint64_t sums[EXCHANGE_SUMS] = {0};
	int rc = out ? 0 : -1;

	(void)thread;
	for (size_t i = 0; i < w->j->n && rc == 0; i++)
		if (spans_part_of(i, w->j->n, w->gram.makers) == unit)
			rc = cut_shard(w, i, out, sums, e);
	if (rc == 0)
		return exchange_commit(out, sums, e);
	exchange_abandon(out);
	return -1;
}

static bool is_filtered(void *user, size_t unit)
{
	const struct bloom *const w = user;

	return exchange_is_made(&w->seen, unit) || is_over(w);
}

/* The n-grams of one document in this part: it is looked up as a whole before it is added. */
static uint64_t filter_doc(const struct bloom *w, uint64_t *word, const uint64_t *hash, size_t n)
{
	const uint64_t all = w->blocks * w->gram.parts;
	uint64_t seen = 0;

	for (unsigned add = 0; add < 2; add++)
		for (size_t k = 0; k < n; k++) {
			/* The number of blocks is a multiple of the parts', so no block is cut. */
			const uint64_t block =
			        (uint64_t)((unsigned __int128)hash[k] * all >> 64) % w->blocks;

			seen += probe(word + block * BLOCK_WORDS, hash[k], w->probes, add) && !add;
		}
	return seen;
}

/* From how full it is. */
static double rate_now(const struct bloom *w, const uint64_t *word)
{
	double sum = 0;

	for (uint64_t b = 0; b < w->blocks; b++) {
		uint64_t ones = 0;

		for (uint64_t i = 0; i < BLOCK_WORDS; i++)
			ones += (uint64_t)__builtin_popcountll(word[b * BLOCK_WORDS + i]);
		sum += pow((double)ones / BLOCK_BITS, w->probes);
	}
	return sum / (double)w->blocks;
}

/* The documents of one part, in order. */
static int filter_part(const struct bloom *w, struct shuffle_in *in, uint64_t *word,
                       struct exchange_out *out, struct err *e)
{
	const uint64_t mask = (UINT64_C(1) << PART_SHIFT) - 1;
	uint64_t gram[2], doc, *hash = NULL;
	size_t n, cap = 0;
	int rc = shuffle_next(in, gram, e);

	while (rc == 1) {
		if (share_beat(w->gram.share, e) != 0) {
			rc = -1;
			break;
		}
		doc = gram[0] & mask;
		for (n = 0; rc == 1 && (gram[0] & mask) == doc; rc = shuffle_next(in, gram, e)) {
			if (n == cap) {
				cap = cap ? 2 * cap : 1024;
				hash = mem_grow(hash, cap * sizeof *hash);
			}
			hash[n++] = gram[1];
		}
		const uint64_t seen[3] = {doc >> RECORD_BITS,
		                          doc & ((UINT64_C(1) << RECORD_BITS) - 1),
		                          filter_doc(w, word, hash, n)};

		if (seen[2] && exchange_add(out, seen, e) != 0)
			rc = -1;
	}
	free(hash);
	return rc;
}

static int do_filter(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct bloom *const w = user;
	const uint64_t mem = w->j->mem / 4 / w->j->threads;
	struct shuffle *const all = exchange_gather(&w->gram, unit, mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, mem, e) : NULL;
	struct exchange_out *const out = in ? exchange_create(&w->seen, unit, e) : NULL;
	uint64_t *const word = out ? mem_zero((size_t)w->blocks * BLOCK_WORDS, 8) : NULL;
	uint64_t sums[EXCHANGE_SUMS] = {0};
	int rc = out ? filter_part(w, in, word, out, e) : -1;

	(void)thread;
	if (rc == 0) {
		sums[0] = (uint64_t)(rate_now(w, word) * RATE_UNIT);
		rc = exchange_commit(out, sums, e);
	} else {
		exchange_abandon(out);
	}
	free(word);
	shuffle_done(in);
	shuffle_close(all);
	return rc;
}

static bool is_judged(void *user, size_t unit)
{
	const struct bloom *const w = user;

	return spans_part_is_done(w->j->dir, unit, w->j->key);
}

/* One shard's documents against what was seen of them; `seen` is the record read ahead. */
static int judge_shard(const struct bloom *w, size_t shard, struct shuffle_in *in, uint64_t seen[3],
                       struct sealed_out *out, struct err *e)
{
	struct bloom_rows rows = {.path = w->j->part[shard]};
	struct bloom_row row;
	int rc;

	while ((rc = bloom_rows_next(&rows, &row, e)) == 1) {
		uint64_t sum = 0;
		int more = share_beat(w->gram.share, e) ? -1 : 1;

		while (seen[0] == shard && seen[1] == row.record && more == 1) {
			sum += seen[2];
			more = shuffle_next(in, seen, e);
		}
		if (more == 0)
			seen[0] = UINT64_MAX;
		if (more < 0 ||
		    ((double)sum / (double)row.n > w->j->share &&
		     spans_add(out, &(struct span_mark){shard, row.record, 0}, e) != 0)) {
			rc = -1;
			break;
		}
	}
	bloom_rows_close(&rows);
	return rc;
}

static int do_judge(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct bloom *const w = user;
	const uint64_t mem = w->j->mem / 4 / w->j->threads;
	struct shuffle *const all = exchange_gather(&w->seen, unit, mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, mem, e) : NULL;
	struct sealed_out out = {0};
	uint64_t seen[3] = {UINT64_MAX};
	int rc = in && shuffle_next(in, seen, e) >= 0 ? spans_create(&out, w->j->dir, unit, e) : -1;

	(void)thread;
	for (size_t i = 0; i < w->j->n && rc == 0; i++) {
		if (spans_part_of(i, w->j->n, w->seen.parts) == unit)
			rc = judge_shard(w, i, in, seen, &out, e);
	}
	rc = rc == 0 ? spans_commit(&out, w->j->key, e) : -1;
	sealed_abandon(&out);
	shuffle_done(in);
	shuffle_close(all);
	return rc;
}

static int do_trove(void *user, size_t unit, unsigned thread, struct err *e)
{
	struct bloom *const w = user;

	(void)unit;
	(void)thread;
	return bloom_trove(w->j, &w->share, w->stats, e);
}

static bool is_headed(void *user, size_t unit)
{
	(void)unit;
	return is_over(user);
}

static int do_head(void *user, size_t unit, unsigned thread, struct err *e)
{
	struct bloom *const w = user;
	const size_t parts = w->j->m_bytes ? 1 : w->seen.parts;
	uint64_t sums[EXCHANGE_SUMS];

	(void)unit;
	(void)thread;
	if (!w->j->m_bytes) {
		if (exchange_sum(&w->seen, sums, e) != 0)
			return -1;
		w->stats->ngrams = w->ngrams;
		w->stats->documents = w->documents;
		w->stats->bytes = w->blocks * w->gram.parts * (BLOCK_BITS / 8);
		w->stats->rate = (double)sums[0] / RATE_UNIT / (double)w->gram.parts;
	}
	for (size_t i = 0; i < parts; i++) {
		uint64_t marks;

		if (spans_count(w->j->dir, i, &marks, e) != 0)
			return -1;
		w->stats->dropped += marks;
	}
	w->ended = true;
	return spans_write_head(w->j->dir, w->j->n, parts, w->j->key, e);
}

/* Blocks fill unevenly: a third more bits than the textbook's n ln(1/p) / ln(2)^2 keep the rate.
 * *threads becomes how many parts fit in memory at once. */
static int size_filter(struct bloom *w, unsigned *threads, struct err *e)
{
	const struct bloom_job *const j = w->j;
	uint64_t sums[EXCHANGE_SUMS], bytes;

	if (exchange_sum(&w->gram, sums, e) != 0)
		return -1;
	w->ngrams = sums[0];
	w->documents = sums[1];
	const double bits = (double)w->ngrams * -log(j->rate) / (M_LN2 * M_LN2) * 4 / 3;

	w->probes = (unsigned)ceil(-log2(j->rate));
	w->blocks = (uint64_t)(bits / BLOCK_BITS / (double)w->gram.parts) + 1;
	bytes = w->blocks * (BLOCK_BITS / 8);
	if (bytes > j->mem / 2)
		return err_set_rc(e, RC_MEMORY,
		                  "one of %zu parts of the filter of %llu n-grams takes %llu of "
		                  "the %llu MiB for it; raise --mem or the false-positive rate",
		                  w->gram.parts, (unsigned long long)w->ngrams,
		                  (unsigned long long)bytes >> 20,
		                  (unsigned long long)j->mem >> 21);
	*threads = j->mem / 2 / bytes < j->threads ? (unsigned)(j->mem / 2 / bytes) : j->threads;
	return 0;
}

static int solve_own(struct bloom *w, struct err *e)
{
	const struct phase cut = {"cut", w->gram.makers, 0, is_cut, do_cut};
	struct phase filter = {"filter", w->gram.parts, 0, is_filtered, do_filter};
	const struct phase judge = {"judge", w->seen.parts, 0, is_judged, do_judge};

	if (is_over(w))
		return 0;
	return share_do(&w->share, &cut, w, e) != 0 || size_filter(w, &filter.threads, e) != 0 ||
	                       share_do(&w->share, &filter, w, e) != 0 ||
	                       share_do(&w->share, &judge, w, e) != 0
	               ? -1
	               : 0;
}

static void bloom_open(struct bloom *w, const char *work)
{
	const struct bloom_job *const j = w->j;
	const size_t parts = exchange_parts(j->records * DOC_PARTS),
	             groups = j->n < parts ? j->n : parts;

	w->share = (struct share){.dir = work,
	                          .lease = j->lease,
	                          .task = j->task,
	                          .tasks = j->tasks,
	                          .threads = j->threads};
	w->gram = (struct exchange){.dir = work,
	                            .name = "gram",
	                            .key = j->key,
	                            .width = 2,
	                            .top = (uint64_t)parts << PART_SHIFT,
	                            .makers = groups,
	                            .parts = parts,
	                            .run = exchange_run(j->records * DOC_PARTS),
	                            .share = &w->share};
	w->seen = w->gram;
	w->seen.name = "seen";
	w->seen.width = 3;
	w->seen.top = j->n ? j->n : 1;
	w->seen.makers = parts;
	w->seen.parts = groups ? groups : 1;
}

int bloom_solve(const struct bloom_job *j, struct bloom_stats *stats, struct err *e)
{
	struct bloom w = {.j = j, .stats = stats};
	struct buf work = {0};
	const struct phase trove = {"filter", 1, 1, is_judged, do_trove};
	const struct phase head = {"head", 1, 1, is_headed, do_head};
	int rc;

	*stats = (struct bloom_stats){0};
	buf_addf(&work, "%s/spans/work", j->dir);
	bloom_open(&w, buf_text(&work));
	rc = share_open(&w.share, e);
	spans_remove_other(j->dir, j->key);
	if (rc == 0 && j->n >> (PART_SHIFT - RECORD_BITS))
		rc = err_set_rc(e, RC_INPUT, "bloom takes at most a million shards");
	if (rc == 0)
		rc = j->m_bytes ? share_do(&w.share, &trove, &w, e) : solve_own(&w, e);
	if (rc == 0)
		rc = share_do(&w.share, &head, &w, e);
	/* Another task may have finished and removed what this one was about to read. */
	if (rc != 0 && is_over(&w)) {
		*e = (struct err){0};
		rc = 0;
	}
	share_close(&w.share, rc == 0);
	buf_free(&work);
	return rc ? rc : w.ended;
}
