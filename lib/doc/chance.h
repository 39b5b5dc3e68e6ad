/* A document's number in [0, 1) for stages that decide by chance. */
#ifndef CURATE_DOC_CHANCE_H
#define CURATE_DOC_CHANCE_H

#include "lib/base/hash.h"
#include "lib/base/pcg64.h"
#include "lib/doc/doc.h"

enum chance_draw {
	DRAW_HASH,     /* of the id, the recipe's seed, the stage's name and its seed */
	DRAW_SEQUENCE, /* numpy's default_rng(seed), one draw a call; d->state is a struct pcg64 */
};

/* For PARAM_CHOICE. */
#define CHANCE_DRAWS "hash|sequence"

static inline double chance_of(const struct doc *d, enum chance_draw draw, int64_t seed)
{
	if (draw == DRAW_SEQUENCE)
		return pcg64_draw(d->state, (uint64_t)seed);
	return hash_chance(d->id, d->context->seed ^ hash_mix((uint64_t)seed) ^
	                                  hash64(slice_of(d->stage)));
}

#endif
