/* ProX programs by document id, however many: a file of programs or of a model's replies, and an
 * index on disk beside it, made once in bounded memory and asked without reading the file again. */
#ifndef CURATE_DOC_PROX_STORE_H
#define CURATE_DOC_PROX_STORE_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

/* Rows are JSON objects, packed or not, in any order:
 *   {"id": …, "program": "…" or ["…", …]}    fields as named below
 *   {"custom_id": "ID#K/N", "response": …}   replies of an OpenAI or vLLM batch: chunk K of N of
 * the document ID; choices[0].message.content or .text */
struct prox_store_options {
	const char *index;         /* path; NULL: the programs' path and ".index" */
	struct slice id, program; /* field paths of the first kind of row */
};

struct prox_store;

/* Opens the index, and makes it first when there is none or it is of another file, of another
 * content or of other fields. Two processes may do so at once. RC_INPUT when the programs cannot be
 * read, RC_OUTPUT when the index cannot be written. */
struct prox_store *prox_store_open(const char *path, const struct prox_store_options *o,
                                   struct err *e);
void prox_store_close(struct prox_store *s);

struct prox_store_counts {
	uint64_t rows;       /* used */
	uint64_t bad;        /* no JSON, or without id or program */
	uint64_t failed;     /* replies that say they failed */
	uint64_t duplicates; /* rows for an id and chunk that had one before; the first counts */
};
struct prox_store_counts prox_store_counts(const struct prox_store *s);

/* The program of one document: one text, or one for each chunk in order. */
struct prox_found {
	struct slice *chunk; /* a missing one is empty */
	size_t n;            /* 0: there is none for this document */
	size_t missing;      /* of the n */
};

/* Any number of threads may ask at once. Ids are told apart by 128 bits of hash. */
int prox_store_find(const struct prox_store *s, struct slice id, struct prox_found *found,
                    struct arena *mem, struct err *e);

/* "ID#K/N" taken apart; chunks from 0. False when it is not one. */
bool prox_custom_id_parse(struct slice custom_id, struct slice *id, uint32_t *chunk,
                          uint32_t *chunks);

enum { PROX_CHUNKS_MAX = 1 << 20 }; /* of one document */

#endif
