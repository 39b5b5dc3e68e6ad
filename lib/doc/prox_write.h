/* What became of a document, written as a ProX program: so that rules can teach a model, and edits
 * of any origin can be read and run as programs. */
#ifndef CURATE_DOC_PROX_WRITE_H
#define CURATE_DOC_PROX_WRITE_H

#include "lib/doc/prox.h"

/* Adds the program that turns the document's source into its current text: remove_lines for the
 * lines that left, normalize where text changed, "untouch_doc()" for neither. A normalize speaks
 * about the whole document, so its strings are made long enough to hit what was changed and nothing
 * else; PROX_STRICT writes them with escapes, PROX_COMPAT only strings that the reference's reader
 * takes as they are. Returns how many changed lines cannot be said that way (0: running the program
 * gives the current text); they are left as they were. */
size_t prox_write(struct doc *d, enum prox_mode mode, struct buf *out, struct arena *scratch);

#endif
