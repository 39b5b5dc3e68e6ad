/* Metadata conditioning (MeCo, arXiv 2501.01956): a line of metadata before the text, and a
 * cooldown share without it. */
#include "lib/run/stage.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/template.h"
#include "lib/io/outfile.h"
#include "rules/meco_corpus.h"
#include "rules/meco_lists.h"
#include "rules/meco_tag.h"

enum { PLACE_TEXT, PLACE_FIELD };
enum { MISSING_SKIP, MISSING_ERROR, MISSING_LITERAL };
enum { BY_CHANCE, BY_DOCUMENTS, BY_BYTES, BY_TOKENS };

/* Parts of the seed, so that the draws are independent of each other and of other stages. */
#define SEED_COOLDOWN 0x636f6f6c646f776eu
#define SEED_RATE 0x7261746572617465u

struct meco {
	struct slice template_text, salt, unknown, missing_text;
	struct slice known_file, counts_file, buckets_file, main;
	bool untag;
	int place, missing, cooldown_by;
	int64_t unknown_below, top;
	double rate, cooldown;

	struct template *template;
	const struct template_slot *slot;
	struct meco_lists lists;
	/* One for each slot of the template, then the cooldown's. */
	struct meco_column *column;
	size_t n_slots;
	bool two_passes;
};

#define AT(field) offsetof(struct meco, field)

static const struct param params[] = {
	{.name = "template", .kind = PARAM_TEXT, .at = AT(template_text),
	 .preset = "URL: {authority}\\n\\n",
	 .help = "the prefix; {FIELD|FILTER}, \\n, alternatives separated by ||"},
	{.name = "place", .kind = PARAM_CHOICE, .at = AT(place), .preset = "text",
	 .choices = "text|field", .help = "before the text, or alone in curate.meco.prefix"},
	{.name = "untag", .kind = PARAM_BOOL, .at = AT(untag), .preset = "false",
	 .help = "take prefixes off again, and do nothing else"},
	{.name = "missing", .kind = PARAM_CHOICE, .at = AT(missing), .preset = "skip",
	 .choices = "skip|error|literal",
	 .help = "a document without a field: leave it plain, end the run, or write missing_text"},
	{.name = "missing_text", .kind = PARAM_TEXT, .at = AT(missing_text), .preset = "unknown",
	 .help = "what stands for a missing field"},
	{.name = "salt", .kind = PARAM_TEXT, .at = AT(salt), .help = "secret of the filter hash"},
	{.name = "known", .kind = PARAM_FILE, .at = AT(known_file),
	 .help = "keys that the filter known lets through; KEY or KEY<TAB>REPLACEMENT a line"},
	{.name = "counts", .kind = PARAM_FILE, .at = AT(counts_file),
	 .help = "counts for unknown_below and top, instead of a first pass; KEY<TAB>COUNT a line"},
	{.name = "unknown_below", .kind = PARAM_INT, .at = AT(unknown_below), .preset = "0",
	 .min = 0, .max = 1e15, .help = "the filter known hides keys of fewer documents"},
	{.name = "top", .kind = PARAM_INT, .at = AT(top), .preset = "0", .min = 0, .max = 1e15,
	 .help = "the filter known hides all but so many keys; 0: no limit"},
	{.name = "unknown", .kind = PARAM_TEXT, .at = AT(unknown), .preset = "unknown",
	 .help = "what stands for a hidden key"},
	{.name = "buckets", .kind = PARAM_FILE, .at = AT(buckets_file),
	 .help = "edges for the filters qN, instead of a first pass; FIELD EDGE … a line"},
	{.name = "rate", .kind = PARAM_REAL, .at = AT(rate), .preset = "1", .min = 0, .max = 1,
	 .help = "share of the documents outside the cooldown that is tagged"},
	{.name = "cooldown", .kind = PARAM_REAL, .at = AT(cooldown), .preset = "10%", .min = 0,
	 .max = 1, .help = "share that goes plain to the folder cooldown/; 0: no folders"},
	{.name = "main", .kind = PARAM_TEXT, .at = AT(main), .preset = "main",
	 .help = "folder of the rest; empty: where records go anyway"},
	{.name = "cooldown_by", .kind = PARAM_CHOICE, .at = AT(cooldown_by), .preset = "chance",
	 .choices = "chance|documents|bytes|tokens",
	 .help = "chance: expected share, one pass; else the exact share of these, two passes"},
	{0},
};

