/* Which document of a cluster stays: the first, the longest, the newest, or the best by a number.
 */
#ifndef CURATE_DEDUP_POLICY_H
#define CURATE_DEDUP_POLICY_H

#include "lib/doc/number.h"

enum policy_kind { POLICY_FIRST, POLICY_RECORD, POLICY_LONGEST, POLICY_NEWEST, POLICY_BEST };

struct policy {
	enum policy_kind kind;
	struct doc_number number; /* POLICY_BEST */
};

#define POLICY_HELP                                                                                \
	"first (shard, record), record (record, shard: as datatrove), longest (bytes), newest "    \
	"(date field) or best:SCORE_OR_FIELD"

/* "first", "record", "longest", "newest", "best:NAME". `text` outlives the policy. */
int policy_parse(struct policy *p, struct slice text, struct err *e);
void policy_free(struct policy *p);

/* A number, at least 1, that is smaller for better documents; equal ones are told apart by (shard,
 * record). Dates compare by the digits of their ISO 8601 form; no date, or no number, is worst. */
uint64_t policy_order(const struct policy *p, struct doc *d, struct arena *scratch);

#endif
