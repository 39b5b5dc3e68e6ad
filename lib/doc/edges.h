/* Where the chunks of a text begin and end, runs of bytes between ASCII white space, and which of
 * them are odd: neither one byte, nor letters alone or digits alone with a mark behind them that
 * spaCy's rules take off, or with none. 64 bytes at a time. */
#ifndef CURATE_DOC_EDGES_H
#define CURATE_DOC_EDGES_H

#include "lib/base/slice.h"

enum { EDGES_BLOCK = 64, EDGES_WINDOW = 2048, EDGES_ROOM = EDGES_WINDOW + 2 * EDGES_BLOCK };

enum edges_level { EDGES_PORTABLE, EDGES_AVX2, EDGES_AVX512 };

struct edges {
	struct slice text;
	enum edges_level level;
	uint32_t edge[EDGES_ROOM]; /* a chunk begins at one and ends at the next */
	uint32_t
	        odd[EDGES_ROOM]; /* the numbers of those that are odd, and UINT32_MAX behind them */
	size_t n, n_odd;           /* whole chunks are the first n / 2 */

	/* Private: where the next block begins, and what the last byte before it was. */
	size_t at;
	uint64_t inside, was_letter, was_digit, was_small, was_open, was_odd;
};

/* The last one that this machine has; it has those before it, too. */
enum edges_level edges_best(void);

/* The text has less than 4 GiB. */
void edges_start(struct edges *e, struct slice text, enum edges_level level);

/* Finds the next chunks, in place of those before; false when there are no more. The result does
 * not depend on the level. */
bool edges_next(struct edges *e);

#endif
