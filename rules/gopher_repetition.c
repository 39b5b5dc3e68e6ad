/* Gopher's repetition rules (Rae et al. 2021, table A1, as datatrove 0.10 applies them): repeated
 * lines and paragraphs, the most frequent short n-grams, repeated long n-grams. */
#include "lib/run/stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/doc/analysis.h"
#include "lib/doc/stats.h"

/* One item of a list such as "2:0.2". */
struct ngram_limit {
	unsigned n;
	double share;
	char name[32]; /* of the statistic */
	char why[40];
};

struct ngram_limits {
	struct list list;
	struct ngram_limit *item;
};

struct gopher_repetition {
	double dup_line_frac, dup_para_frac, dup_line_char_frac, dup_para_char_frac;
	struct ngram_limits top, dup;
};

#define AT(field) offsetof(struct gopher_repetition, field)

static const struct param params[] = {
	{.name = "dup_line_frac", .kind = PARAM_REAL, .at = AT(dup_line_frac), .preset = "0.3",
	 .min = 0, .max = 1, .help = "largest share of repeated lines; 0: off"},
	{.name = "dup_para_frac", .kind = PARAM_REAL, .at = AT(dup_para_frac), .preset = "0.3",
	 .min = 0, .max = 1, .help = "largest share of repeated paragraphs; 0: off"},
	{.name = "dup_line_char_frac", .kind = PARAM_REAL, .at = AT(dup_line_char_frac),
	 .preset = "0.2", .min = 0, .max = 1,
	 .help = "largest share of text in repeated lines; 0: off"},
	{.name = "dup_para_char_frac", .kind = PARAM_REAL, .at = AT(dup_para_char_frac),
	 .preset = "0.2", .min = 0, .max = 1,
	 .help = "largest share of text in repeated paragraphs; 0: off"},
	{.name = "top_n_grams", .kind = PARAM_LIST, .at = AT(top.list),
	 .preset = "2:0.2,3:0.18,4:0.16",
	 .help = "N:SHARE, largest share of text in the most frequent N-gram"},
	{.name = "dup_n_grams", .kind = PARAM_LIST, .at = AT(dup.list),
	 .preset = "5:0.15,6:0.14,7:0.13,8:0.12,9:0.11,10:0.10",
	 .help = "N:SHARE, largest share of text in N-grams that came before"},
	{0},
};

static int parse_limits(struct ngram_limits *l, const char *param, const char *name,
                        const char *why, struct err *e)
{
	l->item = mem_new(struct ngram_limit, l->list.n + 1);
	for (size_t i = 0; i < l->list.n; i++) {
		struct ngram_limit *limit = &l->item[i];
		struct slice rest = l->list.item[i], number;
		uint64_t n;

		if (!slice_cut(&rest, ':', &number) || !slice_to_u64(number, &n) || n < 1 ||
		    n > NGRAMS_MAX || !slice_to_real(rest, &limit->share))
			return err_set_rc(e, RC_USAGE,
			                  "%s: '%.*s' is not N:SHARE with N from 1 to %d, as 2:0.2",
			                  param, SLICE(l->list.item[i]), NGRAMS_MAX);
		limit->n = (unsigned)n;
		snprintf(limit->name, sizeof limit->name, name, limit->n);
		snprintf(limit->why, sizeof limit->why, why, limit->n);
	}
	return 0;
}

static int gopher_repetition_init(void *self, struct err *e)
{
	struct gopher_repetition *r = self;

	if (parse_limits(&r->top, "top_n_grams", "top_%u_gram", "top_%u_gram", e))
		return -1;
	return parse_limits(&r->dup, "dup_n_grams", "dup_%u_grams", "duplicated_%u_n_grams", e);
}

static void gopher_repetition_fini(void *self)
{
	struct gopher_repetition *r = self;

	free(r->top.item);
	free(r->dup.item);
}

static bool check(struct stats *s, const char *name, double share, double limit)
{
	return stats_check(s, name, share, limit != 0 && share > limit, slice_of(name));
}

static bool judge_pieces(const struct gopher_repetition *r, struct doc *d, double chars,
                         struct stats *s)
{
	const struct pieces *p = doc_pieces(d, PIECES_PARAGRAPHS);

	if (check(s, "dup_para_frac", (double)p->repeats / (double)p->n, r->dup_para_frac) ||
	    check(s, "dup_para_char_frac", (double)p->repeated_chars / chars,
	          r->dup_para_char_frac))
		return true;
	p = doc_pieces(d, PIECES_LINES);
	return check(s, "dup_line_frac", (double)p->repeats / (double)p->n, r->dup_line_frac) ||
	       check(s, "dup_line_char_frac", (double)p->repeated_chars / chars,
	             r->dup_line_char_frac);
}

static bool judge_ngrams(const struct ngram_limits *l, struct doc *d, double chars,
                         uint64_t (*measure)(struct doc *d, unsigned n), struct stats *s)
{
	for (size_t i = 0; i < l->list.n; i++) {
		const struct ngram_limit *limit = &l->item[i];
		double share = (double)measure(d, limit->n) / chars;

		if (stats_check(s, limit->name, share, share > limit->share, slice_of(limit->why)))
			return true;
	}
	return false;
}

static void gopher_repetition_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct gopher_repetition *r = self;
	double chars = (double)doc_chars(d); /* 0 gives NaN shares, which fail nothing */
	struct stats s = stats_open(d);

	(void)scratch;
	(void)(judge_pieces(r, d, chars, &s) ||
	       judge_ngrams(&r->top, d, chars, doc_top_ngram, &s) ||
	       judge_ngrams(&r->dup, d, chars, doc_repeated_ngrams, &s));
	stats_close(&s);
}

const struct stage_type gopher_repetition_stage = {
	.name = "gopher_repetition",
	.help = "Gopher's repetition rules: lines, paragraphs, n-grams",
	.params = params,
	.size = sizeof(struct gopher_repetition),
	.init = gopher_repetition_init,
	.fini = gopher_repetition_fini,
	.doc = gopher_repetition_doc,
};
