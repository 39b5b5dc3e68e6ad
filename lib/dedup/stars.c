#include "lib/dedup/stars.h"

#include <stdatomic.h>

#include "lib/base/hash.h"
#include "lib/base/par.h"

enum { PARTITIONS_MAX = 128, BEAT = 1 << 16 };

enum step { STEP_LARGE, STEP_SMALL, STEP_LABEL };

static struct shuffle *open_edges(const struct stars *s, size_t partitions, struct err *e)
{
	return shuffle_open(s->dir, "stars", 2, s->docs, partitions, s->threads, s->mem / 4, e);
}

int stars_open(struct stars *s, uint64_t edges, struct err *e)
{
	const uint64_t want = edges * 16 * 8 / (s->mem / s->threads + 1) + s->threads;

	s->partitions = want > PARTITIONS_MAX ? PARTITIONS_MAX : (size_t)want;
	s->edge = open_edges(s, s->partitions, e);
	return s->edge ? 0 : -1;
}

int stars_add(struct stars *s, unsigned thread, uint64_t a, uint64_t b, struct err *e)
{
	const uint64_t there[2] = {a, b}, back[2] = {b, a};

	return shuffle_add(s->edge, thread, there, e) != 0 ||
	                       shuffle_add(s->edge, thread, back, e) != 0
	               ? -1
	               : 0;
}

void stars_close(struct stars *s)
{
	shuffle_close(s->edge);
	s->edge = NULL;
}

/* One step over all nodes: reads `from` by node, writes `to`. */
struct round {
	const struct stars *s;
	enum step step;
	struct shuffle *from, *to;
	atomic_uint_fast64_t sum,
	        count; /* of the distinct edges read, to tell when nothing changes */
};

/* What node u with smallest neighbour `least` does about its neighbour v. Large-star hands both
 * directions to the small-star, which reads only the ones from the larger to the smaller node. */
static int visit(struct round *r, unsigned thread, uint64_t u, uint64_t least, uint64_t v,
                 struct err *e)
{
	const uint64_t m = least < u ? least : u;
	uint64_t out[2] = {v, m}, back[2] = {m, v};

	switch (r->step) {
	case STEP_LARGE: /* neighbours above u go to m: (v, m) with v > m */
		return v > u && shuffle_add(r->to, thread, out, e) != 0 ? -1 : 0;
	case STEP_SMALL: /* neighbours below u, and u itself, go to m; both directions for the next
	                    round */
		if (v == m)
			out[0] = u;
		back[1] = out[0];
		return shuffle_add(r->to, thread, out, e) != 0 ||
		                       shuffle_add(r->to, thread, back, e) != 0
		               ? -1
		               : 0;
	case STEP_LABEL: /* stars are left: v > u hangs from root u */
		if (v < u)
			return 0;
		out[1] = u;
		if (shuffle_add(r->to, thread, out, e) != 0)
			return -1;
		out[0] = u;
		return v == least ? shuffle_add(r->to, thread, out, e) : 0;
	}
	return 0;
}

static int do_partition(void *user, size_t i, unsigned thread, struct err *e)
{
	struct round *const r = user;
	struct shuffle_in *const in = shuffle_read(r->from, i, r->s->mem / 2 / r->s->threads, e);
	uint64_t edge[2], node = UINT64_MAX, least = 0, last = UINT64_MAX, sum = 0, count = 0;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = shuffle_next(in, edge, e)) == 1) {
		if (edge[0] != node) {
			node = edge[0];
			least = edge[1];
			last = UINT64_MAX;
		}
		if (edge[1] == last)
			continue;
		last = edge[1];
		sum += hash_mix(hash_mix(edge[0]) + edge[1]);
		if ((++count % BEAT == 0 && share_beat(r->s->share, e) != 0) ||
		    visit(r, thread, node, least, edge[1], e) != 0)
			rc = -1;
	}
	shuffle_done(in);
	atomic_fetch_add(&r->sum, sum);
	atomic_fetch_add(&r->count, count);
	return rc;
}

/* Replaces s->edge by what the step makes of it. */
static int do_step(struct stars *s, enum step step, uint64_t *sum, uint64_t *count, struct err *e)
{
	struct round r = {.s = s, .step = step, .from = s->edge};
	int rc;

	r.to = open_edges(s, step == STEP_LABEL ? s->labels : s->partitions, e);
	if (!r.to)
		return -1;
	rc = par_for(s->threads, shuffle_partitions(r.from), do_partition, &r, e);
	if (rc == 0)
		rc = shuffle_end(r.to, e);
	if (rc != 0) {
		shuffle_close(r.to);
		return rc;
	}
	shuffle_close(s->edge);
	s->edge = r.to;
	*sum = r.sum;
	*count = r.count;
	return 0;
}

int stars_solve(struct stars *s, struct err *e)
{
	uint64_t sum = 0, count = UINT64_MAX, new_sum, new_count, ignored;

	if (shuffle_end(s->edge, e) != 0)
		return -1;
	for (;;) {
		/* What a round starts from is measured as its first step reads it. */
		if (do_step(s, STEP_LARGE, &new_sum, &new_count, e) != 0)
			return -1;
		if (do_step(s, STEP_SMALL, &ignored, &ignored, e) != 0)
			return -1;
		if (new_sum == sum && new_count == count)
			break;
		sum = new_sum;
		count = new_count;
	}
	return do_step(s, STEP_LABEL, &ignored, &ignored, e);
}
