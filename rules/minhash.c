/* Near duplicates over the whole corpus, found by MinHash. */
#include "rules/dedup_stage.h"

#include "lib/base/hash.h"
#include "lib/base/log.h"
#include "lib/dedup/curve.h"
#include "lib/dedup/shingle.h"
#include "lib/dedup/signature.h"
#include "lib/doc/simplify.h"
#include "lib/doc/words.h"

enum short_policy { SHORT_EXACT, SHORT_KEEP, SHORT_DROP };

struct minhash {
	struct dedup_stage common;
	int mode, unit, hash, precision, short_docs;
	int64_t n, bands, rows, hashes, seed;
	double threshold, verify;
	struct signature signature; /* made by init */
	struct sketch_shape shape;
	struct buf method;
};

#define AT(field) offsetof(struct minhash, field)

static const struct param params[] = {
	{.name = "mode", .kind = PARAM_CHOICE, .at = AT(mode), .preset = "fast", .choices = "fast|compat",
	 .help = "own words and hashes, or datatrove's"},
	{.name = "unit", .kind = PARAM_CHOICE, .at = AT(unit), .preset = "words", .choices = "words|characters",
	 .help = "what shingles are made of; compat: words"},
	{.name = "n", .kind = PARAM_INT, .at = AT(n), .preset = "5", .min = 1, .max = 1000,
	 .help = "words or characters in a shingle"},
	{.name = "bands", .kind = PARAM_INT, .at = AT(bands), .preset = "14", .min = 1, .max = 1024,
	 .help = "two documents that agree in all rows of one band are candidates"},
	{.name = "rows", .kind = PARAM_INT, .at = AT(rows), .preset = "8", .min = 1, .max = 64,
	 .help = "hashes in a band"},
	{.name = "threshold", .kind = PARAM_REAL, .at = AT(threshold), .preset = "0", .min = 0, .max = 1,
	 .help = "pick bands and rows for this Jaccard and print the S-curve"},
	{.name = "hashes", .kind = PARAM_INT, .at = AT(hashes), .preset = "128", .min = 1, .max = 1024,
	 .help = "most hashes that threshold may pick"},
	{.name = "seed", .kind = PARAM_INT, .at = AT(seed), .preset = "1", .min = 0, .max = 4294967295.0,
	 .help = "of the hash functions"},
	{.name = "hash", .kind = PARAM_CHOICE, .at = AT(hash), .preset = "xxhash", .choices = "xxhash|sha1",
	 .help = "of shingles; compat only"},
	{.name = "precision", .kind = PARAM_CHOICE, .at = AT(precision), .preset = "64", .choices = "64|32",
	 .help = "bits of a hash; compat only"},
	{.name = "short", .kind = PARAM_CHOICE, .at = AT(short_docs), .preset = "exact", .choices = "exact|keep|drop",
	 .help = "texts with fewer than n units: drop exact copies, keep all, drop all"},
	{.name = "verify", .kind = PARAM_REAL, .at = AT(verify), .preset = "0", .min = 0, .max = 1,
	 .help = "drop only what has this true Jaccard to its survivor (0: what shares a band)"},
	DEDUP_PARAMS(AT(common)),
	{0},
};

static void choose_bands(struct minhash *m)
{
	unsigned bands, rows;
	struct buf table = {0};
	struct slice line, rest;

	curve_choose(m->threshold, (unsigned)m->hashes, &bands, &rows);
	m->bands = bands;
	m->rows = rows;
	curve_print(bands, rows, &table);
	rest = buf_slice(&table);
	while (slice_cut(&rest, '\n', &line))
		log_note("%.*s", SLICE(line));
	buf_free(&table);
}

static int minhash_init(void *self, struct err *e)
{
	struct minhash *const m = self;
	const bool compat = m->mode == SIGNATURE_COMPAT;

	if (compat && m->unit != SHINGLE_WORDS)
		return err_set(e, "compat mode has shingles of words only");
	if (m->threshold > 0)
		choose_bands(m);
	if (m->bands * m->rows > SIGNATURE_MAX)
		return err_set(e, "%lld bands of %lld rows: at most %d hashes", (long long)m->bands,
		               (long long)m->rows, SIGNATURE_MAX);
	signature_open(&m->signature, (enum signature_mode)m->mode, m->precision ? 32 : 64,
	               (unsigned)(m->bands * m->rows), (uint64_t)m->seed);
	/* One list more than bands, for short texts. */
	m->shape = (struct sketch_shape){.lists = (uint32_t)m->bands + 1, .width = 1,
	                                 .sig_bytes = m->signature.count, .sets = m->verify > 0};
	buf_addf(&m->method, "minhash %s %s n=%lld bands=%lld rows=%lld seed=%lld short=%d",
	         compat ? m->hash == SHINGLE_SHA1 ? "compat-sha1" : "compat-xxhash" : "fast",
	         compat                      ? m->precision ? "32" : "64"
	         : m->unit == SHINGLE_WORDS ? "words"
	                                     : "characters",
	         (long long)m->n, (long long)m->bands, (long long)m->rows, (long long)m->seed, m->short_docs);
	buf_text(&m->method);
	return dedup_stage_init(&m->common, e);
}

