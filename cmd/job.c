#include "cmd/job.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/io/outfile.h"
#include "lib/base/interrupt.h"
#include "lib/run/plan.h"
#include "lib/run/report.h"

int job_main(const struct program *program, void *options, int argc, char **argv,
             enum rc (*work)(void *options, const struct list *rest, struct err *e))
{
	struct list rest = {0};
	struct err e = {0};

	signal(SIGXFSZ, SIG_IGN); /* a file size limit is an output error like a full disk */
	int code = option_parse(program, options, &rest, argc, argv);

	if (code < 0) {
		code = (int)work(options, &rest, &e);
		if (e.rc != RC_OK)
			code = (int)e.rc;
		if (e.msg[0])
			log_error("%s", e.msg);
	}
	option_free(program, options, &rest);
	return code;
}

static enum rc print_plan(const struct run *run, const char *out)
{
	uint32_t *owner = mem_new(uint32_t, run->shards->n);
	uint64_t bytes = 0;
	size_t n = 0;

	run_assign(run->shards, run->tasks, owner);
	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard *s = &run->shards->item[i];

		if (owner[i] != run->task)
			continue;
		printf("%12llu  %s", (unsigned long long)s->size, s->name);
		if (s->range.of)
			printf(" of %u, from byte %llu", s->range.of,
			       (unsigned long long)s->range.plain_from);
		printf(" -> %s/%.*s.jsonl%s\n", out, SLICE(s->stem),
		       run->recipe->input.split && !s->range.of &&
		                       s->size > run->recipe->input.split
		               ? "  (cannot be cut)"
		               : "");
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

/* The report as JSON where the user wants it, and in the run state. */
static int write_report(const struct run *run, const struct common *c, enum rc rc, struct err *e)
{
	struct buf json = {0};
	struct arena mem = {0};
	int bad = 0;

	report_json(run, rc, &json);
	bool is_whole = run->step == RUN_ALL || run->step == RUN_APPLY || run->step == RUN_REPORT;

	if (run->state && run->tasks <= 1 && is_whole)
		bad = file_write_atomic(state_path(run->state, &mem, "report.json"),
		                        buf_slice(&json), e);
	if (!bad)
		bad = common_write_report(c->report, buf_slice(&json), e);
	buf_free(&json);
	arena_free(&mem);
	return bad;
}

/* What is the same behind both kinds of job: the table, and the report unless all was lost. */
static enum rc report(const struct run *run, const struct common *c, enum rc rc, struct err *e)
{
	struct err write_error = {0};

	if (rc != RC_STATE)
		report_table(run);
	if (rc != RC_OK && rc != RC_PARTIAL && rc != RC_AGAIN)
		return rc;
	if (write_report(run, c, rc, &write_error) == 0)
		return rc;
	*e = write_error;
	return e->rc;
}

static enum rc run_folder(struct run *run, const struct common *c, const struct folder_job *j,
                          const char *out, struct err *e)
{
	struct state state = {0};
	struct buf salt = {0}, task = {0};
	enum rc rc = RC_STATE;

	if (j->log_from)
		buf_addf(&salt, "replay of %s without %s", j->log_from,
		         j->without ? j->without : "");

	run->log_from = j->log_from;
	run->without = j->without;
	if (run->tasks > 1)
		buf_addf(&task, "%llu/%llu", (unsigned long long)run->task,
		         (unsigned long long)run->tasks);
	if (state_open(&state, out, run->recipe, buf_text(&salt), j->force, e) == 0) {
		state.task = buf_text(&task);
		run->state = &state;
		interrupt_install(run->recipe->limits.grace);
		rc = run_shards(run, e);
		rc = report(run, c, rc, e);
	}
	buf_free(&salt);
	buf_free(&task);
	state_free(&state);
	return rc;
}

static int list_shards(const struct recipe *r, const struct common *c, const struct folder_job *j,
                       const char *out, struct plan *plan, struct shards *shards, struct err *e)
{
	if (!j->planned)
		return common_shards(c, r, out, shards, e);
	if (plan_read(plan, out, e))
		return -1;
	*shards = plan->shards;
	plan->shards = (struct shards){0};
	return 0;
}

enum rc job_folder(struct recipe *r, const struct common *c, const struct folder_job *j,
                   struct err *e)
{
	struct shards shards = {0};
	struct plan plan = {0};
	struct run run = {.recipe = r, .shards = &shards, .force = j->force, .step = j->step,
	                  .steal = j->steal, .retry = j->retry, .show_progress = !c->no_progress};
	struct slice path = j->out.n ? j->out : r->output.path;
	char *out = mem_text(path.p, path.n);
	enum rc rc = RC_USAGE;

