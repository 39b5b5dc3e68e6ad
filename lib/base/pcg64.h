/* The random numbers of numpy's default_rng(seed): PCG64 (XSL-RR) seeded through SeedSequence. For
 * methods that are defined by drawing in document order; chance by document id is hash_chance. */
#ifndef CURATE_BASE_PCG64_H
#define CURATE_BASE_PCG64_H

#include <stdint.h>

struct pcg64 {
	uint64_t state[2], increment[2]; /* low half first */
};

void pcg64_seed(struct pcg64 *r, uint64_t seed);

uint64_t pcg64_next(struct pcg64 *r);

/* Uniform in [0, 1), as Generator.uniform(). */
static inline double pcg64_uniform(struct pcg64 *r)
{
	return (double)(pcg64_next(r) >> 11) * 0x1p-53;
}

/* The next draw of a sequence whose all-zero state is seeded on first use. */
static inline double pcg64_draw(struct pcg64 *r, uint64_t seed)
{
	if (r->increment[0] == 0) /* always odd once seeded */
		pcg64_seed(r, seed);
	return pcg64_uniform(r);
}

#endif
