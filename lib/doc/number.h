/* A number a document carries, asked for by one name: a score, or a numeric field of its record. */
#ifndef CURATE_DOC_NUMBER_H
#define CURATE_DOC_NUMBER_H

#include "lib/doc/doc.h"
#include "lib/doc/json.h"

struct doc_number {
	struct slice name; /* borrowed from the text it was parsed from */
	struct json_path path;
};

/* `text` is a score's name or a field path such as "metadata.stars"; it outlives the number. A
 * leading "curate.scores." is dropped, for scores that are there are read as the document's own. */
int doc_number_parse(struct doc_number *n, struct slice text, struct err *e);
void doc_number_free(struct doc_number *n);

/* The score of that name, else the JSON number at that path of the record; false when there is
 * neither, or it is not finite. */
bool doc_number_get(const struct doc_number *n, const struct doc *d, struct arena *scratch,
                    double *value);

#endif
