#include "lib/run/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/interrupt.h"
#include "lib/run/unit_files.h"

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

const char *unit_record_path(const struct pass *p, const struct shard *s, const char *kind,
                             struct arena *mem)
{
	return state_path(p->state, mem, "%s%s/%s.json", p->name, kind, s->relative);
}

static void fail(struct unit *u, const struct err *e)
{
	if (!u->failed)
		u->err = *e;
	u->failed = true;
	atomic_store(&u->ended, true);
}

/* Makes sure that no other process works on the unit, nor has done it since the plan was made. */
static bool claim(struct unit *u)
{
	const struct pass *p = u->pass;
	struct arena mem = {0};
	struct done done;
	struct err e = {0};
	char holder[256] = "";
	const char *path = unit_record_path(p, u->shard, "claim", &mem);

	if (u->look_first && (access(path, F_OK) == 0 ||
	                      access(unit_record_path(p, u->shard, "done", &mem), F_OK) == 0)) {
		arena_free(&mem);
		return false;
	}
	int taken = dir_make_parents(path, &e)
	                    ? -1
	                    : claim_take(&u->claim, path, p->state->task ? p->state->task : "",
	                                 p->recipe->limits.lease, holder, &e);

	if (taken < 0)
		fail(u, &e);
	else if (!taken)
		log_note("%s: in work by %s", u->shard->name, holder);
	else if (!p->state->forced &&
	         done_read(p->state, unit_record_path(p, u->shard, "done", &mem), u->shard, &done,
	                   &e) == 1) {
		taken = p->retry && done.damage.n ? 1 : 0;
		done_free(&done);
	}
	arena_free(&mem);
	return taken == 1;
}

void unit_begin(struct unit *u)
{
	struct pass *p = u->pass;
	struct err e = {0};

	pthread_mutex_init(&u->reading, NULL);
	pthread_mutex_init(&u->writing, NULL);
	pthread_cond_init(&u->turn, NULL);
	u->state = p->state_size ? mem_zero(1, p->state_size) : NULL;
	u->out = p->stream ? p->stream : &u->own;
	u->began_at = u->saved_at = now_seconds();
	if (p->state && !claim(u)) {
		u->elsewhere = true;
		atomic_store(&u->ended, true);
		return;
	}
	if (unit_open_feed(u, &e)) {
		fail(u, &e);
		return;
	}
	if (p->state && shard_fingerprint(u->shard, &u->place.input, &e)) {
		fail(u, &e);
		return;
	}
	if (p->stream)
		return;
	unit_open_sinks(u);
	if (unit_resume(u, &e) == 0)
		return;
	feed_close(&u->feed);
	e = (struct err){0};
	tally_free(&u->tally);
	u->next = 0;
	if (u->state)
		memset(u->state, 0, p->state_size);
	unit_open_sinks(u);
	if (unit_open_feed(u, &e))
		fail(u, &e);
}

static int save(struct unit *u, struct err *e)
{
	u->saved_at = now_seconds();
	return unit_save(u, e);
}

/* The sink of the block's i-th parcel. */
static struct sink *sink_for(struct unit *u, const struct worker *w, size_t i, struct err *e)
{
	struct outputs *o = u->out;

	if (i < SINK_FIXED)
		return &o->sink[i];
	for (size_t k = SINK_FIXED; k < o->n; k++)
		if (strcmp(o->name[k], w->route[i]) == 0)
			return &o->sink[k];
	if (o->n == SINK_MAX) {
		err_set_rc(e, RC_USAGE, "stages route documents to too many folders");
		return NULL;
	}
	return o->add_route(o, w->route[i], e) ? NULL : &o->sink[o->n - 1];
}

/* Another process has taken the unit over, because this one gave no sign of life for a lease. Its
 * temporary files are the other's now. */
static void leave_to_other(struct unit *u)
{
	if (!u->elsewhere)
		log_warning("%s: another process has taken it over", u->shard->name);
	u->elsewhere = true;
	atomic_store(&u->ended, true);
}

/* The write turn: appends what the worker packed. */
static int deliver(struct unit *u, struct worker *w, struct err *e)
{
	if (u->elsewhere || !claim_beat(&u->claim, u->pass->recipe->limits.lease)) {
		leave_to_other(u);
		return 0;
	}
	for (size_t i = 0; i < w->n_parcels; i++) {
		struct sink *s = w->parcel[i].plain.n ? sink_for(u, w, i, e) : NULL;

		if (w->parcel[i].plain.n && (!s || sink_add(s, &w->parcel[i], e)))
			return -1;
	}
	tally_add(&u->tally, &w->tally);
	u->place.sequence = w->block.sequence + 1;
	u->place.offset = w->block.next_offset;
	u->place.record = w->block.next_record;
	double every = u->pass->recipe->limits.checkpoint;

	if (!u->pass->stream && u->shard->is_file && now_seconds() - u->saved_at >= every)
		return save(u, e);
	return 0;
}

/* Whether the shard's rest fits in what is left of the grace, judged by its pace so far. */
static bool fits_in_grace(const struct unit *u)
{
	uint64_t size = stream_size(u->feed.stream), done = stream_packed(u->feed.stream);
	double elapsed = now_seconds() - u->began_at;

	return size != UINT64_MAX && done && /* the last record of a part lies behind its end */
	       (double)(size > done ? size - done : 0) * elapsed / (double)done <
	               interrupt_grace_left();
}

static bool must_stop(struct unit *u)
{
	if (atomic_load(&u->pass->stop))
		return true;
	return interrupt_came() && (interrupt_is_due() || !fits_in_grace(u));
}

static void take_big(void *user)
{
	struct worker *w = user;

	pthread_mutex_lock(w->big);
	w->is_big = true;
}

