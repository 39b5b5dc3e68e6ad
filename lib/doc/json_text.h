/* The scalars of JSON: strings, numbers and literals, checked and read. Private to json*.c. */
#ifndef CURATE_DOC_JSON_TEXT_H
#define CURATE_DOC_JSON_TEXT_H

#include "lib/doc/json.h"

/* Both take what stands between the quotes: valid UTF-8 without control characters, no backslash at
 * its end that would escape the quote; JSON_PADDING bytes are readable behind it. The first only
 * checks the escapes; the second also unescapes, into `mem` when there is a backslash. */
enum json_fault json_text_check(struct slice s, const char **why);
enum json_fault json_text_read(struct slice s, struct arena *mem, struct slice *text,
                               const char **why);

/* Is all of s a number by RFC 8259? And its nearest double; a byte behind it is readable. */
bool json_number_valid(struct slice s);
double json_number_read(struct slice s);

/* The value whose span is known to be valid; `number` and `text` are read. */
struct json_value json_value_read(struct slice span, struct arena *mem);

static inline bool json_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
