#include "lib/dedup/survivors.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/dedup/columns.h"
#include "lib/dedup/shingle.h"

static uint64_t bits_of(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof bits);
	return bits;
}

/* The survivors of the cluster at hand and their shingle sets. */
struct leaders {
	struct open_sketches open;
	struct arena kept, scratch; /* the leaders' sets; the one at hand */
	uint64_t doc[SURVIVORS_LEADERS];
	const uint32_t *set[SURVIVORS_LEADERS];
	size_t set_n[SURVIVORS_LEADERS], n;
	uint64_t sums[EXCHANGE_SUMS];
};

/* Finds the first leader that `doc` is alike enough; makes it a leader itself when there is none.
 */
static int find_leader(const struct survivors *v, struct leaders *l, uint64_t doc, uint64_t *leader,
                       double *similarity, struct err *e)
{
	const uint32_t *set = NULL;
	size_t n = 0;

	arena_reset(&l->scratch, 1 << 20);
	if (open_sketches_set(&l->open, doc, &l->scratch, &set, &n, e) != 0)
		return -1;
	/* Documents of an index never leave, so nothing is gained by comparing them. */
	for (size_t i = 0; i < l->n && doc >= v->s->old_docs; i++) {
		*similarity = shingle_jaccard(l->set[i], l->set_n[i], set, n);
		if (*similarity >= v->verify) {
			*leader = l->doc[i];
			return 0;
		}
	}
	*leader = doc;
	*similarity = 1;
	if (l->n == SURVIVORS_LEADERS) {
		l->sums[1]++;
		return 0;
	}
	l->doc[l->n] = doc;
	l->set_n[l->n] = n;
	l->set[l->n++] = (const uint32_t *)(const void *)arena_copy(
	                         &l->kept, (struct slice){(const char *)set, n * 4})
	                         .p;
	return 0;
}

/* Who `doc` leaves for, or itself; `best` is the first of its cluster. */
static int choose(const struct survivors *v, struct leaders *l, uint64_t doc, uint64_t best,
                  struct exchange_out *out, struct err *e)
{
	/* Documents of an index all survive; new ones leave for the first of them. */
	uint64_t survivor = doc < v->s->old_docs ? doc : best;
	double similarity = -1;

	if (share_beat(v->choice.share, e) != 0)
		return -1;
	if (v->verify > 0) {
		if (find_leader(v, l, doc, &survivor, &similarity, e) != 0)
			return -1;
		l->sums[0] += survivor == doc && doc != best;
	}
	return exchange_add(out, (const uint64_t[3]){survivor, doc, bits_of(similarity)}, e);
}

int survivors_choose(const struct survivors *v, size_t i, struct err *e)
{
	struct shuffle *const all = exchange_gather(&v->member, i, v->mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, v->mem, e) : NULL;
	struct leaders *const l = mem_new(struct leaders, 1);
	struct exchange_out *out = in ? exchange_create(&v->choice, i, e) : NULL;
	uint64_t member[3], root = UINT64_MAX, best = 0, last = UINT64_MAX;
	int rc = out ? 1 : -1;

	l->open.s = v->s;
	while (rc == 1 && (rc = shuffle_next(in, member, e)) == 1) {
		if (member[0] == root && member[2] == last)
			continue; /* handed in twice */
		if (member[0] != root) {
			root = member[0];
			best = member[2];
			l->n = 0;
			arena_reset(&l->kept, 1 << 20);
		}
		last = member[2];
		if (choose(v, l, last, best, out, e) != 0)
			rc = -1;
	}
	if (rc == 0)
		rc = exchange_commit(out, l->sums, e);
	else
		exchange_abandon(out);
	shuffle_done(in);
	shuffle_close(all);
	open_sketches_close(&l->open);
	arena_free(&l->kept);
	arena_free(&l->scratch);
	free(l);
	return rc;
}

