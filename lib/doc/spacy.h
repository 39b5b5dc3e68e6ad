/* spaCy's English tokenizer, its parts: prefixes, suffixes, infixes, URLs and special cases. */
#ifndef CURATE_DOC_SPACY_H
#define CURATE_DOC_SPACY_H

#include "lib/doc/tokens.h"

/* A chunk with fixed tokens, such as "don't" or ":-)". */
struct special {
	struct slice text;
	uint8_t n, size[3];      /* its tokens, in bytes */
	uint8_t n_plain;         /* 0, or the tokens it would have without special cases … */
	uint8_t plain_size[11];  /* … by which spaCy finds it again among the tokens of a text */
};

/* The special case, or NULL. */
const struct special *special_find(struct slice chunk);

/* False when no special case looks like this: its first 8 bytes as a little-endian number and its
 * length. For a quick check before special_find. */
bool special_may_be(uint64_t head, size_t n);

/* False when no special case's plain tokens can begin with these two. */
bool special_may_begin(struct slice first, struct slice second);

/* Bytes that leave the front / the end of a chunk, or 0. */
size_t spacy_prefix(struct slice chunk);
size_t spacy_suffix(struct slice chunk);

/* The first place at or behind `from` where the chunk is split: [*at, *at + *n). */
bool spacy_infix(struct slice chunk, size_t from, size_t *at, size_t *n);

/* True when all of it is one URL, host name or address. */
bool spacy_is_url(struct slice chunk);

/* Adds the tokens of one chunk, which starts at `at` of t->text. With `special` false without the
 * special cases. */
void spacy_chunk(struct tokens *t, size_t at, size_t n, bool special);

/* True when spaCy has no white-space token between token i and the next. */
bool spacy_adjacent(const struct tokens *t, size_t i);

/* Puts special cases back together that stand spread over several tokens. `suspect[i]` are the
 * tokens, ascending, at which special_may_begin. */
void spacy_rejoin(struct tokens *t, const uint32_t *suspect, size_t n);

/* All of it: fills t, whose text is set. True when spaCy would choke on a token "IS_ALPHA". */
bool spacy_tokens(struct tokens *t);

#endif
