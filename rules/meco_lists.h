/* The files a meco stage may be given: keys that are known, counts of keys, and the edges of
 * buckets. */
#ifndef CURATE_RULES_MECO_LISTS_H
#define CURATE_RULES_MECO_LISTS_H

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/doc/wordlist.h"

/* All-zero is valid and empty. Files are read by lib/doc/wordlist: blank lines and those that begin
 * with '#' do not count, packed files are read too. */
struct meco_lists {
	struct wordlist known_file, counts_file, buckets_file;
	struct map known; /* key: place in `instead`, plus one; 0: itself */
	struct slice *instead;
	size_t n_instead;
	struct meco_edges *edges;
	size_t n_edges;
	struct arena mem;
};

/* The inner edges of the buckets of one field: bucket 1 lies below edge[0]. */
struct meco_edges {
	struct slice field;
	double *edge;
	size_t n;
};

/* KEY or KEY<TAB>REPLACEMENT a line. */
int meco_lists_known(struct meco_lists *l, const char *path, struct err *e);

/* KEY<TAB>COUNT a line: known are the keys with a count of at least `least`, of those the `most`
 * with the largest (0: all; of equal counts the smaller key counts more). */
int meco_lists_counts(struct meco_lists *l, const char *path, uint64_t least, uint64_t most,
                      struct err *e);

/* FIELD EDGE EDGE … a line, in ascending order, separated by spaces or tabs. */
int meco_lists_buckets(struct meco_lists *l, const char *path, struct err *e);

/* The edges of a field's N buckets; NULL when the file has none. */
const struct meco_edges *meco_lists_edges(const struct meco_lists *l, struct slice field,
                                          unsigned buckets);

/* True when the key is known; *key becomes its replacement. */
bool meco_lists_find(const struct meco_lists *l, struct slice *key);

void meco_lists_free(struct meco_lists *l);

#endif
