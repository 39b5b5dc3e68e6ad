/* An index: the sketches of a corpus, for later ones to be compared with. It is a folder with one
 * sketch file a shard and, written last, `index`, which says how many there are. Dropped documents
 * are in it too, under the id of the document that stayed for them: what was a duplicate once is
 * one again. */
#ifndef CURATE_DEDUP_INDEX_H
#define CURATE_DEDUP_INDEX_H

#include "lib/dedup/verdict.h"

#define INDEX_MAGIC "INDX"

/* Writes the documents of `s` that are no index's. */
int index_write(const char *dir, const struct sketches *s, const struct verdict *v,
                unsigned threads, uint64_t mem, struct err *e);

/* Adds the paths of an index's sketch files to a growing list of owned texts; RC_INPUT when DIR is
 * no whole index. */
int index_paths(const char *dir, char ***path, size_t *n, struct err *e);

#endif
