/* curate-filter: a recipe, or single stages, on a stream of records. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/explain.h"
#include "cmd/job.h"
#include "lib/base/mem.h"
#include "lib/doc/show.h"

struct options {
	struct common common;
	struct stream_job job;
	struct list stage;
	struct slice explain, show;
	bool print_config, list_stages;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{'r', "NAME", {"rule", PARAM_LIST, AT(stage),
	               .help = "a stage with its defaults, or a recipe; may be repeated"}},
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_STREAM(AT(job)),
	{0, "ID", {"explain", PARAM_TEXT, AT(explain),
	           .help = "say of one document what every stage measured and decided"}},
	{0, "WHAT", {"show", PARAM_TEXT, AT(show),
	             .help = "write of each document what rules see: " SHOW_CHOICES}},
	{0, NULL, {"list-stages", PARAM_BOOL, AT(list_stages),
	           .help = "list all stages with their parameters, and stop"}},
	{0, NULL, {"print-config", PARAM_BOOL, AT(print_config),
	           .help = "print the recipe as canonical JSON with its hash, and stop"}},
	{0},
};

static const char *const examples[] = {
	"zstdcat x.jsonl.zst | curate-filter -r gopher_quality -r c4_quality | zstd > y.jsonl.zst",
	"curate-filter fineweb -i raw/ --dropped dropped.jsonl.zst > kept.jsonl",
	"curate-filter fineweb -i raw/ --explain 615d3995b4755032",
	NULL,
};

static const struct program program = {
	"curate-filter", "[RECIPE] [-r NAME]… [options] < IN > OUT",
	"Applies a recipe to records from stdin or files and writes those that are kept.",
	examples, options,
};

static enum rc list_stages(void)
{
	struct buf out = {0};

	for (const struct stage_type *const *t = stage_table; *t; t++) {
		buf_addf(&out, "%s: %s\n", (*t)->name, (*t)->help);
		param_help((*t)->params, &out);
	}
	bool bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);

	buf_free(&out);
	return bad ? RC_OUTPUT : RC_OK;
}

/* -r NAME: a stage, else a recipe. */
static int add_rules(const struct options *o, struct recipe *r, struct err *e)
{
	for (size_t i = 0; i < o->stage.n; i++) {
		const struct stage_type *type = stage_find(o->stage.item[i]);

		if (type)
			chain_add(&r->chain, type, S(""));
		else if (recipe_load(r, o->stage.item[i].p, e)) {
			const char *nearest = stage_nearest(o->stage.item[i]);

			return err_prefix(e, "there is no stage '%.*s'%s%s%s",
			                  SLICE(o->stage.item[i]),
			                  nearest ? "; did you mean '" : "", nearest ? nearest : "",
			                  nearest ? "'?" : "");
		}
	}
	return 0;
}

static void show_document(void *user, struct doc *d, struct buf *out)
{
	show_write(d, user, out);
}

static enum rc filter(struct options *o, struct recipe *r, struct err *e)
{
	struct explain explain = {.id = o->explain, .recipe = r};
	enum rc rc;

	if (o->show.n) {
		if (!show_is(o->show.p))
			return err_set(e, "--show %.*s: not one of " SHOW_CHOICES, SLICE(o->show)),
			       RC_USAGE;
		o->job.show = show_document;
		o->job.show_user = (void *)o->show.p;
	}
	if (o->explain.n) {
		r->judge = 1;
		r->chain.complete = true;
		o->job.show = explain_document;
		o->job.show_user = &explain;
		o->job.leave_out = true;
	}
	rc = job_stream(r, &o->common, &o->job, e);
	if (o->explain.n && rc == RC_OK && !explain.found)
		return err_set_rc(e, RC_INPUT, "no document has the id '%.*s'", SLICE(o->explain)),
		       RC_INPUT;
	return rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	if (o->list_stages)
		return list_stages();
	recipe_defaults(&recipe);
	if (add_rules(o, &recipe, e) == 0 && common_recipe(&o->common, rest, NULL, &recipe, e) == 0)
		rc = o->print_config ? common_print_config(&recipe, e) : filter(o, &recipe, e);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
