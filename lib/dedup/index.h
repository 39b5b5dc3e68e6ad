/* An index: the sketches of a corpus, for later ones to be compared with. It is a folder with one
 * sketch file a shard and, written last, `index`, which says how many there are. Dropped documents
 * are in it too, under the id of the document that stayed for them: what was a duplicate once is
 * one again. */
#ifndef CURATE_DEDUP_INDEX_H
#define CURATE_DEDUP_INDEX_H

#include "lib/dedup/share.h"
#include "lib/dedup/verdict.h"

#define INDEX_MAGIC "INDX"

/* What an index is made from. Tasks share its files; those that are done are marked in its folder,
 * and the whole by the file `mark`. */
struct index_job {
	const char *dir, *mark;
	const struct sketches *s;
	const struct verdict *v;
	uint64_t mem; /* of one thread */
	struct share *share;
};

/* Writes the documents of `s` that are no index's. */
int index_write(const struct index_job *j, struct err *e);
bool index_is_done(const char *mark, uint64_t verdict_key, const char *dir);

/* Adds names, sizes and checksums of an index's files, as their ends tell them. */
int index_fingerprint(const char *dir, struct buf *out, struct err *e);

/* Adds the paths of an index's sketch files to a growing list of owned texts; RC_INPUT when DIR is
 * no whole index. */
int index_paths(const char *dir, char ***path, size_t *n, struct err *e);

#endif
