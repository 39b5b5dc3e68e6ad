#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/dedup/cluster.h"
#include "lib/dedup/datatrove.h"
#include "lib/dedup/index.h"
#include "lib/dedup/job.h"
#include "lib/dedup/survivors.h"

#define STAYS_MAGIC "STAY"

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
	const struct datatrove_options o = {j->datatrove.p, j->bands,   j->rows,
	                                    j->bits,        j->threads, j->mem};
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

/* Calls `work` with all that dedup_cluster needs. */
static int with_clustering(const struct dedup_job *j,
                           int (*work)(struct clustering *c, struct err *e), struct err *e)
{
	struct clustering c = {.j = j};
	struct buf *const all[] = {&c.edges, &c.dir, &c.work, &c.stays, &c.mark};
	int rc = dedup_open_sketches(j, &c.s, e);

	if (rc != 0)
		return rc;
	clustering_open(&c);
	rc = share_open(&c.share, e);
	if (rc == 0)
		rc = work(&c, e);
	/* Another task may have finished and removed what this one was about to read. */
	if (rc != 0 && is_all_done(&c)) {
		*e = (struct err){0};
		rc = 0;
	}
	share_close(&c.share, rc == 0 && is_all_done(&c));
	sealed_unmap(c.o.stays, c.stays_bytes);
	sketches_close(&c.s);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_free(all[i]);
	return rc;
}

static int do_join(struct clustering *c, struct err *e)
{
	if (verdict_is_done(c->o.dir, cluster_key(&c->s, &c->o)))
		return 0;
	if (c->j->datatrove.n && find_stays(c, e) != 0)
		return -1;
	return cluster_join(&c->s, &c->o, e);
}

static int do_cluster(struct clustering *c, struct err *e)
{
	return make_verdict(c, e) != 0 ? -1 : write_index(c, e);
}

int dedup_join(const struct dedup_job *j, struct err *e)
{
	return with_clustering(j, do_join, e);
}

int dedup_cluster(const struct dedup_job *j, struct err *e)
{
	return with_clustering(j, do_cluster, e);
}
