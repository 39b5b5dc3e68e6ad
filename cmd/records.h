/* The records of the inputs one after another, for commands that read everything once. */
#ifndef CURATE_CMD_RECORDS_H
#define CURATE_CMD_RECORDS_H

#include "cmd/common.h"
#include "lib/doc/record.h"

struct records {
	uint64_t read, bad; /* records; those that were no documents */

	/* Private to records.c. */
	struct recipe recipe;
	struct shards shards;
	struct record_fields fields;
	struct json *json;
	struct doc_context context;
	struct arena mem, scratch;
};

/* The inputs named by -i and behind the options, else stdin. Close on failure too. */
int records_open(struct records *r, const struct common *c, const struct list *rest, struct err *e);
void records_close(struct records *r);

/* Calls `each` with every document, in order; what is no document is counted. A damaged shard is an
 * error, or with --on-corrupt keep-head a warning. Memory from d->mem
 * and `scratch` lasts until `each` returns. May be called again, unless stdin was read. */
int records_each(struct records *r,
                 int (*each)(void *user, struct doc *d, struct arena *scratch, struct err *e),
                 void *user, struct err *e);

/* Calls `each` with every non-blank line of one file, JSON_PADDING readable bytes behind it. */
int lines_each(const char *path,
               int (*each)(void *user, struct slice line, uint64_t number, struct err *e),
               void *user, struct err *e);

/* Says on stderr how many records were bad, if any were. */
void records_warn(const struct records *r);

#endif
