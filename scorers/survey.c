#include "scorers/survey.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"

enum { SAMPLE_CHARS = 300 };

struct survey_row {
	double score;
	uint64_t weight;
	uint64_t domain;
};

static uint64_t domain_number(struct survey *s, struct slice name)
{
	uint64_t *at = map_get(&s->domains, name);
	bool added;

	if (at)
		return *at;
	if (s->n_domains == s->domain_cap) {
		s->domain_cap = s->domain_cap ? 2 * s->domain_cap : 64;
		s->domain = mem_grow(s->domain, s->domain_cap * sizeof *s->domain);
	}
	name = arena_copy(&s->mem, name);
	s->domain[s->n_domains] = (struct survey_domain){.name = name};
	*map_put(&s->domains, name, &added) = s->n_domains;
	return s->n_domains++;
}

static struct slice head_of(struct slice text)
{
	size_t at = 0;

	for (int i = 0; i < SAMPLE_CHARS && at < text.n; i++)
		at += utf8_size((unsigned char)text.p[at]);
	return slice_head(text, at);
}

/* Puts a document into a list that is sorted by score * sign, highest first; who came first stays
 * before its equals. */
static void add_sample(struct survey *s, struct survey_sample *list, double sign, double score,
                       struct slice id, struct slice text)
{
	size_t at = s->n_samples;

	while (at > 0 && score * sign > list[at - 1].score * sign)
		at--;
	if (at == s->samples)
		return;

	const size_t behind = (s->n_samples < s->samples ? s->n_samples : s->samples - 1) - at;

	memmove(list + at + 1, list + at, behind * sizeof *list);
	list[at] = (struct survey_sample){arena_copy(&s->mem, id),
	                                  arena_copy(&s->mem, head_of(text)), score};
}

void survey_add(struct survey *s, double score, uint64_t weight, struct slice domain,
                struct slice id, struct slice text)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 1024;
		s->row = mem_grow(s->row, s->cap * sizeof *s->row);
	}
	s->row[s->n] = (struct survey_row){score, weight, domain_number(s, domain)};
	s->least = s->n == 0 || score < s->least ? score : s->least;
	s->most = s->n == 0 || score > s->most ? score : s->most;
	s->sum += score;
	s->weight += weight;
	s->n++;
	add_sample(s, s->best, 1, score, id, text);
	add_sample(s, s->worst, -1, score, id, text);
	s->n_samples += s->n_samples < s->samples;
}

static int most_documents_first(const void *a, const void *b)
{
	const struct survey_domain *x = a, *y = b;

	if (x->documents != y->documents)
		return x->documents > y->documents ? -1 : 1;
	return slice_compare(x->name, y->name);
}

void survey_keep(struct survey *s, double threshold)
{
	for (size_t i = 0; i < s->n; i++) {
		struct survey_domain *d = &s->domain[s->row[i].domain];
		const bool kept = s->row[i].score >= threshold;

		d->documents++;
		d->weight += s->row[i].weight;
		d->kept += kept;
		d->kept_weight += kept ? s->row[i].weight : 0;
	}
	if (s->n_domains)
		qsort(s->domain, s->n_domains, sizeof *s->domain, most_documents_first);
}

void survey_histogram(const struct survey *s, size_t bins, uint64_t *count)
{
	const double width = (s->most - s->least) / (double)bins;

	memset(count, 0, bins * sizeof *count);
	for (size_t i = 0; i < s->n; i++) {
		size_t bin = width > 0 ? (size_t)((s->row[i].score - s->least) / width) : 0;

		count[bin < bins ? bin : bins - 1]++;
	}
}

static int best_first(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

double survey_quantile(struct survey *s, double share)
{
	double *const score = mem_new(double, s->n + 1);
	const size_t at = (size_t)(share * (double)s->n);
	double found = 0;

	for (size_t i = 0; i < s->n; i++)
		score[i] = s->row[i].score;
	qsort(score, s->n, sizeof *score, best_first);
	if (s->n)
		found = score[at < s->n ? at : s->n - 1];
	free(score);
	return found;
}

void survey_free(struct survey *s)
{
	free(s->row);
	free(s->domain);
	map_free(&s->domains);
	arena_free(&s->mem);
	*s = (struct survey){0};
}
