#include "cmd/sbatch.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/version.h"
#include "lib/io/outfile.h"

/* One word of a shell command. */
static void quote(struct slice word, struct buf *out)
{
	size_t plain = 0;

	while (plain < word.n &&
	       (isalnum((unsigned char)word.p[plain]) || strchr("_./=,:+@%-", word.p[plain])))
		plain++;
	if (word.n && plain == word.n) {
		buf_add(out, word);
		return;
	}
	buf_byte(out, '\'');
	for (size_t i = 0; i < word.n; i++)
		buf_add(out, word.p[i] == '\'' ? S("'\\''") : (struct slice){word.p + i, 1});
	buf_byte(out, '\'');
}

/* Options that are for one of the jobs, or for none. */
enum place { EVERY_JOB, PLAN_JOB, REPORT_JOB, NO_JOB, FORBIDDEN };

static enum place place_of(struct slice word, bool *takes_value)
{
	static const struct {
		struct slice name;
		enum place place;
		bool takes_value;
	} all[] = {
		{S_INIT("--sbatch"), NO_JOB, false},   {S_INIT("--submit"), NO_JOB, false},
		{S_INIT("--force"), PLAN_JOB, false},  {S_INIT("--report"), REPORT_JOB, true},
		{S_INIT("--task"), FORBIDDEN, true},   {S_INIT("--only"), FORBIDDEN, true},
		{S_INIT("--planned"), FORBIDDEN, false},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		size_t n = all[i].name.n;

		if (!slice_starts(word, all[i].name) || (word.n > n && word.p[n] != '='))
			continue;
		*takes_value = all[i].takes_value && word.n == n;
		return all[i].place;
	}
	*takes_value = false;
	return EVERY_JOB;
}

/* The words of the command line that belong to `place`, quoted; `out` is not empty. */
static int words(const struct sbatch *s, enum place place, struct buf *out, struct err *e)
{
	for (int i = 1; i < s->argc; i++) {
		bool takes_value;
		enum place its = place_of(slice_of(s->argv[i]), &takes_value);
		int last = takes_value && i + 1 < s->argc ? i + 1 : i;

		if (its == FORBIDDEN)
			return err_set_rc(e, RC_USAGE,
			                  "--sbatch makes the tasks and steps itself: leave out %s",
			                  s->argv[i]);
		for (int k = i; k <= last && its == place; k++) {
			if (out->p[out->n - 1] != '(')
				buf_byte(out, ' ');
			quote(slice_of(s->argv[k]), out);
		}
		i = last;
	}
	return 0;
}

static void path_line(const char *name, const char *value, struct buf *out)
{
	buf_addf(out, "%s=", name);
	quote(slice_of(value), out);
	buf_byte(out, '\n');
}

/* What is asked of Slurm for every job. */
static void demands(const struct recipe *r, struct buf *out)
{
	double time = r->limits.time, before = r->limits.grace + 120;
	unsigned long long mem = (unsigned long long)(r->limits.mem >> 20);

	if (before > time / 3)
		before = time / 3;
	buf_addf(out,
	         "ask=(--parsable --requeue --open-mode=append --time=%lld --signal=B:USR1@%.0f "
	         "--cpus-per-task=%lld",
	         (long long)(time + 59) / 60, before,
	         (long long)(r->limits.threads ? r->limits.threads : 4));
	if (mem) /* the budget does not count the program's text, its models and the kernel's
	            buffers */
		buf_addf(out, " --mem=%lluM", mem + mem / 8 + 256);
	buf_add(out, S(")\n"));
}

