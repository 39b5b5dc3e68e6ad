/* Keeps a share of the documents by chance. */
#include "lib/run/stage.h"

#include "lib/doc/chance.h"

struct sampler {
	double rate;
	int64_t seed;
	int draw;
};

#define AT(field) offsetof(struct sampler, field)

static const struct param params[] = {
	{.name = "rate", .kind = PARAM_REAL, .at = AT(rate), .preset = "0.5", .min = 0, .max = 1,
	 .help = "share of documents that stay"},
	{.name = "seed", .kind = PARAM_INT, .at = AT(seed), .preset = "0", .min = 0, .max = 0x1p62,
	 .help = "another seed, another choice"},
	{.name = "draw", .kind = PARAM_CHOICE, .at = AT(draw), .preset = "hash",
	 .choices = CHANCE_DRAWS,
	 .help = "chance from the document's id, or numpy's PCG64 in document order per shard"},
	{0},
};

static size_t sampler_state(const void *self)
{
	const struct sampler *r = self;

	return r->draw == DRAW_SEQUENCE ? sizeof(struct pcg64) : 0;
}

static void sampler_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct sampler *r = self;

	(void)scratch;
	if (!(chance_of(d, (enum chance_draw)r->draw, r->seed) < r->rate))
		doc_drop(d, S(""));
}

const struct stage_type sampler_stage = {
	.name = "sampler",
	.help = "keeps a share of the documents by chance",
	.params = params,
	.size = sizeof(struct sampler),
	.doc = sampler_doc,
	.state = sampler_state,
};
