/* curate-run: a recipe over a folder of shards. */
#include <stdio.h>
#include <time.h>

#include "cmd/job.h"
#include "cmd/sbatch.h"
#include "lib/run/status.h"

struct options {
	struct common common;
	struct folder_job job;
	bool print_config, sbatch, submit;
	int argc;
	char **argv;
	struct slice status, failed; /* output folders to look at */
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_FOLDER(AT(job)),
	{0, "STEP", {"only", PARAM_TEXT, AT(job) + offsetof(struct folder_job, only),
	             .help = "one step: map, report, or collect1, check1, split1, solve1, apply1 "
	                     "…"}},
	{0, NULL, {"planned", PARAM_BOOL, AT(job) + offsetof(struct folder_job, planned),
	           .help = "take the shards from OUT's plan; do not list the input again"}},
	{0, NULL, {"sbatch", PARAM_BOOL, AT(sbatch),
	           .help = "print a script that submits the run as Slurm jobs, and stop"}},
	{0, NULL, {"submit", PARAM_BOOL, AT(submit), .help = "run that script"}},
	{0, "OUT", {"status", PARAM_TEXT, AT(status),
	            .help = "say how far the run into OUT is, and stop"}},
	{0, "OUT", {"failed", PARAM_TEXT, AT(failed),
	            .help = "list the shards of OUT that were given up or are damaged, and why"}},
	{0, NULL, {"print-config", PARAM_BOOL, AT(print_config),
	           .help = "print the recipe as canonical JSON with its hash, and stop"}},
	{0},
};

static const char *const examples[] = {
	"curate-run -i raw/ -o clean/                  the default recipe",
	"curate-run fineweb -i raw/ -o clean/ -j 8     an embedded recipe",
	"curate-run my.yaml --set gopher_quality.min_doc_words=80 -o clean/",
	"curate-run my.yaml -i raw/ -o clean/ --task 3/64      one of 64 array jobs",
	"curate-run my.yaml -i raw/ -o clean/ --submit  the same as jobs on Slurm",
	"curate-run --status clean/                    what is done, who works on what, when it "
	"ends",
	NULL,
};

static const struct program program = {
	"curate-run", "[RECIPE] -i PATH… -o DIR [options]",
	"Applies a recipe to every shard and writes curated shards, an edit log and a report.",
	examples, options,
};

static enum rc look(const struct options *o, struct err *e)
{
	struct buf out = {0};
	bool any = false;
	int bad = o->status.n ? status_text(o->status.p, (double)time(NULL), &out, e)
	                      : failed_text(o->failed.p, &any, &out, e);

	if (!bad && out.n && (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout)))
		bad = err_set_rc(e, RC_OUTPUT, "stdout: %m");
	buf_free(&out);
	return bad ? e->rc : any ? RC_PARTIAL : RC_OK;
}

static enum rc to_slurm(const struct options *o, struct recipe *r, struct err *e)
{
	const struct slice out = o->job.out.n ? o->job.out : r->output.path;
	const struct sbatch s = {.recipe = r, .out = out.p, .argc = o->argc, .argv = o->argv};
	struct buf text = {0};
	enum rc rc = RC_OK;

	if (out.n == 0)
		return err_set_rc(e, RC_USAGE, "where to? name an output folder with -o"), RC_USAGE;
	if (recipe_open(r, e))
		return e->rc;
	if (o->submit)
		return sbatch_submit(&s, e);
	if (sbatch_text(&s, &text, e))
		rc = e->rc;
	else if (fwrite(text.p, 1, text.n, stdout) != text.n || fflush(stdout))
		rc = RC_OUTPUT;
	buf_free(&text);
	return rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	if (o->status.n || o->failed.n)
		return look(o, e);
	recipe_defaults(&recipe);
	if (common_recipe(&o->common, rest, "default", &recipe, e) == 0)
		rc = o->print_config ? common_print_config(&recipe, e)
		     : o->sbatch || o->submit ? to_slurm(o, &recipe, e)
		                     : job_folder(&recipe, &o->common, &o->job, e);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {.argc = argc, .argv = argv};

	return job_main(&program, &o, argc, argv, work);
}
