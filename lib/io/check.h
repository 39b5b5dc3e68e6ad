/* Whether files are whole: at once by the end mark of our own outputs, or by decoding everything.
 */
#ifndef CURATE_IO_CHECK_H
#define CURATE_IO_CHECK_H

#include "lib/io/endmark.h"
#include "lib/io/stream.h"

/* Reads the first and the last bytes only. 1: the end mark is there and fits (m is filled); 0:
 * there is none, the file may be someone else's or cut off (plain files never have one); -1:
 * unreadable or damaged (RC_INPUT). */
int check_mark(const char *path, struct endmark *m, struct err *e);

/* The same and the frame index behind it, for reading frames out of order. */
int check_index(const char *path, struct endmark *m, struct frames *f, struct err *e);

struct check {
	const struct codec *codec;
	uint64_t packed, plain, lines; /* lines: LFs, and one for a last line without */
	bool marked;                   /* has an end mark, and it agrees with the content */
	bool ends_in_lf;               /* or is empty */
};

/* Decodes everything; -1 on damage or when end mark and content disagree, `c` then says how far it
 * got. `each` may be NULL; it is handed all plain bytes in pieces. */
int check_full(const char *path, const struct stream_options *o,
               void (*each)(void *self, struct slice piece), void *self, struct check *c,
               struct err *e);

#endif
