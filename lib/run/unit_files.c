/* The files of a unit: its feed, its sinks and its checkpoint. */
#include <stdio.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/log.h"
#include "lib/run/unit_files.h"

const char *unit_checkpoint_path(const struct unit *u, struct arena *mem)
{
	const struct pass *p = u->pass;
	char name[33];
	struct slice key = arena_addf(mem, "%s%s", p->name, u->shard->relative);

	hash128_text(hash128(key), name);
	return state_path(p->state, mem, "tmp/%s.checkpoint", name);
}

/* Where a sink of this unit goes. */
static const char *sink_stem(const struct unit *u, size_t kind, const char *route,
                             struct arena *mem)
{
	const struct pass *p = u->pass;
	const struct slice stem = u->shard->stem;

	switch (kind) {
	case SINK_MAIN:
		return arena_addf(mem, "%s/%.*s", p->state->out, SLICE(stem)).p;
	case SINK_LOG:
		if (p->name[0])
			return arena_addf(mem, "%s/%slog/%.*s", p->state->dir, p->name, SLICE(stem))
			        .p;
		return arena_addf(mem, "%s/log/%.*s", p->state->out, SLICE(stem)).p;
	case SINK_QUARANTINE:
		return arena_addf(mem, "%s/quarantine/%.*s", p->state->out, SLICE(stem)).p;
	case SINK_DROPPED:
		return arena_addf(mem, "%s/dropped/%.*s", p->state->out, SLICE(stem)).p;
	case SINK_PART:
		return arena_addf(mem, "%s/part/%.*s", p->stage_dir, SLICE(stem)).p;
	default:
		return arena_addf(mem, "%s/%s/%.*s", p->state->out, route, SLICE(stem)).p;
	}
}

void unit_remove_quarantine(const struct unit *u)
{
	const struct task *t = &u->pass->task;
	struct arena mem = {0};

	if (t->wanted[SINK_QUARANTINE] && !u->own.sink[SINK_QUARANTINE].file)
		unlink(arena_addf(&mem, "%s.jsonl%s", sink_stem(u, SINK_QUARANTINE, NULL, &mem),
		                  t->codec[SINK_QUARANTINE]->extension).p);
	arena_free(&mem);
}

static void open_sink(struct unit *u, size_t at, size_t kind, const char *route)
{
	static const char *const names[SINK_FIXED] = {"main", "log", "quarantine", "dropped",
	                                              "part"};
	const struct task *t = &u->pass->task;
	struct arena mem = {0};
	struct sink_plan plan = {
		.stem = sink_stem(u, kind, route, &mem),
		.suffix = kind == SINK_PART ? ".part" : ".jsonl",
		.tmp_dir = u->pass->state->tmp,
		.root = u->pass->state->out,
		.codec = t->codec[kind < SINK_FIXED ? kind : SINK_MAIN],
		.rotate = kind == SINK_MAIN || kind >= SINK_FIXED
		       ? u->pass->recipe->output.shard_size
		                                                  : 0,
		.always = kind != SINK_QUARANTINE && kind < SINK_FIXED,
	};

	sink_open(&u->own.sink[at], &plan);
	u->own.name[at] = route ? route : names[kind];
	arena_free(&mem);
}

static int add_route(struct outputs *o, const char *route, struct err *e)
{
	struct unit *u = o->user;

	(void)e;
	open_sink(u, o->n++, SINK_FIXED, arena_addf(&u->place.mem, "%s", route).p);
	return 0;
}

/* Goes on where the last run's checkpoint stands. */
static int resume(struct unit *u, const struct checkpoint *c, struct err *e)
{
	if (feed_resume(&u->feed, c->offset, c->sequence, c->record, e))
		return -1;
	for (size_t i = 0; i < c->n_saved; i++) {
		size_t at = 0;

		while (at < u->own.n && (!u->own.name[at] ||
		                         !slice_equal(slice_of(u->own.name[at]), c->saved_name[i])))
			at++;
		if (at == u->own.n) {
			if (at == SINK_MAX)
				return err_set_rc(e, RC_STATE, "a checkpoint with too many sinks");
			struct slice name = arena_copy(&u->place.mem, c->saved_name[i]);

			add_route(&u->own, arena_addf(&u->place.mem, "%.*s", SLICE(name)).p, e);
		}
		if (sink_restore(&u->own.sink[at], &c->saved[i], e))
			return -1;
	}
	if (c->shard_state.n != u->pass->state_size)
		return err_set_rc(e, RC_STATE, "a checkpoint of other stages");
	if (c->shard_state.n)
		memcpy(u->state, c->shard_state.p, c->shard_state.n);
	tally_add(&u->tally, &c->tally);
	u->next = u->place.sequence = c->sequence;
	u->place.offset = c->offset;
	u->place.record = c->record;
	return 0;
}

void unit_open_sinks(struct unit *u)
{
	u->own.n = SINK_FIXED;
	u->own.add_route = add_route;
	u->own.user = u;
	for (size_t i = 0; i < SINK_FIXED; i++)
		if (u->pass->task.wanted[i])
			open_sink(u, i, i, NULL);
}

void unit_close_sinks(struct unit *u, bool keep)
{
	for (size_t i = 0; i < u->own.n; i++)
		if (u->own.name[i])
			sink_close(&u->own.sink[i], keep);
	u->own.n = 0;
	memset(u->own.name, 0, sizeof u->own.name);
}

int unit_resume(struct unit *u, struct err *e)
{
	struct arena mem = {0};
	struct checkpoint c;
	const char *path = unit_checkpoint_path(u, &mem);
	int found = checkpoint_read(u->pass->state, path, u->shard, &c, e);
	int bad = found < 0 ? -1 : 0;

	if (found == 1) {
		bad = resume(u, &c, e);
		if (!bad)
			log_detail("%s: going on at byte %llu", u->shard->name,
			           (unsigned long long)c.offset);
		checkpoint_free(&c);
	}
	if (bad) { /* a checkpoint that does not fit is worth less than a fresh start */
		log_warning("%s: starting anew: %s", u->shard->name, e->msg);
		unit_close_sinks(u, false);
		unlink(path);
	}
	arena_free(&mem);
	return bad;
}

int unit_open_feed(struct unit *u, struct err *e)
{
	struct pass *p = u->pass;
	struct buf log = {0};

	if (p->log_from)
		buf_addf(&log, "%s/%.*s.jsonl.zst", p->log_from, SLICE(u->shard->stem));
	int bad = feed_open(&u->feed, u->shard, log.n ? buf_text(&log) : NULL,
	                    &p->stream_options, &p->limits, e);

	buf_free(&log);
	return bad;
}

int unit_save(struct unit *u, struct err *e)
{
	struct arena mem = {0};
	struct sink sinks[SINK_MAX];
	const char *names[SINK_MAX];
	size_t n = 0;

	for (size_t i = 0; i < u->own.n; i++)
		if (u->own.name[i]) {
			names[n] = u->own.name[i];
			sinks[n++] = u->own.sink[i];
		}
	struct checkpoint c = u->place;

	c.tally = u->tally;
	c.shard_state = (struct slice){u->state, u->pass->state_size};
	c.sink = sinks;
	c.sink_name = names;
	c.n_sinks = n;
	int bad = checkpoint_write(u->pass->state, unit_checkpoint_path(u, &mem), &c, e);

	arena_free(&mem);
	return bad;
}
