/* The end of our own packed files: an index of the frames and a mark of fixed size that says the
 * file is whole.
 *
 *   frame frame frame … | index piece(s) | mark piece | end of file
 *
 * The mark names the size of all before it, so a truncated, extended or half-written file is found
 * by reading the last bytes alone. In files of records every frame ends behind a record's LF, so
 * that a file can be read from any of them on (lib/io/range.h). Plain files have neither. Numbers
 * are little-endian. */
#ifndef CURATE_IO_ENDMARK_H
#define CURATE_IO_ENDMARK_H

#include "lib/io/codec.h"

/* The frames written so far. All-zero is a valid empty index. `entries` is plain data (12 bytes a
 * frame: packed bytes, plain bytes, records): keep a copy of its bytes with a checkpoint and give
 * it to frames_restore. */
struct frames {
	struct buf entries;
	uint64_t n, packed, plain, records; /* sums over the entries */
};

struct frame {
	uint64_t packed_at, plain_at, record_at; /* where it begins */
	uint32_t packed, plain, records;         /* its size */
	uint64_t next;                           /* number of the frame behind it */
};

enum { FRAME_ENTRY = 12 };

/* Notes one frame as it is appended to the file. */
void frames_add(struct frames *f, size_t packed, size_t plain, size_t records);

/* Takes the entries of a checkpoint (whole entries of FRAME_ENTRY bytes; else -1 and RC_STATE). */
int frames_restore(struct frames *f, struct slice entries, struct err *e);

/* The next frame in file order: start with a zeroed *at; false after the last one. */
bool frames_next(const struct frames *f, struct frame *at);

void frames_free(struct frames *f);

/* Adds index and mark; nothing for a codec that cannot hide them (plain). */
void endmark_add(const struct codec *codec, const struct frames *f, struct buf *out);

struct endmark {
	uint64_t frames, packed, plain, records; /* sums; packed is of the frames alone */
	uint64_t index;                          /* bytes of the index pieces */
	uint64_t index_hash;                     /* of the entries */
};

/* Bytes to read from the end of a file for endmark_parse, with any codec. */
enum { ENDMARK_TAIL = 128 };

/* Reads the mark out of the last bytes of a file of `size` bytes: 1 found and it fits the file; 0
 * there is none; -1 there is one but it is damaged or the file has another length than it says
 * (RC_INPUT). */
int endmark_parse(const struct codec *codec, struct slice tail, uint64_t size, struct endmark *m,
                  struct err *e);

/* Reads the entries out of the m->index bytes that stand before the mark, at m->packed: -1 on
 * damage (RC_INPUT). */
int endmark_index(const struct codec *codec, const struct endmark *m, struct slice index,
                  struct frames *f, struct err *e);

#endif
