/* simdjson's first stage behind a C door: where the tokens of a JSON text are. */
#ifndef CURATE_DOC_JSON_SHIM_H
#define CURATE_DOC_JSON_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_shim;

struct json_shim *json_shim_open(void); /* NULL when there is no memory */
void json_shim_close(struct json_shim *s);

enum json_shim_result {
	JSON_SHIM_GOOD,
	JSON_SHIM_EMPTY,
	JSON_SHIM_UTF8,
	JSON_SHIM_UNCLOSED, /* a string */
	JSON_SHIM_CONTROL,  /* a control character in a string */
	JSON_SHIM_TOO_LONG,
	JSON_SHIM_MEMORY,
	JSON_SHIM_OTHER,
};

/* Checks UTF-8 and the quotes, and gives the offset of every bracket, colon, comma and first byte
 * of a string, number or literal outside strings, in order. They are valid until the next call. */
enum json_shim_result json_shim_index(struct json_shim *s, const char *p, size_t n,
                                      const uint32_t **at, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
