/* A range: a part of one large file that can be read on its own, as a shard of its own.
 *
 * Where a file is cut depends on its bytes and on the size asked for, on nothing else. A plain file
 * is cut at multiples of that size, and a record belongs to the range it begins in; so nothing need
 * be read to cut it. Our own packed files are cut where the first frame begins behind a multiple of
 * that many plain bytes; their frames end behind a record (lib/io/endmark.h). */
#ifndef CURATE_IO_RANGE_H
#define CURATE_IO_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct range {
	uint32_t number, of; /* range `number`, from 0, of `of`; of 0: the whole file */
	uint64_t from, to;   /* bytes of the file */
	uint64_t plain_from,
	        plain_to; /* the same of what it decompresses to; equal in a plain file */
	uint64_t file;    /* bytes of the whole file when it was cut */
};

struct ranges {
	struct range *item;
	size_t n; /* 0: the file stays whole */
};

enum { RANGES_MAX = 1000000 }; /* of one file */

/* Cuts a regular file in ranges of about `size` plain bytes. It stays whole when it is smaller, is
 * packed without a frame index (another program's output), is no text, or cannot be read: who opens
 * it will say so. -1: more than RANGES_MAX (RC_USAGE). Free on failure too. */
int ranges_cut(struct ranges *r, const char *path, uint64_t size, struct err *e);
void ranges_free(struct ranges *r);

/* Adds "MARK0003", as many digits for all ranges of a file, at least four; nothing for the whole.
 */
void range_name(const struct range *r, const char *mark, struct buf *out);

#endif
