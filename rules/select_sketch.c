#include "rules/select_sketch.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/mem.h"

enum { LEVELS = 40 }; /* 2^40 buffers are more than there will be */

struct group {
	double score, weight;
};

/* Groups from the best score down. */
struct list {
	struct group *group;
	size_t n;
	double weight, error;
};

struct select_sketch {
	double groups; /* b */
	size_t cap;    /* rows of the buffer */
	struct list buffer, level[LEVELS], all;
};

struct select_sketch *select_sketch_open(double epsilon)
{
	struct select_sketch *s = mem_new(struct select_sketch, 1);

	s->groups = ceil(LEVELS / epsilon);
	s->cap = 2 * (size_t)s->groups;
	s->buffer.group = mem_new(struct group, s->cap);
	return s;
}

void select_sketch_close(struct select_sketch *s)
{
	if (!s)
		return;
	for (int i = 0; i < LEVELS; i++)
		free(s->level[i].group);
	free(s->buffer.group);
	free(s->all.group);
	free(s);
}

static int best_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return (x->score < y->score) - (x->score > y->score);
}

/* In place; rows of one score are one group and no error. */
static void shorten(struct list *l, double groups)
{
	const double most = l->weight / groups;
	double worst = 0;
	size_t n = 0;

	for (size_t i = 0; i < l->n;) {
		struct group g = l->group[i++];
		bool mixed = false;

		while (i < l->n &&
		       (l->group[i].score == g.score || g.weight + l->group[i].weight <= most)) {
			mixed |= l->group[i].score != g.score;
			g.weight += l->group[i++].weight;
		}
		if (mixed)
			worst = fmax(worst, g.weight);
		l->group[n++] = g;
	}
	l->n = n;
	l->error += worst;
}

static struct list merge(const struct list *a, const struct list *b)
{
	struct list out = {.group = mem_new(struct group, a->n + b->n + 1),
	                   .weight = a->weight + b->weight,
	                   .error = a->error + b->error};

	for (size_t i = 0, j = 0; i < a->n || j < b->n;) {
		const bool left = j == b->n || (i < a->n && a->group[i].score >= b->group[j].score);

		out.group[out.n++] = left ? a->group[i++] : b->group[j++];
	}
	return out;
}

/* Carries a full list up the counter. */
static void carry(struct select_sketch *s, struct list l)
{
	for (int i = 0; i < LEVELS; i++) {
		shorten(&l, s->groups);
		if (s->level[i].group == NULL) {
			s->level[i] = l;
			return;
		}

		const struct list both = merge(&s->level[i], &l);

		free(s->level[i].group);
		free(l.group);
		s->level[i] = (struct list){0};
		l = both;
	}
	abort(); /* 2^40 buffers */
}

static void flush(struct select_sketch *s)
{
	struct list full = s->buffer;

	full.group = mem_new(struct group, s->cap);
	memcpy(full.group, s->buffer.group, s->buffer.n * sizeof *full.group);
	qsort(full.group, full.n, sizeof *full.group, best_first);
	s->buffer.n = 0;
	s->buffer.weight = 0;
	carry(s, full);
}

void select_sketch_add(struct select_sketch *s, double score, uint64_t weight)
{
	if (weight == 0)
		return;
	s->buffer.group[s->buffer.n++] = (struct group){score, (double)weight};
	s->buffer.weight += (double)weight;
	if (s->buffer.n == s->cap)
		flush(s);
}

double select_sketch_total(struct select_sketch *s)
{
	if (s->buffer.n)
		flush(s);
	for (int i = 0; i < LEVELS; i++) {
		if (!s->level[i].group)
			continue;

		const struct list both = merge(&s->all, &s->level[i]);

		free(s->all.group);
		s->all = both;
	}
	return s->all.weight;
}

double select_sketch_threshold(const struct select_sketch *s, double target)
{
	double sum = 0;

	for (size_t i = 0; i < s->all.n; i++) {
		sum += s->all.group[i].weight;
		if (sum > target)
			return s->all.group[i].score;
	}
	return -HUGE_VAL;
}

double select_sketch_error(const struct select_sketch *s)
{
	return s->all.error;
}
