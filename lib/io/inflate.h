/* Raw deflate data, decoded: zlib everywhere, ISA-L where it is present.
 *
 * Both give the same bytes of valid and of truncated data. In corrupt data ISA-L is more lenient
 * about incomplete Huffman codes and may stop later; the bytes both give are still the same, and
 * gzip's checksum is checked behind either. */
#ifndef CURATE_IO_INFLATE_H
#define CURATE_IO_INFLATE_H

#include "lib/io/codec.h"

struct inflate_type {
	void *(*open)(void);
	void (*close)(void *self);
	void (*reset)(void *self); /* before every deflate stream but the first */

	/* 1: go on, with more input or room; 0: the stream has ended; -1: invalid, *why says how
	 * and all bytes before that have been given out. */
	int (*step)(void *self, struct decode_step *s, const char **why);

	/* After the end: bytes that were taken but stand behind the stream, at most 8. */
	size_t (*ahead)(void *self, unsigned char out[8]);

	uint32_t (*crc)(uint32_t crc, struct slice bytes); /* CRC-32 of gzip, begins at 0 */
};

extern const struct inflate_type inflate_zlib;
#ifdef HAVE_ISAL
extern const struct inflate_type inflate_isal;
#endif

#endif
