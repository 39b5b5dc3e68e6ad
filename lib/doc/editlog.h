/* The edit log: one JSON line a record says what became of it and why (here some are cut in
 * two).
 *
 *   {"text":"d14d09f9639b6cb2","keep":true,"scores":{"quality":0.79},
 *    "edits":[["pii","put",1,5,9,"<email>"],["c4","cut",0,1]]}
 *   {"text":"b42ad57460d20d0a","keep":false,"by":"gopher_quality","why":"gopher_short_doc"}
 *   {"text":"…","keep":true,"route":["meco","cooldown"],"notes":{"meco":{…},"x":1},
 *    "note_by":{"x":"STAGE"}}
 *   {"bad":"invalid_json"}
 *
 * An edit is [STAGE,"put",LINE,AT,LEN,TEXT] or [STAGE,"cut",LINE,COUNT] as in struct edit, in the
 * order they were made; a route is [STAGE,FOLDER]. A note is its key's stage's unless note_by says
 * whose. Scores and notes that came with the record are not in it. A document that was dropped has
 * its scores and edits up to then, so that the drop can be left out. text is XXH3-64 of the source
 * text; replay refuses any other. A quarantined record has its line too, so that line i of the log
 * is record i of the shard. */
#ifndef CURATE_DOC_EDITLOG_H
#define CURATE_DOC_EDITLOG_H

#include "lib/doc/doc.h"

/* Adds the document's line. */
void editlog_write(const struct doc *d, struct buf *out);

/* Adds the line of a record that could not be read. */
void editlog_write_bad(const char *reason, struct buf *out);

/* Does to a freshly parsed document what `line` says, as the stages did. `line` has JSON_PADDING
 * readable bytes behind it and outlives the document, which keeps pointing into it. `without` (may
 * be NULL) leaves out a stage's edits, notes, route and drop; scores are not signed and stay.
 * Returns -1 when the line is not a log line, was written for another text, or does not fit. A
 * "bad" line is refused: the caller has no document for it. Unknown members are ignored. */
int editlog_apply(struct doc *d, struct slice line, const char *without, struct err *e);

/* True for {"bad":…}. */
bool editlog_is_bad(struct slice line);

#endif
