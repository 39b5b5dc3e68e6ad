/* Records in and out: the fields of a document are found in its raw line, and the line is written
 * back with the text replaced and our members under `curate`, all other bytes untouched. */
#ifndef CURATE_DOC_RECORD_H
#define CURATE_DOC_RECORD_H

#include "lib/doc/doc.h"
#include "lib/doc/json.h"

/* Where the fields are; read from the recipe's input section. */
struct record_fields {
	struct json_path text, id, url, date, lang;
	uint64_t max_record; /* bytes */
	bool keep_empty;     /* empty text is a document, not a bad record */
	bool keep_nul;       /* so is a text that holds U+0000 */
};

/* Why a record went to quarantine; also the words of the report. */
enum record_fault {
	RECORD_GOOD,
	RECORD_TOO_LONG,
	RECORD_BAD_UTF8,
	RECORD_BAD_JSON,
	RECORD_LONE_SURROGATE,
	RECORD_NOT_OBJECT,
	RECORD_NO_TEXT,
	RECORD_TEXT_NOT_STRING,
	RECORD_EMPTY_TEXT,
	RECORD_NUL, /* the text holds U+0000 */
	RECORD_CUT, /* the shard is damaged inside this record; given by the reader */
	RECORD_FAULTS,
};
const char *record_fault_name(enum record_fault f); /* "invalid_json", "missing_text", … */

/* Fills the record part of `d` from d->raw (JSON_PADDING bytes readable behind it), d->file and
 * d->record; everything else of `d` must be zero or set by the caller. `detail` becomes a static
 * text that says more. An id that is a number keeps its spelling. Existing curate.scores become
 * the document's scores. */
enum record_fault record_parse(struct doc *d, const struct record_fields *fields,
                               const char **detail);

/* Adds the record as it now stands and a LF. Without edits, scores and notes the bytes are those
 * that came. Members of an existing `curate` object that we do not write stay. */
void record_write(struct doc *d, struct buf *out);

/* One line of quarantine: {"file":…,"record":…,"offset":…,"reason":…,"detail":…,"raw":…}; raw bytes
 * that are not valid UTF-8 are written as base64 under "raw_base64". */
void record_quarantine(const struct doc *d, enum record_fault fault, const char *detail,
                       struct buf *out);

#endif
