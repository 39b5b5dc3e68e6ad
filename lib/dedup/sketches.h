/* All sketch files of one dedup, as one numbered sequence of documents: indexes of older corpora
 * first, then the shards in their order. A document's number is what ties are broken by. */
#ifndef CURATE_DEDUP_SKETCHES_H
#define CURATE_DEDUP_SKETCHES_H

#include "lib/dedup/sketch.h"

struct sketches {
	struct sketch *file;
	size_t n, old;  /* the first `old` files are indexes: their documents always stay */
	uint64_t *base; /* [n+1]: number of each file's first document */
	uint64_t docs, old_docs;
	uint64_t
	        key; /* of all that is in them: what was made from other sketches has another key */
	struct sketch_shape shape;
	struct slice settings; /* of the first file that is no index, else of the first */
};

/* Opens them all. Missing or incomplete files are listed together; files made with other settings
 * (for indexes: other `method` lines, the first line of the settings) are refused; RC_STATE. */
int sketches_open(struct sketches *s, const char *const *path, size_t n, size_t old, struct err *e);
void sketches_close(struct sketches *s);

/* Reads every `of`-th file, from `which` on, and compares checksums. */
int sketches_check(const struct sketches *s, unsigned threads, unsigned which, unsigned of,
                   struct err *e);

/* The file that holds document `doc`. */
size_t sketches_file_of(const struct sketches *s, uint64_t doc);

#endif
