/* curate-tag: metadata conditioning (MeCo): prefixes before texts, a plain cooldown share, and the
 * way back. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/job.h"
#include "cmd/shares.h"
#include "lib/io/glob.h"

/* Options that are parameters of the stage meco under the same name; given ones are handed on. */
static const char *const stage_param[] = {
	"template", "place", "missing", "missing_text", "salt", "known", "counts", "unknown_below",
	"top", "unknown", "buckets", "rate", "cooldown", "cooldown_by",
};
enum { SALT = 4, COOLDOWN = 12, STAGE_PARAMS = sizeof stage_param / sizeof *stage_param };

struct options {
	struct common common;
	struct slice stage[STAGE_PARAMS];
	struct slice out, codec, log, quarantine, cooldown_to, seed, count, task, url, date;
	bool untag, shares, dry_run, force, print_config;
	int64_t list;
};

#define AT(field) offsetof(struct options, field)
#define STAGE(i, arg, name, text) {0, arg, {name, PARAM_TEXT, AT(stage[i]), .help = text}}

static const struct option options[] = {
	{'t', "TEXT", {"template", PARAM_TEXT, AT(stage[0]),
	               .help = "the prefix (URL: {authority}\\n\\n); alternatives between ||"}},
	STAGE(1, "WHERE", "place", "text: before it (default); field: in curate.meco.prefix"),
	STAGE(2, "HOW", "missing", "a field is missing: skip (default), error or literal"),
	STAGE(3, "TEXT", "missing-text", "what stands for a missing field (unknown)"),
	STAGE(4, "TEXT", "salt", "secret of the filter hash"),
	STAGE(5, "FILE", "known", "keys the filter known lets through, KEY[<TAB>INSTEAD] a line"),
	STAGE(6, "FILE", "counts", "counts for --unknown-below and --top, KEY<TAB>COUNT a line"),
	STAGE(7, "N", "unknown-below", "the filter known hides keys of fewer documents"),
	STAGE(8, "N", "top", "the filter known hides all but the N most frequent keys"),
	STAGE(9, "TEXT", "unknown", "what stands for a hidden key (unknown)"),
	STAGE(10, "FILE", "buckets", "edges for the filters qN, FIELD EDGE … a line"),
	STAGE(11, "SHARE", "rate", "share of the main side that is tagged (1)"),
	STAGE(12, "SHARE", "cooldown", "share that stays plain, in cooldown/ (10%; as a filter 0)"),
	STAGE(13, "WHAT", "cooldown-by", "chance (default); or exact: documents, bytes, tokens"),
	{0, "FILE", {"cooldown-to", PARAM_TEXT, AT(cooldown_to),
	             .help = "as a filter: where the cooldown share goes"}},
	{0, "N", {"seed", PARAM_TEXT, AT(seed), .help = "seed of the draws (0)"}},
	{0, NULL, {"untag", PARAM_BOOL, AT(untag), .help = "take prefixes off again"}},
	{0, NULL, {"shares", PARAM_BOOL, AT(shares),
	           .help = "print shares by input, host, domain and suffix as JSON, and stop"}},
	{0, "N", {"list", PARAM_INT, AT(list), "20", .min = 0, .max = 1e9,
	          .help = "so many of each kind in --shares"}},
	{0, "TEMPLATE", {"count", PARAM_TEXT, AT(count),
	                 .help = "print how many documents have each key, for --counts, and stop"}},
	COMMON_INPUT(AT(common)),
	{0, "FIELD", {"url", PARAM_TEXT, AT(url), .help = "dotted path of the address (url)"}},
	{0, "FIELD", {"date", PARAM_TEXT, AT(date), .help = "dotted path of the date (date)"}},
	COMMON_RUN(AT(common)),
	{'o', "OUT", {"output", PARAM_TEXT, AT(out),
	              .help = "a folder, or with .jsonl in its name a file; none or -: stdout"}},
	{0, "NAME", {"codec", PARAM_TEXT, AT(codec), .help = "none, gz or zst"}},
	{0, "FILE", {"log", PARAM_TEXT, AT(log), .help = "as a filter: write the edit log"}},
	{0, "FILE", {"quarantine", PARAM_TEXT, AT(quarantine),
	             .help = "as a filter: write the bad records"}},
	{0, "I/N", {"task", PARAM_TEXT, AT(task), .help = "do share I (from 0) of N of the plan"}},
	{'n', NULL, {"dry-run", PARAM_BOOL, AT(dry_run), .help = "print the plan and stop"}},
	{0, NULL, {"force", PARAM_BOOL, AT(force),
	           .help = "take over a folder of another recipe; redo what is done"}},
	{0, NULL, {"print-config", PARAM_BOOL, AT(print_config),
	           .help = "print the recipe as canonical JSON with its hash, and stop"}},
	{0},
};

static const char *const examples[] = {
	"curate-tag -i clean/ -o conditioned/          main/ tagged, cooldown/ plain",
	"curate-tag -i clean/ -o conditioned/ -t '{host|known}\\n\\n' --unknown-below 100",
	"zstdcat x.jsonl.zst | curate-tag | zstd > tagged.jsonl.zst",
	"curate-tag --untag < tagged.jsonl > x.jsonl",
	"curate-tag --shares -i conditioned/main -i conditioned/cooldown",
	NULL,
};

static const struct program program = {
	"curate-tag", "[options] < IN > OUT   or   -i PATH… -o DIR [options]",
	"Puts a line of metadata before each text (MeCo) and sets a plain cooldown share aside.",
	examples, options,
};

/* A folder unless it is stdout, a file that is there (/dev/null), or named like a shard. */
static bool writes_folder(const struct options *o)
{
	struct stat st;

	if (o->out.n && stat(o->out.p, &st) == 0)
		return S_ISDIR(st.st_mode);
	return o->out.n && !slice_equal(o->out, S("-")) &&
	       !glob_match(S("**/*.{jsonl,ndjson,json}{,.gz,.zst}"), o->out);
}

