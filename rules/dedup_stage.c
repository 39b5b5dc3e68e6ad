#include "rules/dedup_stage.h"

#include "lib/dedup/index.h"

int dedup_stage_init(struct dedup_stage *s, struct err *e)
{
	if (s->against_only && s->against.n == 0)
		return err_set(e, "against_only needs against");
	return policy_parse(&s->policy, s->keep, e);
}

void dedup_stage_fini(struct dedup_stage *s)
{
	policy_free(&s->policy);
	verdict_close(&s->verdict);
}

int dedup_stage_solve(const struct dedup_stage *s, const struct corpus *c,
                      const struct sketch_shape *shape, const char *method, double verify,
                      struct err *e)
{
	struct buf settings = {0};
	struct dedup_job j = {
	        .dir = c->dir,
	        .part = c->part,
	        .name = c->name,
	        .n = c->n,
	        .threads = c->threads,
	        .mem = c->mem,
	        .shape = *shape,
	        .verify = verify,
	        .against = &s->against,
	        .against_only = s->against_only,
	        .index_out = s->index_out,
	        .tasks = 1,
	        .lease = c->lease,
	        .datatrove = s->datatrove,
	        .bands = s->bands,
	        .rows = s->rows,
	        .bits = s->bits,
	};
	int rc = 0;

	if (c->step != SOLVE_ALL) {
		j.mine = c->mine;
		j.task = c->task;
		j.tasks = c->tasks;
	}
	buf_addf(&settings, "%s\nkeep %.*s", method, SLICE(s->keep));
	j.settings = buf_slice(&settings);
	if (c->step == SOLVE_ALL || c->step == SOLVE_SHARDS)
		rc = dedup_sketch(&j, e);
	if (rc == 0 && (c->step == SOLVE_ALL || c->step == SOLVE_SPLIT))
		rc = dedup_match(&j, e);
	if (rc == 0 && c->step == SOLVE_JOIN)
		rc = dedup_join(&j, e);
	if (rc == 0 && (c->step == SOLVE_ALL || c->step == SOLVE_REST))
		rc = dedup_cluster(&j, e);
	buf_free(&settings);
	return rc;
}

int dedup_stage_spans(const struct corpus *c, enum spans_order order, struct err *e)
{
	struct spans_job j = {.dir = c->dir,
	                      .part = c->part,
	                      .n = c->n,
	                      .order = order,
	                      .key = c->key,
	                      .threads = c->threads,
	                      .task = c->task,
	                      .tasks = c->tasks,
	                      .lease = c->lease,
	                      .mem = c->mem};

	for (size_t i = 0; i < c->n; i++)
		j.records += c->records[i];
	return spans_solve(&j, e);
}

int dedup_stage_depends(const struct dedup_stage *s, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < s->against.n; i++)
		if (index_fingerprint(s->against.item[i].p, out, e) != 0)
			return -1;
	return 0;
}

int dedup_stage_load(struct dedup_stage *s, const struct corpus *c, struct err *e)
{
	const struct dedup_job j = {.dir = c->dir, .mine = c->loaded};

	return dedup_open_verdict(&j, &s->verdict, e);
}
