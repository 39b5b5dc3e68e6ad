/* curate-run: a recipe over a folder of shards. */
#include "cmd/job.h"

struct options {
	struct common common;
	struct folder_job job;
	bool print_config;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_FOLDER(AT(job)),
	{0, NULL, {"print-config", PARAM_BOOL, AT(print_config),
	           .help = "print the recipe as canonical JSON with its hash, and stop"}},
	{0},
};

static const char *const examples[] = {
	"curate-run -i raw/ -o clean/                  the default recipe",
	"curate-run fineweb -i raw/ -o clean/ -j 8     an embedded recipe",
	"curate-run my.yaml --set gopher_quality.min_doc_words=80 -o clean/",
	"curate-run my.yaml -o clean/ --task 3/64      one of 64 array jobs",
	NULL,
};

static const struct program program = {
	"curate-run", "[RECIPE] -i PATH… -o DIR [options]",
	"Applies a recipe to every shard and writes curated shards, an edit log and a report.",
	examples, options,
};

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	if (common_recipe(&o->common, rest, "default", &recipe, e) == 0)
		rc = o->print_config ? common_print_config(&recipe, e)
		                     : job_folder(&recipe, &o->common, &o->job, e);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
