/* The verdict's name files, open for single reads from many threads: members come by document, so
 * their survivors lie in all files in turn. */
#ifndef CURATE_DEDUP_NAMES_H
#define CURATE_DEDUP_NAMES_H

#include <pthread.h>

#include "lib/dedup/verdict.h"

struct names {
	const char *dir;
	size_t n, kept; /* files; those that stay open once they were asked for */
	pthread_mutex_t lock;
	struct name_file *file;
};

/* `dir` and `n` are given. As many files stay open as the system allows. */
void names_open(struct names *names);
void names_close(struct names *names);

/* Reads n bytes at `at` of a file. */
int names_read(struct names *names, uint64_t file, uint64_t at, void *p, size_t n, struct err *e);

#endif
