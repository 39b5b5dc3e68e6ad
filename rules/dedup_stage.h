/* What the whole-corpus dedup stages share: parameters, and the way from what they collect to the
 * verdict on each document. */
#ifndef CURATE_RULES_DEDUP_STAGE_H
#define CURATE_RULES_DEDUP_STAGE_H

#include "lib/dedup/job.h"
#include "lib/dedup/policy.h"
#include "lib/dedup/spans.h"
#include "lib/run/stage.h"

struct dedup_stage {
	struct slice keep, index_out; /* parameters */
	struct list against;
	bool against_only;
	struct slice datatrove; /* minhash only */
	unsigned bands, rows, bits;
	struct policy policy; /* made by dedup_stage_init */
	struct verdict verdict;
};

/* Rows for a stage's table; `base` is the offset of its struct dedup_stage. */
#define DEDUP_PARAMS(base)                                                                         \
	{.name = "keep",                                                                           \
	 .kind = PARAM_TEXT,                                                                       \
	 .at = (base) + offsetof(struct dedup_stage, keep),                                        \
	 .preset = "first",                                                                        \
	 .help = POLICY_HELP},                                                                     \
	        {.name = "against",                                                                \
	         .kind = PARAM_LIST,                                                               \
	         .at = (base) + offsetof(struct dedup_stage, against),                             \
	         .help = "indexes (folders) of documents that are there already and always stay"}, \
	        {.name = "against_only",                                                           \
	         .kind = PARAM_BOOL,                                                               \
	         .preset = "false",                                                                \
	         .at = (base) + offsetof(struct dedup_stage, against_only),                        \
	         .help = "drop only what meets a document of an index"},                           \
	{                                                                                          \
		.name = "index_out", .kind = PARAM_TEXT,                                           \
		.at = (base) + offsetof(struct dedup_stage, index_out),                            \
		.help = "folder for an index of this corpus, for later ones"                       \
	}

int dedup_stage_init(struct dedup_stage *s, struct err *e);
void dedup_stage_fini(struct dedup_stage *s);

/* The bodies of a barrier's solve and load. `method` is what must be equal to compare two corpora.
 */
int dedup_stage_solve(const struct dedup_stage *s, const struct corpus *c,
                      const struct sketch_shape *shape, const char *method, double verify,
                      struct err *e);
/* The same for stages that mark spans. */
int dedup_stage_spans(const struct corpus *c, enum spans_order order, struct err *e);

int dedup_stage_depends(const struct dedup_stage *s, struct buf *out, struct err *e);
int dedup_stage_load(struct dedup_stage *s, const struct corpus *c, struct err *e);

#endif
