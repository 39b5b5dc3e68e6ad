#include "lib/run/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/mem.h"
#include "lib/doc/chunks.h"
#include "lib/doc/editlog.h"

enum { KEEP_ARENA = 2 << 20 };

void worker_open(struct worker *w, const struct task *task)
{
	*w = (struct worker){.task = task, .n_parcels = SINK_FIXED};
	w->json = json_open();
	w->chunks = mem_new(struct chunks, 1);
	w->context = (struct doc_context){
	        .json = w->json, .chunks = w->chunks, .words = task->words, .seed = task->seed};
	for (size_t i = 0; i < SINK_FIXED; i++)
		if (task->wanted[i])
			w->encoder[i] = task->codec[i]->encoder_open(task->level[i]);
}

void worker_close(struct worker *w)
{
	for (size_t i = 0; i < SINK_FIXED; i++)
		if (w->encoder[i])
			w->task->codec[i]->encoder_close(w->encoder[i]);
	for (size_t i = 0; i < SINK_MAX; i++) {
		buf_free(&w->parcel[i].plain);
		buf_free(&w->parcel[i].packed);
	}
	block_free(&w->block);
	tally_free(&w->tally);
	arena_free(&w->mem);
	arena_free(&w->names);
	arena_free(&w->scratch);
	free(w->chunks);
	json_close(w->json);
}

static void buf_trim(struct buf *b, size_t keep)
{
	if (b->cap > keep)
		buf_free(b);
}

void worker_trim(struct worker *w, size_t keep)
{
	buf_trim(&w->block.raw, keep);
	buf_trim(&w->block.log, keep);
	for (size_t i = 0; i < SINK_MAX; i++) {
		buf_trim(&w->parcel[i].plain, keep);
		buf_trim(&w->parcel[i].packed, keep);
	}
}

/* The parcel of a route, a new one when the block has none yet. */
static struct parcel *route_parcel(struct worker *w, const char *route, struct err *e)
{
	for (size_t i = SINK_FIXED; i < w->n_parcels; i++)
		if (strcmp(w->route[i], route) == 0)
			return &w->parcel[i];
	if (w->n_parcels == SINK_MAX) {
		err_set_rc(e, RC_USAGE, "stages route documents to more than %d folders",
		           SINK_MAX - SINK_FIXED);
		return NULL;
	}
	w->route[w->n_parcels] = arena_addf(&w->names, "%s", route).p;
	return &w->parcel[w->n_parcels++];
}

static void quarantine(struct worker *w, const struct doc *d, enum record_fault fault,
                       const char *detail)
{
	counts_add(&w->tally.quarantined, slice_of(record_fault_name(fault)), 1);
	if (w->task->wanted[SINK_QUARANTINE]) {
		record_quarantine(d, fault, detail, &w->parcel[SINK_QUARANTINE].plain);
		w->parcel[SINK_QUARANTINE].records++;
	}
	if (w->task->wanted[SINK_LOG]) {
		editlog_write_bad(record_fault_name(fault), &w->parcel[SINK_LOG].plain);
		w->parcel[SINK_LOG].records++;
	}
}

/* Writes a document that stays: collected for a barrier, or as a record of the output. */
static int write_kept(struct worker *w, struct doc *d, struct err *e)
{
	const struct task *t = w->task;
	struct parcel *p = &w->parcel[SINK_MAIN];

	w->tally.kept++;
	w->tally.text_out += doc_text_size(d);
	if (t->collect) {
		t->collect->collect(t->collect_self, d, &w->parcel[SINK_PART].plain, &w->scratch);
		arena_reset(&w->scratch, KEEP_ARENA);
	}
	if (!t->wanted[SINK_MAIN])
		return 0;
	const char *route = t->show ? NULL : d->route; /* what is shown goes one way */

	if (route && !(p = route_parcel(w, route, e)))
		return -1;
	counts_add(&w->tally.routes, slice_of(route ? route : ""), 1);
	p->records++;
	if (t->show)
		t->show(t->show_user, d, &p->plain);
	else
		record_write(d, &p->plain);
	return 0;
}

static int write_document(struct worker *w, struct doc *d, struct err *e)
{
	const struct task *t = w->task;

	if (t->wanted[SINK_LOG]) {
		editlog_write(d, &w->parcel[SINK_LOG].plain);
		w->parcel[SINK_LOG].records++;
	}
	if (!d->dropped_by)
		return write_kept(w, d, e);
	w->tally.dropped++;
	if (t->show && t->wanted[SINK_MAIN]) {
		t->show(t->show_user, d, &w->parcel[SINK_MAIN].plain);
		w->parcel[SINK_MAIN].records++;
	}
	if (t->wanted[SINK_DROPPED]) {
		record_write(d, &w->parcel[SINK_DROPPED].plain);
		w->parcel[SINK_DROPPED].records++;
	}
	return 0;
}

