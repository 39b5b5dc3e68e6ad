#include "lib/dedup/bloom_trove.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/dedup/bloom_rows.h"
#include "lib/dedup/signature.h"
#include "lib/dedup/spans.h"

enum { PROBES_MAX = 64 };
#define P61 ((UINT64_C(1) << 61) - 1)

struct filter {
	unsigned char *bits;
	unsigned probes;
	uint64_t m_bytes, a[PROBES_MAX], b[PROBES_MAX];
};

static bool probe(struct filter *f, uint64_t hash, bool add)
{
	bool all = true;

	for (unsigned i = 0; i < f->probes; i++) {
		const uint64_t bit = (hash * f->a[i] + f->b[i]) % P61 & f->m_bytes;

		all &= f->bits[bit / 8] >> bit % 8 & 1;
		if (add)
			f->bits[bit / 8] |= (unsigned char)(1u << bit % 8);
	}
	return all;
}

static int do_shard(const struct bloom_job *j, size_t shard, struct filter *f, struct share *share,
                    struct sealed_out *out, struct bloom_stats *stats, struct err *e)
{
	struct bloom_rows rows = {.path = j->part[shard]};
	struct bloom_row row;
	int rc;

	while ((rc = bloom_rows_next(&rows, &row, e)) == 1) {
		uint64_t seen = 0;

		for (uint64_t k = 0; k < row.n; k++)
			seen += probe(f, row.hash[k], false);
		for (uint64_t k = 0; k < row.n; k++)
			probe(f, row.hash[k], true);
		stats->ngrams += row.n;
		stats->documents++;
		if (share_beat(share, e) != 0 ||
		    ((double)seen / (double)row.n > j->share &&
		     spans_add(out, &(struct span_mark){shard, row.record, 0}, e) != 0)) {
			rc = -1;
			break;
		}
	}
	bloom_rows_close(&rows);
	return rc;
}

int bloom_trove(const struct bloom_job *j, struct share *share, struct bloom_stats *stats,
                struct err *e)
{
	struct filter f = {.probes = j->probes, .m_bytes = j->m_bytes};
	struct sealed_out out = {0};
	uint64_t ones = 0;
	int rc;

	stats->bytes = j->m_bytes + 8;
	if (stats->bytes > j->mem / 2)
		return err_set_rc(e, RC_MEMORY,
		                  "the filter takes %llu MiB, and half of the memory budget is "
		                  "%llu MiB; raise --mem or lower m_bytes",
		                  (unsigned long long)stats->bytes >> 20,
		                  (unsigned long long)j->mem >> 21);
	f.bits = mem_zero((size_t)stats->bytes, 1);
	signature_numpy(j->seed, j->probes, f.a, f.b);
	rc = spans_create(&out, j->dir, 0, e);
	for (size_t i = 0; i < j->n && rc == 0; i++)
		rc = do_shard(j, i, &f, share, &out, stats, e);
	rc = rc == 0 ? spans_commit(&out, j->key, e) : -1;
	sealed_abandon(&out);
	for (uint64_t i = 0; i < stats->bytes; i++)
		ones += (uint64_t)__builtin_popcount(f.bits[i]);
	stats->rate = pow((double)ones / ((double)stats->bytes * 8), f.probes);
	free(f.bits);
	return rc;
}
