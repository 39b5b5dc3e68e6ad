/* Near duplicates over the whole corpus, found by MinHash. */
#include "rules/minhash_rule.h"

#include "lib/base/log.h"
#include "lib/dedup/curve.h"

#define AT(field) offsetof(struct minhash_rule, field)

static const struct param params[] = {
        {.name = "method",
         .kind = PARAM_CHOICE,
         .at = AT(set.method),
         .preset = "fast",
         .choices = "fast|compat",
         .help = "own words and hashes, or datatrove's"},
        {.name = "unit",
         .kind = PARAM_CHOICE,
         .at = AT(set.unit),
         .preset = "words",
         .choices = "words|characters",
         .help = "what shingles are made of; compat: words"},
        {.name = "n",
         .kind = PARAM_INT,
         .at = AT(set.n),
         .preset = "5",
         .min = 1,
         .max = 1000,
         .help = "words or characters in a shingle"},
        {.name = "bands",
         .kind = PARAM_INT,
         .at = AT(set.bands),
         .preset = "14",
         .min = 1,
         .max = 1024,
         .help = "two documents that agree in all rows of one band are candidates"},
        {.name = "rows",
         .kind = PARAM_INT,
         .at = AT(set.rows),
         .preset = "8",
         .min = 1,
         .max = 64,
         .help = "hashes in a band"},
        {.name = "threshold",
         .kind = PARAM_REAL,
         .at = AT(threshold),
         .preset = "0",
         .min = 0,
         .max = 1,
         .help = "pick bands and rows for this Jaccard and print the S-curve"},
        {.name = "hashes",
         .kind = PARAM_INT,
         .at = AT(hashes),
         .preset = "128",
         .min = 1,
         .max = 1024,
         .help = "most hashes that threshold may pick"},
        {.name = "seed",
         .kind = PARAM_INT,
         .at = AT(set.seed),
         .preset = "1",
         .min = 0,
         .max = 4294967295.0,
         .help = "of the hash functions"},
        {.name = "hash",
         .kind = PARAM_CHOICE,
         .at = AT(set.hash),
         .preset = "xxhash",
         .choices = "xxhash|sha1",
         .help = "of shingles; compat only"},
        {.name = "precision",
         .kind = PARAM_CHOICE,
         .at = AT(set.precision),
         .preset = "64",
         .choices = "64|32",
         .help = "bits of a hash; compat only"},
        {.name = "short",
         .kind = PARAM_CHOICE,
         .at = AT(set.short_docs),
         .preset = "exact",
         .choices = "exact|keep|drop",
         .help = "texts with fewer than n units: drop exact copies, keep all, drop all"},
        {.name = "verify",
         .kind = PARAM_REAL,
         .at = AT(verify),
         .preset = "0",
         .min = 0,
         .max = 1,
         .help = "drop only what has this true Jaccard to its survivor (0: what shares a band)"},
        {.name = "datatrove",
         .kind = PARAM_TEXT,
         .at = AT(common.datatrove),
         .help = "compat: folder for datatrove's own files; its survivors stay, and short texts"},
        DEDUP_PARAMS(AT(common)),
        {0},
};

static void choose_bands(struct minhash_rule *m)
{
	unsigned bands, rows;
	struct buf table = {0};
	struct slice line, rest;

	curve_choose(m->threshold, (unsigned)m->hashes, &bands, &rows);
	m->set.bands = bands;
	m->set.rows = rows;
	curve_print(bands, rows, &table);
	rest = buf_slice(&table);
	while (slice_cut(&rest, '\n', &line))
		log_note("%.*s", SLICE(line));
	buf_free(&table);
}

static int minhash_init(void *self, struct err *e)
{
	struct minhash_rule *const m = self;

	if (m->threshold > 0)
		choose_bands(m);
	m->set.sets = m->verify > 0;
	m->set.whole = m->common.datatrove.n > 0;
	if (m->set.whole && (m->common.against.n || m->verify > 0))
		return err_set(e, "datatrove goes without against and verify");
	if (minhash_open(&m->minhash, &m->set, e) != 0)
		return -1;
	minhash_describe(&m->minhash, &m->method);
	buf_text(&m->method);
	m->common.bands = (unsigned)m->set.bands;
	m->common.rows = (unsigned)m->set.rows;
	m->common.bits = m->set.precision ? 32 : 64;
	return dedup_stage_init(&m->common, e);
}

static void minhash_fini(void *self)
{
	struct minhash_rule *const m = self;

	minhash_close(&m->minhash);
	buf_free(&m->method);
	dedup_stage_fini(&m->common);
}

static void minhash_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct minhash_rule *const m = self;
	struct sketch_row row = {.record = d->record, .id = d->id};

	if (!minhash_row(&m->minhash, doc_text(d), &row, scratch))
		return;
	row.order = policy_order(&m->common.policy, d, scratch);
	sketch_row_write(&m->minhash.shape, &row, out);
}

static int minhash_solve(void *self, const struct corpus *c, struct err *e)
{
	struct minhash_rule *const m = self;

	return dedup_stage_solve(&m->common, c, &m->minhash.shape, m->method.p, m->verify, e);
}

static int minhash_load(void *self, const struct corpus *c, struct err *e)
{
	struct minhash_rule *const m = self;

	return dedup_stage_load(&m->common, c, e);
}

static void minhash_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct minhash_rule *const m = self;

	if (m->set.short_docs == SHORT_DROP && !m->set.whole &&
	    minhash_shingles(&m->minhash, doc_text(d), scratch).n == 0)
		doc_drop(d, S("short"));
	else
		dedup_judge(&m->common.verdict, d);
}

static int minhash_depends(const void *self, struct buf *out, struct err *e)
{
	return dedup_stage_depends(&((const struct minhash_rule *)self)->common, out, e);
}

static const struct barrier barrier = {
        .in_steps = true,
        .is_shared = true,
        .depends = minhash_depends,
        .collect = minhash_collect,
        .solve = minhash_solve,
        .load = minhash_load,
};

const struct stage_type minhash_stage = {
        .name = "minhash",
        .help = "drops near duplicates found by MinHash over the whole corpus",
        .params = params,
        .size = sizeof(struct minhash_rule),
        .init = minhash_init,
        .fini = minhash_fini,
        .doc = minhash_doc,
        .barrier = &barrier,
};
