#include "lib/dedup/cluster.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/columns.h"
#include "lib/dedup/match.h"
#include "lib/dedup/stars.h"
#include "lib/dedup/survivors.h"
#include "lib/dedup/unionfind.h"

enum { EDGES_READ = 4096, PARTITIONS_MAX = 128, NAMED = 5 };

struct cluster {
	const struct sketches *s;
	const struct cluster_options *o;
	bool in_memory;
	struct unionfind sets;
	struct stars stars;
	struct shuffle *member;
	struct columns *order; /* one a thread */
	_Atomic uint64_t members;
	struct verdict_stats stats;
};

uint64_t cluster_key(const struct sketches *s, double verify)
{
	return hash_mix(s->key + (uint64_t)(verify * 1e9));
}

/* Reads all heads: what is missing, and the sums. */
static int check_edges(struct cluster *c, struct err *e)
{
	const size_t units = match_units(c->s);
	struct buf missing = {0}, path = {0};
	size_t n = 0;

	for (size_t i = 0; i < units; i++) {
		const char *const name = match_path(c->s, c->o->edges, i, &path);
		struct match_head head;
		struct sealed file;
		struct err why = {0};
		int rc = sealed_open(&file, name, MATCH_MAGIC, &why);

		if (rc == 0) {
			rc = match_head(&file, &head, &why);
			if (rc == 0 && head.key != c->s->key)
				rc = err_set(&why, "%s: made from other sketches", name);
			sealed_close(&file);
		}
		if (rc != 0) {
			if (n++ < NAMED)
				buf_addf(&missing, "%s%s", n > 1 ? "; " : "", why.msg);
			continue;
		}
		c->stats.edges += head.edges;
		c->stats.buckets += head.buckets;
		if (head.largest > c->stats.largest_bucket)
			c->stats.largest_bucket = head.largest;
	}
	if (n)
		err_set_rc(e, RC_STATE,
		           "the match stage is not complete, %zu of %zu files missing: %s%s", n,
		           units, buf_text(&missing), n > NAMED ? "; …" : "");
	buf_free(&missing);
	buf_free(&path);
	return n ? -1 : 0;
}

static int take_edges(struct cluster *c, unsigned thread, const uint64_t *edge, size_t n,
                      struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t a = edge[2 * i], b = edge[2 * i + 1];

		if (a >= c->s->docs || b >= c->s->docs || a == b)
			return err_set_rc(e, RC_STATE, "%s: an edge file is damaged", c->o->edges);
		if (c->in_memory)
			unionfind_join(&c->sets, a, b);
		else if (stars_add(&c->stars, thread, a, b, e) != 0)
			return -1;
	}
	return 0;
}

/* A par_for job: the edges of one unit. */
static int read_unit(void *user, size_t i, unsigned thread, struct err *e)
{
	struct cluster *const c = user;
	uint64_t *const edge = mem_alloc(EDGES_READ * 16);
	struct buf path = {0};
	struct match_head head;
	struct sealed file;
	int rc = sealed_open(&file, match_path(c->s, c->o->edges, i, &path), MATCH_MAGIC, e);

	if (rc == 0) {
		rc = sealed_check(&file, e);
		if (rc == 0)
			rc = match_head(&file, &head, e);
		for (uint64_t at = 0; rc == 0 && at < head.edges; at += EDGES_READ) {
			const size_t n = head.edges - at < EDGES_READ ? (size_t)(head.edges - at)
			                                              : EDGES_READ;

			rc = interrupt_check(e) ? -1 : sealed_read(&file, at * 16, edge, n * 16, e);
			if (rc == 0)
				rc = take_edges(c, thread, edge, n, e);
		}
		sealed_close(&file);
	}
	buf_free(&path);
	free(edge);
	return rc;
}

static int add_member(struct cluster *c, unsigned thread, uint64_t doc, uint64_t root,
                      struct err *e)
{
	uint64_t order;

	if (columns_get(&c->order[thread], doc, &order, e) != 0)
		return -1;
	if (c->o->stays)
		order = c->o->stays[doc / 64] >> doc % 64 & 1 ? 1 : 2;
	return shuffle_add(c->member, thread, (const uint64_t[3]){root, order, doc}, e);
}

/* Documents are gone through in pieces of this many. */
enum { PIECE = 1 << 18 };

static int count_members(void *user, size_t i, unsigned thread, struct err *e)
{
	struct cluster *const c = user;
	const uint64_t end = (i + 1) * PIECE < c->s->docs ? (i + 1) * PIECE : c->s->docs;
	uint64_t n = 0;

	(void)thread;
	(void)e;
	for (uint64_t doc = i * PIECE; doc < end; doc++)
		n += unionfind_is_joined(&c->sets, doc);
	c->members += n;
	return 0;
}

static int members_in_memory(void *user, size_t i, unsigned thread, struct err *e)
{
	struct cluster *const c = user;
	const uint64_t end = (i + 1) * PIECE < c->s->docs ? (i + 1) * PIECE : c->s->docs;

	for (uint64_t doc = i * PIECE; doc < end; doc++)
		if (unionfind_is_joined(&c->sets, doc) &&
		    add_member(c, thread, doc, unionfind_root(&c->sets, doc), e) != 0)
			return -1;
	return 0;
}

