#include "lib/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/run/interrupt.h"
#include "lib/run/plan.h"
#include "lib/run/team.h"

int record_fields_open(struct record_fields *f, const struct recipe_input *in, struct err *e)
{
	const struct {
		struct json_path *path;
		struct slice text;
		const char *name;
	} all[] = {
		{&f->text, in->text, "text"}, {&f->id, in->id, "id"},       {&f->url, in->url, "url"},
		{&f->date, in->date, "date"}, {&f->lang, in->lang, "lang"},
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

/* What the passes of one run share, beside struct run. */
struct work {
	struct run *run;
	struct err *e;
	struct progress progress;
	uint32_t *owner;
	struct state state; /* of the pass: its recipe hash covers the verdicts of earlier passes */
	struct arena mem;
	size_t barrier[64]; /* stages that need a pass before them */
	size_t n_barriers;
};

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
		.fields = &run->fields, .words = (enum word_kind)r->words, .seed = (uint64_t)r->seed,
	};
	task_codecs(t, r);
}

/* The pass in front of barrier k, or behind the last one. */
static void pass_make(struct work *w, struct pass *p, size_t k)
{
	const struct recipe *r = w->run->recipe;
	bool last = k == w->n_barriers;
	char log_from[4096];

	*p = (struct pass){
		.recipe = r, .state = &w->state, .progress = &w->progress,
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
	if (k) {
		snprintf(log_from, sizeof log_from, "%s/pass%zu/log", w->state.dir, k);
		p->log_from = arena_addf(&w->mem, "%s", log_from).p;
	}
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
		log_warning("shard kept up to the damage: %s", r->damage);
}

static void on_end(void *user, struct unit *u)
{
	struct work *w = user;
	struct shard_result *r = &w->run->result[u->number];

	r->end = u->end;
	r->err = u->err;
	r->records = u->place.record;
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
		tally_add(&r->tally, &d.tally);
		free(r->damage);
		r->damage = d.damage.n ? mem_text(d.damage.p, d.damage.n) : NULL;
	} else if (failed_read(p->state, unit_record_path(p, r->shard, "failed", &w->mem), r->shard,
	                       r->err.msg)) {
		r->end = UNIT_FAILED;
	} else {
		r->end = UNIT_INTERRUPTED;
	}
	done_free(&d);
	return 0;
}

/* Lines up the units this process is to do, its own first, largest first. */
static int plan_units(struct work *w, struct pass *p, bool execute, struct unit *unit, size_t *n)
{
	struct run *run = w->run;
	size_t *order = shards_by_size(run->shards);
	int bad = 0;

	*n = 0;
	for (int own = 1; own >= 0; own--) {
		for (size_t i = 0; i < run->shards->n && !bad; i++) {
			size_t at = order[i];
			struct shard_result *r = &run->result[at];

			r->mine = w->owner[at] == run->task;
			if (r->mine != own || r->was_given_up)
				continue;
			bad = inspect(w, p, r);
			if (!bad && !r->skipped && execute && (own || (run->steal && r->end != UNIT_FAILED)))
				unit[(*n)++] = (struct unit){.pass = p, .shard = r->shard,
				                             .number = (uint32_t)at};
		}
	}
	free(order);
	return bad;
}

/* Forgets the totals of a first pass: the last one counts every record again. Stage rows stay. */
static void keep_stage_rows(struct tally *t)
{
	struct tally rows = {.stage = t->stage, .n_stages = t->n_stages, .ns = t->ns};

	counts_free(&t->quarantined);
	counts_free(&t->routes);
	*t = rows;
}

/* What other processes have done in the meantime. */
static int look_again(struct work *w, struct pass *p)
{
	int bad = 0;

	for (size_t i = 0; i < w->run->shards->n && !bad; i++)
		if (w->run->result[i].end == UNIT_ELSEWHERE)
			bad = inspect(w, p, &w->run->result[i]);
	return bad;
}

