#include "lib/run/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "lib/io/claim.h"
#include "lib/run/jsonfile.h"
#include "lib/run/plan.h"

enum { SMALL_FILE = 256 << 20, SHOWN = 40 };

/* How a shard stands in a pass. */
enum standing { LEFT, DONE, RUNNING, FAILED };

struct seen {
	enum standing standing;
	double ended, seconds;  /* when done */
	struct slice by;        /* "host:pid task I/N" */
	struct slice why;       /* why it failed, or what was damaged */
	struct claim_seen claim;
};

/* What one task did in a pass. */
struct task_row {
	struct slice by;
	uint64_t shards, bytes;
	double seconds, last;
};

struct pass_view {
	const struct plan *plan;
	const char *dir; /* of the pass's records */
	struct seen *seen;
	struct arena *mem;
	uint64_t count[4], bytes[4];
	double seconds; /* of all that is done: summed over shards */
	struct task_row *row;
	size_t n_rows;
};

static const char *record_path(const struct pass_view *v, const char *kind, const char *relative)
{
	return arena_addf(v->mem, "%s%s/%s.json", v->dir, kind, relative).p;
}

static bool open_record(struct jsonfile *f, const char *path)
{
	struct err ignored = {0};

	return access(path, F_OK) == 0 && jsonfile_open(f, path, SMALL_FILE, &ignored) == 0;
}

static void look_at(struct pass_view *v, const struct shard *shard, struct seen *s)
{
	struct jsonfile f;

	if (open_record(&f, record_path(v, "done", shard->relative))) {
		s->standing = DONE;
		s->ended = jsonfile_get(&f, "ended").number;
		s->seconds = jsonfile_get(&f, "seconds").number;
		s->by = arena_copy(v->mem, jsonfile_text(&f, "by"));
		s->why = arena_copy(v->mem, jsonfile_text(&f, "damage"));
		jsonfile_close(&f);
	}
	if (claim_read(record_path(v, "claim", shard->relative), &s->claim)) {
		s->standing = RUNNING;
	} else if (s->standing == LEFT &&
	           open_record(&f, record_path(v, "failed", shard->relative))) {
		s->standing = FAILED;
		s->why = arena_copy(v->mem, jsonfile_text(&f, "error"));
		jsonfile_close(&f);
	}
}

/* "node7:4711 task 3/64" is known by its task, what ran without one by its process. */
static struct slice task_of(struct slice by)
{
	size_t at = slice_find(by, S(" task "), 0);

	if (at == SIZE_MAX)
		return by;
	return by.n > at + 6 ? slice_tail(by, at + 6) : slice_head(by, at);
}

static void count_task(struct pass_view *v, struct map *rows, const struct shard *shard,
                       const struct seen *s)
{
	bool is_new;
	struct slice by = task_of(s->by);
	uint64_t *at = map_put(rows, by, &is_new);

	if (is_new) {
		*at = v->n_rows++;
		v->row = mem_grow(v->row, v->n_rows * sizeof *v->row);
		v->row[*at] = (struct task_row){.by = by};
	}
	struct task_row *row = &v->row[*at];

	row->shards++;
	row->bytes += shard->size;
	row->seconds += s->seconds;
	row->last = s->ended > row->last ? s->ended : row->last;
}

static void view_pass(struct pass_view *v)
{
	struct map rows = {0};

	for (size_t i = 0; i < v->plan->shards.n; i++) {
		const struct shard *shard = &v->plan->shards.item[i];
		struct seen *s = &v->seen[i];

		*s = (struct seen){0};
		look_at(v, shard, s);
		v->count[s->standing]++;
		v->bytes[s->standing] += shard->size;
		if (s->standing == DONE) {
			v->seconds += s->seconds;
			count_task(v, &rows, shard, s);
		}
	}
	map_free(&rows);
}

static const char *duration(double seconds, char out[32])
{
	unsigned long long s = seconds > 0 ? (unsigned long long)(seconds + 0.5) : 0;

	if (s < 60)
		snprintf(out, 32, "%llus", s);
	else if (s < 3600)
		snprintf(out, 32, "%llum%02llus", s / 60, s % 60);
	else
		snprintf(out, 32, "%lluh%02llum", s / 3600, s / 60 % 60);
	return out;
}

/* How long a shard takes at the pace of those that are done; 0: nobody knows. */
static double expected(const struct pass_view *v, const struct shard *shard)
{
	return v->bytes[DONE] ? v->seconds / (double)v->bytes[DONE] * (double)shard->size : 0;
}

static void running_rows(const struct pass_view *v, struct buf *text)
{
	char since[32], age[32];
	size_t shown = 0;

	if (v->count[RUNNING])
		buf_addf(text, "  %-10s %-26s %8s %10s %12s  %s\n", "task", "host:pid", "since",
		         "sign of life",
		         "bytes", "shard");
	for (size_t i = 0; i < v->plan->shards.n && shown < SHOWN; i++) {
		const struct seen *s = &v->seen[i];
		const struct shard *shard = &v->plan->shards.item[i];
		double usual = expected(v, shard);

		if (s->standing != RUNNING)
			continue;
		shown++;
		buf_addf(text, "  %-10s %-26s %8s %8s ago %12llu  %s%s\n",
		         s->claim.task[0] ? s->claim.task : "-", s->claim.holder,
		         duration(s->claim.since, since), duration(s->claim.age, age),
		         (unsigned long long)shard->size, shard->relative,
		         usual > 0 && s->claim.since > 3 * usual + 10 ? "  STRAGGLER" : "");
	}
	if (v->count[RUNNING] > shown)
		buf_addf(text, "  and %llu more\n",
		         (unsigned long long)(v->count[RUNNING] - shown));
}

