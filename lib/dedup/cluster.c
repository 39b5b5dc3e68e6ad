#include "lib/dedup/cluster.h"

#include "lib/base/hash.h"
#include "lib/dedup/columns.h"
#include "lib/dedup/join.h"
#include "lib/dedup/survivors.h"

/* Of the files: another number for another layout. */
enum { FORMAT = 2 };

struct cluster {
	const struct sketches *s;
	const struct cluster_options *o;
	struct join join;
	struct survivors v;
};

uint64_t cluster_key(const struct sketches *s, const struct cluster_options *o)
{
	return hash_mix(s->key + (uint64_t)(o->verify * 1e9) + o->variant + FORMAT);
}

static void cluster_open(struct cluster *c, const struct sketches *s,
                         const struct cluster_options *o)
{
	const size_t parts = exchange_parts(s->docs);
	const struct exchange x = {.dir = o->share->dir,
	                           .key = cluster_key(s, o),
	                           .width = 3,
	                           .top = s->docs ? s->docs : 1,
	                           .makers = parts,
	                           .parts = parts,
	                           .run = exchange_run(s->docs),
	                           .share = o->share};

	*c = (struct cluster){
	        .s = s,
	        .o = o,
	        .join = {.s = s,
	                 .edges = o->edges,
	                 .dir = o->share->dir,
	                 .parts = parts,
	                 .threads = o->share->threads,
	                 .mem = o->mem,
	                 .share = o->share},
	        .v = {.s = s,
	              .verify = o->verify,
	              .mem = o->mem / 4 / o->share->threads,
	              .dir = o->dir,
	              .key = x.key,
	              .member = x,
	              .choice = x,
	              .sized = x},
	};
	c->v.member.name = "member";
	c->v.choice.name = "choice";
	c->v.sized.name = "sized";
	c->v.sized.width = 6;
}

/* A phase's files go once the verdict stands; until then they say what is done. */
static bool is_over(const struct cluster *c)
{
	return verdict_is_done(c->o->dir, c->v.key);
}

static bool is_joined(void *user, size_t unit)
{
	const struct cluster *const c = user;

	(void)unit;
	return join_is_done(&c->join) || is_over(c);
}

static int do_join(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct cluster *const c = user;

	(void)unit;
	(void)thread;
	return join_run(&c->join, e);
}

static bool is_ordered(void *user, size_t unit)
{
	const struct cluster *const c = user;

	return exchange_is_made(&c->v.member, unit) || is_over(c);
}

static int do_order(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct cluster *const c = user;
	struct columns column = {.s = c->s, .column = COLUMN_ORDER};
	const uint64_t *label;
	size_t n;
	struct exchange_out *out;
	int rc = 0;

	(void)thread;
	if (join_labels(&c->join, unit, &label, &n, e) != 0)
		return -1;
	out = exchange_create(&c->v.member, unit, e);
	for (size_t i = 0; out && i < n && rc == 0; i++) {
		const uint64_t doc = label[2 * i];
		uint64_t member[3] = {label[2 * i + 1], 0, doc};

		rc = doc < c->s->docs ? columns_get(&column, doc, &member[1], e)
		                      : err_set_rc(e, RC_STATE, "a label is no document");
		if (rc == 0 && c->o->stays)
			member[1] = c->o->stays[doc / 64] >> doc % 64 & 1 ? 1 : 2;
		if (rc == 0)
			rc = exchange_add(out, member, e);
	}
	sealed_unmap(label, n * 16 + 8);
	columns_free(&column);
	if (out && rc == 0)
		return exchange_commit(out, NULL, e);
	exchange_abandon(out);
	return -1;
}

static bool is_chosen(void *user, size_t unit)
{
	const struct cluster *const c = user;

	return exchange_is_made(&c->v.choice, unit) || is_over(c);
}

static int do_choose(void *user, size_t unit, unsigned thread, struct err *e)
{
	(void)thread;
	return survivors_choose(&((struct cluster *)user)->v, unit, e);
}

static bool is_sized(void *user, size_t unit)
{
	const struct cluster *const c = user;

	struct buf path = {0};
	const bool sized =
	        exchange_is_made(&c->v.sized, unit) &&
	        sealed_is_of(names_path(c->v.names, unit, &path), NAMES_MAGIC, c->v.key);

	buf_free(&path);
	return sized || is_over(c);
}

static int do_size(void *user, size_t unit, unsigned thread, struct err *e)
{
	(void)thread;
	return survivors_size(&((struct cluster *)user)->v, unit, e);
}

static bool is_written(void *user, size_t unit)
{
	const struct cluster *const c = user;

	return verdict_file_is_done(c->o->dir, unit, VERDICT_NAME, c->v.key) &&
	       verdict_file_is_done(c->o->dir, unit, VERDICT_PART, c->v.key);
}

static int do_write(void *user, size_t unit, unsigned thread, struct err *e)
{
	(void)thread;
	return survivors_write(&((struct cluster *)user)->v, unit, e);
}

static bool is_headed(void *user, size_t unit)
{
	(void)unit;
	return is_over(user);
}

static int do_head(void *user, size_t unit, unsigned thread, struct err *e)
{
	const struct cluster *const c = user;
	uint64_t chosen[EXCHANGE_SUMS], sized[EXCHANGE_SUMS];
	struct verdict_head head = {.key = c->v.key,
	                            .parts = c->join.parts,
	                            .files = c->s->n,
	                            .old = c->s->old};

	(void)unit;
	(void)thread;
	if (join_stats(&c->join, &head.stats, e) != 0 ||
	    exchange_sum(&c->v.choice, chosen, e) != 0 || exchange_sum(&c->v.sized, sized, e) != 0)
		return -1;
	head.stats.docs = c->s->docs - c->s->old_docs;
	head.stats.old_docs = c->s->old_docs;
	head.stats.freed = chosen[0];
	head.stats.unverified = chosen[1];
	head.stats.clusters = sized[0];
	head.stats.dropped = sized[1];
	head.stats.largest_cluster = sized[EXCHANGE_SUMS - 1];
	return verdict_write_head(c->o->dir, &head, c->s->base, e);
}

int cluster_join(const struct sketches *s, const struct cluster_options *o, struct err *e)
{
	const struct phase join = {"join", 1, 1, is_joined, do_join};
	struct cluster c;

	cluster_open(&c, s, o);
	verdict_remove_other(o->dir, c.v.key);
	return share_do(o->share, &join, &c, e);
}

int cluster_run(const struct sketches *s, const struct cluster_options *o,
                struct verdict_stats *stats, struct err *e)
{
	struct cluster c;
	struct names names = {.dir = o->share->dir,
	                      .n = exchange_parts(s->docs),
	                      .sig_bytes = s->shape.sig_bytes};
	int rc = cluster_join(s, o, e);

	cluster_open(&c, s, o);
	c.v.names = &names;
	names_open(&names);
	const struct phase phases[] = {
	        {"order", c.join.parts, 0, is_ordered, do_order},
	        {"choose", c.join.parts, 0, is_chosen, do_choose},
	        {"size", c.join.parts, 0, is_sized, do_size},
	        {"write", c.join.parts, 0, is_written, do_write},
	        {"head", 1, 1, is_headed, do_head},
	};

	for (size_t i = 0; i < sizeof phases / sizeof *phases && rc == 0; i++)
		rc = share_do(o->share, &phases[i], &c, e);
	names_close(&names);
	return rc ? rc : verdict_stats(o->dir, stats, e);
}
