/* Sketch files: what dedup remembers of the documents of one shard (or of an index of old ones).
 *
 * A sketch is a set of keys: two documents that share a key in the same list are candidates.
 * MinHash has one list a band, and one more for texts too short to have shingles; exact kinds have
 * one list. The file is made of chunks of documents; in each chunk the keys of a list stand sorted,
 * so that all files can be merged by key range. */
#ifndef CURATE_DEDUP_SKETCH_H
#define CURATE_DEDUP_SKETCH_H

#include "lib/base/arena.h"
#include "lib/dedup/sealed.h"

enum { SKETCH_LISTS = 1025, SKETCH_KIND = 4 };
#define SKETCH_MAGIC "SKCH"

struct sketch_shape {
	uint32_t lists;     /* of keys */
	uint32_t width;     /* 64-bit words of a key: 1 or 2 */
	uint32_t sig_bytes; /* of the signature kept to estimate similarity; may be 0 */
	uint32_t sig_width; /* bytes of one of its numbers: 1 or 8 */
	uint32_t sets;      /* 1: shingle sets are kept, for true Jaccard */
	uint32_t zero;
};

/* One document, as a stage collects it. Its keys go to lists first, first+1, … */
struct sketch_row {
	uint64_t record; /* in its shard */
	uint64_t order;  /* the survivor policy's: smaller is better; 0 is not used */
	struct slice id;
	uint32_t first, keys;
	const uint64_t *key; /* keys * width words */
	const uint8_t *sig;  /* sig_bytes */
	const uint32_t *set; /* sorted, distinct */
	uint32_t set_n;
};

/* Adds the row's bytes to `out`, as parts of a barrier hold them / takes the next row off *rest: 1,
 * 0 at the end, -1 when the bytes are no rows. Pointers lie in the bytes or in `mem`. */
void sketch_row_write(const struct sketch_shape *shape, const struct sketch_row *row,
                      struct buf *out);
int sketch_row_read(const struct sketch_shape *shape, struct slice *rest, struct sketch_row *row,
                    struct arena *mem, struct err *e);

/* Bytes of the row that starts with `bytes`; SIZE_MAX when there are too few to tell. */
size_t sketch_row_bytes(const struct sketch_shape *shape, struct slice bytes);

/* Writes a sketch file. `settings` (any text) is kept and compared by those who read the file;
 * `name` is the shard's. `mem` bounds the bytes held before a chunk is written. */
struct sketch_out;
struct sketch_out *sketch_create(const char *path, const struct sketch_shape *shape,
                                 struct slice settings, struct slice name, uint64_t mem,
                                 struct err *e);
int sketch_add(struct sketch_out *o, const struct sketch_row *row, struct err *e);
int sketch_commit(struct sketch_out *o, struct err *e); /* frees o whatever happens */
void sketch_abandon(struct sketch_out *o);              /* may be NULL */

/* Where the parts of a chunk lie in the content. A list's entries are width*8 bytes of key and 4 of
 * the document's place in the chunk, sorted by key, then place. */
struct sketch_chunk {
	uint64_t docs, base; /* documents; number of the first one in the file */
	uint64_t record, order, sig, set_at, set, id_at,
	        id;               /* columns; *_at: n+1 u64 places in the blob */
	uint64_t *list, *entries; /* [lists] where it starts, how many */
};

struct sketch {
	struct sealed file;
	char *path;
	struct sketch_shape shape;
	struct slice settings, name;
	uint64_t docs;
	struct sketch_chunk *chunk;
	size_t chunks;
	struct arena mem;
};

/* Reads the directory; content is read when asked for. The file descriptor is closed again:
 * sketch_begin opens it for a while of reading, sketch_end closes it. */
int sketch_open(struct sketch *s, const char *path, struct err *e);
void sketch_close(struct sketch *s);
int sketch_begin(const struct sketch *s, struct sealed *file, struct err *e);

/* The chunk that holds document `doc` of the file. */
const struct sketch_chunk *sketch_chunk_of(const struct sketch *s, uint64_t doc);

/* The shingle set of document `at` of a chunk; memory from `mem`. */
int sketch_set(const struct sealed *file, const struct sketch_chunk *c, uint64_t at,
               struct arena *mem, const uint32_t **set, size_t *n, struct err *e);

/* First entry of a list whose key's first word is >= key. */
int sketch_seek(const struct sealed *file, const struct sketch *s, const struct sketch_chunk *c,
                unsigned list, uint64_t key, uint64_t *at, struct err *e);

static inline size_t sketch_entry_bytes(const struct sketch_shape *shape)
{
	return shape->width * 8 + 4;
}

#endif
