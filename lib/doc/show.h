/* What the rules see in a document, as JSON: words, sentences, the simplified text, counts. */
#ifndef CURATE_DOC_SHOW_H
#define CURATE_DOC_SHOW_H

#include "lib/doc/doc.h"

/* What can be shown, separated by |. */
#define SHOW_CHOICES "words|sentences|simplify|shingle-words|metrics"

bool show_is(const char *what);

/* Adds one line, {"id":…,"WHAT":…}, about the current text, for a `what` that show_is.
 * shingle-words are the words of the simplified text; metrics the whole numbers behind the Gopher
 * and FineWeb rules. */
void show_write(struct doc *d, const char *what, struct buf *out);

#endif
