#include "lib/dedup/survivors.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/interrupt.h"
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
};

/* Finds the first leader that `doc` is alike enough; makes it a leader itself when there is none.
 */
static int find_leader(struct survivors *v, struct leaders *l, uint64_t doc, uint64_t *leader,
                       double *similarity, struct err *e)
{
	const uint32_t *set = NULL;
	size_t n = 0;

	arena_reset(&l->scratch, 1 << 20);
	if (interrupt_check(e) != 0 || open_sketches_set(&l->open, doc, &l->scratch, &set, &n, e) != 0)
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
		v->unverified++;
		return 0;
	}
	l->doc[l->n] = doc;
	l->set_n[l->n] = n;
	l->set[l->n++] = (const uint32_t *)(const void *)arena_copy(
	                         &l->kept, (struct slice){(const char *)set, n * 4})
	                         .p;
	return 0;
}

int survivors_choose(void *user, size_t i, unsigned thread, struct err *e)
{
	struct survivors *const v = user;
	struct shuffle_in *const in = shuffle_read(v->member, i, v->mem, e);
	struct leaders *const l = mem_new(struct leaders, 1);
	uint64_t member[3], root = UINT64_MAX, best = 0, last = UINT64_MAX;
	int rc = in ? 1 : -1;

	l->open.s = v->s;
	while (rc == 1 && (rc = shuffle_next(in, member, e)) == 1) {
		double similarity = -1;

		if (member[0] == root && member[2] == last)
			continue; /* handed in twice */
		if (member[0] != root) {
			root = member[0];
			best = member[2];
			l->n = 0;
			arena_reset(&l->kept, 1 << 20);
		}
		last = member[2];
		if (v->verify > 0) {
			uint64_t leader;

			if (find_leader(v, l, last, &leader, &similarity, e) != 0) {
				rc = -1;
				break;
			}
			v->freed += leader == last && last != best;
			rc = shuffle_add(v->choice, thread,
			                 (const uint64_t[3]){leader, last, bits_of(similarity)}, e);
		} else {
			/* Documents of an index all survive; new ones leave for the first of them.
			 */
			const uint64_t survivor = last < v->s->old_docs ? last : best;

			rc = shuffle_add(v->choice, thread,
			                 (const uint64_t[3]){survivor, last, bits_of(similarity)},
			                 e);
		}
		rc = rc == 0 ? 1 : -1;
	}
	shuffle_done(in);
	open_sketches_close(&l->open);
	arena_free(&l->kept);
	arena_free(&l->scratch);
	free(l);
	return rc;
}

/* A survivor's signature and id go to the name file; *name becomes its place. */
static int write_name(struct survivors *v, struct open_sketches *open, struct sealed_out *out,
                      uint64_t file, uint64_t survivor, struct arena *mem, uint64_t *name,
                      struct err *e)
{
	const uint32_t sig_bytes = v->s->shape.sig_bytes;
	uint8_t *const sig = arena_alloc(mem, sig_bytes);
	struct slice id;
	uint32_t n;

	if (open_sketches_sig(open, survivor, sig, e) != 0 ||
	    open_sketches_id(open, survivor, mem, &id, e) != 0)
		return -1;
	n = (uint32_t)id.n;
	if (sealed_write(out, sig, sig_bytes, e) != 0)
		return -1;
	*name = file << 40 | out->size;
	if (sealed_write(out, &n, sizeof n, e) != 0)
		return -1;
	return sealed_write(out, id.p, id.n, e);
}

static void raise_to(_Atomic uint64_t *most, uint64_t value)
{
	uint64_t now = *most;

	while (now < value && !atomic_compare_exchange_weak(most, &now, value))
		;
}

/* Hands on the members of one survivor, which `in` stands before; `first` is the first of them. */
static int size_group(struct survivors *v, struct shuffle_in *in, unsigned thread, uint64_t size,
                      uint64_t first, uint64_t name, struct err *e)
{
	uint64_t choice[3], cluster = 0;

	v->clusters++;
	v->dropped += size - 1;
	raise_to(&v->largest, size);
	for (uint64_t k = 0; k < size; k++) {
		if (shuffle_next(in, choice, e) != 1)
			return -1;
		if (k == 0)
			cluster = first < choice[0] ? first : choice[0];
		const uint64_t out[6] = {choice[1], choice[0], cluster, size, name, choice[2]};

		if (shuffle_add(v->sized, thread, out, e) != 0)
			return -1;
	}
	return 0;
}

int survivors_size(void *user, size_t i, unsigned thread, struct err *e)
{
	struct survivors *const v = user;
	struct shuffle_in *const ahead = shuffle_read(v->choice, i, v->mem / 2, e);
	struct shuffle_in *const behind = ahead ? shuffle_read(v->choice, i, v->mem / 2, e) : NULL;
	struct open_sketches *const open = mem_new(struct open_sketches, 1);
	struct sealed_out out = {0};
	struct arena mem = {0};
	struct buf path = {0};
	uint64_t choice[3], alone[3], name;
	int rc = behind ? 0 : -1, more = 0;

	open->s = v->s;
	buf_addf(&path, "%s/%04zu.name", v->dir, i);
	if (rc == 0)
		rc = sealed_create(&out, buf_text(&path), VERDICT_NAME, e);
	if (rc == 0)
		more = shuffle_next(ahead, choice, e);
	while (rc == 0 && more == 1) {
		const uint64_t survivor = choice[0], first = choice[1];
		uint64_t size = 0;

		while (more == 1 && choice[0] == survivor) {
			size++;
			more = shuffle_next(ahead, choice, e);
		}
		if (size == 1) {
			rc = shuffle_next(behind, alone, e) == 1 ? 0 : -1;
			continue;
		}
		arena_reset(&mem, 1 << 16);
		rc = write_name(v, open, &out, i, survivor, &mem, &name, e);
		if (rc == 0)
			rc = size_group(v, behind, thread, size, first, name, e);
	}
	rc = rc == 0 && more == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	shuffle_done(ahead);
	shuffle_done(behind);
	open_sketches_close(open);
	free(open);
	arena_free(&mem);
	buf_free(&path);
	return rc;
}
