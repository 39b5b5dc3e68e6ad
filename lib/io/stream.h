/* A stream: the decompressed bytes of one file or of stdin, whatever it was packed with. */
#ifndef CURATE_IO_STREAM_H
#define CURATE_IO_STREAM_H

#include <signal.h>

#include "lib/io/codec.h"
#include "lib/io/range.h"

struct stream_options {
	struct decode_options decode;
	/* Set by a signal handler: a stream that waits for bytes of a pipe gives up within 0.2 s
	 * with RC_AGAIN. May be NULL. */
	const volatile sig_atomic_t *stop;
	/* NULL or of 0: the whole file. Else its records alone; the file must still have the size
	 * it had when it was cut (RC_INPUT), and a packed range that does not end behind a record,
	 * or is not as long as it should be, is damaged. */
	const struct range *range;
};

struct stream;

/* Opens a file, or stdin when path is "-" (messages then say "stdin"). The codec is found by the
 * first bytes, never by name; an empty file is plain. `o` may be NULL. NULL: e is set, RC_INPUT. A
 * folder is an error. */
struct stream *stream_open(const char *path, const struct stream_options *o, struct err *e);
void stream_close(struct stream *s);

/* Fills dst as far as it can. 1: *got > 0 bytes (all `cap` of them unless the end is near); 0: the
 * end, *got is 0; -1: *got is 0 and e names the file, the packed and the plain offset. Everything
 * decodable before damage is delivered by earlier calls that return 1. After 0 or -1 further calls
 * say the same again. A `cap` of 0 is 1 with *got 0. */
int stream_read(struct stream *s, char *dst, size_t cap, size_t *got, struct err *e);

/* Passes over n plain bytes, seeking where it can: 1; 0 when the file ends before; -1 on damage. */
int stream_skip(struct stream *s, uint64_t n, struct err *e);

const char *stream_name(const struct stream *s); /* the path, "PATH#part0003", or "stdin" */
const struct codec *stream_codec(const struct stream *s);
uint64_t
stream_origin(const struct stream *s); /* where its first byte is in the decompressed file */
uint64_t stream_packed(const struct stream *s); /* compressed bytes consumed */
uint64_t stream_plain(const struct stream *s);  /* decompressed bytes delivered or skipped */
uint64_t stream_size(const struct stream *s); /* compressed bytes of file or range; UINT64_MAX when
                                                 unknown (pipes) */
bool stream_is_seekable(const struct stream *s);

#endif
