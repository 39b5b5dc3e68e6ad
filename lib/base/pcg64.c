#include "lib/base/pcg64.h"

/* Melissa O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
 * Random Number Generation", 2014; seeding after her seed_seq_fe128 as numpy has it (NEP 19). */

enum { POOL = 4 };

static unsigned __int128 join(const uint64_t half[2])
{
	return (unsigned __int128)half[1] << 64 | half[0];
}

static void store(uint64_t half[2], unsigned __int128 value)
{
	half[0] = (uint64_t)value;
	half[1] = (uint64_t)(value >> 64);
}

static void step(struct pcg64 *r)
{
	const unsigned __int128 multiplier =
		(unsigned __int128)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;

	store(r->state, join(r->state) * multiplier + join(r->increment));
}

static uint32_t hash_in(uint32_t value, uint32_t *constant, uint32_t factor)
{
	value ^= *constant;
	*constant *= factor;
	value *= *constant;
	return value ^ value >> 16;
}

static uint32_t mix(uint32_t x, uint32_t y)
{
	uint32_t mixed = 0xca01f9ddu * x - 0x4973f715u * y;

	return mixed ^ mixed >> 16;
}

/* Eight words of state out of the seed. */
static void seed_sequence(uint64_t seed, uint32_t word[2 * POOL])
{
	uint32_t pool[POOL] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
	uint32_t constant = 0x43b0d7e5u;

	for (int i = 0; i < POOL; i++)
		pool[i] = hash_in(pool[i], &constant, 0x931e8875u);
	for (int from = 0; from < POOL; from++)
		for (int to = 0; to < POOL; to++)
			if (from != to)
				pool[to] =
				        mix(pool[to], hash_in(pool[from], &constant, 0x931e8875u));
	constant = 0x8b51f9ddu;
	for (int i = 0; i < 2 * POOL; i++)
		word[i] = hash_in(pool[i % POOL], &constant, 0x58f38dedu);
}

void pcg64_seed(struct pcg64 *r, uint64_t seed)
{
	uint32_t word[2 * POOL];
	uint64_t quarter[POOL];

	seed_sequence(seed, word);
	for (int i = 0; i < POOL; i++)
		quarter[i] = (uint64_t)word[2 * i + 1] << 32 | word[2 * i];
	store(r->increment, ((unsigned __int128)quarter[2] << 64 | quarter[3]) << 1 | 1);
	store(r->state, join(r->increment)); /* one step from zero */
	store(r->state, join(r->state) + ((unsigned __int128)quarter[0] << 64 | quarter[1]));
	step(r);
}

uint64_t pcg64_next(struct pcg64 *r)
{
	step(r);
	uint64_t folded = r->state[1] ^ r->state[0];
	unsigned turn = (unsigned)(r->state[1] >> 58);

	return folded >> turn | folded << (-turn & 63);
}