static const char job_text[] =
	"# One job: the first task of its array, how many tasks there are (0: no array), the "
	"step.\n"
	"share=() job=$SLURM_JOB_ID\n"
	"if [ \"$2\" -gt 0 ]; then\n"
	"\tshare=(--task \"$(($1 + SLURM_ARRAY_TASK_ID))/$2\")\n"
	"\tjob=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
	"fi\n"
	"more=()\n"
	"[ \"$3\" != report ] || more=(\"${report[@]}\")\n"
	"pid='' came='' cancelled=''\n"
	"# The time limit is near: the program saves its place and ends with 75. A cancelled job's "
	"TERM\n"
	"# reaches the program without this script's help; such a job does not come back.\n"
	"trap 'came=1; [ -z \"$pid\" ] || kill -USR1 \"$pid\" 2>/dev/null' USR1\n"
	"trap 'came=1 cancelled=1' TERM\n"
	"\"${run[@]}\" --planned --no-progress --only \"$3\" \"${share[@]}\" \"${more[@]}\" &\n"
	"pid=$!\n"
	"wait \"$pid\"\n"
	"rc=$?\n"
	"while [ -n \"$came\" ]; do # a trapped signal ends wait: wait again for the program's own "
	"code\n"
	"\tcame=''\n"
	"\twait \"$pid\"\n"
	"\trc=$?\n"
	"done\n"
	"[ \"$rc\" != $((128 + $(kill -l USR1))) ] || rc=75 # it had hardly begun\n"
	"if [ \"$rc\" = 75 ] && [ -z \"$cancelled\" ]; then\n"
	"\tscontrol requeue \"$job\" && sleep 60\n"
	"elif [ \"$rc\" = 1 ] && [ \"$3\" != report ]; then\n"
	"\trc=0 # shards were given up and are recorded: the rest goes on, the report's exit code "
	"tells\n"
	"fi\n"
	"exit \"$rc\"\n";

static const char submit_text[] =
	"# Slurm numbers the tasks of an array below MaxArraySize: more tasks become more arrays.\n"
	"most=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')\n"
	"most=$((${most:-1001} > 1 ? ${most:-1001} - 1 : 1))\n"
	"before=()\n"
	"\n"
	"submit() { # step, log pattern, then options, \"job.sh\" and its arguments; prints the "
	"job's number\n"
	"\tlocal step=$1 log=$2 id\n"
	"\tshift 2\n"
	"\tid=$(sbatch \"${ask[@]}\" \"${before[@]}\" --job-name=\"$name-$step\" --chdir=\"$PWD\" "
	"\\\n"
	"\t\t--output=\"$jobs/$step-$log.log\" \"${user[@]}\" \"$@\") || return\n"
	"\techo \"${id%%;*}\"\n"
	"}\n"
	"\n"
	"array() { # step: all tasks, behind the step before\n"
	"\tlocal ids='' from id n\n"
	"\tfor ((from = 0; from < tasks; from += most)); do\n"
	"\t\tn=$((tasks - from < most ? tasks - from : most))\n"
	"\t\tid=$(submit \"$1\" %A_%a --array=\"0-$((n - 1))\" \"$jobs/job.sh\" \"$from\" "
	"\"$tasks\" \"$1\")\n"
	"\t\tids=$ids:$id\n"
	"\tdone\n"
	"\tbefore=(--dependency=\"afterany$ids\") # a step refuses, exit 6, while the one before "
	"is not complete\n"
	"\techo \"$1: jobs ${ids#:}, $tasks tasks\"\n"
	"}\n"
	"\n"
	"one() { # step: a single job, behind the step before\n"
	"\tlocal id\n"
	"\tid=$(submit \"$1\" %j \"$jobs/job.sh\" 0 0 \"$1\")\n"
	"\tbefore=(--dependency=\"afterany:$id\")\n"
	"\techo \"$1: job $id\"\n"
	"}\n"
	"\n";

/* The chain of jobs. */
static void steps(const struct recipe *r, struct buf *out)
{
	size_t k = 0;

	for (size_t i = 0; i < r->chain.n; i++) {
		const struct stage *s = &r->chain.stage[i];

		if (!run_needs_pass(s))
			continue;
		k++;
		buf_addf(out, "array collect%zu # up to %s\n", k, s->name);
		if (s->type->barrier->in_steps || s->type->barrier->is_shared)
			buf_addf(out, "one check%zu\n", k);
		if (s->type->barrier->in_steps)
			buf_addf(out, "array split%zu\none join%zu\n", k, k);
		buf_addf(out, "%s solve%zu\n", s->type->barrier->is_shared ? "array" : "one", k);
	}
	if (k)
		buf_addf(out, "array apply%zu\n", k);
	else
		buf_add(out, S("array map\n"));
	buf_add(out, S("one report\n"));
}