static void leave_big(struct worker *w, const struct pass *p)
{
	if (!w->is_big)
		return;
	worker_trim(w, 3 * p->limits.block);
	w->is_big = false;
	pthread_mutex_unlock(w->big);
}

/* The read turn: 1 a block, 0 nothing left, -1 failed. */
static int take_block(struct unit *u, struct worker *w, struct err *e)
{
	int r = 0;

	pthread_mutex_lock(&u->reading);
	if (!atomic_load(&u->ended) && must_stop(u)) {
		u->interrupted = true;
		atomic_store(&u->ended, true);
	}
	if (!atomic_load(&u->ended)) {
		w->big = &u->pass->big;
		r = feed_fill(&u->feed, &w->block, take_big, w, e);
		if (r <= 0)
			atomic_store(&u->ended, true);
	}
	pthread_mutex_unlock(&u->reading);
	return r;
}

bool unit_step(struct unit *u, struct worker *w)
{
	struct err e = {0};
	int r = take_block(u, w, &e), bad;

	if (r <= 0) {
		leave_big(w, u->pass);
		if (r < 0) {
			pthread_mutex_lock(&u->writing);
			fail(u, &e);
			pthread_mutex_unlock(&u->writing);
		}
		return false;
	}
	bad = worker_do(w, u->shard->name, u->number, u->state, &e);
	if (bad && e.rc == RC_INPUT) /* a policy that allows no exception */
		atomic_store(&u->pass->stop, true);
	pthread_mutex_lock(&u->writing);
	while (u->next != w->block.sequence)
		pthread_cond_wait(&u->turn, &u->writing);
	if (!bad && !u->failed)
		bad = deliver(u, w, &e);
	if (bad)
		fail(u, &e);
	u->next++;
	pthread_cond_broadcast(&u->turn);
	pthread_mutex_unlock(&u->writing);
	progress_block(u->pass->progress, w->tally.bytes_in, w->tally.read, w->tally.kept);
	leave_big(w, u->pass);
	return true;
}

static void take_damage(struct unit *u)
{
	if (u->pass->recipe->input.on_corrupt == CORRUPT_KEEP_HEAD && !u->failed)
		u->damage = slice_of(mem_text(u->feed.damage.msg, strlen(u->feed.damage.msg)));
	else
		fail(u, &u->feed.damage);
	if (u->pass->recipe->input.on_corrupt == CORRUPT_STOP)
		atomic_store(&u->pass->stop, true);
}

static int commit(struct unit *u, struct err *e)
{
	struct done d = {.input = u->place.input, .damage = u->damage, .records = u->feed.record,
	                 .ended = (double)time(NULL), .seconds = now_seconds() - u->began_at};
	struct buf outputs = {0};
	struct arena mem = {0};
	char self[256];
	int bad = tally_check(&u->tally, u->shard->name, e);

	/* From here on pieces get their names one by one: a checkpoint would ask for them back. */
	unlink(unit_checkpoint_path(u, &mem));
	/* Where stages send every document to a folder, no empty shard stands beside the folders.
	 */
	if (u->own.n > SINK_FIXED)
		u->own.sink[SINK_MAIN].plan.always = false;
	unit_remove_quarantine(u);
	for (size_t i = 0; i < u->own.n && !bad; i++)
		if (u->own.name[i])
			bad = sink_commit(&u->own.sink[i], &outputs, &u->tally.bytes_out, e);
	claim_self(self);
	d.by = arena_addf(&mem, "%s task %s", self,
	                  u->pass->state->task ? u->pass->state->task : "");
	d.outputs = buf_slice(&outputs);
	d.tally = u->tally;
	if (!bad)
		bad = done_write(u->pass->state, unit_record_path(u->pass, u->shard, "done", &mem),
		                 &d, e);
	if (!bad)
		unlink(unit_record_path(u->pass, u->shard, "failed", &mem));
	buf_free(&outputs);
	arena_free(&mem);
	return bad;
}

/* Other tasks need not wait for a shard that was given up. */
static void note_failure(const struct unit *u)
{
	struct arena mem = {0};
	struct err e = {0};

	if (failed_write(u->pass->state, unit_record_path(u->pass, u->shard, "failed", &mem),
	                 &u->place.input, u->err.msg, &e))
		log_warning("%s", e.msg);
	arena_free(&mem);
}

void unit_finish(struct unit *u)
{
	struct err e = {0};

	if (u->claim.path && !claim_is_ours(&u->claim))
		leave_to_other(u);
	if (u->feed.damaged && !u->elsewhere)
		take_damage(u);
	if (u->elsewhere) {
		u->end = UNIT_ELSEWHERE;
	} else if (u->failed) {
		u->end = UNIT_FAILED;
	} else if (u->interrupted) {
		u->end = UNIT_INTERRUPTED;
		if (!u->pass->stream && u->shard->is_file && save(u, &e))
			log_warning("%s: no checkpoint: %s", u->shard->name, e.msg);
	} else if (!u->pass->stream && commit(u, &e)) {
		fail(u, &e);
		u->end = UNIT_FAILED;
	} else {
		u->end = UNIT_DONE;
	}
	if (u->failed && (u->err.rc == RC_OUTPUT || u->err.rc == RC_BUG || u->err.rc == RC_USAGE))
		atomic_store(&u->pass->stop, true);
	unit_close_sinks(u, u->end == UNIT_INTERRUPTED || u->end == UNIT_ELSEWHERE);
	feed_close(&u->feed);
	if (u->end == UNIT_FAILED && u->pass->state && u->err.rc != RC_OUTPUT)
		note_failure(u);
	claim_release(&u->claim);
}

void unit_free(struct unit *u)
{
	tally_free(&u->tally);
	arena_free(&u->place.mem);
	free(u->state);
	free((char *)u->damage.p);
}
