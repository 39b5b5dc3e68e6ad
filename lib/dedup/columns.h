/* Reading documents' numbers out of sketches in ascending order of documents, a chunk at a time. */
#ifndef CURATE_DEDUP_COLUMNS_H
#define CURATE_DEDUP_COLUMNS_H

#include "lib/dedup/sketches.h"

enum column { COLUMN_ORDER, COLUMN_RECORD };

/* All-zero but for `s` and `column` is a valid start; one thread. */
struct columns {
	const struct sketches *s;
	enum column column;
	uint64_t low, high; /* documents held */
	uint64_t *value;
	size_t cap;
};

/* Any order works; ascending order reads each chunk once. Documents of an index have order 0: they
 * come before all others. */
int columns_get(struct columns *c, uint64_t doc, uint64_t *value, struct err *e);
void columns_free(struct columns *c);

/* Open sketch files, for reads of single documents: at most a few files at a time. Documents in
 * ascending order are read a window at a time. One thread. */
enum { SKETCHES_OPEN = 16, SKETCHES_WINDOW = 16384 };
struct open_sketches {
	const struct sketches *s;
	struct sealed file[SKETCHES_OPEN];
	size_t which[SKETCHES_OPEN]; /* file number + 1; 0: closed */
	struct {
		size_t which; /* as above, of the bytes held */
		uint64_t at;
		size_t n;
		char *bytes;
	} window[3]; /* signatures, places of ids, ids */
};
void open_sketches_close(struct open_sketches *o);

/* The signature of a document (shape.sig_bytes) / its id / its shingle set. */
int open_sketches_sig(struct open_sketches *o, uint64_t doc, uint8_t *sig, struct err *e);
int open_sketches_id(struct open_sketches *o, uint64_t doc, struct arena *mem, struct slice *id,
                     struct err *e);
int open_sketches_set(struct open_sketches *o, uint64_t doc, struct arena *mem,
                      const uint32_t **set, size_t *n, struct err *e);

#endif
