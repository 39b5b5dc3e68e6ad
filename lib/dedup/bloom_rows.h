/* What was collected of the documents of a shard for the Bloom filter: their n-gram hashes. */
#ifndef CURATE_DEDUP_BLOOM_ROWS_H
#define CURATE_DEDUP_BLOOM_ROWS_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

/* One document; `hash` is valid until the next row. */
struct bloom_row {
	uint64_t record, n;
	const uint64_t *hash;
};

/* Zero but for the path is the start. */
struct bloom_rows {
	const char *path;
	struct stream *in;
	struct buf bytes;
	size_t at;
	bool ended;
};

/* In order of records: 1, 0 at the end, -1 (RC_STATE when the bytes are no rows). */
int bloom_rows_next(struct bloom_rows *r, struct bloom_row *row, struct err *e);
void bloom_rows_close(struct bloom_rows *r);

#endif
