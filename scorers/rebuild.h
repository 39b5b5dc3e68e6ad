/* A document's text put together anew from pieces of the old one, as edits of its lines. */
#ifndef CURATE_SCORERS_REBUILD_H
#define CURATE_SCORERS_REBUILD_H

#include "lib/doc/doc.h"

struct rebuild {
	char *text;
	size_t n;
	struct rebuild_line *line; /* of the new text */
	size_t n_lines, cap_lines;
	size_t now, now_end; /* the old line the last piece came from; offset behind its LF */
	bool fresh;          /* the next byte begins a line */
	const struct doc *d;
	struct arena *scratch;
};

/* Pieces that are added must not take more bytes than the old text. */
void rebuild_open(struct rebuild *r, struct doc *d, struct arena *scratch);

/* Adds a piece that stood, or stands for what stood, at this offset of the old text. Offsets rise.
 */
void rebuild_add(struct rebuild *r, struct slice piece, size_t offset);

struct slice rebuild_text(const struct rebuild *r);

/* Makes it the document's text: each new line goes to the old line its first byte came from, old
 * lines that none came from are cut. */
void rebuild_apply(struct rebuild *r, struct doc *d);

#endif
