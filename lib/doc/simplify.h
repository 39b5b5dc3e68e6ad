/* datatrove's simplify_text: what two texts are reduced to before they are compared. */
#ifndef CURATE_DOC_SIMPLIFY_H
#define CURATE_DOC_SIMPLIFY_H

#include "lib/base/arena.h"

/* Lower case; every number, with its decimals, becomes 0; PUNCTUATION and runs of white space
 * become one blank; characters are decomposed (NFD) and lose their non-spacing marks; no blank at
 * either end. Takes valid UTF-8; the result lies in `mem`. */
struct slice simplify_text(struct slice text, struct arena *mem);

#endif
