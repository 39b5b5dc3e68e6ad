/* Which part of a run this process does: --task and --only. */
#include <stdlib.h>

#include "cmd/job.h"

/* The index of this job in its array, by the variable each scheduler sets. */
static int array_index(uint64_t *index, struct err *e)
{
	static const struct {
		const char *name;
		uint64_t first; /* of the scheduler's own counting */
	} all[] = {
		{"SLURM_ARRAY_TASK_ID", 0},       {"SGE_TASK_ID", 1},
		{"PBS_ARRAY_INDEX", 0},           {"PBS_ARRAYID", 0},
		{"LSB_JOBINDEX", 1},              {"JOB_COMPLETION_INDEX", 0},
		{"AWS_BATCH_JOB_ARRAY_INDEX", 0},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *value = getenv(all[i].name);

		if (!value || !slice_to_u64(slice_of(value), index)) /* SGE says "undefined" */
			continue;
		if (*index < all[i].first)
			continue;
		*index -= all[i].first;
		return 0;
	}
	return err_set_rc(e, RC_USAGE,
	                  "--task auto: this is no array job: none of SLURM_ARRAY_TASK_ID, "
	                  "SGE_TASK_ID, PBS_ARRAY_INDEX, PBS_ARRAYID, LSB_JOBINDEX, "
	                  "JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX is set");
}

int job_parse_task(struct slice text, struct run *run, struct err *e)
{
	struct slice rest = text, i;

	run->tasks = 1;
	if (text.n == 0)
		return 0;
	slice_cut(&rest, '/', &i);
	if (slice_equal(i, S("auto")) && array_index(&run->task, e))
		return -1;
	if ((!slice_equal(i, S("auto")) && !slice_to_u64(i, &run->task)) ||
	    !slice_to_u64(rest, &run->tasks) || run->task >= run->tasks || run->tasks > 1000000)
		return err_set_rc(e, RC_USAGE,
		                  "--task %.*s (I is %llu): write it as I/N with 0 <= I < N",
		                  SLICE(text), (unsigned long long)run->task);
	return 0;
}

int job_parse_only(struct slice text, struct run *run, struct err *e)
{
	static const struct {
		struct slice name;
		enum run_step step;
		bool numbered;
	} all[] = {
		{S_INIT("collect"), RUN_COLLECT, true}, {S_INIT("check"), RUN_CHECK, true},
		{S_INIT("split"), RUN_SPLIT, true},     {S_INIT("join"), RUN_JOIN, true},
		{S_INIT("solve"), RUN_SOLVE, true},
		{S_INIT("apply"), RUN_APPLY, true},     {S_INIT("map"), RUN_APPLY, false},
		{S_INIT("plan"), RUN_PLAN, false},      {S_INIT("report"), RUN_REPORT, false},
	};
	const size_t passes = run_passes(run->recipe);

	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct slice number = slice_tail(text, all[i].name.n);

		if (!slice_starts(text, all[i].name) || (number.n > 0) > all[i].numbered)
			continue;
		run->step = all[i].step;
		run->number = 1;
		if (number.n && (!slice_to_u64(number, &run->number) || run->number == 0))
			continue;
		if (!all[i].numbered)
			run->number = 0;
		else if (run->number >= passes)
			return err_set_rc(e, RC_USAGE,
			                  "--only %.*s: the recipe has %zu whole-corpus stages",
			                  SLICE(text), passes - 1);
		if (all[i].step == RUN_APPLY && !all[i].numbered && passes > 1)
			return err_set_rc(e, RC_USAGE,
			                  "--only map: the recipe has whole-corpus stages: "
			                  "collect1, check1, split1, join1, solve1, … apply%zu",
			                  passes - 1);
		return 0;
	}
	return err_set_rc(e, RC_USAGE,
	                  "--only %.*s: it is plan, map, report, or collectK, checkK, splitK, "
	                  "joinK, solveK, applyK of the K-th whole-corpus stage",
	                  SLICE(text));
}
