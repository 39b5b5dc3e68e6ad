/* The mark a tagged record carries (curate.meco), how it is put on and taken off again. */
#ifndef CURATE_RULES_MECO_TAG_H
#define CURATE_RULES_MECO_TAG_H

#include "lib/doc/doc.h"

/* curate.meco of a record:
 *   {"prefix_bytes":24,"prefix_chars":24}      the text begins with the prefix
 *   {"prefix":"URL: …\n\n"}                    the prefix stands here, the text is untouched
 * and "was":VALUE when the record had a `curate` that was no object with members: what untag puts
 * back. */
struct meco_mark {
	bool present;
	uint64_t prefix_bytes; /* 0 when the prefix stands in the mark */
	struct slice was;      /* JSON, or empty */
};

struct meco_mark meco_mark_find(struct doc *d);

/* Puts the prefix (valid UTF-8, no NUL) before the text, or with `in_field` into the mark. Nothing
 * happens to a document whose lines have all been cut. */
void meco_tag(struct doc *d, struct slice prefix, bool in_field);

/* Makes the record what it was before meco_tag. False, and nothing done, when the mark does not fit
 * the text. */
bool meco_untag(struct doc *d, const struct meco_mark *mark);

#endif
