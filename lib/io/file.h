/* Small steps with files that streams, shards and output files share. */
#ifndef CURATE_IO_FILE_H
#define CURATE_IO_FILE_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

/* open(2) with O_CLOEXEC and mode 0666, again when a signal came between; -1 and errno. */
int file_open(const char *path, int flags);

/* Reads exactly n bytes at `at`; -1 and errno, EIO when the file ends before. */
int file_read_at(int fd, uint64_t at, char *dst, size_t n);

/* Adds the whole of a file to buf; RC_INPUT when it cannot be read or has more than `max` bytes. */
int file_read_all(const char *path, struct buf *buf, size_t max, struct err *e);

#endif