	/* a signal while models are loaded ends the run as well as any other */
	interrupt_install(0);
	if (path.n == 0)
		err_set_rc(e, RC_USAGE, "where to? name an output folder with -o");
	else if (common_set(r, "output.codec", j->codec, e) == 0 &&
	         common_set(r, "output.level", j->level, e) == 0 &&
	         common_set(r, "output.shard_size", j->shard_size, e) == 0 &&
	         common_set(r, "limits.grace", j->grace, e) == 0 &&
	         job_parse_task(j->task, &run, e) == 0 &&
	         record_fields_open(&run.fields, &r->input, e) == 0 &&
	         list_shards(r, c, j, out, &plan, &shards, e) == 0 &&
	         run_threads(r, &run.threads, e) == 0 && recipe_open(r, e) == 0 &&
	         job_parse_only(j->only, &run, e) == 0)
		rc = j->dry_run ? print_plan(&run, out) : run_folder(&run, c, j, out, e);
	run_free(&run);
	record_fields_close(&run.fields);
	shards_free(&shards);
	plan_free(&plan);
	free(out);
	return e->rc != RC_OK ? e->rc : rc;
}

/* The sinks of a stream, each a file of its own. */
struct stream {
	struct outputs out;
	struct task task;
	const struct stream_job *job;
	struct arena mem;
};

static const struct codec *codec_for(const struct stream_job *j, struct slice path)
{
	static const struct {
		struct slice given;
		struct slice name;
	} names[] = {
	        {S_INIT("zst"), S_INIT("zstd")},
	        {S_INIT("gz"), S_INIT("gzip")},
	        {S_INIT("none"), S_INIT("plain")},
	};

	for (size_t i = 0; j->codec.n && i < 3; i++)
		if (slice_equal(j->codec, names[i].given))
			return codec_find(names[i].name);
	return codec_of_name(path);
}

static void open_file(struct stream *s, size_t at, const char *name, struct slice path,
                      const struct codec *codec)
{
	const char *slash = memrchr(path.p, '/', path.n);
	struct sink_plan plan = {
		.stem = arena_addf(&s->mem, "%.*s", SLICE(path)).p, .suffix = "", .codec = codec,
		.tmp_dir =
		        slash ? arena_addf(&s->mem, "%.*s", (int)(slash - path.p), path.p).p : ".",
		.always = true,
	};

	sink_open(&s->out.sink[at], &plan);
	s->out.name[at] = name;
}

static int add_route(struct outputs *o, const char *route, struct err *e)
{
	struct stream *s = o->user;

	for (size_t i = 0; i < s->job->route.n; i++) {
		struct slice file = s->job->route.item[i], name;

		slice_cut(&file, '=', &name);
		if (!slice_equal(name, slice_of(route)))
			continue;
		open_file(s, o->n++, arena_addf(&s->mem, "%s", route).p, file,
		          s->task.codec[SINK_MAIN]);
		return 0;
	}
	return err_set_rc(e, RC_USAGE,
	                  "a stage sends documents to '%s': say where they go with --route "
	                  "%s=FILE", route, route);
}

/* Whether both names lead to one regular file, or to stdout. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	if (strncmp(a, "/dev/", 5) == 0)
		return false;
	return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) &&
	                             x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

/* Every output has a file of its own, and none replaces an input. */
static int check_files(const struct slice *path, size_t n, const struct shards *in, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (!path[i].n)
			continue;
		for (size_t k = 0; k < i; k++)
			if (path[k].n && is_same_file(path[k].p, path[i].p))
				return err_set_rc(e, RC_USAGE, "%s is to be two outputs at once",
				                  path[i].p);
		for (size_t k = 0; k < in->n; k++)
			if (strcmp(in->item[k].path, "-") != 0 &&
			    is_same_file(path[i].p, in->item[k].path))
				return err_set_rc(e, RC_USAGE,
				                  "%s is an input and an output as well",
				                  path[i].p);
	}
	return 0;
}

