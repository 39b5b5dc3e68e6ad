/* One error message with the exit code it deserves, complete enough to print as it is. */
#ifndef CURATE_BASE_ERR_H
#define CURATE_BASE_ERR_H

/* The exit codes of every program. */
enum rc {
	RC_OK = 0,
	RC_PARTIAL = 1, /* done, with failed shards or more bad records than allowed */
	RC_USAGE = 2,   /* command line or recipe; nothing was touched */
	RC_INPUT = 3,   /* input missing, unreadable or corrupt */
	RC_OUTPUT = 4,  /* disk full, I/O error; no partial final file is left */
	RC_MEMORY = 5,  /* the memory budget cannot be met */
	RC_STATE = 6,   /* the output folder belongs to another recipe or version */
	RC_BUG = 70,
	RC_AGAIN = 75, /* interrupted; state saved, run again to go on */
};

struct err {
	char msg[512];
	enum rc rc;
};

/* Both set the message and return -1, so that `return err_set(e, ...)` reads well. err_set keeps an
 * rc that is already there, and makes it RC_USAGE otherwise. */
int err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_set_rc(struct err *e, enum rc rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "where: " before the message; returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
