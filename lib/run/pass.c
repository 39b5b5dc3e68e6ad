#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/run/roll.h"
#include "lib/run/steal.h"
#include "lib/run/team.h"
#include "lib/run/work.h"

static const struct codec *output_codec(const struct recipe *r)
{
	static const char *const names[] = {"zstd", "gzip", "plain"};

	return codec_find(slice_of(names[r->output.codec]));
}

static void task_codecs(struct task *t, const struct recipe *r)
{
	const struct codec *zstd = codec_find(S("zstd")), *out = output_codec(r);

	for (size_t i = 0; i < SINK_FIXED; i++) {
		t->codec[i] = i == SINK_MAIN || i == SINK_DROPPED ? out
		              : i == SINK_QUARANTINE              ? codec_find(S("plain"))
		                                                  : zstd;
		t->level[i] = t->codec[i] == out && (i == SINK_MAIN || i == SINK_DROPPED) &&
		                              r->output.level
		                      ? (int)r->output.level
		                      : (i == SINK_PART ? 1 : t->codec[i]->level);
	}
}

void task_of_recipe(struct task *t, const struct run *run)
{
	const struct recipe *r = run->recipe;

	*t = (struct task){
		.chain = &r->chain, .to = r->chain.n, .without = run->without,
		.fields = &run->fields, .words = (enum word_kind)r->words,
		.seed = (uint64_t)r->seed,
		.mem = machine_budget(r),
	};
	task_codecs(t, r);
}

void pass_make(struct work *w, struct pass *p, size_t k)
{
	const struct recipe *r = w->run->recipe;
	bool last = k == w->n_barriers;

	*p = (struct pass){
		.recipe = r, .state = &w->state, .progress = &w->progress, .retry = w->run->retry,
		.limits = {r->output.block, r->input.max_record},
		.stream_options.decode.window_log = 10,
	};
	while (((uint64_t)1 << p->stream_options.decode.window_log) < r->input.window)
		p->stream_options.decode.window_log++;
	task_of_recipe(&p->task, w->run);
	p->task.from = k ? w->barrier[k - 1] : 0;
	p->task.to = last ? r->chain.n : w->barrier[k];
	p->state_size = chain_state_size(&r->chain, p->task.from, p->task.to);
	p->name = last ? "" : arena_addf(&w->mem, "pass%zu/", k + 1).p;
	p->log_from = w->run->log_from;
	if (k)
		p->log_from = state_path(&w->state, &w->mem, "pass%zu/log", k);
	p->task.wanted[SINK_LOG] = true;
	p->task.wanted[SINK_MAIN] = p->task.wanted[SINK_QUARANTINE] = last;
	p->task.wanted[SINK_DROPPED] = last && r->output.dropped;
	if (!last) {
		const struct stage *s = &r->chain.stage[w->barrier[k]];

		p->task.wanted[SINK_PART] = true;
		p->task.collect = s->type->barrier;
		p->task.collect_self = s->self;
		p->stage_dir = state_path(&w->state, &w->mem, "stage-%s", s->name);
	}
	pthread_mutex_init(&p->big, NULL);
}

static void say_end(const struct shard_result *r)
{
	if (r->end == UNIT_FAILED)
		log_error("shard given up: %s", r->err.msg);
	else if (r->damage)
		log_error("shard kept up to the damage: %s", r->damage);
}

void pass_unit_ended(void *user, struct unit *u)
{
	struct work *w = user;
	struct shard_result *r = &w->run->result[u->number];

	r->end = u->end;
	r->worked = u->end == UNIT_DONE;
	r->err = u->err;
	r->records = u->place.record;
	r->input = u->end == UNIT_DONE ? u->place.input : (struct fingerprint){0};
	if (u->damage.n) {
		free(r->damage);
		r->damage = mem_text(u->damage.p, u->damage.n);
	}
	tally_add(&r->tally, &u->tally);
	say_end(r);
	if (u->end == UNIT_INTERRUPTED)
		w->run->interrupted = true;
	if (u->end == UNIT_FAILED && atomic_load(&u->pass->stop) && w->e->rc == RC_OK) {
		*w->e = u->err;
		if (w->e->rc == RC_OK)
			w->e->rc = RC_INPUT;
	}
	progress_shard(&w->progress, u->shard->size);
	unit_free(u);
}

/* Takes over what the records say of a shard: done, given up, or neither. */
static int inspect(struct work *w, struct pass *p, struct shard_result *r)
{
	struct done d = {0};
	const char *path = unit_record_path(p, r->shard, "done", &w->mem);
	int found = w->run->force ? 0 : done_read(p->state, path, r->shard, &d, w->e);

	if (found < 0)
		return -1;
	r->skipped = found && !(w->run->retry && r->mine && d.damage.n);
	if (r->skipped) {
		r->end = UNIT_DONE;
		r->records = d.records;
		r->input = d.input;
		tally_add(&r->tally, &d.tally);
		free(r->damage);
		r->damage = d.damage.n ? mem_text(d.damage.p, d.damage.n) : NULL;
	} else if (failed_read(p->state, unit_record_path(p, r->shard, "failed", &w->mem), r->shard,
	                       r->err.msg)) {
		r->end = UNIT_FAILED;
	} else if (r->end != UNIT_ELSEWHERE) {
		r->end = UNIT_INTERRUPTED;
	}
	done_free(&d);
	return 0;
}

