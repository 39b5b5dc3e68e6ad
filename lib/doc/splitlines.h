/* The lines Python's str.splitlines() sees inside the LF-separated lines of a document: VT, FF, CR,
 * U+2028 and the like end a piece too. All pieces of all lines in order are splitlines() of the
 * text. */
#ifndef CURATE_DOC_SPLITLINES_H
#define CURATE_DOC_SPLITLINES_H

#include "lib/base/utf8.h"

struct splitlines {
	struct slice rest;
	bool last_line; /* no LF follows */
	bool empty;     /* one more, empty piece is due */
};

static inline struct splitlines splitlines_of(struct slice line, bool last_line)
{
	return (struct splitlines){line, last_line, line.n == 0 && !last_line};
}

static inline bool splitlines_next(struct splitlines *p, struct slice *piece)
{
	struct slice before = p->rest;

	if (utf8_splitline(&p->rest, piece)) {
		/* CR and the LF behind it are one break. */
		if (p->rest.n == 0 && piece->n < before.n)
			p->empty = !p->last_line && before.p[before.n - 1] != '\r';
		return true;
	}
	*piece = before;
	bool due = p->empty;

	p->empty = false;
	return due;
}

#endif
