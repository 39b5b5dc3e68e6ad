#include "rules/select_solve.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "rules/select_sketch.h"

#define OVER_QUOTA UINT64_MAX /* stands for the domain of a row that its domain has no room for */

struct select_solver {
	struct select_plan *plan;
	struct select_sorter *by_domain, *by_score;
	struct select_sketch *sketch;
	double total, so_far; /* weight */
	bool ordered;         /* the domains' quotas have been applied */
	size_t open;          /* cuts before this one are full */
};

struct select_solver *select_solver_open(struct select_plan *plan, const char *dir, uint64_t mem)
{
	struct select_solver *s = mem_new(struct select_solver, 1);

	s->plan = plan;
	for (size_t i = 0; i < plan->n_cuts; i++)
		plan->cut[i].threshold = plan->never_more ? HUGE_VAL : -HUGE_VAL;
	if (plan->epsilon > 0) {
		s->sketch = select_sketch_open(plan->epsilon);
		return s;
	}
	s->by_score = select_sorter_open(dir, plan->domain_max ? mem / 2 : mem, SELECT_BY_SCORE);
	if (plan->domain_max)
		s->by_domain = select_sorter_open(dir, mem / 2, SELECT_BY_DOMAIN);
	return s;
}

void select_solver_close(struct select_solver *s)
{
	if (!s)
		return;
	select_sorter_close(s->by_domain);
	select_sorter_close(s->by_score);
	select_sketch_close(s->sketch);
	free(s);
}

int select_solver_add(struct select_solver *s, const struct select_row *row, struct err *e)
{
	struct select_row better = *row;

	s->total += (double)row->weight;
	if (s->plan->lowest)
		better.score = -row->score;
	if (s->sketch) {
		select_sketch_add(s->sketch, better.score, row->weight);
		return 0;
	}
	return select_sorter_add(s->by_domain ? s->by_domain : s->by_score, &better, e);
}

/* Hands the rows on in order of score, marking those beyond their domain's quota. Rows without a
 * domain have no quota. */
static int apply_quotas(struct select_solver *s, struct err *e)
{
	struct select_row row;
	uint64_t domain = 0, used = 0;
	int rc;

	while ((rc = select_sorter_next(s->by_domain, &row, e)) > 0) {
		if (row.domain != domain)
			used = 0;
		domain = row.domain;
		if (domain && row.weight > s->plan->domain_max - used)
			row.domain = OVER_QUOTA;
		else if (domain)
			used += row.weight;
		if (interrupt_check(e) || select_sorter_add(s->by_score, &row, e))
			return -1;
	}
	select_sorter_close(s->by_domain);
	s->by_domain = NULL;
	return rc;
}

static double target_of(const struct select_solver *s, const struct select_cut *c)
{
	return c->share >= 0 ? c->share * s->total : c->amount;
}

/* The cut of the next row in order. */
static size_t cut_by_threshold(struct select_solver *s, const struct select_row *row)
{
	struct select_plan *p = s->plan;

	while (s->open < p->n_cuts && row->score < p->cut[s->open].threshold)
		s->open++;
	for (size_t i = s->open; i < p->n_cuts; i++)
		if (p->cut[i].threshold == -HUGE_VAL && s->so_far > target_of(s, &p->cut[i]))
			p->cut[i].threshold = row->score;
	return s->open;
}

static size_t cut_by_place(struct select_solver *s, const struct select_row *row)
{
	struct select_plan *p = s->plan;

	while (s->open < p->n_cuts && s->so_far > target_of(s, &p->cut[s->open]))
		s->open++;
	for (size_t i = s->open; i < p->n_cuts; i++)
		p->cut[i].threshold = row->score;
	return s->open;
}

/* Thresholds in the scores' own direction. */
static void restore_direction(struct select_plan *p)
{
	for (size_t i = 0; p->lowest && i < p->n_cuts; i++)
		p->cut[i].threshold = -p->cut[i].threshold;
}

int select_solver_next(struct select_solver *s, struct select_row *row, size_t *cut, struct err *e)
{
	struct select_plan *p = s->plan;

	if (!s->ordered && s->by_domain && apply_quotas(s, e))
		return -1;
	s->ordered = true;

	const int rc = select_sorter_next(s->by_score, row, e);

	if (rc == 0)
		restore_direction(p);
	if (rc <= 0)
		return rc;
	*cut = p->n_cuts;
	if (row->domain != OVER_QUOTA) {
		s->so_far += (double)row->weight;
		*cut = p->never_more ? cut_by_place(s, row) : cut_by_threshold(s, row);
	}
	if (*cut < p->n_cuts) {
		p->cut[*cut].documents++;
		p->cut[*cut].weight += row->weight;
	}
	if (p->lowest)
		row->score = -row->score;
	return 1;
}

void select_solver_finish(struct select_solver *s)
{
	select_sketch_total(s->sketch);
	for (size_t i = 0; i < s->plan->n_cuts; i++) {
		struct select_cut *c = &s->plan->cut[i];

		c->threshold = select_sketch_threshold(s->sketch, target_of(s, c));
	}
	restore_direction(s->plan);
}

size_t select_place(const struct select_plan *p, double score)
{
	size_t i = 0;

	while (i < p->n_cuts &&
	       (p->lowest ? score > p->cut[i].threshold : score < p->cut[i].threshold))
		i++;
	return i;
}

double select_solver_total(const struct select_solver *s)
{
	return s->total;
}

double select_solver_error(const struct select_solver *s)
{
	return s->sketch ? select_sketch_error(s->sketch) : 0;
}