static int set_param(struct stage *stage, const char *name, struct slice value, struct err *e)
{
	const struct param *p = param_find(stage->type->params, slice_of(name));

	return param_set(p, stage->self, value, e);
}

/* A key of the recipe, where the option was given. */
static int set_key(struct recipe *r, const char *key, struct slice value, struct err *e)
{
	struct buf assignment = {0};
	int bad = 0;

	if (value.n) {
		buf_addf(&assignment, "%s=%.*s", key, SLICE(value));
		bad = recipe_set(r, buf_slice(&assignment), e);
	}
	buf_free(&assignment);
	return bad;
}

static int set_input(const struct options *o, const struct common *common, struct recipe *r,
                     struct err *e)
{
	return set_key(r, "seed", o->seed, e) || set_key(r, "input.url", o->url, e) ||
	                       set_key(r, "input.date", o->date, e)
	               ? -1
	               : common_options(common, r, e);
}

/* The recipe that the options describe: one stage. */
static int make_recipe(const struct options *o, struct recipe *r, struct err *e)
{
	struct stage *stage = chain_add(&r->chain, stage_find(S("meco")), S(""));
	int bad = 0;

	if (!writes_folder(o))
		bad = set_param(stage, "cooldown", S("0"), e) || set_param(stage, "main", S(""), e);
	for (size_t i = 0; i < STAGE_PARAMS && !bad; i++)
		if (o->stage[i].p)
			bad = set_param(stage, stage_param[i], o->stage[i], e);
	if (!bad && o->untag)
		bad = set_param(stage, "untag", S("true"), e);
	return bad ? -1 : set_input(o, &o->common, r, e);
}

static enum rc filter(const struct options *o, struct recipe *r, struct err *e)
{
	struct buf route = {0};
	struct slice item;
	struct stream_job job = {.out = o->out, .codec = o->codec, .log = o->log,
	                         .quarantine = o->quarantine};
	enum rc rc;

	if (o->cooldown_to.n) {
		buf_addf(&route, "cooldown=%.*s", SLICE(o->cooldown_to));
		item = (struct slice){buf_text(&route), route.n};
		job.route = (struct list){&item, 1};
	}
	rc = job_stream(r, &o->common, &job, e);
	buf_free(&route);
	return rc;
}

/* Reads input number i; each for itself, so that both sides of a split may have one shard name. */
static enum rc survey_input(const struct options *o, size_t i, struct shares *shares, struct err *e)
{
	const struct stream_job job = {.show = shares_add, .show_user = shares};
	struct common common = o->common;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	shares->now = i;
	if (common.input.n)
		common.input = (struct list){&o->common.input.item[i], 1};
	recipe_defaults(&recipe);
	if (set_input(o, &common, &recipe, e) == 0)
		rc = job_stream(&recipe, &common, &job, e);
	recipe_free(&recipe);
	return rc;
}

/* Reads everything and prints what it sums up to. */
static enum rc survey(const struct options *o, struct err *e)
{
	struct template *counted = NULL;
	struct shares shares;
	struct buf out = {0};
	enum rc worst = RC_OK;
	size_t i = 0;

	if (o->count.n && !(counted = template_parse(o->count, o->stage[SALT], e)))
		return RC_USAGE;
	shares_open(&shares, &o->common.input, counted);
	do {
		enum rc rc = survey_input(o, i, &shares, e);

		worst = rc == RC_OK ? worst : rc;
	} while (++i < o->common.input.n && (worst == RC_OK || worst == RC_PARTIAL));
	if (counted)
		shares_counts(&shares, &out);
	else
		shares_json(&shares, (size_t)o->list, &out);
	if ((worst == RC_OK || worst == RC_PARTIAL) &&
	    (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout))) {
		err_set_rc(e, RC_OUTPUT, "stdout: cannot write");
		worst = RC_OUTPUT;
	}
	buf_free(&out);
	shares_free(&shares);
	template_free(counted);
	return worst;
}

/* No option is passed over in silence. */
static int check_options(const struct options *o, struct err *e)
{
	if (!writes_folder(o)) {
		if (o->task.n || o->dry_run || o->force)
			return err_set(e, "%s is for an output folder: -o DIR",
			               o->task.n ? "--task" : o->dry_run ? "--dry-run" : "--force");
		if (o->stage[COOLDOWN].n && strtod(o->stage[COOLDOWN].p, NULL) > 0 &&
		    !o->cooldown_to.n)
			return err_set(e, "where to with the cooldown share? --cooldown-to FILE");
	} else if (o->log.n || o->quarantine.n || o->cooldown_to.n) {
		return err_set(e, "%s is for a filter: the folder %.*s gets it anyway",
		               o->log.n          ? "--log"
		               : o->quarantine.n ? "--quarantine"
		                                 : "--cooldown-to",
		               SLICE(o->out));
	}
	return 0;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	const struct folder_job folder = {.out = o->out, .task = o->task, .dry_run = o->dry_run,
	                                  .force = o->force, .codec = o->codec};
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	if (rest->n)
		return err_set_rc(e, RC_USAGE, "'%.*s': name inputs with -i", SLICE(rest->item[0])),
		       RC_USAGE;
	if (o->shares || o->count.n)
		return survey(o, e);
	recipe_defaults(&recipe);
	if (check_options(o, e) == 0 && make_recipe(o, &recipe, e) == 0)
		rc = o->print_config    ? common_print_config(&recipe, e)
		     : writes_folder(o) ? job_folder(&recipe, &o->common, &folder, e)
		                        : filter(o, &recipe, e);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
