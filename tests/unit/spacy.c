/* spaCy's rules with and without the short cuts: the walk over a text and the chunks it keeps give
 * the tokens that the rules alone give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/chunks.h"
#include "lib/doc/spacy.h"

/* Every chunk by the rules, every token a suspect. */
static void split_by_rules(struct tokens *t)
{
	struct slice rest = t->text, chunk;
	size_t n = 0;

	while (utf8_split(&rest, &chunk))
		spacy_chunk(t, (size_t)(chunk.p - t->text.p), chunk.n, special_filter());
	uint32_t *suspect = mem_alloc((t->n + 1) * sizeof *suspect);

	for (; n < t->n; n++)
		suspect[n] = (uint32_t)n;
	spacy_rejoin(t, suspect, n);
	free(suspect);
}

static void assert_same(struct slice text, struct chunks *chunks)
{
	struct arena mem = {0};
	char *copy = mem_text(text.p, text.n); /* of exactly its size */
	struct slice exact = {copy, text.n};
	struct tokens want = {.mem = &mem, .text = exact}, got = {.mem = &mem, .text = exact};

	split_by_rules(&want);
	got.chunks = chunks;
	assert_false(spacy_tokens(&got));
	assert_int_equal(got.n, want.n);
	for (size_t i = 0; i < want.n; i++) {
		assert_int_equal(got.token[i].at, want.token[i].at);
		assert_int_equal(got.token[i].n, want.token[i].n);
	}
	free(copy);
	arena_free(&mem);
}

/* Texts of pieces that meet in every way; `kept` is used for all of them. */
static void assert_same_with(const char *const *piece, size_t n_pieces, unsigned texts,
                             struct chunks *kept)
{
	for (uint64_t seed = 0; seed < texts; seed++) {
		struct buf b = {0};
		size_t n = hash_mix(seed) % 120;

		for (size_t i = 0; i < n; i++) {
			uint64_t chance = hash_mix(seed << 20 | i);

			buf_add(&b, slice_of(piece[chance % n_pieces]));
			if (chance >> 32 & 1)
				buf_byte(&b, chance >> 40 & 7 ? ' ' : '\n');
		}
		assert_same(buf_slice(&b), NULL);
		assert_same(buf_slice(&b), kept);
		buf_free(&b);
	}
}

static void short_cuts_change_nothing(void **state)
{
	static const char *const piece[] = {
		"the", "don", "n't", "'s", "it", "He", "we", "wo", "im", "cannot", "gonna", "Mr",
		"Ph", "D",
		"a", "I", "x", "o", "S", "p", "m", ".", ",", "!", "(", ")", ":", ";", "-", "'",
		"\"", "/",
		"_", "=", "<", ">", "3", "8", "10", "2012", "km", "$", "%", "+", "*", "^", "\u2019",
		"\u2018",
		"\u2014", "\u2026", "\u00b0", "\u00e9", "\u00f6", "\u0434\u0430", "\u0130",
		"\u00a0",
		"\u3000", "\u00d7", "\u0482", "\u4e2d", "\u2665", "space", "cause", "http://a.b",
		"x.com",
		"averyveryverylongword", "...", ":-)", "o'clock", "\xc2\x85", "U.S", "e.g", "8)",
		"\\", "[",
	};
	struct chunks *kept = mem_new(struct chunks, 1);

	(void)state;
	assert_same_with(piece, sizeof piece / sizeof *piece, 4000, kept);
	free(kept);
}

static void chunks_that_leave_are_split_again(void **state)
{
	struct chunks *kept = mem_new(struct chunks, 1);
	struct buf b = {0};

	(void)state;
	/* More than there are places for, each twice in a row and again much later. */
	for (int i = 0; i < 3 * CHUNKS_PLACES; i++)
		buf_addf(&b, "(a%d), (a%d), ", i, i);
	assert_same(buf_slice(&b), kept);
	assert_same(buf_slice(&b), kept);
	buf_free(&b);
	free(kept);
}

static void a_chunk_is_kept_up_to_sixteen_bytes_and_eleven_tokens(void **state)
{
	static const struct {
		const char *text;
		bool kept;
	} chunk[] = {
		{"\"fourteen-byte\"", true},    {"\"fourteen-bytes\"", true},
		{"\"fourteen-bytess\"", false},
		{"(((((((((((", true},          {"((((((((((((", false},      {"don't.", true},
		{"(\"foo\",", true},            {"a\u00a0b.", false},         {"IS_ALPHA.", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof chunk / sizeof chunk[0]; i++) {
		struct chunks *kept = mem_new(struct chunks, 1);
		struct slice text = slice_of(chunk[i].text);
		struct arena mem = {0};
		struct tokens t = {.mem = &mem, .chunks = kept};

		tokens_split(WORDS_SPACY, text, &t);
		assert_int_equal(text.n <= WORD_SHORT &&
		                         chunks_find(kept, word_key(text.p, text.n, text.n)),
		                 chunk[i].kept);
		arena_free(&mem);
		free(kept);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_cuts_change_nothing),
		cmocka_unit_test(chunks_that_leave_are_split_again),
		cmocka_unit_test(a_chunk_is_kept_up_to_sixteen_bytes_and_eleven_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
