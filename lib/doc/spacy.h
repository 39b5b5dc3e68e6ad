/* spaCy's English tokenizer, its parts: prefixes, suffixes, infixes, URLs and special cases. */
#ifndef CURATE_DOC_SPACY_H
#define CURATE_DOC_SPACY_H

#include "lib/doc/tokens.h"
#include "lib/doc/word_hash.h"

/* A chunk with fixed tokens, such as "don't" or ":-)". */
struct special {
	struct slice text;
	uint8_t n, size[3];      /* its tokens, in bytes */
	uint8_t n_plain;         /* 0, or the tokens it would have without special cases … */
	uint8_t plain_size[11];  /* … by which spaCy finds it again among the tokens of a text */
};

enum {
	SPECIAL_LONGEST = 29, /* bytes */
	SPECIAL_FILTER = 1 << 16,
	SPECIAL_PAIRS = 1 << 13,
	SPECIAL_RUNS = 1 << 15,
};

/* What says quickly and mostly right that something is no special case. */
struct special_filter {
	uint64_t whole[SPECIAL_FILTER / 64], pair[SPECIAL_PAIRS / 64];
	uint64_t run[SPECIAL_RUNS / 32]; /* two bits each, see special_may_be_run */
	uint8_t begins[256], follows[256]; /* enum special_kind by a token's first byte */
};

/* Pairs of tokens that a special case's plain tokens begin with, by the first byte of the first
 * one. Two tokens are none when what one begins and the other follows have no kind in common. */
enum special_kind {
	SPECIAL_LETTER = 1,
	SPECIAL_DIGIT = 2,
	SPECIAL_STOP = 4,  /* . */
	SPECIAL_CLOSE = 8, /* ) */
	SPECIAL_QUOTE = 16, /* ' and what lies beyond letters */
	SPECIAL_OTHER = 32,
};
const struct special_filter *special_filter(void);

/* False when no special case has these first 8 bytes (as a little-endian number) and length. */
static inline bool special_may_be(const struct special_filter *f, uint64_t head, size_t n)
{
	size_t bit = word_filter(head, n) % SPECIAL_FILTER;

	return f->whole[bit / 64] >> bit % 64 & 1;
}

static inline size_t special_run(uint64_t head)
{
	return (size_t)(head * 0xbf58476d1ce4e5b9u >> 40) % SPECIAL_RUNS;
}

/* For a run of n letters or digits, of which 8 bytes may be read: false when it is no special case,
 * nor, if there is a mark behind it, the two together. */
static inline bool special_may_be_run(const struct special_filter *f, const char *p, size_t n,
                                      bool marked)
{
	uint64_t mask = letters_load((const char *)word_mask + WORD_SHORT - (n < WORD_SHORT
	                                                                     ? n : WORD_SHORT));
	size_t at = special_run(letters_load(p) & mask);

	return f->run[at / 32] >> 2 * (at % 32) & (1 | (unsigned)marked << 1);
}

static inline size_t special_pair(struct slice first, struct slice second, size_t room)
{
	uint64_t key = word_head(first.p, first.n, room) ^ (uint64_t)first.n << 56 ^
	               (uint64_t)(unsigned char)second.p[0] << 48 ^ (uint64_t)second.n << 40;

	return (size_t)(key * 0x9e3779b97f4a7c15u >> 40) % SPECIAL_PAIRS;
}

/* False when no special case's plain tokens begin with these two. `room` >= first.n bytes may be
 * read from the first on. */
static inline bool special_may_begin(const struct special_filter *f, struct slice first,
                                     struct slice second, size_t room)
{
	if (!(f->begins[(unsigned char)*first.p] & f->follows[(unsigned char)*second.p]))
		return false;
	size_t bit = special_pair(first, second, room);

	return f->pair[bit / 64] >> bit % 64 & 1;
}

/* The special case, or NULL. `room` >= chunk.n bytes may be read. */
const struct special *special_find(struct slice chunk, size_t room);

/* Bytes that leave the front / the end of a chunk, or 0. */
size_t spacy_prefix(struct slice chunk);
size_t spacy_suffix(struct slice chunk);

/* The first place at or behind `from` where the chunk is split: [*at, *at + *n). */
bool spacy_infix(struct slice chunk, size_t from, size_t *at, size_t *n);

/* True when all of it is one URL, host name or address. */
bool spacy_is_url(struct slice chunk);

/* Adds the tokens of one chunk, which starts at `at` of t->text; without special cases when
 * `filter` is NULL. */
void spacy_chunk(struct tokens *t, size_t at, size_t n, const struct special_filter *filter);

/* True when spaCy has no white-space token between token i and the next. */
bool spacy_adjacent(const struct tokens *t, size_t i);

/* Puts special cases back together that stand spread over several tokens. `suspect[i]` are the
 * tokens, ascending, at which special_may_begin. */
void spacy_rejoin(struct tokens *t, const uint32_t *suspect, size_t n);

/* All of it: fills t, whose text is set. True when spaCy would choke on a token "IS_ALPHA". */
bool spacy_tokens(struct tokens *t);

#endif
