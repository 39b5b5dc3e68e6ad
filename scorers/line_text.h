/* The one line a classifier is fed: a document's text without its line breaks. */
#ifndef CURATE_SCORERS_LINE_TEXT_H
#define CURATE_SCORERS_LINE_TEXT_H

#include "lib/base/arena.h"

/* What becomes of line breaks. */
enum newline {
	NEWLINE_DELETE,     /* each LF goes, gluing words together: datatrove's default */
	NEWLINE_SPACE,      /* each LF becomes a space: how PreSelect wrote its training file */
	NEWLINE_SPLITLINES, /* Python's splitlines, joined by spaces: DCLM */
};
#define NEWLINE_CHOICES "delete|space|splitlines"

/* The line in `mem`, or `text` itself where nothing changes. */
struct slice line_text(struct slice text, enum newline mode, struct arena *mem);

#endif
