/* Records of 64-bit words, handed in by many threads in any order and read back sorted, partition
 * by partition, in bounded memory: the out-of-core sort all later steps of dedup are made of.
 *
 * The partition of a record is chosen by its first word, so partitions in order are sorted as a
 * whole. The order of handing in leaves no trace. The files are
 * scratch and unlinked from the start: a crash leaves nothing behind. */
#ifndef CURATE_DEDUP_SHUFFLE_H
#define CURATE_DEDUP_SHUFFLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct shuffle;

/* Records of `width` words; first words are below `top` (at least 1), cut into `partitions` equal
 * ranges. Files are DIR/NAME.*. At most `mem` bytes are buffered by writers. NULL: RC_OUTPUT. */
struct shuffle *shuffle_open(const char *dir, const char *name, unsigned width, uint64_t top,
                             size_t partitions, unsigned threads, uint64_t mem, struct err *e);

/* A shuffle of one partition that is these records in memory; it sorts and owns them. Only for
 * reading. */
struct shuffle *shuffle_of_memory(uint64_t *records, size_t n, unsigned width);

/* Adds a record; threads are numbered from 0. */
int shuffle_add(struct shuffle *s, unsigned thread, const uint64_t *record, struct err *e);

/* No more records. Call it once, from one thread. */
int shuffle_end(struct shuffle *s, struct err *e);

uint64_t shuffle_records(const struct shuffle *s);
size_t shuffle_partitions(const struct shuffle *s);

/* The records of one partition in order, in at most about `mem` bytes. Several readers may stand on
 * one partition. */
struct shuffle_in;
struct shuffle_in *shuffle_read(struct shuffle *s, size_t partition, uint64_t mem, struct err *e);
int shuffle_next(struct shuffle_in *in, uint64_t *record, struct err *e); /* 1, 0 at the end, -1 */
void shuffle_done(struct shuffle_in *in);                                 /* may be NULL */

/* Removes the files. */
void shuffle_close(struct shuffle *s); /* may be NULL */

#endif
