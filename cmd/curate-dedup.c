/* curate-dedup: duplicates over a whole folder of shards, at once or in steps. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/dedup_selftest.h"
#include "cmd/job.h"
#include "lib/base/mem.h"
#include "lib/dedup/curve.h"

struct options {
	struct common common;
	struct folder_job job;
	int kind;
	struct slice method, unit, ngram, bands, rows, threshold, hashes, seed, hash, precision,
	        short_docs;
	struct slice verify, keep, index_out, of, field, datatrove, date;
	struct list against;
	int64_t sample;
	bool against_only, dropped, print_config;
};

#define AT(field) offsetof(struct options, field)

/* Options that are a parameter of the stage, handed on as they are. */
#define STAGE_OPTION(letter, arg, name, at, about)                                                 \
	{                                                                                          \
		letter, arg,                                                                       \
		{                                                                                  \
			name, PARAM_TEXT, AT(at), .help = about                                    \
		}                                                                                  \
	}

static const struct option options[] = {
        {'k',
         "KIND",
         {"kind", PARAM_CHOICE, AT(kind), "minhash",
          .choices = "minhash|exact|url|lines|sentences|bloom",
          .help = "near duplicates, exact copies, one document an address, or parts of texts"}},
        COMMON_INPUT(AT(common)),
        COMMON_RUN(AT(common)),
        JOB_FOLDER(AT(job)),
        STAGE_OPTION(0, "HOW", "keep", keep,
                     "first (default), longest, newest, best:SCORE_OR_FIELD, record"),
        {0,
         "DIR",
         {"against", PARAM_LIST, AT(against),
          .help = "an index of documents that are there already; may be repeated"}},
        {0,
         NULL,
         {"against-only", PARAM_BOOL, AT(against_only),
          .help = "drop only what meets a document of an index"}},
        STAGE_OPTION(0, "DIR", "index-out", index_out, "write an index of this corpus"),
        STAGE_OPTION(0, "FIELD", "date", date, "path of the date field (date), for --keep newest"),
        {0,
         NULL,
         {"dropped", PARAM_BOOL, AT(dropped), .help = "write the dropped records to OUT/dropped"}},
        STAGE_OPTION(0, "NAME", "method", method, "minhash: fast (default) or compat, datatrove's"),
        STAGE_OPTION(0, "N", "ngram", ngram, "minhash: words or characters in a shingle (5)"),
        STAGE_OPTION(0, "NAME", "unit", unit, "minhash: words (default) or characters"),
        STAGE_OPTION(0, "N", "bands", bands, "minhash: bands (14)"),
        STAGE_OPTION(0, "N", "rows", rows, "minhash: hashes in a band (8)"),
        STAGE_OPTION(0, "J", "threshold", threshold,
                     "minhash: pick bands and rows for this Jaccard"),
        STAGE_OPTION(0, "N", "hashes", hashes, "minhash: most hashes --threshold may pick (128)"),
        STAGE_OPTION(0, "J", "verify", verify,
                     "minhash: drop only what has this true Jaccard to its survivor"),
        STAGE_OPTION(0, "HOW", "short", short_docs,
                     "minhash: texts with fewer than N units: exact (default), keep, drop"),
        STAGE_OPTION(0, "N", "seed", seed, "minhash: seed of the hash functions (1)"),
        STAGE_OPTION(0, "NAME", "hash", hash, "compat: xxhash (default) or sha1"),
        STAGE_OPTION(0, "BITS", "precision", precision, "compat: 64 (default) or 32"),
        STAGE_OPTION(0, "DIR", "datatrove", datatrove,
                     "compat: write datatrove's files, let its survivors stay"),
        STAGE_OPTION(0, "WHAT", "of", of, "exact: text (default), words or field"),
        STAGE_OPTION(0, "FIELD", "field", field, "exact: path of the field"),
        {0,
         "N",
         {"sample", PARAM_INT, AT(sample), "4000", .min = 1, .max = 10000000,
          .help = "selftest: documents taken from the heads of the shards"}},
        {0,
         NULL,
         {"print-config", PARAM_BOOL, AT(print_config),
          .help = "print the recipe as canonical JSON with its hash, and stop"}},
        {0},
};

static const char *const examples[] = {
        "curate-dedup -i raw/ -o dedup/                         near duplicates, Jaccard about "
        "0.72 and up",
        "curate-dedup -i raw/ -o dedup/ --threshold 0.8 --verify 0.7 --keep best:quality",
        "curate-dedup -i 2025/ -o new/ --against idx/2024 --index-out idx/2025",
        "curate-dedup sketch -i raw/ -o dedup/ --task 3/64      one of 64 jobs; then match, "
        "cluster, apply",
        "curate-dedup selftest -i raw/ -o scratch/              measured recall and precision",
        "curate-dedup curve --bands 14 --rows 8                 what these settings find",
        NULL,
};

static const struct program program = {
        "curate-dedup",
        "[sketch|match|join|cluster|apply|selftest|curve] -i PATH… -o DIR [options]",
        "Drops duplicates over all shards of a folder and says of each which document stays for "
        "it. Without a "
        "word it does all steps; killed, it goes on where it was when started again.",
        examples,
        options,
};

static const char *const stages[] = {"minhash",    "exact_dedup",    "url_dedup",
                                     "line_dedup", "sentence_dedup", "bloom_dedup"};

static int set(struct recipe *r, const char *key, struct slice value, struct err *e)
{
	struct buf b = {0};
	int bad = 0;

	if (value.n > 0) {
		buf_addf(&b, "%s=%.*s", key, SLICE(value));
		bad = recipe_set(r, buf_slice(&b), e);
	}
	buf_free(&b);
	return bad;
}

