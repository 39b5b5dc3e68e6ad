/* Files between the stages of dedup: magic, kind and version first; length, checksum and an end
 * mark last. What was cut short, extended or changed is never taken for whole. Numbers are
 * little-endian.
 *
 *   "CURDEDUP" | kind (4 bytes) | version (u32) | content | content bytes (u64) | XXH3-64 (u64) |
 * "CURDDEND" */
#ifndef CURATE_DEDUP_SEALED_H
#define CURATE_DEDUP_SEALED_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/io/outfile.h"

struct sealed_out {
	struct outfile *file;
	struct XXH3_state_s *hash;
	uint64_t size;      /* content bytes so far */
	struct buf pending; /* of the content, not yet in the file */
};

/* `kind` has four characters: "SKCH". The file grows beside PATH, as PATH.….tmp. */
int sealed_create(struct sealed_out *s, const char *path, const char *kind, struct err *e);
/* After a failure every later call fails with the same reason. */
int sealed_write(struct sealed_out *s, const void *p, size_t n, struct err *e);
int sealed_commit(struct sealed_out *s, struct err *e);
void sealed_abandon(struct sealed_out *s); /* harmless after a commit */

struct sealed {
	int fd;           /* -1 when closed */
	const char *path; /* borrowed */
	uint64_t size;    /* content bytes */
	uint64_t hash;    /* XXH3-64 of the content, as the file says */
};

/* Opens a file and looks at both its ends; RC_STATE with what is wrong, naming the file. */
int sealed_open(struct sealed *s, const char *path, const char *kind, struct err *e);
void sealed_close(struct sealed *s);

/* Reads n content bytes at `at`; fewer is an error. Safe from many threads. */
int sealed_read(const struct sealed *s, uint64_t at, void *p, size_t n, struct err *e);

/* Reads all of it, handing it out in blocks (all but the last of SEALED_BLOCK bytes), and compares
 * the checksum at the end: until then it is not known to be what was written. */
enum { SEALED_BLOCK = 1 << 18 };
int sealed_each(const struct sealed *s,
                int (*take)(void *user, const void *p, size_t n, struct err *e), void *user,
                struct err *e);
int sealed_check(const struct sealed *s, struct err *e);

/* Whether a file is there, is whole as far as its ends tell, and its content ends in `key`. */
bool sealed_is_of(const char *path, const char *kind, uint64_t key);

/* Checks a file, maps its content for reading (8-byte aligned) and closes it / undoes that; the
 * content may be NULL. */
int sealed_map(const char *path, const char *kind, const void **content, size_t *bytes,
               struct err *e);
void sealed_unmap(const void *content, size_t bytes);

#endif
