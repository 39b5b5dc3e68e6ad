#include <stdlib.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/interrupt.h"
#include "lib/run/plan.h"
#include "lib/run/roll.h"
#include "lib/run/team.h"
#include "lib/run/work.h"

int record_fields_open(struct record_fields *f, const struct recipe_input *in, struct err *e)
{
	const struct {
		struct json_path *path;
		struct slice text;
		const char *name;
	} all[] = {
	        {&f->text, in->text, "text"}, {&f->id, in->id, "id"},
	        {&f->url, in->url, "url"},    {&f->date, in->date, "date"},
	        {&f->lang, in->lang, "lang"},
	};

	*f = (struct record_fields){.max_record = in->max_record, .keep_empty = in->keep_empty,
	                             .keep_nul = in->keep_nul};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (json_path_parse(all[i].path, all[i].text, e))
			return err_prefix(e, "input.%s", all[i].name);
	return 0;
}

void record_fields_close(struct record_fields *f)
{
	struct json_path *all[] = {&f->text, &f->id, &f->url, &f->date, &f->lang};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		json_path_free(all[i]);
}

/* The exit code a finished run deserves. */
static enum rc judge(const struct run *run)
{
	uint64_t bad = counts_total(&run->total.quarantined);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard_result *r = &run->result[i];

		if (r->mine && r->damage &&
		    r->skipped) /* an earlier run has said it, not this one */
			log_error("shard kept up to the damage: %s", r->damage);
		if (r->mine && (r->damage || (r->end == UNIT_FAILED && r->err.msg[0])))
			rc = RC_PARTIAL;
	}
	if ((double)bad > run->recipe->limits.max_bad * (double)run->total.read) {
		log_error("%llu of %llu records are bad, more than --max-bad %g%% allows",
		          (unsigned long long)bad, (unsigned long long)run->total.read,
		          100 * run->recipe->limits.max_bad);
		rc = RC_PARTIAL;
	}
	return rc;
}

/* Why shards of this process are not done. */
static enum rc say_unfinished(const struct run *run, struct err *e)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < run->shards->n; i++)
		if (run->result[i].end == UNIT_ELSEWHERE && n++ == 0)
			first = run->result[i].shard->path;
	if (interrupt_came() || n == 0)
		interrupt_say(e);
	else
		err_set_rc(e, RC_AGAIN,
		           "other processes are at work on %zu of the shards (%s); run the "
		           "same command again when they have ended",
		           n, first);
	return e->rc;
}

static enum rc finish(struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->shards->n; i++)
		if (run->result[i].end == UNIT_DONE)
			tally_add(&run->total, &run->result[i].tally);
	if (e->rc != RC_OK)
		return e->rc;
	if (run->interrupted)
		return say_unfinished(run, e);
	if (tally_check(&run->total, "the run", e))
		return e->rc;
	return judge(run);
}

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void results_make(struct run *run)
{
	run->result = mem_new(struct shard_result, run->shards->n);
	for (size_t i = 0; i < run->shards->n; i++)
		run->result[i] = (struct shard_result){.shard = &run->shards->item[i],
		                                       .end = UNIT_INTERRUPTED};
}

/* Whether this process is to work on the shards of pass k. */
static bool does_pass(const struct run *run, size_t k)
{
	return run->step == RUN_ALL || (run->step == RUN_COLLECT && run->number == k + 1) ||
	       (run->step == RUN_APPLY && run->number == k);
}

/* Forgets the totals of a first pass: the last one counts every record again. Stage rows stay. */
static void keep_stage_rows(struct tally *t)
{
	struct tally rows = {.stage = t->stage, .n_stages = t->n_stages, .ns = t->ns};

	counts_free(&t->quarantined);
	counts_free(&t->routes);
	*t = rows;
}