/* Whether the records of shards that are not this task's matter to it: they do when it goes on to
 * what stands behind the pass. */
static bool cares_for_others(const struct run *run, bool is_last, bool execute)
{
	return run->tasks <= 1 || !execute || (run->step == RUN_ALL && !is_last);
}

/* Lines up this process's own units, largest first; reads what the records say of them, with
 * `others` of all shards. */
static int plan_units(struct work *w, struct pass *p, bool execute, bool others, struct unit *unit,
                      size_t *n)
{
	struct run *run = w->run;
	size_t *order = shards_by_size(run->shards);
	int bad = 0;

	*n = 0;
	for (int own = 1; own >= !others; own--) {
		for (size_t i = 0; i < run->shards->n && !bad; i++) {
			size_t at = order[i];
			struct shard_result *r = &run->result[at];

			r->mine = w->owner[at] == run->task;
			r->worked = false;
			if (execute && !others && !r->mine && !r->was_given_up)
				r->end = UNIT_INTERRUPTED; /* as far as this task knows */
			if (r->mine != own || r->was_given_up)
				continue;
			bad = inspect(w, p, r);
			if (!bad && !r->skipped && execute && own)
				unit[(*n)++] = (struct unit){.pass = p, .shard = r->shard,
				                             .number = (uint32_t)at};
		}
	}
	free(order);
	return bad;
}

/* What other processes have done in the meantime: of this task's share, with `others` of all. */
static int look_again(struct work *w, struct pass *p, bool others)
{
	int bad = 0;

	for (size_t i = 0; i < w->run->shards->n && !bad; i++) {
		struct shard_result *r = &w->run->result[i];

		if (r->mine ? r->end == UNIT_ELSEWHERE
		            : others && !w->run->interrupted &&
		                      (r->end == UNIT_ELSEWHERE || r->end == UNIT_INTERRUPTED))
			bad = inspect(w, p, r);
	}
	return bad;
}

int pass_do(struct work *w, size_t k, bool execute)
{
	struct run *run = w->run;
	struct pass pass;
	const bool rolled = !execute && run->step != RUN_ALL && run->step != RUN_REPORT &&
	                    !(run->number == k + 1 &&
	                      (run->step == RUN_CHECK || run->step == RUN_SOLVE)) &&
	                    roll_read(w, k);
	const bool others = !rolled && cares_for_others(run, k == w->n_barriers, execute);
	struct unit *unit = mem_new(struct unit, run->shards->n);
	struct team team = {.pass = &pass, .unit = unit, .threads = run->threads,
	                    .ended = pass_unit_ended, .user = w};
	char what[64] = "";
	uint64_t bytes = 0;
	int bad;

	if (w->n_barriers)
		snprintf(what, sizeof what, "pass %zu of %zu", k + 1, w->n_barriers + 1);
	pass_make(w, &pass, k);
	bad = plan_units(w, &pass, execute, others, unit, &team.n);
	for (size_t i = 0; i < team.n; i++)
		bytes += unit[i].shard->size;
	if (!bad && execute) {
		progress_open(&w->progress, run->show_progress, what, bytes, team.n);
		team_work(&team);
		if (run->steal && run->tasks > 1)
			steal_work(w, &team);
		progress_close(&w->progress);
		run->bytes_now = w->progress.plain;
		bad = look_again(w, &pass, others);
	}
	for (size_t i = 0; i < run->shards->n; i++) {
		struct shard_result *r = &run->result[i];

		r->was_given_up = r->end == UNIT_FAILED;
		if (execute && r->mine && (r->end == UNIT_INTERRUPTED || r->end == UNIT_ELSEWHERE))
			run->interrupted = true;
	}
	pthread_mutex_destroy(&pass.big);
	free(unit);
	return bad || w->e->rc != RC_OK ? -1 : 0;
}

int pass_check_whole(struct work *w, size_t k, enum rc rc)
{
	const struct run *run = w->run;
	size_t missing = 0;

	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard_result *r = &run->result[i];

		if (r->end != UNIT_INTERRUPTED && r->end != UNIT_ELSEWHERE)
			continue;
		if (missing++ < 10)
			log_note("pass %zu: not done yet: %s", k + 1, r->shard->name);
	}
	if (missing == 0)
		return 0;
	return err_set_rc(w->e, rc,
	                  "pass %zu is not complete: %zu of %zu shards are missing; run again "
	                  "when the tasks that owe them have ended", k + 1, missing,
	                  run->shards->n);
}
