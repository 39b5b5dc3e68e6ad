/* Text made from a document's fields: "URL: {authority}\n\n".
 *
 *   template  = alternative {"||" alternative}      the first whose fields are all there is used
 *   \n is a line feed, no other escape is known; {{ and }} are braces
 *   {FIELD} or {FIELD|FILTER|…}
 *
 * Fields: url id date lang (as the record's fields are configured), authority host domain suffix
 * (of the url), hash (of the authority), date.year, scores.NAME (of an earlier stage), and any
 * dotted path of the record; a leading dot asks for the record's own field where a name above would
 * win: {.host}. Strings, numbers and true/false count; null, arrays, objects and texts with NUL are
 * missing, and so is an empty value.
 *
 * Filters, left to right:
 *   authority host domain suffix   of the value as an address (lib/doc/url.h)
 *   domain_suffix   NAME.SUFFIX as MeCo's reference writes it, "." and "192.168.0.1." included
 *   hash            16 hexadecimal digits, salted
 *   year            the four digits a date begins with
 *   lower           ASCII letters in lower case
 *   wN              1 … N: which of N equal parts of 0 … 1 a number lies in
 *   qN              1 … N: which quantile; the caller knows the edges
 *   known           the value if the caller knows it, else the caller's word for "unknown" */
#ifndef CURATE_DOC_TEMPLATE_H
#define CURATE_DOC_TEMPLATE_H

#include "lib/doc/doc.h"

struct template;

enum { TEMPLATE_BUCKETS_MOST = 1000 };

/* A place where the template asks its caller: |known or |qN. */
struct template_slot {
	size_t number;      /* 0, 1, … in order of appearance; one text has one number */
	struct slice field; /* what stands before the filter: "host", "scores.quality" */
	unsigned buckets;   /* N of qN; 0 for known */
};

/* Who answers: *text (and its number, for qN) becomes the answer; false makes the field missing. */
struct template_caller {
	bool (*answer)(const void *user, const struct template_slot *slot, double number,
	               struct slice *text, struct arena *scratch);
	const void *user;
};

/* NULL: a mistake, explained. `salt` is for |hash. */
struct template *template_parse(struct slice text, struct slice salt, struct err *e);
void template_free(struct template *t);

size_t template_slots(const struct template *t, const struct template_slot **slot);

/* Adds the text. With `literal` NULL: false and nothing added when no alternative is complete. Else
 * missing fields of the first alternative become *literal. */
bool template_write(const struct template *t, struct doc *d, const struct template_caller *caller,
                    const struct slice *literal, struct arena *scratch, struct buf *out);

/* For counting: asks once about each slot of all alternatives that the document has a value for. */
void template_ask(const struct template *t, struct doc *d, const struct template_caller *caller,
                  struct arena *scratch);

#endif