/* One unit of the size phase at work. */
struct sizing {
	const struct survivors *v;
	size_t i;
	struct shuffle *all;
	struct shuffle_in *ahead, *behind;
	struct open_sketches open;
	struct sealed_out name;
	struct exchange_out *out;
	struct arena mem;
	uint64_t sums[EXCHANGE_SUMS];
};

/* A survivor's signature and id go to the name file. */
static int write_name(struct sizing *w, uint64_t survivor, uint64_t *name, struct err *e)
{
	const uint32_t sig_bytes = w->v->s->shape.sig_bytes;
	struct slice id;

	arena_reset(&w->mem, 1 << 16);
	uint8_t *const sig = arena_alloc(&w->mem, sig_bytes);

	if (open_sketches_sig(&w->open, survivor, sig, e) != 0 ||
	    open_sketches_id(&w->open, survivor, &w->mem, &id, e) != 0)
		return -1;
	return names_add(w->v->names, &w->name, w->i, sig, id, name, e);
}

/* Hands on the members of one survivor, which `behind` stands before; `first` is the first of them.
 */
static int size_group(struct sizing *w, uint64_t size, uint64_t first, uint64_t name, struct err *e)
{
	uint64_t choice[3], cluster = 0;

	w->sums[0]++;
	w->sums[1] += size - 1;
	if (size > w->sums[EXCHANGE_SUMS - 1])
		w->sums[EXCHANGE_SUMS - 1] = size;
	for (uint64_t k = 0; k < size; k++) {
		if (shuffle_next(w->behind, choice, e) != 1)
			return -1;
		if (k == 0)
			cluster = first < choice[0] ? first : choice[0];
		const uint64_t out[6] = {choice[1], choice[0], cluster, size, name, choice[2]};

		if (exchange_add(w->out, out, e) != 0)
			return -1;
	}
	return 0;
}

/* All groups; 0 at the end. */
static int size_groups(struct sizing *w, struct err *e)
{
	uint64_t choice[3], alone[3], name;
	int more = shuffle_next(w->ahead, choice, e);

	while (more == 1) {
		const uint64_t survivor = choice[0], first = choice[1];
		uint64_t size = 0;

		if (share_beat(w->v->sized.share, e) != 0)
			return -1;
		while (more == 1 && choice[0] == survivor) {
			size++;
			more = shuffle_next(w->ahead, choice, e);
		}
		if (size == 1 && shuffle_next(w->behind, alone, e) != 1)
			return -1;
		if (size > 1 && (write_name(w, survivor, &name, e) != 0 ||
		                 size_group(w, size, first, name, e) != 0))
			return -1;
	}
	return more;
}

int survivors_size(const struct survivors *v, size_t i, struct err *e)
{
	struct sizing *const w = mem_new(struct sizing, 1);
	struct buf path = {0};
	int rc = -1;

	w->v = v;
	w->i = i;
	w->open.s = v->s;
	w->all = exchange_gather(&v->choice, i, v->mem, e);
	w->ahead = w->all ? shuffle_read(w->all, 0, v->mem / 2, e) : NULL;
	w->behind = w->ahead ? shuffle_read(w->all, 0, v->mem / 2, e) : NULL;
	if (w->behind)
		rc = sealed_create(&w->name, names_path(v->names, i, &path), NAMES_MAGIC, e);
	if (rc == 0) {
		w->out = exchange_create(&v->sized, i, e);
		rc = w->out ? size_groups(w, e) : -1;
	}
	if (rc == 0)
		rc = sealed_write(&w->name, &v->key, sizeof v->key, e);
	if (rc == 0)
		rc = sealed_commit(&w->name, e);
	sealed_abandon(&w->name);
	if (rc == 0)
		rc = exchange_commit(w->out, w->sums, e);
	else
		exchange_abandon(w->out);
	shuffle_done(w->ahead);
	shuffle_done(w->behind);
	shuffle_close(w->all);
	open_sketches_close(&w->open);
	arena_free(&w->mem);
	buf_free(&path);
	free(w);
	return rc;
}
