#include "lib/dedup/job.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/cluster.h"
#include "lib/dedup/datatrove.h"
#include "lib/dedup/index.h"
#include "lib/dedup/match.h"
#include "lib/dedup/survivors.h"
#include "lib/io/shards.h"
#include "lib/io/stream.h"

enum { READ = 1 << 20 };

static const char *sketch_path(const struct dedup_job *j, size_t i, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/sketch/%06zu.sketch", j->dir, i);
	return buf_text(path);
}

/* What the part was when the sketch was made, behind the shard's name. */
static int part_name(const struct dedup_job *j, size_t i, struct buf *name, struct err *e)
{
	const struct shard shard = {.path = j->part[i], .relative = j->part[i], .is_file = true};
	struct fingerprint f;

	if (shard_fingerprint(&shard, &f, e) != 0)
		return -1;
	buf_addf(name, "%s\n%llu %016llx", j->name[i], (unsigned long long)f.size,
	         (unsigned long long)f.ends);
	return 0;
}

static bool sketch_is_done(const struct dedup_job *j, const char *path, struct slice name)
{
	struct err e = {0};
	struct sketch s;
	bool done = false;

	if (sketch_open(&s, path, &e) == 0) {
		done = slice_equal(s.name, name) && slice_equal(s.settings, j->settings);
		sketch_close(&s);
	}
	return done;
}

/* Takes all whole rows off the front of `held`. */
static int add_rows(const struct dedup_job *j, struct buf *held, bool ended, struct sketch_out *out,
                    struct arena *mem, struct err *e)
{
	struct slice rest = buf_slice(held);
	struct sketch_row row;

	while (rest.n > 0 && (ended || sketch_row_bytes(&j->shape, rest) <= rest.n)) {
		arena_reset(mem, 1 << 16);
		if (sketch_row_read(&j->shape, &rest, &row, mem, e) != 1 ||
		    sketch_add(out, &row, e) != 0)
			return -1;
	}
	memmove(held->p, rest.p, rest.n);
	held->n = rest.n;
	return 0;
}

static int convert(const struct dedup_job *j, size_t i, struct sketch_out *out, struct err *e)
{
	struct stream *const in = stream_open(j->part[i], NULL, e);
	struct buf held = {0};
	struct arena mem = {0};
	int rc = in ? 1 : -1;

	while (rc == 1) {
		size_t got = 0;

		rc = interrupt_check(e)
		             ? -1
		             : stream_read(in, buf_reserve(&held, READ), READ, &got, e);
		held.n += got;
		if (rc >= 0 && add_rows(j, &held, rc == 0, out, &mem, e) != 0)
			rc = -1;
	}
	if (in)
		stream_close(in);
	buf_free(&held);
	arena_free(&mem);
	return rc;
}

static int sketch_one(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct dedup_job *const j = user;
	struct buf path = {0}, name = {0};
	struct sketch_out *out;
	int rc = 0;

	(void)thread;
	if (j->mine && !j->mine[i])
		return 0;
	rc = part_name(j, i, &name, e);
	sketch_path(j, i, &path);
	if (rc == 0 && !sketch_is_done(j, buf_text(&path), buf_slice(&name))) {
		out = sketch_create(buf_text(&path), &j->shape, j->settings, buf_slice(&name),
		                    j->mem / 4 / j->threads, e);
		rc = out ? convert(j, i, out, e) : -1;
		if (rc == 0)
			rc = sketch_commit(out, e);
		else
			sketch_abandon(out);
		if (rc != 0)
			err_prefix(e, "%s", j->part[i]);
	}
	buf_free(&path);
	buf_free(&name);
	return rc;
}

int dedup_sketch(const struct dedup_job *j, struct err *e)
{
	return par_for(j->threads, j->n, sketch_one, (void *)j, e);
}

/* Indexes first, then the shards. */
static int open_sketches(const struct dedup_job *j, struct sketches *s, struct err *e)
{
	char **path = NULL;
	size_t n = 0, old;
	struct buf name = {0};
	int rc = 0;

	for (size_t i = 0; j->against && i < j->against->n && rc == 0; i++)
		rc = index_paths(j->against->item[i].p, &path, &n, e);
	old = n;
	path = mem_grow(path, (n + j->n + 1) * sizeof *path);
	for (size_t i = 0; i < j->n && rc == 0; i++) {
		sketch_path(j, i, &name);
		path[n++] = mem_text(name.p, name.n);
	}
	if (rc == 0)
		rc = sketches_open(s, (const char *const *)path, n, old, e);
	if (rc == 0 && j->against_only)
		s->key = hash_mix(s->key);
	for (size_t i = 0; i < n; i++)
		free(path[i]);
	free(path);
	buf_free(&name);
	return rc;
}

