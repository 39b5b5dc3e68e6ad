/* Survivors' signatures and ids, written by survivor and read by many threads for all that leave
 * for it: those come by document, so their survivors lie in all files in turn.
 *
 *   DIR/name-NNNN    of a survivor: signature, bytes of the id (u32), id; last, a key */
#ifndef CURATE_DEDUP_NAMES_H
#define CURATE_DEDUP_NAMES_H

#include <pthread.h>

#include "lib/dedup/sealed.h"

#define NAMES_MAGIC "NAME"

struct names {
	const char *dir;
	size_t n, kept; /* files; those that stay open once they were asked for */
	uint32_t sig_bytes;
	pthread_mutex_t lock;
	struct name_file *file;
};

/* `dir`, `n` and `sig_bytes` are given. As many files stay open as the system allows. */
void names_open(struct names *names);
void names_close(struct names *names);

const char *names_path(const struct names *names, size_t i, struct buf *path);

/* Writes one; its place becomes *place, file << 40 | offset. */
int names_add(const struct names *names, struct sealed_out *out, size_t i, const uint8_t *sig,
              struct slice id, uint64_t *place, struct err *e);

/* Reads one back into `out`: the signature and, behind it, the number and the bytes of the id. */
int names_get(struct names *names, uint64_t place, struct buf *out, struct err *e);

#endif
