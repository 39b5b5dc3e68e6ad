/* The verdict of a dedup: which documents are duplicates, of what, and how alike.
 *
 * DIR/NNNN.part hold the members of all clusters in document order, each of an equal range of
 * documents, and DIR/NNNN.name the ids of those they leave for; both end in the verdict's key.
 * DIR/verdict is written last: without it there is no verdict. */
#ifndef CURATE_DEDUP_VERDICT_H
#define CURATE_DEDUP_VERDICT_H

#include "lib/dedup/sketches.h"

#define VERDICT_MAGIC "VERD"
#define VERDICT_PART "VPRT"
#define VERDICT_NAME "VNAM"

/* One member of a cluster of two and more. Survivors are members too: survivor == doc. */
struct verdict_entry {
	uint64_t doc, record, survivor;
	uint64_t cluster; /* number of the cluster's first document */
	uint64_t name;    /* place of the survivor's id, for those that are none */
	uint32_t size;    /* members */
	float similarity; /* to the survivor: estimated, or true after --verify */
};

struct verdict_stats {
	uint64_t docs, old_docs, edges, buckets, largest_bucket, clusters, largest_cluster, dropped;
	uint64_t freed;      /* documents a cluster held and verification let go */
	uint64_t unverified; /* of those, the ones beyond the comparisons a cluster may cost */
};

/* What DIR/verdict holds, then `files` + 1 times the number of a file's first document. */
struct verdict_head {
	uint64_t key; /* of the sketches and of what else it depends on */
	uint64_t parts, files, old;
	struct verdict_stats stats;
};

/* Open for lookups from many threads; the files are mapped. */
struct verdict {
	struct verdict_head head;
	uint64_t *base;
	struct verdict_part {
		const struct verdict_entry *entry;
		size_t entries, entry_bytes, name_bytes;
		const char *name;
		uint64_t last; /* documents up to and with the last entry: its number + 1 */
	} *part;
};

/* For lookups in the shards that are mine[i] (counted without the indexes); NULL: in all. Parts
 * that have none of them are not read. */
int verdict_open(struct verdict *v, const char *dir, const bool *mine, struct err *e);
void verdict_close(struct verdict *v);

/* True when DIR has a whole verdict with this key / when a file of it is there (VERDICT_PART or
 * VERDICT_NAME). */
bool verdict_is_done(const char *dir, uint64_t key);
bool verdict_file_is_done(const char *dir, size_t i, const char *magic, uint64_t key);

const char *verdict_path(const char *dir, size_t i, const char *magic, struct buf *path);
int verdict_write_head(const char *dir, const struct verdict_head *head, const uint64_t *base,
                       struct err *e);
int verdict_stats(const char *dir, struct verdict_stats *stats, struct err *e);

/* Takes back the verdict of another key before its files are overwritten. */
void verdict_remove_other(const char *dir, uint64_t key);

/* The entry of a record of shard `shard` (counted without the indexes), or NULL. */
const struct verdict_entry *verdict_find(const struct verdict *v, size_t shard, uint64_t record);

/* The id of the document an entry survives as. */
struct slice verdict_name(const struct verdict *v, const struct verdict_entry *entry);

/* {"dup_of":"…","cluster":12,"size":3,"similarity":0.92}, without dup_of for survivors. */
void verdict_json(const struct verdict *v, const struct verdict_entry *entry, struct buf *out);

#endif