/* Pass k over the shards; without `execute`, only what the records say of it. */
static int do_pass(struct work *w, size_t k, bool execute)
{
	struct run *run = w->run;
	struct pass pass;
	struct unit *unit = mem_new(struct unit, run->shards->n);
	struct team team = {.pass = &pass, .unit = unit, .threads = run->threads,
	                    .ended = on_end, .user = w};
	char what[64] = "";
	uint64_t bytes = 0;
	int bad;

	if (w->n_barriers)
		snprintf(what, sizeof what, "pass %zu of %zu", k + 1, w->n_barriers + 1);
	pass_make(w, &pass, k);
	bad = plan_units(w, &pass, execute, unit, &team.n);
	for (size_t i = 0; i < team.n; i++)
		bytes += unit[i].shard->size;
	if (!bad && execute) {
		progress_open(&w->progress, run->show_progress, what, bytes, team.n);
		team_work(&team);
		progress_close(&w->progress);
		bad = look_again(w, &pass);
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

/* 0 when every shard is done or given up; else names the first few that are owed, and says with rc
 * what that means. */
static int check_whole(struct work *w, size_t k, enum rc rc)
{
	const struct run *run = w->run;
	size_t missing = 0;

	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard_result *r = &run->result[i];

		if (r->end != UNIT_INTERRUPTED && r->end != UNIT_ELSEWHERE)
			continue;
		if (missing++ < 10)
			log_note("pass %zu: not done yet: %s", k + 1, r->shard->path);
	}
	if (missing == 0)
		return 0;
	return err_set_rc(w->e, rc, "pass %zu is not complete: %zu of %zu shards are missing; run again "
	                  "when the tasks that owe them have ended", k + 1, missing, run->shards->n);
}

/* What the verdict of a barrier depends on: its inputs, as the first pass found them. */
static void verdict_key(const struct work *w, char key[33])
{
	struct buf b = {0};

	buf_addf(&b, "%s", w->state.recipe);
	for (size_t i = 0; i < w->run->shards->n; i++) {
		const struct shard_result *r = &w->run->result[i];
		struct fingerprint f = {0};
		struct err ignored = {0};

		shard_fingerprint(r->shard, &f, &ignored);
		buf_addf(&b, "|%s|%llu|%llu|%llu|%d", r->shard->relative, (unsigned long long)f.size,
		         (unsigned long long)f.ends, (unsigned long long)r->records,
		         r->end == UNIT_DONE);
	}
	hash128_text(hash128(buf_slice(&b)), key);
	buf_free(&b);
}

static void corpus_make(struct work *w, size_t k, enum solve_step step, struct corpus *c)
{
	const struct run *run = w->run;
	const struct stage *s = &run->recipe->chain.stage[w->barrier[k]];
	size_t n = run->shards->n;
	const char **part = arena_zero(&w->mem, n, sizeof *part);
	const char **name = arena_zero(&w->mem, n, sizeof *name);
	uint64_t *records = arena_zero(&w->mem, n, sizeof *records);
	bool *mine = arena_zero(&w->mem, n, sizeof *mine);

	for (size_t i = 0; i < n; i++) {
		const struct shard_result *r = &run->result[i];

		name[i] = r->shard->path;
		records[i] = r->records;
		mine[i] = w->owner[i] == run->task;
		part[i] = r->end == UNIT_DONE
		                  ? state_path(&w->state, &w->mem, "stage-%s/part/%.*s.part.zst",
		                               s->name, SLICE(r->shard->stem))
		                  : "/dev/null"; /* a shard that was given up has nothing in it */
	}
	*c = (struct corpus){
		.dir = state_path(&w->state, &w->mem, "stage-%s", s->name),
		.part = part, .name = name, .records = records, .n = n,
		.mem = run->recipe->limits.mem ? run->recipe->limits.mem : machine_memory() / 5 * 4,
		.threads = run->threads, .step = step, .mine = mine, .task = (unsigned)run->task,
		.tasks = run->tasks ? (unsigned)run->tasks : 1,
	};
}

/* The verdict of barrier k stands, or is made with `solve`; then it is loaded. */
static int make_verdict(struct work *w, struct stage *s, const struct corpus *c, size_t k, bool solve)
{
	const char *marker = state_path(&w->state, &w->mem, "stage-%s/solved", s->name);
	struct buf old = {0};
	char key[33];
	int bad = 0;

	verdict_key(w, key);
	bool stands = access(marker, F_OK) == 0 && file_read_all(marker, &old, 64, w->e) == 0 &&
	              slice_equal(buf_slice(&old), slice_of(key));

	buf_free(&old);
	if (!stands && !solve)
		return err_set_rc(w->e, RC_STATE, "there is no verdict on this input yet: step solve%zu "
		                  "comes first", k + 1);
	if (!stands) {
		unlink(marker);
		bad = s->type->barrier->solve(s->self, c, w->e);
		if (!bad)
			bad = file_write_atomic(marker, slice_of(key), w->e);
	}
	if (!bad)
		bad = s->type->barrier->load(s->self, c, w->e);
	memcpy(w->state.recipe, key, sizeof key); /* what follows depends on this verdict */
	return bad;
}

/* Between two passes. `step` says which part of it. */
static int do_barrier(struct work *w, size_t k, enum solve_step step, bool solve)
{
	struct stage *s = &w->run->recipe->chain.stage[w->barrier[k]];
	bool in_steps = s->type->barrier->in_steps;
	struct corpus c;
	int bad;

	corpus_make(w, k, in_steps ? step : SOLVE_ALL, &c);
	if (step == SOLVE_SHARDS || step == SOLVE_SPLIT)
		bad = in_steps ? s->type->barrier->solve(s->self, &c, w->e) : 0;
	else
		bad = make_verdict(w, s, &c, k, solve);
	return bad ? err_prefix(w->e, "%s", s->name) : 0;
}

static bool is_barrier(const struct stage *s)
{
	const struct barrier *b = s->type->barrier;

	return b && (!b->needed || b->needed(s->self));
}

size_t run_passes(const struct recipe *r)
{
	size_t n = 1;

	for (size_t i = 0; i < r->chain.n; i++)
		n += is_barrier(&r->chain.stage[i]);
	return n;
}

static int find_barriers(struct work *w)
{
	const struct chain *c = &w->run->recipe->chain;
	size_t most = sizeof w->barrier / sizeof *w->barrier;

	if (run_passes(w->run->recipe) > most)
		return err_set_rc(w->e, RC_USAGE, "a recipe has at most %zu whole-corpus stages", most);
	for (size_t i = 0; i < c->n; i++)
		if (is_barrier(&c->stage[i]))
			w->barrier[w->n_barriers++] = i;
	return 0;
}

/* The exit code a finished run deserves. */
static enum rc judge(const struct run *run)
{
	uint64_t bad = counts_total(&run->total.quarantined);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard_result *r = &run->result[i];

		if (r->mine && (r->damage || (r->end == UNIT_FAILED && r->err.msg[0])))
			rc = RC_PARTIAL;
	}
	if ((double)bad > run->recipe->limits.max_bad * (double)run->total.read)
		rc = RC_PARTIAL;
	return rc;
}

