/* A user's list file: one entry a line, plain or packed, loaded once and whole. */
#ifndef CURATE_DOC_WORDLIST_H
#define CURATE_DOC_WORDLIST_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct wordlist {
	struct slice *item; /* in file order; they lie in `bytes` */
	size_t n;
	struct buf bytes;
};

/* Reads the file ("-" is refused). Lines end at LF, a CR before it goes; blank lines and those that
 * begin with '#' are left out. Entries are valid UTF-8, else -1 naming file and line; RC_INPUT when
 * the file cannot be read. */
int wordlist_load(struct wordlist *w, const char *path, struct err *e);
void wordlist_free(struct wordlist *w);

#endif
