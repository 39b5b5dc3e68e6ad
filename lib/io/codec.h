/* A codec: one way of packing bytes into a file, described by one const struct at the end of its
 * file.
 *
 * Our own packed files are a row of frames (zstd frames, gzip members), one per block of records,
 * then pieces that decode to nothing (zstd skippable frames, empty gzip members with an extra
 * field) which carry the frame index and the end mark; see lib/io/endmark.h. Every other program
 * reads them too. */
#ifndef CURATE_IO_CODEC_H
#define CURATE_IO_CODEC_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

enum { CODEC_SNIFF = 4 };           /* first bytes that decide which codec a file has */
enum { CODEC_PAYLOAD_MAX = 60000 }; /* bytes that fit in one piece that decodes to nothing */

struct decode_options {
	unsigned window_log; /* zstd: largest window accepted, 10 to 31; 0 means 27 (128 MiB) */
	bool portable;       /* gzip: zlib also where ISA-L is present; the bytes are the same */
	uint64_t at; /* compressed byte of the file that decoding begins at; messages count from
	                there */
};

/* One step of decoding: the caller fills in, in_n, out, out_n and last and zeroes the rest. */
struct decode_step {
	const char *in;
	size_t in_n, in_used;
	char *out;
	size_t out_n, out_used;
	bool last; /* nothing comes behind `in` */
};

struct codec {
	const char *name, *extension;    /* "gzip", ".gz" */
	int level, level_min, level_max; /* level is the default one */

	bool is_identity; /* packed and plain bytes are the same */

	/* Whether a file that begins with these bytes is this codec's; n may be less than
	 * CODEC_SNIFF. */
	bool (*sniff)(const unsigned char *head, size_t n);

	/* A decoder serves one file from its first byte, or the o->at-th, on. */
	void *(*decoder_open)(const struct decode_options *o);
	/* 1: go on, with more input or room; 0: `last` and all decoded cleanly; -1: damage:
	 * out_used bytes are good, nothing more will come. The message says what is wrong and at
	 * which compressed byte, without a file name; rc is RC_INPUT. Progress is made whenever
	 * in_n and out_n are not 0. */
	int (*decode)(void *decoder, struct decode_step *s, struct err *e);
	void (*decoder_close)(void *decoder);

	/* One thread's encoder: kept and used for any number of blocks. Equal blocks give equal
	 * bytes. */
	void *(*encoder_open)(int level);
	/* Adds one whole frame holding the block, which is under 2 GiB. */
	int (*encode)(void *encoder, struct slice block, struct buf *out, struct err *e);
	void (*encoder_close)(void *encoder);

	/* Adds a piece that decodes to nothing around at most CODEC_PAYLOAD_MAX bytes; NULL when
	 * the format has no such thing. Its size is hidden_head + payload.n + hidden_tail. */
	void (*hide)(struct slice payload, struct buf *out);
	size_t hidden_head, hidden_tail;
};

/* The codec of a file that begins with these bytes: plain when no other one claims it. */
const struct codec *codec_sniff(const void *head, size_t n);

/* "plain", "gzip" or "zstd", else NULL / the codec whose extension ends the name, else plain. */
const struct codec *codec_find(struct slice name);
const struct codec *codec_of_name(struct slice file_name);

/* All of them, plain last; ends with NULL. */
extern const struct codec *const codec_table[];

#endif
