/* The inside of the stage `select`, shared by select.c (documents), select_verdict.c (the corpus)
 * and the command that finds thresholds alone. */
#ifndef CURATE_RULES_SELECT_STAGE_H
#define CURATE_RULES_SELECT_STAGE_H

#include "lib/doc/number.h"
#include "lib/run/stage.h"
#include "rules/select_solve.h"

enum weight { WEIGHT_DOCUMENTS, WEIGHT_CHARACTERS, WEIGHT_BYTES, WEIGHT_TOKENS };
enum ties { TIES_KEEP, TIES_ORDER };
enum missing { MISSING_DROP, MISSING_KEEP };

/* A record's byte in the verdict. */
enum { PLACE_MISSING, PLACE_NONE, PLACE_CUT };

struct select_stage {
	struct slice score, tokens;
	double top, from, amount, approximate;
	double domain_max;
	struct list buckets;
	int weight, order, ties, missing;
	bool inverse;

	struct doc_number number, token_count;
	struct select_plan plan;
	char *route[SELECT_MAX_CUTS]; /* of buckets */
	uint64_t *first;              /* first[shard]: of its records in `place` */
	uint8_t *place;               /* the verdict, mapped */
	size_t n_places;
};

/* What the selection needs of a document, but for its shard; false without the number. */
bool select_row_of(const struct select_stage *s, struct doc *d, struct select_row *row,
                   struct arena *scratch);

/* The barrier's two steps between the passes; see struct barrier. */
int select_solve(void *self, const struct corpus *c, struct err *e);
int select_load(void *self, const struct corpus *c, struct err *e);
void select_unload(struct select_stage *s);

#endif