static void minhash_fini(void *self)
{
	struct minhash *const m = self;

	signature_close(&m->signature);
	buf_free(&m->method);
	dedup_stage_fini(&m->common);
}

static struct shingles shingle(const struct minhash *m, struct slice text, struct arena *mem)
{
	struct words w;
	struct slice *word;

	if (m->mode == SIGNATURE_FAST)
		return shingle_fast(text, (enum shingle_unit)m->unit, (unsigned)m->n, m->signature.level, mem);
	words_split(WORDS_SPACY, simplify_text(text, mem), &w, mem);
	word = arena_alloc(mem, (w.n + 1) * sizeof *word);
	for (size_t i = 0; i < w.n; i++)
		word[i] = words_at(&w, i)->text;
	return shingle_compat(word, w.n, (unsigned)m->n, (enum shingle_hash)m->hash, m->precision ? 32 : 64, mem);
}

/* Fills the row of a text that has shingles. */
static void sign(const struct minhash *m, const struct shingles *s, struct sketch_row *row, struct arena *mem)
{
	const struct signature *const g = &m->signature;
	char *const raw = arena_alloc(mem, g->lanes * sizeof(uint64_t) + 64);
	uint64_t *const sig = (uint64_t *)(void *)(raw + (64 - (uintptr_t)raw % 64) % 64);
	uint64_t *const key = arena_alloc(mem, (size_t)m->bands * sizeof *key);
	uint8_t *const bytes = arena_alloc(mem, g->count);

	signature_reset(g, sig);
	signature_add(g, sig, s->hash, s->n);
	signature_finish(g, sig);
	for (int64_t b = 0; b < m->bands; b++)
		key[b] = signature_band(sig + b * m->rows, (unsigned)m->rows);
	for (unsigned i = 0; i < g->count; i++)
		bytes[i] = signature_byte(sig[i]);
	row->keys = (uint32_t)m->bands;
	row->key = key;
	row->sig = bytes;
	if (m->shape.sets) {
		uint32_t *const set = arena_alloc(mem, s->n * sizeof *set);

		row->set_n = (uint32_t)shingle_set(s, set, mem);
		row->set = set;
	}
}

static void minhash_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct minhash *const m = self;
	const struct slice text = doc_text(d);
	const struct shingles s = shingle(m, text, scratch);
	const uint64_t whole = hash64(text);
	struct sketch_row row = {.record = d->record, .id = d->id};

	if (s.n == 0 && m->short_docs != SHORT_EXACT)
		return;
	row.order = policy_order(&m->common.policy, d, scratch);
	if (s.n > 0) {
		sign(m, &s, &row, scratch);
	} else {
		row.first = (uint32_t)m->bands;
		row.keys = 1;
		row.key = &whole;
		row.sig = arena_zero(scratch, m->shape.sig_bytes, 1);
	}
	sketch_row_write(&m->shape, &row, out);
}

static int minhash_solve(void *self, const struct corpus *c, struct err *e)
{
	struct minhash *const m = self;

	return dedup_stage_solve(&m->common, c, &m->shape, m->method.p, m->verify, e);
}

static int minhash_load(void *self, const struct corpus *c, struct err *e)
{
	struct minhash *const m = self;

	return dedup_stage_load(&m->common, c, e);
}

static void minhash_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct minhash *const m = self;

	if (m->short_docs == SHORT_DROP && shingle(m, doc_text(d), scratch).n == 0)
		doc_drop(d, S("short"));
	else
		dedup_judge(&m->common.verdict, d);
}

static const struct barrier barrier = {
	.collect = minhash_collect,
	.solve = minhash_solve,
	.load = minhash_load,
};

const struct stage_type minhash_stage = {
	.name = "minhash",
	.help = "drops near duplicates found by MinHash over the whole corpus",
	.params = params,
	.size = sizeof(struct minhash),
	.init = minhash_init,
	.fini = minhash_fini,
	.doc = minhash_doc,
	.barrier = &barrier,
};
