/* Documents made mostly of n-grams that stood in the corpus before, by a Bloom filter. */
#include "lib/run/stage.h"

#include "lib/base/log.h"
#include "lib/dedup/bloom.h"
#include "lib/dedup/minhash.h"
#include "lib/dedup/spans.h"

struct bloom_dedup {
	struct minhash_settings set;
	double share, rate;
	uint64_t m_bytes;
	int64_t probes;
	struct minhash words; /* made by init, for its way of making shingles */
	struct spans dropped; /* made by load */
};

#define AT(field) offsetof(struct bloom_dedup, field)

static const struct param params[] = {
        {.name = "method",
         .kind = PARAM_CHOICE,
         .at = AT(set.method),
         .preset = "fast",
         .choices = "fast|compat",
         .help = "own words, hashes and filter, or datatrove's"},
        {.name = "n",
         .kind = PARAM_INT,
         .at = AT(set.n),
         .preset = "13",
         .min = 1,
         .max = 1000,
         .help = "words in an n-gram"},
        {.name = "share",
         .kind = PARAM_REAL,
         .at = AT(share),
         .preset = "0.8",
         .min = 0,
         .max = 1,
         .help = "drop a document when more than this share of its n-grams stood in one before"},
        {.name = "false_positives",
         .kind = PARAM_REAL,
         .at = AT(rate),
         .preset = "0.001",
         .min = 1e-12,
         .max = 0.5,
         .help = "share of new n-grams that may be taken for known ones; sizes the filter"},
        {.name = "m_bytes",
         .kind = PARAM_SIZE,
         .at = AT(m_bytes),
         .preset = "16777215",
         .min = 1,
         .max = 0x1p40,
         .help = "compat: size of the filter"},
        {.name = "k",
         .kind = PARAM_INT,
         .at = AT(probes),
         .preset = "7",
         .min = 1,
         .max = 64,
         .help = "compat: hash functions"},
        {.name = "seed",
         .kind = PARAM_INT,
         .at = AT(set.seed),
         .preset = "0",
         .min = 0,
         .max = 4294967295.0,
         .help = "compat: of the hash functions"},
        {0},
};

static int bloom_init(void *self, struct err *e)
{
	struct bloom_dedup *const b = self;

	b->set.bands = b->set.rows = 1;
	b->set.precision = 1; /* compat: 32-bit hashes */
	return minhash_open(&b->words, &b->set, e);
}

static void bloom_fini(void *self)
{
	struct bloom_dedup *const b = self;

	minhash_close(&b->words);
	spans_close(&b->dropped);
}

static void bloom_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct bloom_dedup *const b = self;
	const struct shingles s = minhash_shingles(&b->words, doc_text(d), scratch);

	bloom_write(out, d->record, s.hash, s.n);
}

static int bloom_solve_stage(void *self, const struct corpus *c, struct err *e)
{
	const struct bloom_dedup *const b = self;
	struct bloom_job j = {
	        .dir = c->dir,
	        .part = c->part,
	        .n = c->n,
	        .share = b->share,
	        .rate = b->rate,
	        .m_bytes = b->set.method == SIGNATURE_COMPAT ? b->m_bytes : 0,
	        .probes = (unsigned)b->probes,
	        .seed = (uint32_t)b->set.seed,
	        .key = c->key,
	        .threads = c->threads,
	        .task = c->task,
	        .tasks = c->tasks,
	        .lease = c->lease,
	        .mem = c->mem,
	};
	struct bloom_stats s;
	int rc;

	for (size_t i = 0; i < c->n; i++)
		j.records += c->records[i];
	rc = bloom_solve(&j, &s, e);
	if (rc == 1)
		log_note("%llu n-grams of %llu documents in a filter of %llu KiB that is wrong "
		         "about %.2g of new ones; %llu duplicates",
		         (unsigned long long)s.ngrams, (unsigned long long)s.documents,
		         (unsigned long long)s.bytes >> 10, s.rate, (unsigned long long)s.dropped);
	return rc < 0 ? -1 : 0;
}

static int bloom_load(void *self, const struct corpus *c, struct err *e)
{
	return spans_open(&((struct bloom_dedup *)self)->dropped, c->dir, c->loaded, e);
}

static void bloom_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct bloom_dedup *const b = self;
	size_t n;

	(void)scratch;
	spans_find(&b->dropped, d->shard, d->record, &n);
	if (n > 0)
		doc_drop(d, S("duplicate"));
}

static const struct barrier barrier = {
        .is_shared = true,
        .collect = bloom_collect,
        .solve = bloom_solve_stage,
        .load = bloom_load,
};

const struct stage_type bloom_dedup_stage = {
        .name = "bloom_dedup",
        .help = "drops documents made mostly of n-grams seen before, by a Bloom filter",
        .params = params,
        .size = sizeof(struct bloom_dedup),
        .init = bloom_init,
        .fini = bloom_fini,
        .doc = bloom_doc,
        .barrier = &barrier,
};
