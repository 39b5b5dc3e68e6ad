#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/run/work.h"

/* What the verdict of a barrier depends on: its inputs, as the first pass found them. */
static int verdict_key(const struct work *w, const struct stage *s, char key[33])
{
	const struct barrier *barrier = s->type->barrier;
	struct buf b = {0};
	int bad = 0;

	buf_addf(&b, "%s", w->state.recipe);
	for (size_t i = 0; i < w->run->shards->n; i++) {
		const struct shard_result *r = &w->run->result[i];
		buf_addf(&b, "|%s|%llu|%llu|%llu|%d", r->shard->relative,
		         (unsigned long long)r->input.size, (unsigned long long)r->input.ends,
		         (unsigned long long)r->records, r->end == UNIT_DONE);
	}
	if (barrier->depends)
		bad = barrier->depends(s->self, &b, w->e);
	hash128_text(hash128(buf_slice(&b)), key);
	buf_free(&b);
	return bad;
}

static void corpus_make(struct work *w, size_t k, enum solve_step step, struct corpus *c)
{
	const struct run *run = w->run;
	const struct stage *s = &run->recipe->chain.stage[w->barrier[k]];
	size_t n = run->shards->n;
	const char **part = arena_zero(&w->mem, n, sizeof *part);
	const char **name = arena_zero(&w->mem, n, sizeof *name);
	uint64_t *records = arena_zero(&w->mem, n, sizeof *records);
	bool *mine = arena_zero(&w->mem, n, sizeof *mine);

	for (size_t i = 0; i < n; i++) {
		const struct shard_result *r = &run->result[i];

		name[i] = r->shard->name;
		records[i] = r->records;
		mine[i] = w->owner[i] == run->task || r->worked;
		part[i] = r->end == UNIT_DONE
		                  ? state_path(&w->state, &w->mem, "stage-%s/part/%.*s.part.zst",
		                               s->name, SLICE(r->shard->stem))
		                  : "/dev/null"; /* a shard that was given up has nothing in it */
	}
	*c = (struct corpus){
		.dir = state_path(&w->state, &w->mem, "stage-%s", s->name),
		.part = part, .name = name, .records = records, .n = n,
		.mem = machine_budget(run->recipe),
		.threads = run->threads, .step = step, .mine = mine,
		.loaded = run->steal ? NULL : mine, .task = (unsigned)run->task,
		.tasks = run->tasks ? (unsigned)run->tasks : 1, .lease = run->recipe->limits.lease,
	};
}

/* The verdict of barrier k stands, or is made with `solve`; then, for those who go on, it is
 * loaded. */
static int make_verdict(struct work *w, struct stage *s, const struct corpus *c, size_t k,
                        const char key[33], bool solve, bool load)
{
	const char *marker = state_path(&w->state, &w->mem, "stage-%s/solved", s->name);
	struct buf old = {0};
	struct err missing = {0};
	int bad = 0;
	bool there = access(marker, F_OK) == 0 && file_read_all(marker, &old, 64, &missing) == 0;
	bool stands = there && slice_equal(buf_slice(&old), slice_of(key));

	buf_free(&old);
	if (!stands && !solve)
		return err_set_rc(w->e, RC_STATE,
		                  "there is no verdict on this input yet: step solve%zu "
		                  "comes first", k + 1);
	if (!stands) {
		if (there)
			unlink(marker);
		bad = s->type->barrier->solve(s->self, c, w->e);
		if (!bad)
			bad = file_write_atomic(marker, slice_of(key), w->e);
	}
	if (!bad && load)
		bad = s->type->barrier->load(s->self, c, w->e);
	memcpy(w->state.recipe, key,
	       sizeof w->state.recipe); /* what follows depends on this verdict */
	return bad;
}

int between_do(struct work *w, size_t k, enum solve_step step, bool solve)
{
	struct stage *s = &w->run->recipe->chain.stage[w->barrier[k]];
	bool in_steps = s->type->barrier->in_steps;
	struct corpus c;
	char key[33];
	int bad = verdict_key(w, s, key);

	corpus_make(w, k, in_steps ? step : SOLVE_ALL, &c);
	c.key = hash64(slice_of(key));
	if (bad)
		return err_prefix(w->e, "%s", s->name);
	if (step == SOLVE_SHARDS || step == SOLVE_SPLIT || step == SOLVE_JOIN)
		bad = in_steps ? s->type->barrier->solve(s->self, &c, w->e) : 0;
	else
		bad = make_verdict(w, s, &c, k, key, solve, step != SOLVE_REST);
	return bad ? err_prefix(w->e, "%s", s->name) : 0;
}

bool run_needs_pass(const struct stage *s)
{
	const struct barrier *b = s->type->barrier;

	return b && (!b->needed || b->needed(s->self));
}

size_t run_passes(const struct recipe *r)
{
	size_t n = 1;

	for (size_t i = 0; i < r->chain.n; i++)
		n += run_needs_pass(&r->chain.stage[i]);
	return n;
}

int between_find(struct work *w)
{
	const struct chain *c = &w->run->recipe->chain;
	size_t most = sizeof w->barrier / sizeof *w->barrier;

	if (run_passes(w->run->recipe) > most)
		return err_set_rc(w->e, RC_USAGE, "a recipe has at most %zu whole-corpus stages",
		                  most);
	for (size_t i = 0; i < c->n; i++)
		if (run_needs_pass(&c->stage[i]))
			w->barrier[w->n_barriers++] = i;
	return 0;
}
