#include "lib/dedup/fold.h"

/* What 64 bytes are: `odd` has the lead bytes that need a look at the whole character. */
struct masks {
	uint64_t word, odd;
};

static inline bool is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static struct masks fold_scalar(const unsigned char *in, char *out)
{
	struct masks m = {0};

	for (unsigned i = 0; i < 64; i++) {
		const unsigned char c = in[i], low = c | 0x20;
		const bool letter = low >= 'a' && low <= 'z', digit = c >= '0' && c <= '9';

		out[i] = (char)(letter ? low : digit ? '0' : c);
		m.word |= (uint64_t)(letter || digit || c >= 0x80) << i;
		m.odd |= (uint64_t)(c == 0xc2 || c >= 0xe2) << i;
	}
	return m;
}

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2"))) static inline uint64_t fold_half(__m256i c, char *out,
                                                                 uint32_t *odd)
{
	const __m256i low = _mm256_or_si256(c, _mm256_set1_epi8(0x20));
	/* Signed compares: bytes from 0x80 on are negative, so they are in no ASCII range. */
	const __m256i letter = _mm256_and_si256(_mm256_cmpgt_epi8(low, _mm256_set1_epi8('a' - 1)),
	                                        _mm256_cmpgt_epi8(_mm256_set1_epi8('z' + 1), low));
	const __m256i digit = _mm256_and_si256(_mm256_cmpgt_epi8(c, _mm256_set1_epi8('0' - 1)),
	                                       _mm256_cmpgt_epi8(_mm256_set1_epi8('9' + 1), c));
	const __m256i lead = _mm256_cmpeq_epi8(_mm256_max_epu8(c, _mm256_set1_epi8((char)0xe2)), c);
	__m256i folded = _mm256_blendv_epi8(c, low, letter);

	folded = _mm256_blendv_epi8(folded, _mm256_set1_epi8('0'), digit);
	_mm256_storeu_si256((__m256i *)out, folded);
	*odd = (uint32_t)_mm256_movemask_epi8(
	        _mm256_or_si256(lead, _mm256_cmpeq_epi8(c, _mm256_set1_epi8((char)0xc2))));
	return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(letter, digit), c));
}

__attribute__((target("avx2"))) static struct masks fold_avx2(const unsigned char *in, char *out)
{
	uint32_t odd[2];
	const uint64_t first = fold_half(_mm256_loadu_si256((const __m256i *)in), out, &odd[0]);
	const uint64_t second =
	        fold_half(_mm256_loadu_si256((const __m256i *)(in + 32)), out + 32, &odd[1]);

	return (struct masks){first | second << 32, odd[0] | (uint64_t)odd[1] << 32};
}
#endif

static struct masks fold_block(enum signature_level level, const unsigned char *in, char *out)
{
#ifdef __x86_64__
	if (level != SIGNATURE_SCALAR)
		return fold_avx2(in, out);
#endif
	(void)level;
	return fold_scalar(in, out);
}

enum class { CLASS_WORD, CLASS_BREAK, CLASS_SINGLE };

/* Of the character that starts with the bytes at p. */
static enum class class_of(const unsigned char *p) {
	switch (p[0]){
		case 0xc2 : return CLASS_BREAK; case 0xe2 : return p[1] < 0xb0 ? CLASS_BREAK
		                                : p[1] < 0xba                  ? CLASS_WORD
		                                                               : CLASS_SINGLE;
		case 0xe3 : return p[1] == 0x80 ? CLASS_BREAK : CLASS_SINGLE;
		default : return p[0] > 0xe3 ? CLASS_SINGLE : CLASS_WORD;
	}
}

/* The character that byte `at` of the text belongs to: where it starts. */
static size_t lead_of(const unsigned char *text, size_t at)
{
	while (at > 0 && is_continuation(text[at]))
		at--;
	return at;
}

/* Does again, by characters, a block with odd ones in it or just before it: takes separators out of
 * `word` and returns the bits where a word starts whatever stands before. */
static uint64_t look_closer(const unsigned char *text, size_t at, size_t end, uint64_t *word)
{
	uint64_t starts = 0;
	size_t i = lead_of(text, at);
	bool single_before = i > 0 && class_of(text + lead_of(text, i - 1)) == CLASS_SINGLE;

	while (i < end) {
		const enum class class = class_of(text + i);
		size_t next = i + 1;

		while (next < end && is_continuation(text[next]))
			next++;
		if (i >= at && (class == CLASS_SINGLE || single_before))
			starts |= UINT64_C(1) << (i - at);
		if (class == CLASS_BREAK)
			for (size_t k = i > at ? i : at; k < next; k++)
				*word &= ~(UINT64_C(1) << (k - at));
		single_before = class == CLASS_SINGLE;
		i = next;
	}
	return starts;
}

void fold_text(struct fold *f, struct slice text, enum signature_level level, struct arena *mem)
{
	const unsigned char *const p = (const unsigned char *)text.p;
	uint64_t word_before = 0, odd_before = 0;

	f->n = text.n;
	f->blocks = text.n / 64 + 1;
	f->text = arena_alloc(mem, f->blocks * 64 + FOLD_PADDING);
	f->word = arena_alloc(mem, 2 * f->blocks * sizeof *f->word);
	f->start = f->word + f->blocks;
	memset(f->text + (f->blocks - 1) * 64, 0, 64 + FOLD_PADDING);
	for (size_t block = 0; block < f->blocks; block++) {
		const size_t at = block * 64, end = at + 64 < text.n ? at + 64 : text.n;
		uint64_t always = 0;
		struct masks m;

		if (end == at + 64) {
			m = fold_block(level, p + at, f->text + at);
		} else {
			unsigned char last[64] = {0};

			if (end > at)
				memcpy(last, p + at, end - at);
			m = fold_block(level, last, f->text + at);
		}
		/* A character of up to four bytes may reach in from the block before. */
		if (m.odd || odd_before >> 60)
			always = look_closer(p, at, end, &m.word);
		f->word[block] = m.word;
		f->start[block] = m.word & (~(m.word << 1 | word_before >> 63) | always);
		word_before = m.word;
		odd_before = m.odd;
	}
}
