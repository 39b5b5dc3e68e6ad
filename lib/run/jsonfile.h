/* A small JSON file of our own, read whole. */
#ifndef CURATE_RUN_JSONFILE_H
#define CURATE_RUN_JSONFILE_H

#include "lib/doc/json.h"

struct jsonfile {
	struct json *json;
	struct slice object;
	struct arena mem; /* owns all values */
};

/* RC_INPUT when it cannot be read, RC_STATE when it is not a JSON object. */
int jsonfile_open(struct jsonfile *f, const char *path, size_t max, struct err *e);
void jsonfile_close(struct jsonfile *f);

/* A top-level member, JSON_MISSING when there is none / its text / its whole number, else 0. */
struct json_value jsonfile_get(struct jsonfile *f, const char *name);
struct slice jsonfile_text(struct jsonfile *f, const char *name);
uint64_t jsonfile_u64(struct jsonfile *f, const char *name);

/* A member of an object inside the file. */
struct json_value jsonfile_member(struct jsonfile *f, struct slice object, const char *name);

#endif
