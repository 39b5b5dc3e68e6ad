#include "lib/doc/marks.h"

#include "lib/base/utf8.h"
#include "lib/doc/marks_masks.h"

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = MARKS_BLOCK, AHEAD = 1 }; /* so many bytes behind a block are looked at, too */

/* A walk over the text; what crosses from one block into the next. */
struct scan {
	struct marks *m;
	struct arena *mem;
	struct slice text;
	uint64_t *word;
	uint32_t *lf;
	size_t cap;
	uint64_t after_space; /* 1: the byte before the block is white space, or there is none */
	uint64_t spilled;     /* first bytes of the block that continue a white space */
	uint64_t after_digit, after_digit_dot, decimals; /* decimals: digits behind a dot */
	size_t dots; /* of a run that reaches up to the block */
};

enum { HASH = 1, SQUARE = 2, CURLY = 4, AT = 8, LOW = 16, BREAK = 32 };

static const uint8_t rare_kind[128] = {
	['#'] = HASH,           ['['] = SQUARE,          ['{'] = CURLY, ['@'] = AT, ['_'] = LOW,
	[0x0b ... 0x0d] = BREAK, [0x1c ... 0x1e] = BREAK,
};

static void take_rare(struct scan *s, uint64_t rare, const char *p)
{
	unsigned kinds = 0;

	for (; rare; rare &= rare - 1) {
		unsigned kind = rare_kind[p[__builtin_ctzll(rare)] & 0x7f];

		s->m->hashes += kind & HASH;
		kinds |= kind;
	}
	s->m->opens_square |= (kinds & SQUARE) != 0;
	s->m->opens_curly |= (kinds & CURLY) != 0;
	s->m->at_sign |= (kinds & AT) != 0;
	s->m->underscore |= (kinds & LOW) != 0;
	s->m->odd_breaks |= (kinds & BREAK) != 0;
}

/* Looks at the few characters outside ASCII that may be white space, line breaks or U+2026, and
 * adds the bytes of white space to `space`. */
static void take_wide(struct scan *s, uint64_t wide, const char *p, uint64_t *space)
{
	for (; wide; wide &= wide - 1) {
		unsigned i = (unsigned)__builtin_ctzll(wide), size;
		uint32_t c = utf8_at(p + i, &size);
		uint64_t bytes = (1u << size) - 1;

		s->m->ellipses += c == 0x2026;
		s->m->odd_breaks |= c == 0x85 || c == 0x2028 || c == 0x2029;
		if (!utf8_is_space(c))
			continue;
		s->m->wide_space = true;
		*space |= bytes << i;
		if (i + size > BLOCK)
			s->spilled = bytes >> (BLOCK - i);
	}
}

/* Runs of dots: one of k holds k / 3 ellipses. */
static void take_dots(struct scan *s, uint64_t dot)
{
	for (unsigned at = 0; at < BLOCK;) {
		uint64_t rest = dot >> at;
		unsigned run = ~rest ? (unsigned)__builtin_ctzll(~rest) : BLOCK;

		if (run > BLOCK - at)
			run = BLOCK - at;
		s->dots += run;
		at += run;
		if (at == BLOCK)
			break;
		s->m->ellipses += s->dots / 3;
		s->dots = 0;
		rest = dot >> at;
		at = rest ? at + (unsigned)__builtin_ctzll(rest) : BLOCK;
	}
}

static void take_decimals(struct scan *s, uint64_t digit, uint64_t digit_dot)
{
	uint64_t decimals = digit & (digit_dot << 1 | s->after_digit_dot), old = s->decimals;
	uint64_t near = decimals << 2 | decimals << 3 | decimals << 4 | old >> 62 | old >> 61 |
	                old >> 60;

	s->m->dotted |= (decimals & near) != 0;
	s->after_digit_dot = digit_dot >> (BLOCK - 1);
	s->decimals = decimals;
}

static void make_room(struct scan *s, size_t at)
{
	size_t cap = s->m->n_lf + (s->text.n - at) + BLOCK;

	s->lf = arena_grow(s->mem, s->lf, s->cap * sizeof *s->lf, cap * sizeof *s->lf);
	s->cap = cap;
}

