/* What a stage wants to be left of a document's lines: parts of text, each for one line. */
#ifndef CURATE_DOC_PARTS_H
#define CURATE_DOC_PARTS_H

#include "lib/doc/doc.h"

struct part {
	size_t line; /* index into d->line; several parts of one line are joined by LF */
	struct slice text;
};

/* In ascending order of lines. Start with {.mem = …}: the list lies there; texts are borrowed. */
struct parts {
	struct arena *mem;
	struct part *part;
	size_t n, cap;
};

void parts_add(struct parts *p, size_t line, struct slice text);

/* Python's str.strip() of all texts as one: parts that are mere white space at either end leave. */
void parts_strip(struct parts *p);

/* Every line becomes its parts; a line without parts is cut. */
void parts_write(const struct parts *p, struct doc *d);

/* For texts that are to be joined by spaces and hold LFs of their own: `line` of each part counts
 * the LFs of the document's text before it. Afterwards the parts are the LF-separated lines of the
 * whole, each given to the line of the document it starts in. */
void parts_join(struct parts *p, struct doc *d);

#endif