static void job_name(const struct recipe *r, struct buf *out)
{
	const struct slice name = r->name.n ? r->name : S("curate");

	buf_add(out, S("name="));
	for (size_t i = 0; i < name.n && i < 60; i++)
		buf_byte(out, isalnum((unsigned char)name.p[i]) ? name.p[i] : '-');
	buf_byte(out, '\n');
}

/* Where and how the program is called, for both scripts. */
static int call(const struct sbatch *s, struct buf *out, struct err *e)
{
	char self[4096], here[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n < 0 || !getcwd(here, sizeof here))
		return err_set_rc(e, RC_INPUT,
		                  "where this program or folder is cannot be found out: %m");
	self[n] = 0;
	buf_add(out, S("cd "));
	quote(slice_of(here), out);
	buf_add(out, S(" || exit 2\n"));
	path_line("program", self, out);
	buf_add(out, S("run=(\"${CURATE_RUN:-$program}\""));
	if (words(s, EVERY_JOB, out, e))
		return -1;
	buf_add(out, S(")\n"));
	return 0;
}

int sbatch_text(const struct sbatch *s, struct buf *text, struct err *e)
{
	struct buf jobs = {0}, how = {0};
	int bad = call(s, &how, e);

	buf_addf(&jobs, "%s/_curate/slurm", s->out);
	buf_addf(text,
	         "#!/bin/bash\n"
	         "# Made by curate-run %s --sbatch. Submits the run as Slurm jobs; options for "
	         "every sbatch go\n"
	         "# behind it: --partition=long --account=us. Run it again when jobs were "
	         "cancelled or lost:\n"
	         "# what is done is passed over. Slurm's own logs are in %s.\n"
	         "set -euo pipefail\n", CURATE_VERSION, buf_text(&jobs));
	buf_add(text, buf_slice(&how));
	path_line("jobs", buf_text(&jobs), text);
	buf_addf(text, "tasks=%lld # a literal: array task 3 of a later submission still does "
	               "share 3 of these\n",
	         (long long)s->recipe->limits.tasks);
	job_name(s->recipe, text);
	demands(s->recipe, text);
	buf_add(text, S("user=(\"$@\")\n\nmkdir -p \"$jobs\"\n\"${run[@]}\" --only plan"));
	bad = bad || words(s, PLAN_JOB, text, e);
	buf_add(text, S("\ncat >\"$jobs/job.sh\" <<'END'\n#!/bin/bash\n"));
	buf_add(text, buf_slice(&how));
	buf_add(text, S("report=("));
	bad = bad || words(s, REPORT_JOB, text, e);
	buf_add(text, S(")\n"));
	buf_add(text, slice_of(job_text));
	buf_add(text, S("END\n\n"));
	buf_add(text, slice_of(submit_text));
	steps(s->recipe, text);
	buf_free(&jobs);
	buf_free(&how);
	return bad ? -1 : 0;
}

enum rc sbatch_submit(const struct sbatch *s, struct err *e)
{
	struct buf text = {0}, path = {0};

	buf_addf(&path, "%s/_curate/slurm/submit.sh", s->out);
	if (sbatch_text(s, &text, e) == 0 && dir_make_parents(buf_text(&path), e) == 0 &&
	    file_write_atomic(buf_text(&path), buf_slice(&text), e) == 0) {
		execlp("bash", "bash", buf_text(&path), (char *)NULL);
		err_set_rc(e, RC_OUTPUT, "bash cannot be started: %m");
	}
	buf_free(&text);
	buf_free(&path);
	return e->rc;
}