static int open_files(struct stream *s, const struct recipe *r, const struct shards *in,
                      struct err *e)
{
	const struct stream_job *j = s->job;
	struct slice *path = arena_new(&s->mem, struct slice, SINK_FIXED + j->route.n);

	path[SINK_MAIN] = j->out.n ? j->out : S("-");
	path[SINK_LOG] = j->log;
	path[SINK_QUARANTINE] = j->quarantine;
	path[SINK_DROPPED] = j->dropped;
	for (size_t i = 0; i < j->route.n; i++) {
		struct slice name;

		path[SINK_FIXED + i] = j->route.item[i];
		slice_cut(&path[SINK_FIXED + i], '=', &name);
	}

	if (j->codec.n && !slice_equal(j->codec, S("zst")) && !slice_equal(j->codec, S("gz")) &&
	    !slice_equal(j->codec, S("none")))
		return err_set_rc(e, RC_USAGE, "--codec %.*s: it is none, gz or zst",
		                  SLICE(j->codec));
	if (check_files(path, SINK_FIXED + j->route.n, in, e))
		return -1;
	s->out.n = SINK_FIXED;
	s->out.add_route = add_route;
	s->out.user = s;
	for (size_t i = 0; i < SINK_FIXED; i++) {
		s->task.wanted[i] = path[i].n > 0;
		if (!path[i].n)
			continue;
		s->task.codec[i] = i == SINK_MAIN ? codec_for(j, path[i]) : codec_of_name(path[i]);
		s->task.level[i] = i == SINK_MAIN && r->output.level ? (int)r->output.level
		                                                     : s->task.codec[i]->level;
		open_file(s, i, "file", path[i], s->task.codec[i]);
	}
	return 0;
}

static int close_files(struct stream *s, bool commit, struct err *e)
{
	uint64_t bytes = 0;
	int bad = 0;

	for (size_t i = 0; i < s->out.n; i++) {
		if (!s->out.name[i])
			continue;
		if (commit && !bad)
			bad = sink_commit(&s->out.sink[i], NULL, &bytes, e);
		else
			sink_close(&s->out.sink[i], false);
	}
	arena_free(&s->mem);
	return bad;
}

static enum rc run_files(struct run *run, const struct common *c, const struct stream_job *j,
                         struct err *e)
{
	struct stream s = {.job = j};
	enum rc rc = RC_USAGE;

	for (size_t i = 0; i < run->recipe->chain.n; i++) {
		struct stage *stage = &run->recipe->chain.stage[i];

		if (!run_needs_pass(stage))
			continue;
		stage->is_left_out = j->leave_out;
		if (!j->leave_out)
			return err_set_rc(e, RC_USAGE, "%s needs the whole corpus: use curate-run",
			                  stage->name), RC_USAGE;
	}
	run->log_from = j->log_from;
	run->without = j->without;
	task_of_recipe(&s.task, run);
	s.task.show = j->show;
	s.task.show_user = j->show_user;
	if (open_files(&s, run->recipe, run->shards, e) == 0) {
		interrupt_install(0);
		rc = run_stream(run, &s.out, &s.task, e);
	}
	if (close_files(&s, rc == RC_OK || rc == RC_PARTIAL, e))
		return e->rc;
	return report(run, c, rc, e);
}

enum rc job_stream(struct recipe *r, const struct common *c, const struct stream_job *j,
                   struct err *e)
{
	struct shards shards = {0};
	struct run run = {.recipe = r, .shards = &shards, .show_progress = false};
	enum rc rc = RC_USAGE;

	if (r->input.path.n == 0 && c->file_list.n == 0) {
		r->input.path.item = mem_new(struct slice, 1);
		r->input.path.item[r->input.path.n++] = (struct slice){mem_text("-", 1), 1};
	}
	if (record_fields_open(&run.fields, &r->input, e) == 0 &&
	    common_shards(c, r, NULL, &shards, e) == 0 && run_threads(r, &run.threads, e) == 0 &&
	    recipe_open(r, e) == 0)
		rc = run_files(&run, c, j, e);
	run_free(&run);
	record_fields_close(&run.fields);
	shards_free(&shards);
	return e->rc != RC_OK ? e->rc : rc;
}
