/* curate-run: a recipe over a folder of shards. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/option.h"
#include "lib/run/interrupt.h"
#include "lib/run/report.h"
#include "cmd/common.h"

struct options {
	struct common common;
	struct slice out, task;
	bool dry_run, force, print_config;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	COMMON_INPUT(AT(common)),
	{'o', "DIR", {"output", PARAM_TEXT, AT(out), .help = "output folder"}},
	COMMON_RUN(AT(common)),
	{0, "I/N", {"task", PARAM_TEXT, AT(task), .help = "do share I (from 0) of N of the plan"}},
	{'n', NULL, {"dry-run", PARAM_BOOL, AT(dry_run), .help = "print the plan and stop"}},
	{0, NULL, {"force", PARAM_BOOL, AT(force),
	           .help = "take over a folder of another recipe; redo what is done"}},
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

static int parse_task(struct slice text, struct run *run, struct err *e)
{
	struct slice rest = text, i;

	run->tasks = 1;
	if (text.n == 0)
		return 0;
	slice_cut(&rest, '/', &i);
	if (!slice_to_u64(i, &run->task) || !slice_to_u64(rest, &run->tasks) ||
	    run->task >= run->tasks || run->tasks > 1000000)
		return err_set_rc(e, RC_USAGE, "--task %.*s: write it as I/N with 0 <= I < N",
		                  SLICE(text));
	return 0;
}

static int print_plan(const struct run *run, const char *out)
{
	uint32_t *owner = mem_new(uint32_t, run->shards->n);
	uint64_t bytes = 0;
	size_t n = 0;

	run_assign(run->shards, run->tasks, owner);
	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard *s = &run->shards->item[i];

		if (owner[i] != run->task)
			continue;
		printf("%12llu  %s -> %s/%.*s.jsonl\n", (unsigned long long)s->size, s->path, out,
		       SLICE(s->stem));
		bytes += s->size;
		n++;
	}
	printf("%zu shards, %llu bytes, %u threads; stages:", n, (unsigned long long)bytes,
	       run->threads);
	for (size_t i = 0; i < run->recipe->chain.n; i++)
		printf(" %s", run->recipe->chain.stage[i].name);
	printf("\n");
	free(owner);
	return fflush(stdout) ? RC_OUTPUT : RC_OK;
}

static int write_report(const struct run *run, struct slice path, enum rc rc, struct err *e)
{
	struct buf json = {0};
	struct arena mem = {0};
	int bad = 0;

	report_json(run, rc, &json);
	if (run->tasks <= 1)
		bad = file_write_atomic(state_path(run->state, &mem, "report.json"), buf_slice(&json), e);
	if (!bad)
		bad = common_write_report(path, buf_slice(&json), e);
	buf_free(&json);
	arena_free(&mem);
	return bad;
}

static enum rc do_run(struct run *run, const struct options *o, const char *out, struct err *e)
{
	struct state state = {0};
	enum rc rc;

	if (state_open(&state, out, run->recipe, o->force, e)) {
		state_free(&state);
		return e->rc;
	}
	run->state = &state;
	interrupt_install(run->recipe->limits.grace);
	rc = run_shards(run, e);
	report_table(run);
	if (rc == RC_OK || rc == RC_PARTIAL || rc == RC_AGAIN) {
		struct err write_error = {0};

		if (write_report(run, o->common.report, rc, &write_error)) {
			*e = write_error;
			rc = e->rc;
		}
	}
	state_free(&state);
	return rc;
}

static enum rc curate_run(struct options *o, const struct list *rest, struct err *e)
{
	struct recipe recipe;
	struct shards shards = {0};
	struct run run = {.recipe = &recipe, .shards = &shards, .force = o->force};
	char *out = NULL;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	if (common_recipe(&o->common, rest, "default", &recipe, e))
		goto done;
	if (o->out.n) {
		free((char *)recipe.output.path.p);
		recipe.output.path = (struct slice){mem_text(o->out.p, o->out.n), o->out.n};
	}
	if (o->print_config) {
		rc = common_print_config(&recipe, e);
		goto done;
	}
	if (recipe.output.path.n == 0) {
		err_set_rc(e, RC_USAGE, "where to? name an output folder with -o");
		goto done;
	}
	out = mem_text(recipe.output.path.p, recipe.output.path.n);
	if (parse_task(o->task, &run, e) || record_fields_open(&run.fields, &recipe.input, e) ||
	    common_shards(&o->common, &recipe, out, &shards, e) ||
	    run_threads(&recipe, &run.threads, e) || recipe_open(&recipe, e))
		goto done;
	run.show_progress = !o->common.no_progress;
	rc = o->dry_run ? (enum rc)print_plan(&run, out) : do_run(&run, o, out, e);
	run_free(&run);
done:
	if (e->rc != RC_OK)
		rc = e->rc;
	free(out);
	record_fields_close(&run.fields);
	shards_free(&shards);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct list rest = {0};
	struct err e = {0};
	int code = option_parse(&program, &o, &rest, argc, argv);

	if (code < 0) {
		code = (int)curate_run(&o, &rest, &e);
		if (e.msg[0])
			log_error("%s", e.msg);
	}
	option_free(&program, &o, &rest);
	return code;
}