/* Where the worker stands in its block. */
struct position {
	const char *file;
	uint32_t shard;
	uint64_t record, offset;
	void *state;
	bool is_cut; /* the record was cut off by damage */
};

/* The record's own log line, when the pass reads a log along. */
static int follow_log(struct worker *w, struct doc *d, enum record_fault fault, struct slice line,
                      struct err *e)
{
	bool bad = editlog_is_bad(line);

	if (bad != (fault != RECORD_GOOD))
		return err_set_rc(e, RC_STATE, "record %llu: the log was written for another shard",
		                  (unsigned long long)d->record);
	if (bad)
		return 0;
	if (editlog_apply(d, line, w->task->without, e)) {
		e->rc = RC_STATE;
		return err_prefix(e, "record %llu", (unsigned long long)d->record);
	}
	return 0;
}

static int do_record(struct worker *w, struct slice raw, struct slice *log, struct position *at,
                     struct err *e)
{
	const struct task *t = w->task;
	const char *detail = NULL;
	struct doc d = {
		.file = at->file, .shard = at->shard, .record = at->record, .offset = at->offset,
		.raw = raw, .mem = &w->mem, .context = &w->context,
	};
	enum record_fault fault;
	struct slice line = {0};
	int bad = 0;

	w->tally.read++;
	if (w->block.too_long) {
		fault = RECORD_TOO_LONG;
		detail = "longer than max_record";
	} else {
		fault = record_parse(&d, t->fields, &detail);
		if (fault != RECORD_GOOD && at->is_cut)
			fault = RECORD_CUT;
	}
	if (log)
		slice_cut(log, '\n', &line);
	if (log && follow_log(w, &d, fault, line, e))
		return -1;
	if (fault != RECORD_GOOD) {
		quarantine(w, &d, fault, detail);
	} else {
		w->tally.text_in += d.source.n;
		chain_apply(t->chain, t->from, t->to, &d, at->state, &w->scratch, &w->tally);
		bad = d.failure.n ? err_set_rc(e, RC_INPUT, "record %llu: %s: %.*s",
		                               (unsigned long long)d.record, d.stage,
		                               SLICE(d.failure))
		                  : write_document(w, &d, e);
	}
	arena_reset(&w->mem, KEEP_ARENA);
	return bad;
}

/* The same under the lock that large records share; they leave no memory behind. */
static int do_large_record(struct worker *w, struct slice raw, struct slice *log,
                           struct position *at, struct err *e)
{
	char what[512];

	if (!w->is_big)
		pthread_mutex_lock(w->big);
	snprintf(what, sizeof what, "%s: record %llu (%llu KiB at byte %llu)", at->file,
	         (unsigned long long)at->record, (unsigned long long)raw.n >> 10,
	         (unsigned long long)at->offset);
	/* An eighth is left for what was granted and is not yet in use: arrays grow by halves. */
	mem_bound(w->task->mem - w->task->mem / 8, what);
	int bad = do_record(w, raw, log, at, e);

	arena_reset(&w->mem, 0);
	arena_reset(&w->scratch, 0);
	mem_bound(0, NULL);
	if (!w->is_big)
		pthread_mutex_unlock(w->big);
	return bad;
}

static uint64_t thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int pack(struct worker *w, struct err *e)
{
	for (size_t i = 0; i < w->n_parcels; i++) {
		size_t kind = i < SINK_FIXED ? i : SINK_MAIN;

		if (w->parcel[i].plain.n &&
		    parcel_pack(&w->parcel[i], w->task->codec[kind], w->encoder[kind], e))
			return -1;
	}
	return 0;
}

int worker_do(struct worker *w, const char *file, uint32_t shard, void *state, struct err *e)
{
	struct position at = {file, shard, w->block.record, w->block.offset, state, false};
	struct slice rest = buf_slice(&w->block.raw), log = buf_slice(&w->block.log), line;
	uint64_t start = thread_ns();
	size_t skipped;

	tally_free(&w->tally);
	for (size_t i = 0; i < w->n_parcels; i++) {
		w->parcel[i].plain.n = w->parcel[i].packed.n = 0;
		w->parcel[i].records = 0;
	}
	w->n_parcels = SINK_FIXED;
	arena_reset(&w->names, KEEP_ARENA);
	while (feed_line(&rest, &line, &skipped)) {
		at.offset = w->block.offset + (uint64_t)(line.p - w->block.raw.p);
		at.is_cut = w->block.cut && rest.n == 0;
		if ((line.n > WORKER_LARGE ? do_large_record : do_record)(
			    w, line, w->block.log.n ? &log : NULL, &at, e))
			return err_prefix(e, "%s", file);
		at.record++;
	}
	w->tally.bytes_in = w->block.too_long ? w->block.too_long : w->block.raw.n;
	if (pack(w, e))
		return -1;
	w->tally.ns = thread_ns() - start;
	return 0;
}