int dedup_match(const struct dedup_job *j, struct err *e)
{
	struct buf dir = {0};
	struct sketches s;
	int rc = open_sketches(j, &s, e);

	if (rc != 0)
		return rc;
	buf_addf(&dir, "%s/match", j->dir);
	const struct match_options o = {.dir = buf_text(&dir),
	                                .against_only = j->against_only,
	                                .task = j->task,
	                                .tasks = j->tasks,
	                                .threads = j->threads,
	                                .mem = j->mem};

	rc = sketches_check(&s, j->threads, j->task, j->tasks, e);
	if (rc == 0)
		rc = match_run(&s, &o, e);
	sketches_close(&s);
	buf_free(&dir);
	return rc;
}

static void report(const struct verdict_stats *t)
{
	log_note("%llu documents (and %llu older ones): %llu pairs in %llu buckets (largest %llu), "
	         "%llu clusters "
	         "(largest %llu), %llu duplicates (%.2f %%)",
	         (unsigned long long)t->docs, (unsigned long long)t->old_docs,
	         (unsigned long long)t->edges, (unsigned long long)t->buckets,
	         (unsigned long long)t->largest_bucket, (unsigned long long)t->clusters,
	         (unsigned long long)t->largest_cluster, (unsigned long long)t->dropped,
	         t->docs ? 100.0 * (double)t->dropped / (double)t->docs : 0);
	if (t->freed)
		log_note("%llu documents stay because they are not alike enough to a survivor, "
		         "%llu of them uncompared "
		         "because their cluster has more than %d survivors",
		         (unsigned long long)t->freed, (unsigned long long)t->unverified,
		         SURVIVORS_LEADERS);
}

/* datatrove's files, and the survivors it would leave. NULL: e is set. */
static uint64_t *write_datatrove(const struct dedup_job *j, const struct sketches *s, struct err *e)
{
	const struct datatrove_options o = {j->datatrove.p, j->bands, j->rows, j->bits, j->threads};
	uint64_t *const stays = mem_zero((size_t)(s->docs / 64) + 1, sizeof *stays);

	if (datatrove_write(s, &o, stays, e) == 0)
		return stays;
	free(stays);
	return NULL;
}

static int write_index(const struct dedup_job *j, const struct sketches *s, const char *dir,
                       struct err *e)
{
	struct verdict v;
	int rc;

	if (j->index_out.n == 0)
		return 0;
	rc = verdict_open(&v, dir, e);
	if (rc != 0)
		return rc;
	rc = index_write(j->index_out.p, s, &v, j->threads, j->mem, e);
	verdict_close(&v);
	return rc;
}

int dedup_cluster(const struct dedup_job *j, struct err *e)
{
	struct buf edges = {0}, dir = {0};
	struct verdict_stats stats;
	struct sketches s;
	uint64_t *stays = NULL;
	int rc = open_sketches(j, &s, e);

	if (rc != 0)
		return rc;
	buf_addf(&edges, "%s/match", j->dir);
	/* Scratch files are opened in the folder before the first result makes it. */
	buf_addf(&dir, "%s/verdict/", j->dir);
	rc = dir_make_parents(buf_text(&dir), e);
	if (rc == 0 && j->datatrove.n) {
		stays = write_datatrove(j, &s, e);
		rc = stays ? 0 : -1;
	}
	const struct cluster_options o = {.edges = buf_text(&edges),
	                                  .dir = buf_text(&dir),
	                                  .verify = j->verify,
	                                  .stays = stays,
	                                  .threads = j->threads,
	                                  .mem = j->mem};

	if (rc == 0 && !verdict_is_done(o.dir, cluster_key(&s, j->verify))) {
		rc = cluster_run(&s, &o, &stats, e);
		if (rc == 0)
			report(&stats);
	}
	if (rc == 0)
		rc = write_index(j, &s, o.dir, e);
	sketches_close(&s);
	free(stays);
	buf_free(&edges);
	buf_free(&dir);
	return rc;
}

int dedup_open_verdict(const struct dedup_job *j, struct verdict *v, struct err *e)
{
	struct buf dir = {0};
	int rc;

	buf_addf(&dir, "%s/verdict", j->dir);
	rc = verdict_open(v, buf_text(&dir), e);
	buf_free(&dir);
	return rc;
}

void dedup_judge(const struct verdict *v, struct doc *d)
{
	const struct verdict_entry *const entry = verdict_find(v, d->shard, d->record);
	struct buf json = {0};

	if (!entry)
		return;
	verdict_json(v, entry, &json);
	doc_note(d, d->stage, buf_slice(&json));
	buf_free(&json);
	if (entry->survivor != entry->doc)
		doc_drop(d, S("duplicate"));
}
