/* Keeps documents by language (the verdict of datatrove's LanguageFilter; language_id measures). */
#include "lib/run/stage.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/doc/stats.h"

struct language {
	struct list languages;
	double threshold;
	char **score; /* of each language in the list, as language_id names it */
};

#define AT(field) offsetof(struct language, field)

static const struct param params[] = {
	{.name = "languages", .kind = PARAM_LIST, .at = AT(languages),
	 .help = "the languages that stay; empty: any, if it is sure"},
	{.name = "language_threshold", .kind = PARAM_REAL, .at = AT(threshold), .preset = "0.65",
	 .min = -1, .max = 2,
	 .help = "the score must be above this; below 0.5 give language_id the same "
	         "keep_top_pairs_threshold"},
	{0},
};

static int language_init(void *self, struct err *e)
{
	struct language *r = self;

	(void)e;
	r->score = mem_new(char *, r->languages.n + 1);
	for (size_t i = 0; i < r->languages.n; i++) {
		struct buf name = {0};

		buf_addf(&name, "top_language_%.*s_score", SLICE(r->languages.item[i]));
		r->score[i] = mem_text(name.p, name.n);
		buf_free(&name);
	}
	return 0;
}

static void language_fini(void *self)
{
	struct language *r = self;

	for (size_t i = 0; r->score && i < r->languages.n; i++)
		free(r->score[i]);
	free(r->score);
}

/* A language that came with the record and was not measured is taken at its word. */
static double best_score(const struct doc *d)
{
	double score;

	if (doc_score_get(d, S("language_score"), &score))
		return score;
	return d->lang.n ? 1 : 0;
}

static bool is_kept(const struct language *r, const struct doc *d)
{
	double score;

	if (r->languages.n == 0)
		return best_score(d) > r->threshold;
	for (size_t i = 0; i < r->languages.n; i++) {
		if (slice_equal(r->languages.item[i], d->lang))
			score = best_score(d);
		else if (!doc_score_get(d, slice_of(r->score[i]), &score))
			score = 0;
		if (score > r->threshold)
			return true;
	}
	return false;
}

static void language_doc(const void *self, struct doc *d, struct arena *scratch)
{
	struct stats s = stats_open(d);

	(void)scratch;
	stats_check(&s, "language_score", best_score(d), !is_kept(self, d), S(""));
	stats_close(&s);
}

const struct stage_type language_stage = {
	.name = "language",
	.help = "keeps documents by the language that language_id or the record says",
	.params = params,
	.size = sizeof(struct language),
	.init = language_init,
	.fini = language_fini,
	.doc = language_doc,
};