static int open_slot(struct meco *r, size_t i, struct err *e)
{
	const struct template_slot *slot = &r->slot[i];
	struct meco_column *column = &r->column[i];
	bool counts = r->unknown_below || r->top;

	if (slot->buckets) {
		if (meco_lists_edges(&r->lists, slot->field, slot->buckets))
			return 0;
		if (r->buckets_file.n)
			return err_set(e, "%.*s has no line for %.*s with %u edges",
			               SLICE(r->buckets_file), SLICE(slot->field),
			               slot->buckets - 1);
		column->kind = MECO_CUTS;
		column->n_shares = slot->buckets - 1;
		column->share = mem_new(double, column->n_shares);
		for (size_t k = 0; k < column->n_shares; k++)
			column->share[k] = (double)(k + 1) / slot->buckets;
		return 0;
	}
	if (!r->known_file.n && !counts)
		return err_set(e, "the filter known needs one of known, unknown_below and top");
	if (counts && !r->counts_file.n) {
		column->kind = MECO_FREQUENT;
		column->least = (uint64_t)r->unknown_below;
		column->most = (uint64_t)r->top;
	}
	return 0;
}

static int open_lists(struct meco *r, struct err *e)
{
	if (r->known_file.n && meco_lists_known(&r->lists, r->known_file.p, e))
		return -1;
	if (r->counts_file.n && meco_lists_counts(&r->lists, r->counts_file.p,
	                                          (uint64_t)r->unknown_below, (uint64_t)r->top, e))
		return -1;
	return r->buckets_file.n ? meco_lists_buckets(&r->lists, r->buckets_file.p, e) : 0;
}

static int check_params(const struct meco *r, struct err *e)
{
	bool known = false;

	for (size_t i = 0; i < r->n_slots; i++)
		known |= !r->slot[i].buckets;
	if (!known && (r->unknown_below || r->top || r->known_file.n || r->counts_file.n))
		return err_set(e, "known, counts, unknown_below and top act on the filter known: "
		                  "write {authority|known}");
	if (slice_starts(r->main, S(".")) || slice_find(r->main, S("/"), 0) != SIZE_MAX ||
	    slice_equal(r->main, S("cooldown")))
		return err_set(e, "main must be a plain folder name other than cooldown");
	if (r->known_file.n && (r->unknown_below || r->top || r->counts_file.n))
		return err_set(e, "known does not go with counts, unknown_below and top");
	if (r->counts_file.n && !r->unknown_below && !r->top)
		return err_set(e, "counts needs unknown_below or top");
	if (!utf8_valid(r->template_text) || !utf8_valid(r->missing_text) ||
	    !utf8_valid(r->unknown))
		return err_set(e, "template, missing_text and unknown must be UTF-8");
	if ((r->template_text.n && memchr(r->template_text.p, 0, r->template_text.n)) ||
	    (r->missing_text.n && memchr(r->missing_text.p, 0, r->missing_text.n)) ||
	    (r->unknown.n && memchr(r->unknown.p, 0, r->unknown.n)))
		return err_set(e, "template, missing_text and unknown must not hold U+0000");
	return 0;
}