static int by_last(const void *a, const void *b)
{
	const struct task_row *x = a, *y = b;

	return x->last != y->last ? (x->last < y->last ? -1 : 1) : slice_compare(x->by, y->by);
}

static void task_rows(struct pass_view *v, double now, struct buf *text)
{
	char seconds[32], last[32];

	if (v->n_rows == 0)
		return;
	qsort(v->row, v->n_rows, sizeof *v->row, by_last);
	buf_addf(text, "  %-26s %8s %14s %10s %12s\n", "done by task", "shards", "bytes", "work",
	         "last");
	for (size_t i = 0; i < v->n_rows && i < SHOWN; i++)
		buf_addf(text, "  %-26.*s %8llu %14llu %10s %8s ago\n", SLICE(v->row[i].by),
		         (unsigned long long)v->row[i].shards, (unsigned long long)v->row[i].bytes,
		         duration(v->row[i].seconds, seconds),
		         duration(now - v->row[i].last, last));
	if (v->n_rows > SHOWN)
		buf_addf(text, "  and %zu more that were heard of since\n", v->n_rows - SHOWN);
}

/* When the pass ends, if as many work on it as now. */
static void forecast(const struct pass_view *v, struct buf *text)
{
	double left = (double)(v->bytes[LEFT] + v->bytes[RUNNING]);
	char eta[32];

	if (v->count[LEFT] + v->count[RUNNING] == 0)
		buf_addf(text, "\n");
	else if (v->count[RUNNING] == 0)
		buf_addf(text, "; nothing is running\n");
	else if (v->bytes[DONE] == 0 || v->seconds <= 0)
		buf_addf(text, "; no pace yet\n");
	else
		buf_addf(text, "; %.1f MB/s, ETA %s\n",
		         (double)v->bytes[DONE] / v->seconds / 1e6 * (double)v->count[RUNNING],
		         duration(left * v->seconds / (double)v->bytes[DONE] /
		                          (double)v->count[RUNNING],
		                  eta));
}

static bool pass_text(struct pass_view *v, size_t k, double now, struct buf *text)
{
	uint64_t all = 0;

	view_pass(v);
	for (size_t i = 0; i < v->plan->shards.n; i++)
		all += v->plan->shards.item[i].size;
	buf_addf(text, "pass %zu of %zu: %zu shards: %llu done, %llu running, %llu failed, %llu to "
	         "do; %.1f %% of %.1f MB", k + 1, v->plan->n_stages + 1, v->plan->shards.n,
	         (unsigned long long)v->count[DONE], (unsigned long long)v->count[RUNNING],
	         (unsigned long long)v->count[FAILED], (unsigned long long)v->count[LEFT],
	         all ? 100.0 * (double)(v->bytes[DONE] + v->bytes[FAILED]) / (double)all : 100.0,
	         (double)all / 1e6);
	forecast(v, text);
	running_rows(v, text);
	task_rows(v, now, text);
	return v->count[DONE] + v->count[RUNNING] + v->count[FAILED] > 0;
}

/* Calls `each` with every pass in order, until it says no. */
static int each_pass(const char *out, bool (*each)(void *user, struct pass_view *v, size_t k),
                     void *user, struct err *e)
{
	struct arena mem = {0};
	struct plan plan;
	int bad = plan_read(&plan, out, e);
	bool more = true;

	for (size_t k = 0; !bad && more && k <= plan.n_stages; k++) {
		struct pass_view v = {.plan = &plan, .mem = &mem,
		                      .seen = mem_new(struct seen, plan.shards.n)};

		v.dir = k == plan.n_stages ? arena_addf(&mem, "%s/_curate/", out).p
		                           : arena_addf(&mem, "%s/_curate/pass%zu/", out, k + 1).p;
		more = each(user, &v, k);
		free(v.seen);
		free(v.row);
	}
	plan_free(&plan);
	arena_free(&mem);
	return bad;
}

struct telling {
	struct buf *text;
	const char *out;
	double now;
	bool any;
};

static bool tell_pass(void *user, struct pass_view *v, size_t k)
{
	struct telling *t = user;
	bool begun = pass_text(v, k, t->now, t->text);

	if (!begun || k == v->plan->n_stages)
		return begun;
	const struct slice stage = v->plan->stage[k];
	const char *solved =
	        arena_addf(v->mem, "%s/_curate/stage-%.*s/solved", t->out, SLICE(stage)).p;

	buf_addf(t->text, "then %.*s: %s\n", SLICE(stage),
	         access(solved, F_OK) == 0 ? "its verdict is there" : "no verdict yet");
	return true;
}

int status_text(const char *out, double now, struct buf *text, struct err *e)
{
	struct telling t = {.text = text, .out = out, .now = now};

	return each_pass(out, tell_pass, &t, e);
}

static bool tell_failed(void *user, struct pass_view *v, size_t k)
{
	struct telling *t = user;

	view_pass(v);
	for (size_t i = 0; i < v->plan->shards.n; i++) {
		/* Damage is noted in every pass: once will do. */
		if (v->seen[i].why.n == 0 || (v->seen[i].standing == DONE && k < v->plan->n_stages))
			continue;
		t->any = true;
		buf_addf(t->text, "%s\t%.*s\n", v->plan->shards.item[i].relative,
		         SLICE(v->seen[i].why));
	}
	return true;
}

int failed_text(const char *out, bool *any, struct buf *text, struct err *e)
{
	struct telling t = {.text = text, .out = out};
	int bad = each_pass(out, tell_failed, &t, e);

	*any = t.any;
	return bad;
}
