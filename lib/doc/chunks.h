/* What spaCy's rules made of the chunks a thread has met lately, for those that are not plain
 * words: "don't", "(e.g.", "2012,". Nothing that is ever computed depends on what is in here. */
#ifndef CURATE_DOC_CHUNKS_H
#define CURATE_DOC_CHUNKS_H

#include "lib/doc/word_hash.h"

enum { CHUNK_TOKENS = 11 };

/* Its tokens lie side by side. */
struct chunk {
	uint64_t head, tail; /* of its word_key */
	uint8_t n;           /* bytes, up to WORD_SHORT; 0: free */
	uint8_t n_tokens, size[CHUNK_TOKENS];
	uint8_t first, last; /* enum special_pair of the first and of the last token */
	bool is_suspect;     /* special_may_begin at one of its tokens */
};

/* All-zero is a valid start. A place for each value of the hash, and another for what had to
 * leave. */
enum { CHUNKS_PLACES = 1 << 13 };
struct chunks {
	struct chunk place[CHUNKS_PLACES][2];
};

static inline struct chunk *chunks_place(struct chunks *c, struct word_key key)
{
	return c->place[word_key_hash(key) % CHUNKS_PLACES];
}

static inline bool chunk_is(const struct chunk *c, struct word_key key)
{
	return ((c->head ^ key.head) | (c->tail ^ key.tail) | (c->n ^ key.n)) == 0;
}

/* The chunk, or NULL. */
static inline const struct chunk *chunks_find(struct chunks *c, struct word_key key)
{
	const struct chunk *place = chunks_place(c, key);

	place += !chunk_is(place, key);
	return chunk_is(place, key) ? place : NULL;
}

static inline void chunks_keep(struct chunks *c, const struct chunk *chunk)
{
	struct chunk *place =
	        chunks_place(c, (struct word_key){chunk->head, chunk->tail, chunk->n});

	place[1] = place[0];
	place[0] = *chunk;
}

#endif