static int meco_init(void *self, struct err *e)
{
	struct meco *r = self;

	r->template = template_parse(r->template_text, r->salt, e);
	if (!r->template)
		return -1;
	r->n_slots = template_slots(r->template, &r->slot);
	r->column = mem_new(struct meco_column, r->n_slots + 1);
	if (check_params(r, e) || open_lists(r, e))
		return -1;
	for (size_t i = 0; i < r->n_slots; i++)
		if (open_slot(r, i, e))
			return -1;
	if (r->cooldown > 0 && r->cooldown < 1 && r->cooldown_by != BY_CHANCE) {
		struct meco_column *cut = &r->column[r->n_slots];

		*cut = (struct meco_column){.kind = MECO_CUTS, .n_shares = 1};
		cut->share = mem_new(double, 1);
		cut->share[0] = r->cooldown;
	}
	for (size_t i = 0; i <= r->n_slots; i++)
		r->two_passes |= r->column[i].kind != MECO_UNUSED && !r->untag;
	return 0;
}

static void meco_fini(void *self)
{
	struct meco *r = self;

	if (r->column)
		meco_columns_free(r->column, r->n_slots + 1);
	template_free(r->template);
	meco_lists_free(&r->lists);
}

/* What chance depends on: the id, or without one the text, so that a document stays on its side
 * whatever shard it lies in. */
static struct slice draw_key(const struct doc *d)
{
	return d->has_id ? d->id : d->source;
}

static uint64_t cooldown_hash(const struct doc *d)
{
	return hash64_seed(draw_key(d), d->context->seed ^ SEED_COOLDOWN);
}

static bool is_cooldown(const struct meco *r, const struct doc *d)
{
	const struct meco_column *cut = &r->column[r->n_slots];

	if (cut->kind == MECO_CUTS)
		return cut->n_keys && cooldown_hash(d) < cut->key[0];
	return hash_chance(draw_key(d), d->context->seed ^ SEED_COOLDOWN) < r->cooldown;
}

static bool answer(const void *user, const struct template_slot *slot, double number,
                   struct slice *text, struct arena *scratch)
{
	const struct meco *r = user;
	const struct meco_column *column = &r->column[slot->number];
	size_t bucket = 0;

	if (!slot->buckets) {
		bool known = column->kind == MECO_FREQUENT ? meco_column_has(column, hash64(*text))
		                                           : meco_lists_find(&r->lists, text);

		if (!known)
			*text = r->unknown;
		return true;
	}
	if (column->kind == MECO_CUTS) {
		bucket = meco_column_rank(column, meco_order(number));
	} else {
		const struct meco_edges *edges =
			meco_lists_edges(&r->lists, slot->field, slot->buckets);

		while (bucket < edges->n && edges->edge[bucket] <= number)
			bucket++;
	}
	*text = arena_addf(scratch, "%zu", bucket + 1);
	return true;
}

static void tag(const struct meco *r, struct doc *d, struct arena *scratch)
{
	const struct template_caller caller = {answer, r};
	struct buf prefix = {0};

	if (template_write(r->template, d, &caller,
	                   r->missing == MISSING_LITERAL ? &r->missing_text : NULL, scratch,
	                   &prefix)) {
		meco_tag(d, buf_slice(&prefix), r->place == PLACE_FIELD);
		doc_count(d, "tagged", 1);
	} else if (r->missing == MISSING_ERROR) {
		doc_fail(d, S("a field of the template is missing"));
	} else {
		doc_count(d, "incomplete", 1);
	}
	buf_free(&prefix);
}

static void untag(struct doc *d, const struct meco_mark *mark)
{
	doc_count(d, meco_untag(d, mark) ? "untagged" : "unfit_mark", 1);
}