static enum rc finish(struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->shards->n; i++)
		if (run->result[i].end == UNIT_DONE)
			tally_add(&run->total, &run->result[i].tally);
	if (e->rc != RC_OK)
		return e->rc;
	if (run->interrupted)
		return err_set_rc(e, RC_AGAIN, "interrupted; what is done is saved, run the same command "
		                  "again to go on"), RC_AGAIN;
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

/* The barrier behind pass k, as far as this process is to do it. */
static int do_between(struct work *w, size_t k, bool *through)
{
	struct run *run = w->run;
	bool here = run->number == k + 1;
	enum rc rc = run->step == RUN_ALL ? RC_AGAIN : RC_STATE;

	if (here && run->step == RUN_COLLECT) {
		*through = true;
		return do_barrier(w, k, SOLVE_SHARDS, false);
	}
	if (check_whole(w, k, rc))
		return -1;
	if (here && run->step == RUN_SPLIT) {
		*through = true;
		return do_barrier(w, k, SOLVE_SPLIT, false);
	}
	*through = here && run->step == RUN_SOLVE;
	for (size_t i = 0; i < run->shards->n; i++)
		keep_stage_rows(&run->result[i].tally);
	return do_barrier(w, k, *through ? SOLVE_REST : SOLVE_ALL, *through || run->step == RUN_ALL);
}

/* Pass k and what stands behind it. 0: go on, unless *through. */
static int do_round(struct work *w, size_t k, bool *through)
{
	struct run *run = w->run;

	if (do_pass(w, k, does_pass(run, k)))
		return -1;
	*through = k == w->n_barriers || run->interrupted ||
	           (run->step == RUN_APPLY && run->number == k);
	if (!*through)
		return do_between(w, k, through);
	return run->step == RUN_REPORT ? check_whole(w, k, RC_STATE) : 0;
}

static int check_step(struct work *w)
{
	struct run *run = w->run;
	bool is_between = run->step == RUN_COLLECT || run->step == RUN_SPLIT || run->step == RUN_SOLVE;

	if (run->number == 0 && w->n_barriers && run->step != RUN_ALL && run->step != RUN_REPORT)
		run->number = 1;
	if (run->number > w->n_barriers || (is_between && run->number == 0))
		return err_set_rc(w->e, RC_USAGE, "the recipe has %zu whole-corpus stages", w->n_barriers);
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
	if (find_barriers(&w) == 0 && check_step(&w) == 0 &&
	    plan_write(run, w.n_barriers, e) == 0)
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
	                    .threads = run->threads, .one_by_one = true, .ended = on_end,
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
	pthread_mutex_destroy(&pass.big);
	free(unit);
	run->seconds = now_seconds() - began;
	arena_free(&w.mem);
	return finish(run, e);
}