static int members_of_stars(void *user, size_t i, unsigned thread, struct err *e)
{
	struct cluster *const c = user;
	struct shuffle_in *const in =
	        shuffle_read(c->stars.edge, i, c->o->mem / 4 / c->o->threads, e);
	uint64_t label[2], last = UINT64_MAX;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = shuffle_next(in, label, e)) == 1) {
		if (label[0] != last && add_member(c, thread, label[0], label[1], e) != 0)
			rc = -1;
		last = label[0];
	}
	shuffle_done(in);
	return rc;
}

/* Scratch for n records, in partitions that a thread can sort in its share of memory. */
static struct shuffle *open_shuffle(const struct cluster *c, const char *name, unsigned width,
                                    uint64_t n, struct err *e)
{
	const uint64_t share = c->o->mem / 8 / c->o->threads + 1,
	               want = n * width * 16 / share + c->o->threads;

	return shuffle_open(c->o->dir, name, width, c->s->docs,
	                    want > PARTITIONS_MAX ? PARTITIONS_MAX : (size_t)want, c->o->threads,
	                    c->o->mem / 8, e);
}

/* All documents that have company go to c->member. */
static int find_members(struct cluster *c, struct err *e)
{
	const unsigned threads = c->o->threads;
	const size_t units = match_units(c->s), pieces = (size_t)((c->s->docs + PIECE - 1) / PIECE);
	int rc;

	c->in_memory = c->s->docs * 8 <= c->o->mem / 2;
	if (c->in_memory) {
		unionfind_open(&c->sets, c->s->docs);
	} else {
		c->stars = (struct stars){
		        .dir = c->o->dir, .docs = c->s->docs, .threads = threads, .mem = c->o->mem};
		if (stars_open(&c->stars, c->stats.edges, e) != 0)
			return -1;
	}
	rc = par_for(threads, units, read_unit, c, e);
	if (rc == 0 && c->in_memory)
		rc = par_for(threads, pieces, count_members, c, e);
	else if (rc == 0)
		rc = stars_solve(&c->stars, e);
	if (rc == 0 && !c->in_memory)
		c->members = shuffle_records(c->stars.edge);
	if (rc == 0)
		c->member = open_shuffle(c, "member", 3, c->members, e);
	if (rc == 0 && c->member)
		rc = c->in_memory ? par_for(threads, pieces, members_in_memory, c, e)
		                  : par_for(threads, shuffle_partitions(c->stars.edge),
		                            members_of_stars, c, e);
	unionfind_close(&c->sets);
	stars_close(&c->stars);
	if (!c->member)
		return -1;
	return rc ? rc : shuffle_end(c->member, e);
}

static int write_head(const struct cluster *c, const struct survivors *v, struct err *e)
{
	struct verdict_head head = {.key = cluster_key(c->s, c->o->verify),
	                            .parts = shuffle_partitions(v->sized),
	                            .names = shuffle_partitions(v->choice),
	                            .files = c->s->n,
	                            .old = c->s->old,
	                            .stats = c->stats};
	struct sealed_out out;
	struct buf path = {0};
	int rc;

	buf_addf(&path, "%s/verdict", c->o->dir);
	rc = sealed_create(&out, buf_text(&path), VERDICT_MAGIC, e);
	if (rc == 0)
		rc = sealed_write(&out, &head, sizeof head, e);
	if (rc == 0)
		rc = sealed_write(&out, c->s->base, (c->s->n + 1) * 8, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	buf_free(&path);
	return rc;
}

static int find_survivors(struct cluster *c, struct err *e)
{
	const unsigned threads = c->o->threads;
	struct survivors v = {.s = c->s,
	                      .verify = c->o->verify,
	                      .mem = c->o->mem / 4 / threads,
	                      .dir = c->o->dir};
	int rc = -1;

	v.member = c->member;
	v.choice = open_shuffle(c, "choice", 3, c->members, e);
	v.sized = v.choice ? open_shuffle(c, "sized", 6, c->members, e) : NULL;
	if (v.sized &&
	    par_for(threads, shuffle_partitions(v.member), survivors_choose, &v, e) == 0 &&
	    shuffle_end(v.choice, e) == 0 &&
	    par_for(threads, shuffle_partitions(v.choice), survivors_size, &v, e) == 0 &&
	    shuffle_end(v.sized, e) == 0 &&
	    par_for(threads, shuffle_partitions(v.sized), survivors_write, &v, e) == 0) {
		c->stats.clusters = v.clusters;
		c->stats.largest_cluster = v.largest;
		c->stats.dropped = v.dropped;
		c->stats.freed = v.freed;
		c->stats.unverified = v.unverified;
		rc = write_head(c, &v, e);
	}
	shuffle_close(v.choice);
	shuffle_close(v.sized);
	return rc;
}

int cluster_run(const struct sketches *s, const struct cluster_options *o,
                struct verdict_stats *stats, struct err *e)
{
	struct cluster c = {.s = s, .o = o};
	int rc;

	c.stats.docs = s->docs - s->old_docs;
	c.stats.old_docs = s->old_docs;
	if (check_edges(&c, e) != 0)
		return -1;
	c.order = mem_new(struct columns, o->threads);
	for (unsigned i = 0; i < o->threads; i++)
		c.order[i] = (struct columns){.s = s, .column = COLUMN_ORDER};
	rc = find_members(&c, e);
	if (rc == 0)
		rc = find_survivors(&c, e);
	shuffle_close(c.member);
	for (unsigned i = 0; i < o->threads; i++)
		columns_free(&c.order[i]);
	free(c.order);
	*stats = c.stats;
	return rc;
}