/* Hands the options on to the stage's parameters; one that the stage does not have is refused. */
static int set_stage(const struct options *o, struct recipe *r, struct err *e)
{
	const struct {
		const char *name;
		struct slice value;
	} all[] = {
	        {"method", o->method},
	        {"unit", o->unit},
	        {"n", o->ngram},
	        {"bands", o->bands},
	        {"rows", o->rows},
	        {"threshold", o->threshold},
	        {"hashes", o->hashes},
	        {"seed", o->seed},
	        {"hash", o->hash},
	        {"precision", o->precision},
	        {"short", o->short_docs},
	        {"verify", o->verify},
	        {"keep", o->keep},
	        {"index_out", o->index_out},
	        {"of", o->of},
	        {"field", o->field},
	        {"datatrove", o->datatrove},
	        {"against_only", o->against_only ? S("true") : S("")},
	};
	struct buf key = {0}, list = {0};
	int bad = 0;

	for (size_t i = 0; i < sizeof all / sizeof *all && !bad; i++) {
		buf_reset(&key);
		buf_addf(&key, "%s.%s", stages[o->kind], all[i].name);
		bad = set(r, buf_text(&key), all[i].value, e);
	}
	for (size_t i = 0; i < o->against.n; i++)
		buf_addf(&list, "%s%.*s", i ? "," : "", SLICE(o->against.item[i]));
	buf_reset(&key);
	buf_addf(&key, "%s.against", stages[o->kind]);
	bad = bad || set(r, buf_text(&key), buf_slice(&list), e);
	buf_free(&key);
	buf_free(&list);
	return bad ? -1 : 0;
}

static int make_recipe(const struct options *o, struct recipe *r, struct err *e)
{
	recipe_defaults(r);
	chain_add(&r->chain, stage_find(slice_of(stages[o->kind])), S(""));
	if (set_stage(o, r, e) != 0 || set(r, "input.date", o->date, e) != 0)
		return -1;
	if (slice_equal(o->method, S("compat"))) /* datatrove reads texts with U+0000 */
		r->input.keep_nul = true;
	r->output.dropped = o->dropped;
	return common_options(&o->common, r, e);
}

static enum rc print_curve(const struct options *o, struct err *e)
{
	uint64_t bands = 14, rows = 8, hashes = 128;
	unsigned b, r;
	double threshold;
	struct buf out = {0};

	if ((o->bands.n && !slice_to_u64(o->bands, &bands)) ||
	    (o->rows.n && !slice_to_u64(o->rows, &rows)) ||
	    (o->hashes.n && !slice_to_u64(o->hashes, &hashes)) || bands - 1 > 4095 ||
	    rows - 1 > 4095 || hashes - 1 > 1023)
		return err_set_rc(e, RC_USAGE, "bands, rows and hashes are whole numbers"),
		       RC_USAGE;
	b = (unsigned)bands;
	r = (unsigned)rows;
	if (o->threshold.n) {
		if (!slice_to_real(o->threshold, &threshold) || !(threshold > 0 && threshold <= 1))
			return err_set_rc(e, RC_USAGE, "threshold is above 0 and at most 1"),
			       RC_USAGE;
		curve_choose(threshold, (unsigned)hashes, &b, &r);
	}
	curve_print(b, r, &out);
	const bool bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);

	buf_free(&out);
	return bad ? RC_OUTPUT : RC_OK;
}

static enum rc run_step(struct options *o, struct err *e)
{
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	if (make_recipe(o, &recipe, e) == 0)
		rc = o->print_config ? common_print_config(&recipe, e)
		                     : job_folder(&recipe, &o->common, &o->job, e);
	recipe_free(&recipe);
	return rc;
}

static enum rc selftest(struct options *o, struct err *e)
{
	struct recipe recipe;
	char *const dir = mem_text(o->job.out.p, o->job.out.n);
	enum rc rc = RC_USAGE;

	if (o->kind != 0 || o->job.out.n == 0)
		err_set_rc(
		        e, RC_USAGE,
		        "selftest is for minhash and needs a folder for its scratch files: -o DIR");
	else if (make_recipe(o, &recipe, e) == 0)
		rc = dedup_selftest(&recipe, &o->common, dir, (uint64_t)o->sample, e);
	if (o->kind == 0 && o->job.out.n)
		recipe_free(&recipe);
	free(dir);
	return rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	static const struct {
		const char *name;
		enum run_step step;
	} steps[] = {{"sketch", RUN_COLLECT},
	             {"match", RUN_SPLIT},
	             {"join", RUN_JOIN},
	             {"cluster", RUN_SOLVE},
	             {"apply", RUN_APPLY}};
	struct options *const o = user;

	if (rest->n == 0)
		return run_step(o, e);
	if (rest->n == 1 && slice_equal(rest->item[0], S("curve")))
		return print_curve(o, e);
	if (rest->n == 1 && slice_equal(rest->item[0], S("selftest")))
		return selftest(o, e);
	for (size_t i = 0; i < sizeof steps / sizeof *steps && rest->n == 1; i++)
		if (slice_equal(rest->item[0], slice_of(steps[i].name))) {
			o->job.step = steps[i].step;
			return run_step(o, e);
		}
	return err_set_rc(e, RC_USAGE,
	                  "'%.*s' is no step: sketch, match, join, cluster, apply, selftest or "
	                  "curve; inputs go behind -i",
	                  SLICE(rest->item[0])),
	       RC_USAGE;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