static void meco_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct meco *r = self;
	const struct meco_mark mark = meco_mark_find(d);

	if (r->untag) {
		if (mark.present)
			untag(d, &mark);
		return;
	}
	if (!d->url.n)
		doc_count(d, "without_url", 1);
	if (r->cooldown > 0) {
		bool cooldown = is_cooldown(r, d);

		doc_route(d, cooldown ? "cooldown" : r->main.n ? r->main.p : NULL);
		doc_count(d, cooldown ? "cooldown_bytes" : "main_bytes", d->source.n);
		if (cooldown) {
			doc_count(d, "cooldown", 1);
			if (mark.present)
				untag(d, &mark);
			return;
		}
	}
	if (mark.present)
		doc_count(d, "already_tagged", 1);
	else if (r->rate >= 1 || hash_chance(draw_key(d), d->context->seed ^ SEED_RATE) < r->rate)
		tag(r, d, scratch);
	else
		doc_count(d, "left_plain", 1);
}

/* --- the first pass --------------------------------------------------------------------------- */

struct collecting {
	const struct meco *meco;
	struct buf *out;
};

static bool collect_answer(const void *user, const struct template_slot *slot, double number,
                           struct slice *text, struct arena *scratch)
{
	const struct collecting *g = user;
	const struct meco_column *column = &g->meco->column[slot->number];

	(void)scratch;
	if (column->kind == MECO_FREQUENT)
		meco_row_add(g->out, (uint32_t)slot->number, hash64(*text), 1);
	else if (column->kind == MECO_CUTS)
		meco_row_add(g->out, (uint32_t)slot->number, meco_order(number), 1);
	return false;
}

static uint64_t weight_of(const struct meco *r, struct doc *d)
{
	struct slice rest = d->source, word;
	uint64_t words = 0;

	if (r->cooldown_by == BY_DOCUMENTS)
		return 1;
	if (r->cooldown_by == BY_BYTES)
		return d->source.n;
	while (utf8_split(&rest, &word))
		words++;
	return words;
}

static void meco_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct meco *r = self;
	struct collecting g = {r, out};
	const struct template_caller caller = {collect_answer, &g};

	template_ask(r->template, d, &caller, scratch);
	if (r->column[r->n_slots].kind == MECO_CUTS)
		meco_row_add(out, (uint32_t)r->n_slots, cooldown_hash(d), weight_of(r, d));
}

static bool meco_needed(const void *self)
{
	return ((const struct meco *)self)->two_passes;
}

/* The edges that were found, as the parameter buckets reads them: for documents that come later. */
static int write_buckets(const struct meco *r, const struct corpus *c, struct err *e)
{
	struct buf lines = {0}, path = {0};
	int rc = 0;

	for (size_t i = 0; i < r->n_slots; i++) {
		if (r->column[i].kind != MECO_CUTS)
			continue;
		buf_add(&lines, r->slot[i].field);
		for (size_t k = 0; k < r->column[i].n_keys; k++) {
			buf_byte(&lines, ' ');
			json_write_real(&lines, meco_order_back(r->column[i].key[k]));
		}
		buf_byte(&lines, '\n');
	}
	buf_addf(&path, "%s/buckets", c->dir);
	if (lines.n)
		rc = file_write_atomic(buf_text(&path), buf_slice(&lines), e);
	buf_free(&lines);
	buf_free(&path);
	return rc;
}

static int meco_solve(void *self, const struct corpus *c, struct err *e)
{
	struct meco *r = self;

	return meco_corpus_solve(r->column, r->n_slots + 1, c, e) ? -1 : write_buckets(r, c, e);
}

static int meco_load(void *self, const struct corpus *c, struct err *e)
{
	struct meco *r = self;

	return meco_corpus_load(r->column, r->n_slots + 1, c, e);
}

static const struct barrier barrier = {
	.needed = meco_needed,
	.collect = meco_collect,
	.solve = meco_solve,
	.load = meco_load,
};

const struct stage_type meco_stage = {
	.name = "meco",
	.help = "puts metadata before the text (MeCo) and sets a plain cooldown share aside",
	.params = params,
	.size = sizeof(struct meco),
	.init = meco_init,
	.fini = meco_fini,
	.doc = meco_doc,
	.edits = true,
	.barrier = &barrier,
};
