#include "lib/dedup/signature.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/dedup/signature_simd.h"

#define P61 ((UINT64_C(1) << 61) - 1)

/* Matsumoto and Nishimura's MT19937, 32-bit outputs, as numpy's legacy RandomState seeds it. */
struct twister {
	uint32_t word[624];
	unsigned at;
};

static void twister_seed(struct twister *t, uint32_t seed)
{
	t->word[0] = seed;
	for (unsigned i = 1; i < 624; i++)
		t->word[i] = 1812433253u * (t->word[i - 1] ^ t->word[i - 1] >> 30) + i;
	t->at = 624;
}

static void twister_turn(struct twister *t)
{
	for (unsigned i = 0; i < 624; i++) {
		const uint32_t y =
		        (t->word[i] & 0x80000000u) | (t->word[(i + 1) % 624] & 0x7fffffffu);

		t->word[i] = t->word[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
	}
	t->at = 0;
}

static uint32_t twister_next(struct twister *t)
{
	uint32_t y;

	if (t->at == 624)
		twister_turn(t);
	y = t->word[t->at++];
	y ^= y >> 11;
	y ^= y << 7 & 0x9d2c5680u;
	y ^= y << 15 & 0xefc60000u;
	return y ^ y >> 18;
}

/* Uniform in [0, top]: 61 bits, drawn again while above. */
static uint64_t twister_upto(struct twister *t, uint64_t top)
{
	for (;;) {
		const uint64_t high = twister_next(t);
		const uint64_t v = (high << 32 | twister_next(t)) & P61;

		if (v <= top)
			return v;
	}
}

void signature_numpy(uint32_t seed, size_t count, uint64_t *a, uint64_t *b)
{
	struct twister t;

	twister_seed(&t, seed);
	for (size_t i = 0; i < count; i++)
		a[i] = 1 + twister_upto(&t, P61 - 2);
	for (size_t i = 0; i < count; i++)
		b[i] = twister_upto(&t, P61 - 1);
}

static void fast_parameters(struct signature *s, uint64_t seed)
{
	uint32_t *a = s->a, *b = s->b;

	for (unsigned i = 0; i < s->count; i++) {
		const uint64_t r = hash_mix(hash_mix(seed) + i);

		a[i] = (uint32_t)r | 1;
		b[i] = (uint32_t)(r >> 32);
	}
}

static void *aligned_zero(size_t n)
{
	void *const p = aligned_alloc(64, (n + 63) / 64 * 64);

	if (!p)
		mem_die(n);
	return memset(p, 0, n);
}

enum signature_level signature_best(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
		return SIGNATURE_AVX512;
	if (__builtin_cpu_supports("avx2"))
		return SIGNATURE_AVX2;
#endif
	return SIGNATURE_SCALAR;
}

void signature_open(struct signature *s, enum signature_mode mode, unsigned bits, unsigned count,
                    uint64_t seed)
{
	*s = (struct signature){.mode = mode, .count = count, .level = signature_best()};
	s->lanes = (count + 15) / 16 * 16;
	s->bits = mode == SIGNATURE_FAST ? 32 : bits;
	s->a = aligned_zero(s->lanes * sizeof(uint64_t));
	s->b = aligned_zero(s->lanes * sizeof(uint64_t));
	if (mode == SIGNATURE_FAST)
		fast_parameters(s, seed);
	else
		signature_numpy((uint32_t)seed, count, s->a, s->b);
}

void signature_close(struct signature *s)
{
	free(s->a);
	free(s->b);
	*s = (struct signature){0};
}

void signature_reset(const struct signature *s, uint64_t *sig)
{
	memset(sig, 0xff, s->lanes * sizeof *sig);
}

static void add_fast(const struct signature *s, uint32_t *sig, const uint64_t *shingle, size_t n)
{
	enum { BLOCK = 512 };
	uint32_t narrow[BLOCK];

	for (size_t at = 0; at < n; at += BLOCK) {
		const size_t now = n - at < BLOCK ? n - at : BLOCK;

		for (size_t i = 0; i < now; i++)
			narrow[i] = (uint32_t)shingle[at + i];
		signature_min32(s->level, sig, s->a, s->b, s->lanes, narrow, now);
	}
}

void signature_add(const struct signature *s, uint64_t *sig, const uint64_t *shingle, size_t n)
{
	if (s->mode == SIGNATURE_FAST)
		add_fast(s, (uint32_t *)sig, shingle, n);
	else
		signature_min61(s->level, sig, s->a, s->b, s->lanes, shingle, n,
		                s->bits == 32 ? UINT32_MAX : UINT64_MAX);
}

void signature_finish(const struct signature *s, uint64_t *sig)
{
	if (s->mode != SIGNATURE_FAST)
		return;
	for (unsigned i = s->count; i-- > 0;) {
		uint32_t v;

		memcpy(&v, (const char *)sig + i * sizeof v, sizeof v);
		sig[i] = v;
	}
}

uint64_t signature_band(const uint64_t *sig, unsigned rows)
{
	return hash64((struct slice){(const char *)sig, rows * sizeof *sig});
}

/* Two unrelated bytes agree once in 256: that share is taken off. */
double signature_similarity(const uint8_t *x, const uint8_t *y, size_t n, size_t width)
{
	const double chance = width == 1 ? 1.0 / 256 : 0;
	size_t same = 0, numbers = 0;
	double j;

	for (size_t i = 0; i + width <= n; i += width, numbers++)
		same += memcmp(x + i, y + i, width) == 0;
	if (numbers == 0)
		return 0;
	j = ((double)same / (double)numbers - chance) / (1 - chance);
	return j > 0 ? j : 0;
}