/* The barrier behind pass k, as far as this process is to do it. */
static int do_between(struct work *w, size_t k, bool *through)
{
	struct run *run = w->run;
	bool here = run->number == k + 1;
	enum rc rc = run->step == RUN_ALL ? RC_AGAIN : RC_STATE;

	if (here && run->step == RUN_COLLECT) {
		*through = true;
		return between_do(w, k, SOLVE_SHARDS, false);
	}
	if (pass_check_whole(w, k, rc))
		return -1;
	if (here && (run->step == RUN_CHECK || run->step == RUN_SOLVE) && roll_write(w, k, w->e))
		return -1;
	if (here && run->step == RUN_CHECK) {
		*through = true;
		return 0;
	}
	if (here && (run->step == RUN_SPLIT || run->step == RUN_JOIN)) {
		*through = true;
		return between_do(w, k, run->step == RUN_SPLIT ? SOLVE_SPLIT : SOLVE_JOIN, false);
	}
	*through = here && run->step == RUN_SOLVE;
	for (size_t i = 0; i < run->shards->n; i++)
		keep_stage_rows(&run->result[i].tally);
	return between_do(w, k, *through ? SOLVE_REST : SOLVE_ALL,
	                  *through || run->step == RUN_ALL);
}

/* Pass k and what stands behind it. 0: go on, unless *through. */
static int do_round(struct work *w, size_t k, bool *through)
{
	struct run *run = w->run;

	if (pass_do(w, k, does_pass(run, k)))
		return -1;
	*through = k == w->n_barriers || run->interrupted ||
	           (run->step == RUN_APPLY && run->number == k);
	if (!*through)
		return do_between(w, k, through);
	return run->step == RUN_REPORT ? pass_check_whole(w, k, RC_STATE) : 0;
}

static int check_step(struct work *w)
{
	struct run *run = w->run;
	bool has_number = run->step == RUN_COLLECT || run->step == RUN_CHECK ||
	                  run->step == RUN_SPLIT || run->step == RUN_JOIN ||
	                 run->step == RUN_SOLVE;

	if (run->number == 0 && w->n_barriers && (has_number || run->step == RUN_APPLY))
		run->number = 1;
	if (run->number > w->n_barriers || (has_number && run->number == 0))
		return err_set_rc(w->e, RC_USAGE, "the recipe has %zu whole-corpus stages",
		                  w->n_barriers);
	return 0;
}

enum rc run_shards(struct run *run, struct err *e)
{
	struct work w = {.run = run, .e = e, .state = *run->state};
	double began = now_seconds();
	bool through = false;

	results_make(run);
	w.owner = mem_new(uint32_t, run->shards->n);
	run_assign(run->shards, run->tasks ? run->tasks : 1, w.owner);
	if (between_find(&w) == 0 && check_step(&w) == 0 &&
	    plan_write(run, w.barrier, w.n_barriers, e) == 0 && run->step != RUN_PLAN)
		for (size_t k = 0; !through && do_round(&w, k, &through) == 0; k++)
			;
	run->seconds = now_seconds() - began;
	free(w.owner);
	arena_free(&w.mem);
	return finish(run, e);
}

void run_free(struct run *run)
{
	for (size_t i = 0; run->result && i < run->shards->n; i++) {
		tally_free(&run->result[i].tally);
		free(run->result[i].damage);
	}
	free(run->result);
	tally_free(&run->total);
	run->result = NULL;
}

enum rc run_stream(struct run *run, struct outputs *out, const struct task *task, struct err *e)
{
	struct work w = {.run = run, .e = e};
	struct unit *unit = mem_new(struct unit, run->shards->n);
	struct pass pass;
	struct team team = {.pass = &pass, .unit = unit, .n = run->shards->n,
	                    .threads = run->threads, .one_by_one = true, .ended = pass_unit_ended,
	                    .user = &w};
	double began = now_seconds();

	results_make(run);
	w.n_barriers = 0;
	pass_make(&w, &pass, 0);
	pass.state = NULL;
	pass.stream = out;
	pass.task = *task;
	pass.log_from = run->log_from;
	pass.state_size = chain_state_size(task->chain, task->from, task->to);
	for (size_t i = 0; i < run->shards->n; i++) {
		unit[i] = (struct unit){.pass = &pass, .shard = &run->shards->item[i],
		                        .number = (uint32_t)i};
		run->result[i].mine = true;
	}
	progress_open(&w.progress, run->show_progress, "", 0, run->shards->n);
	team_work(&team);
	progress_close(&w.progress);
	run->bytes_now = w.progress.plain;
	pthread_mutex_destroy(&pass.big);
	free(unit);
	for (size_t i = 0; i < run->shards->n; i++) /* some that were not even begun */
		run->interrupted |= run->result[i].end == UNIT_INTERRUPTED;
	run->seconds = now_seconds() - began;
	arena_free(&w.mem);
	return finish(run, e);
}
