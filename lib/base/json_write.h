/* JSON text, written: strings escaped, numbers in the fewest digits that read back the same. */
#ifndef CURATE_BASE_JSON_WRITE_H
#define CURATE_BASE_JSON_WRITE_H

#include "lib/base/buf.h"

/* A quoted string. Escapes only what JSON demands (quote, backslash, controls); s is valid UTF-8.
 */
void json_write_text(struct buf *out, struct slice s);

/* The same without the quotes around it. */
void json_write_escaped(struct buf *out, struct slice s);

/* A whole number; much faster than buf_addf. */
void json_write_count(struct buf *out, uint64_t value);

/* Shortest of %.15g %.16g %.17g that reads back equal; NaN and infinities become null. */
void json_write_real(struct buf *out, double value);

/* "key": with a comma before it when the object already has a member. */
void json_write_key(struct buf *out, struct slice key);

#endif
