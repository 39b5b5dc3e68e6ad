/* One thread's reader of JSON records: simdjson behind a C door. */
#ifndef CURATE_DOC_JSON_H
#define CURATE_DOC_JSON_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

/* simdjson reads up to this many bytes behind a record; every buffer handed in has them. */
enum { JSON_PADDING = 64 };

struct json;

struct json *json_open(void);
void json_close(struct json *j);

enum json_kind {
	JSON_MISSING,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* One value of a record. `span` is its exact bytes in the record. `text` is the unescaped string
 * for JSON_STRING (valid UTF-8; may hold NUL), in the arena that was handed in, or in the record
 * itself where it needs no unescaping. `number` is the nearest double for JSON_NUMBER. */
struct json_value {
	enum json_kind kind;
	struct slice span, text;
	double number;
	bool truth;
};

/* A field path: "text", "metadata.body"; a literal dot is written "\.". Parsed once. A top-level
 * key that equals the whole path as written wins over the nested reading. Numbers index arrays. */
struct json_path {
	struct slice *key;
	size_t n;
	struct slice whole;
};
int json_path_parse(struct json_path *path, struct slice text, struct err *e);
void json_path_free(struct json_path *path);

enum json_fault {
	JSON_GOOD = 0,
	JSON_BAD = -1, /* not JSON: grammar, escapes, control characters, depth, trailing bytes */
	JSON_BAD_UTF8 = -2,
	JSON_LONE_SURROGATE = -3, /* "\ud800" without its other half, which is no character */
	JSON_NOT_OBJECT = -4,     /* JSON, but not an object */
};

/* Deeper records are bad; so are records of 4 GiB and more. */
enum { JSON_MAX_DEPTH = 1024, JSON_MAX_PATHS = 64 };

/* Checks that all of `record` is one valid JSON object in valid UTF-8 (escapes, numbers, lone
 * surrogates, trailing bytes), and fills value[i] for path[i]; a path of no keys is JSON_MISSING.
 * Of a repeated key the last one counts. Returns JSON_GOOD, or an enum json_fault below zero with a
 * short reason in *why (static text). `record.p` has JSON_PADDING readable bytes behind it. Values
 * are valid until `mem` is reset and `record` goes. Numbers are checked by their grammar only:
 * those no double can hold are valid, and `number` is then the nearest or infinite. */
int json_read(struct json *j, struct slice record, const struct json_path *path, size_t n,
              struct json_value *value, struct arena *mem, const char **why);

/* The same for one path of a record that is known to be valid; JSON_MISSING when it is not. */
struct json_value json_get(struct json *j, struct slice record, const struct json_path *path,
                           struct arena *mem);

/* Walks an array or object value (the span of one that json_read gave): calls `each` with every
 * element; `key` is unescaped and empty for arrays. Stops early when `each` returns non-zero and
 * returns that. `each` may use `j` again. */
int json_each(struct json *j, struct slice span, struct arena *mem,
              int (*each)(void *user, struct slice key, const struct json_value *value),
              void *user);

#endif
