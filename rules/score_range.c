/* Turns a number into a verdict: a document stays when min <= value <= max. The number is a score
 * of an earlier stage or a numeric field of the record, so a threshold can move without scoring
 * again. */
#include "lib/run/stage.h"

#include "lib/doc/number.h"

enum missing { MISSING_DROP, MISSING_KEEP };

struct score_range {
	struct slice score;
	double min, max;
	int missing;
	struct doc_number number;
};

#define AT(field) offsetof(struct score_range, field)

static const struct param params[] = {
	{.name = "score", .kind = PARAM_TEXT, .at = AT(score),
	 .help = "name of a score, or path of a numeric field"},
	{.name = "min", .kind = PARAM_REAL, .at = AT(min), .preset = "-1e308",
	 .help = "the smallest value that stays"},
	{.name = "max", .kind = PARAM_REAL, .at = AT(max), .preset = "1e308",
	 .help = "the largest value that stays"},
	{.name = "missing", .kind = PARAM_CHOICE, .at = AT(missing), .preset = "drop",
	 .choices = "drop|keep", .help = "what becomes of a document without the number"},
	{0},
};

static int score_range_init(void *self, struct err *e)
{
	struct score_range *r = self;

	if (r->min > r->max)
		return err_set_rc(e, RC_USAGE, "min %.15g is above max %.15g", r->min, r->max);
	return doc_number_parse(&r->number, r->score, e) ? err_prefix(e, "score") : 0;
}

static void score_range_fini(void *self)
{
	struct score_range *r = self;

	doc_number_free(&r->number);
}

static void score_range_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct score_range *r = self;
	double value;

	if (!doc_number_get(&r->number, d, scratch, &value)) {
		if (r->missing == MISSING_DROP)
			doc_drop(d, S("missing_score"));
	} else if (value < r->min) {
		doc_drop(d, S("below_min"));
	} else if (value > r->max) {
		doc_drop(d, S("above_max"));
	}
}

const struct stage_type score_range_stage = {
	.name = "score_range",
	.help = "keeps documents whose score or numeric field lies between min and max",
	.params = params,
	.size = sizeof(struct score_range),
	.init = score_range_init,
	.fini = score_range_fini,
	.doc = score_range_doc,
};
