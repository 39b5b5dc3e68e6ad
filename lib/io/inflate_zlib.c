#include "lib/io/inflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "lib/base/mem.h"

static void *zlib_open(void)
{
	z_stream *z = mem_new(z_stream, 1);

	if (inflateInit2(z, -15) != Z_OK)
		mem_die(sizeof *z);
	return z;
}

static void zlib_close(void *self)
{
	inflateEnd(self);
	free(self);
}

static void zlib_reset(void *self)
{
	inflateReset(self);
}

static uInt clamp(size_t n)
{
	return n < 1u << 30 ? (uInt)n : 1u << 30;
}

static int zlib_step(void *self, struct decode_step *s, const char **why)
{
	z_stream *z = self;
	uInt in_n = clamp(s->in_n - s->in_used), out_n = clamp(s->out_n - s->out_used);

	z->next_in = (Bytef *)s->in + s->in_used;
	z->avail_in = in_n;
	z->next_out = (Bytef *)s->out + s->out_used;
	z->avail_out = out_n;
	int r = inflate(z, Z_NO_FLUSH);
	s->in_used += in_n - z->avail_in;
	s->out_used += out_n - z->avail_out;
	if (r == Z_MEM_ERROR)
		mem_die(1u << 15);
	if (r == Z_OK || r == Z_BUF_ERROR)
		return 1;
	if (r == Z_STREAM_END)
		return 0;
	*why = z->msg ? z->msg : "invalid deflate data";
	return -1;
}

static size_t zlib_ahead(void *self, unsigned char out[8])
{
	(void)self;
	(void)out;
	return 0;
}

static uint32_t zlib_crc(uint32_t crc, struct slice bytes)
{
	return (uint32_t)crc32_z(crc, (const Bytef *)bytes.p, bytes.n);
}

const struct inflate_type inflate_zlib = {
        .open = zlib_open,
        .close = zlib_close,
        .reset = zlib_reset,
        .step = zlib_step,
        .ahead = zlib_ahead,
        .crc = zlib_crc,
};
