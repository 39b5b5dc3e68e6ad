/* The lines of a stream, one after the other, for files that are read on the side: lists, programs,
 * replies, truth. (Shards of documents are read in blocks: lib/run/feed.h.) */
#ifndef CURATE_IO_LINES_H
#define CURATE_IO_LINES_H

#include "lib/io/stream.h"

struct lines {
	struct stream *stream;
	struct buf buf;
	size_t at;       /* of the next line in buf */
	uint64_t number; /* lines handed out */
	size_t max;      /* bytes of one line */
	bool ended;
};

/* Bytes readable behind each line, whatever they are; JSON readers ask for as many. */
enum { LINES_PADDING = 64 };

/* "-" is stdin. NULL stream and -1: RC_INPUT. */
int lines_open(struct lines *l, const char *path, size_t max, struct err *e);
void lines_close(struct lines *l);

/* The next line without its LF, valid until the next call; a last line without LF is one, too. 1, 0
 * at the end, -1 when the file is damaged or a line has more than `max` bytes. */
int lines_next(struct lines *l, struct slice *line, struct err *e);

#endif
