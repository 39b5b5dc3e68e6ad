/* The index file of a prox_store, as it lies on disk: program texts, sorted entries, a table of
 * where each range of hashes begins, and a footer. Private to the store. */
#ifndef CURATE_DOC_PROX_INDEX_H
#define CURATE_DOC_PROX_INDEX_H

#include "lib/base/hash.h"
#include "lib/doc/json.h"
#include "lib/doc/prox_store.h"
#include "lib/io/shards.h"

/* One row of the programs; sorted by all fields in this order. Numbers are the machine's own: an
 * index is made where it is used. */
struct prox_entry {
	uint64_t hi, lo; /* hash128 of the id */
	uint32_t chunk, chunks;
	uint64_t offset; /* of its text in the index file: rises with the row's place in the source
	                  */
	uint64_t length;
};

struct prox_footer {
	char magic[8];
	struct fingerprint source;
	uint64_t fields; /* hash of the field paths */
	struct prox_store_counts counts;
	uint64_t entries_at, entries;
	uint64_t table_at;
	uint32_t bits; /* entries whose hash begins with these bits i: table[i] to table[i + 1] */
	uint32_t check; /* of all before it */
};

#define PROX_INDEX_MAGIC "CurProx1"

/* Between the texts of a program that came as a list; no UTF-8 holds it. */
enum { PROX_NEXT_CHUNK = 0xff };

uint32_t prox_footer_check(const struct prox_footer *f);

/* Reads `source` and writes the index to `path`. */
int prox_index_build(const char *source, const char *path, const struct prox_store_options *o,
                     const struct fingerprint *fingerprint, uint64_t fields, struct err *e);

/* One row of the source. */
struct prox_row {
	struct slice id;
	uint32_t chunk, chunks;
	struct buf text; /* chunks of a list with PROX_NEXT_CHUNK between them */
};

enum prox_row_kind { PROX_ROW_GOOD, PROX_ROW_BAD, PROX_ROW_FAILED };

struct prox_row_reader;
struct prox_row_reader *prox_row_open(const struct prox_store_options *o, struct err *e);
void prox_row_close(struct prox_row_reader *r);

/* `line` has JSON_PADDING bytes behind it. The row is valid until the next call. */
enum prox_row_kind prox_row_read(struct prox_row_reader *r, struct slice line,
                                 struct prox_row *row);

#endif
