/* The parameters of the stage minhash and what init makes of them. */
#ifndef CURATE_RULES_MINHASH_RULE_H
#define CURATE_RULES_MINHASH_RULE_H

#include "lib/dedup/minhash.h"
#include "rules/dedup_stage.h"

struct minhash_rule {
	struct dedup_stage common;
	struct minhash_settings set;
	int64_t hashes;
	double threshold, verify;
	struct minhash minhash; /* made by init */
	struct buf method;
};

#endif
