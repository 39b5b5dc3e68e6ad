/* A survey of scored documents: how scores spread, which domains are kept, who stands at the ends.
 */
#ifndef CURATE_SCORERS_SURVEY_H
#define CURATE_SCORERS_SURVEY_H

#include "lib/base/arena.h"
#include "lib/base/map.h"

enum { SURVEY_SAMPLES = 64, SURVEY_BINS = 1000 };

/* A document at one of the ends. */
struct survey_sample {
	struct slice id, text; /* the head of its text; owned by the survey */
	double score;
};

struct survey_domain {
	struct slice name; /* "" for documents without address */
	uint64_t documents, kept, weight, kept_weight;
};

struct survey {
	size_t samples; /* wanted at each end, at most SURVEY_SAMPLES; set before the first document
	                 */
	size_t n;       /* documents */
	uint64_t weight;
	double least, most, sum;

	struct survey_sample best[SURVEY_SAMPLES], worst[SURVEY_SAMPLES];
	size_t n_samples;
	struct survey_domain *domain; /* after survey_keep: most documents first, then by name */
	size_t n_domains;

	/* Private. */
	struct survey_row *row;
	size_t cap, domain_cap;
	struct map domains;
	struct arena mem;
};

void survey_add(struct survey *s, double score, uint64_t weight, struct slice domain,
                struct slice id, struct slice text);

/* Counts what a threshold keeps (score >= threshold) of every domain, and sorts domains. Once. */
void survey_keep(struct survey *s, double threshold);

/* Documents in `bins` equal parts of [least, most]; the last one includes its end. */
void survey_histogram(const struct survey *s, size_t bins, uint64_t *count);

/* The score at which a share of the documents, best first, is reached. */
double survey_quantile(struct survey *s, double share);

void survey_free(struct survey *s);

#endif
