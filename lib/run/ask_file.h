/* The file of programs that `ask` writes: PATH.part while it grows, PATH when it is whole, and
 * PATH.state, which says what for and is locked by the process at work. */
#ifndef CURATE_RUN_ASK_FILE_H
#define CURATE_RUN_ASK_FILE_H

#include "lib/doc/json.h"
#include "lib/io/lines.h"
#include "lib/io/outfile.h"

struct ask_file {
	const char *path; /* borrowed */
	struct outfile *out;
	int lock;
	uint64_t skip, written; /* rows of the earlier run still to pass over; rows since */
	struct lines old;       /* the earlier run's rows */
};

/* `task` is a hash of what the rows are for. 1: all is there already; 0: begun, or taken up behind
 * the last whole row; -1: another process is at work, or what is there is for another task and
 * `force` is not set (RC_STATE). Close it in any case. */
int ask_file_open(struct ask_file *f, const char *path, uint64_t task, bool force, struct err *e);

/* Whether the earlier run has the next document, whose id this is; -1 when its next row is of
 * another one. */
int ask_file_has(struct ask_file *f, struct slice id, struct json *json, struct arena *mem,
                 struct err *e);

/* Appends; now and then what was written is made to survive a crash. */
int ask_file_add(struct ask_file *f, struct slice row, struct err *e);

/* Gives the file its name when it is whole, else leaves it for a later run. */
int ask_file_close(struct ask_file *f, bool is_whole, struct err *e);

#endif
