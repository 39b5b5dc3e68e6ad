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

#define STAYS_MAGIC "STAY"

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

/* dedup_cluster at work. */
struct clustering {
	const struct dedup_job *j;
	struct sketches s;
	struct buf edges, dir, work, stays, mark;
	struct share share;
	struct cluster_options o;
	uint64_t trove_key; /* of the file `stays` */
	size_t stays_bytes;
};

static bool has_trove(void *user, size_t unit)
{
	struct clustering *const c = user;

	(void)unit;
	return sealed_is_of(buf_text(&c->stays), STAYS_MAGIC, c->trove_key) ||
	       verdict_is_done(c->o.dir, cluster_key(&c->s, &c->o));
}

/* datatrove's files, and a bit for each of the survivors it would leave. */
static int do_trove(void *user, size_t unit, unsigned thread, struct err *e)
{
	struct clustering *const c = user;
	const struct dedup_job *const j = c->j;
	const struct datatrove_options o = {j->datatrove.p, j->bands, j->rows, j->bits, j->threads};
	const size_t words = (size_t)(c->s.docs / 64) + 1;
	uint64_t *const stays = mem_zero(words, sizeof *stays);
	struct sealed_out out = {0};
	int rc = datatrove_write(&c->s, &o, stays, e);

	(void)unit;
	(void)thread;
	if (rc == 0)
		rc = sealed_create(&out, buf_text(&c->stays), STAYS_MAGIC, e);
	if (rc == 0)
		rc = sealed_write(&out, stays, words * 8, e);
	if (rc == 0)
		rc = sealed_write(&out, &c->trove_key, 8, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	free(stays);
	return rc;
}

static int find_stays(struct clustering *c, struct err *e)
{
	const struct phase trove = {"datatrove", 1, 1, has_trove, do_trove};
	const void *content = NULL;

	if (share_do(&c->share, &trove, c, e) != 0)
		return -1;
	if (sealed_map(buf_text(&c->stays), STAYS_MAGIC, &content, &c->stays_bytes, e) != 0)
		return -1;
	c->o.stays = content;
	return c->stays_bytes >= (c->s.docs / 64 + 1) * 8
	               ? 0
	               : err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&c->stays));
}

static int make_verdict(struct clustering *c, struct err *e)
{
	const uint64_t key = cluster_key(&c->s, &c->o);
	struct verdict_stats stats;
	int rc = 0;

	if (verdict_is_done(c->o.dir, key))
		return 0;
	if (c->j->datatrove.n)
		rc = find_stays(c, e);
	if (rc == 0)
		rc = cluster_run(&c->s, &c->o, &stats, e);
	if (rc == 0)
		report(&stats);
	return rc;
}

static int write_index(struct clustering *c, struct err *e)
{
	const struct dedup_job *const j = c->j;
	struct verdict v;
	const struct index_job job = {.dir = j->index_out.p,
	                              .mark = buf_text(&c->mark),
	                              .s = &c->s,
	                              .v = &v,
	                              .mem = j->mem / 4 / j->threads,
	                              .share = &c->share};
	int rc;

	if (j->index_out.n == 0 ||
	    index_is_done(job.mark, cluster_key(&c->s, &c->o), j->index_out.p))
		return 0;
	rc = verdict_open(&v, c->o.dir, NULL, e);
	if (rc != 0)
		return rc;
	rc = index_write(&job, e);
	verdict_close(&v);
	return rc;
}

static bool is_all_done(struct clustering *c)
{
	const uint64_t key = cluster_key(&c->s, &c->o);

	return verdict_is_done(c->o.dir, key) &&
	       (c->j->index_out.n == 0 ||
	        index_is_done(buf_text(&c->mark), key, c->j->index_out.p));
}

static void clustering_open(struct clustering *c)
{
	const struct dedup_job *const j = c->j;

	buf_addf(&c->edges, "%s/match", j->dir);
	buf_addf(&c->dir, "%s/verdict", j->dir);
	buf_addf(&c->work, "%s/verdict/work", j->dir);
	buf_addf(&c->stays, "%s/stays", buf_text(&c->work));
	buf_addf(&c->mark, "%s/indexed", buf_text(&c->dir));
	c->share = (struct share){.dir = buf_text(&c->work),
	                          .lease = j->lease,
	                          .task = j->task,
	                          .tasks = j->tasks,
	                          .threads = j->threads};
	c->o = (struct cluster_options){.edges = buf_text(&c->edges),
	                                .dir = buf_text(&c->dir),
	                                .variant = j->datatrove.n ? hash64(j->datatrove) : 0,
	                                .verify = j->verify,
	                                .mem = j->mem,
	                                .share = &c->share};
	c->trove_key = hash_mix(c->s.key + c->o.variant);
}

int dedup_cluster(const struct dedup_job *j, struct err *e)
{
	struct clustering c = {.j = j};
	struct buf *const all[] = {&c.edges, &c.dir, &c.work, &c.stays, &c.mark};
	int rc = open_sketches(j, &c.s, e);

	if (rc != 0)
		return rc;
	clustering_open(&c);
	rc = share_open(&c.share, e);
	if (rc == 0)
		rc = make_verdict(&c, e);
	if (rc == 0)
		rc = write_index(&c, e);
	/* Another task may have finished and removed what this one was about to read. */
	if (rc != 0 && is_all_done(&c)) {
		*e = (struct err){0};
		rc = 0;
	}
	share_close(&c.share, rc == 0);
	sealed_unmap(c.o.stays, c.stays_bytes);
	sketches_close(&c.s);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_free(all[i]);
	return rc;
}

int dedup_open_verdict(const struct dedup_job *j, struct verdict *v, struct err *e)
{
	struct buf dir = {0};
	int rc;

	buf_addf(&dir, "%s/verdict", j->dir);
	rc = verdict_open(v, buf_text(&dir), j->mine, e);
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
