/* The lines fastText is trained on. */
#ifndef CURATE_SCORERS_TRAIN_TEXT_H
#define CURATE_SCORERS_TRAIN_TEXT_H

#include "lib/base/buf.h"
#include "scorers/line_text.h"

/* Adds "__label__LABEL text\n": the text as one line, without the tokens that fastText would read
 * as something else: "__label__…" would be a label, "</s>" the end of the line. Returns how many
 * tokens were left out. */
size_t train_text_add(struct buf *out, struct slice label, struct slice text, enum newline mode,
                      struct arena *scratch);

/* Whether fastText reads the label back as it is written: no white space, not empty. */
bool train_label_is_good(struct slice label);

#endif