/* `p` are the bytes of the text from `at` on, blanks behind its end. */
INLINE void take_block(struct scan *s, struct masks b, uint64_t wide, const char *p, size_t at)
{
	struct marks *m = s->m;
	uint64_t space = b.space | s->spilled;

	s->spilled = 0;
	if (b.high) {
		m->chars -= (size_t)__builtin_popcountll(b.inside);
		if (wide)
			take_wide(s, wide, p, &space);
	}
	uint64_t word = ~space & (space << 1 | s->after_space);

	m->words += (size_t)__builtin_popcountll(word);
	s->word[at / BLOCK] = word;
	s->after_space = space >> (BLOCK - 1);
	if (m->n_lf + BLOCK > s->cap)
		make_room(s, at);
	/* Most blocks have none or one: written without a branch, it costs no wrong guesses. */
	uint64_t lf = b.lf & (b.lf - 1);

	s->lf[m->n_lf] = (uint32_t)at + (uint32_t)__builtin_ctzll(b.lf |
	                                                          UINT64_C(1) << (BLOCK - 1));
	m->n_lf += b.lf != 0;
	for (; lf; lf &= lf - 1)
		s->lf[m->n_lf++] = (uint32_t)at + (uint32_t)__builtin_ctzll(lf);
	if (b.rare)
		take_rare(s, b.rare, p);
	if (s->dots > 1 || b.dot & (b.dot << 1 | s->dots))
		take_dots(s, b.dot);
	else
		s->dots = b.dot >> (BLOCK - 1);

	uint64_t digit_dot = b.dot & (b.digit << 1 | s->after_digit);

	s->after_digit = b.digit >> (BLOCK - 1);
	if (digit_dot | s->after_digit_dot | s->decimals)
		take_decimals(s, b.digit, digit_dot);
}

/* A walk whose blocks are looked at by masks_NAME and wide_NAME. */
#define WALK(name, attribute)                                                                      \
	attribute static void walk_##name(struct scan *s)                                          \
	{                                                                                          \
		const char *p = s->text.p;                                                         \
		char end[BLOCK + AHEAD];                                                           \
		size_t at = 0, n = s->text.n;                                                      \
                                                                                                   \
		for (; at < n; at += BLOCK) {                                                      \
			const char *block = p + at;                                                \
                                                                                                   \
			if (n - at < BLOCK + AHEAD) {                                              \
				memset(end, ' ', sizeof end);                                      \
				block = memcpy(end, p + at, n - at);                               \
			}                                                                          \
			struct masks b = masks_##name(block);                                      \
                                                                                                   \
			take_block(s, b, b.high ? wide_##name(block) : 0, block, at);              \
		}                                                                                  \
	}
WALK(plain, )
#ifdef __x86_64__
WALK(sse2, )
WALK(avx2, __attribute__((target(MARKS_AVX2_TARGET))))
WALK(avx512, __attribute__((target(MARKS_AVX512_TARGET))))
#endif

static void (*walk_by(enum marks_way way))(struct scan *)
{
#ifdef __x86_64__
	if (way == MARKS_SSE2)
		return walk_sse2;
	if (way == MARKS_AVX2)
		return masks_have_avx2() ? walk_avx2 : NULL;
	if (way == MARKS_AVX512)
		return masks_have_avx512() ? walk_avx512 : NULL;
#endif
	return way == MARKS_PLAIN ? walk_plain : NULL;
}

bool marks_find_by(enum marks_way way, struct slice text, struct marks *m, struct arena *mem)
{
	void (*walk)(struct scan *) = walk_by(way);
	struct scan s = {.m = m, .mem = mem, .text = text, .after_space = 1};

	if (!walk)
		return false;
	s.word = arena_alloc(mem, (text.n / BLOCK + 1) * sizeof *s.word);
	*m = (struct marks){.chars = text.n, .word = s.word};
	s.cap = text.n / 32 + BLOCK;
	s.lf = arena_alloc(mem, s.cap * sizeof *s.lf);
	walk(&s);
	m->ellipses += s.dots / 3;
	m->lf = arena_grow(mem, s.lf, s.cap * sizeof *s.lf, m->n_lf * sizeof *s.lf);
	return true;
}

void marks_find(struct slice text, struct marks *m, struct arena *mem)
{
	int way = MARKS_WAYS - 1;

	while (!marks_find_by((enum marks_way)way, text, m, mem))
		way--;
}

bool marks_has_words(const struct marks *m, size_t from, size_t to, size_t least)
{
	for (; from < to && least; from += BLOCK) {
		size_t i = from / BLOCK, shift = from % BLOCK;
		uint64_t word = m->word[i] >> shift;

		if (shift && to - from > BLOCK - shift)
			word |= m->word[i + 1] << (BLOCK - shift);
		if (to - from < BLOCK)
			word &= (UINT64_C(1) << (to - from)) - 1;
		for (; word && least; least--)
			word &= word - 1;
	}
	return least == 0;
}
