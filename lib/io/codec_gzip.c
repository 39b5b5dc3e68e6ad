#include "lib/io/codec.h"

#include <stdlib.h>
#include <zlib.h>

#include "lib/base/mem.h"
#include "lib/io/bytes.h"
#include "lib/io/inflate.h"

enum gzip_part { /* of a member (RFC 1952), in their order */
	         GZIP_FIXED,
	         GZIP_EXTRA_SIZE,
	         GZIP_EXTRA,
	         GZIP_NAME,
	         GZIP_COMMENT,
	         GZIP_HEADER_CRC,
	         GZIP_BODY,
	         GZIP_TRAILER,
};

enum {
	FLAG_HEADER_CRC = 2,
	FLAG_EXTRA = 4,
	FLAG_NAME = 8,
	FLAG_COMMENT = 16,
	FLAG_RESERVED = 0xe0
};

struct gzip_decoder {
	const struct inflate_type *type;
	void *inflate;
	uint64_t at, member_at; /* compressed bytes consumed; of them before this member */
	uint64_t members;       /* ended so far */
	enum gzip_part part;
	unsigned char field[10]; /* the number being gathered */
	unsigned have, flags, extra;
	uint32_t header_crc, crc, size; /* size: of the member's plain bytes, modulo 2^32 */
};

static bool gzip_sniff(const unsigned char *head, size_t n)
{
	return n >= 2 && head[0] == 0x1f && head[1] == 0x8b;
}

static void *gzip_decoder_open(const struct decode_options *o)
{
	struct gzip_decoder *d = mem_new(struct gzip_decoder, 1);

	d->type = &inflate_zlib;
#ifdef HAVE_ISAL
	if (!o || !o->portable)
		d->type = &inflate_isal;
#else
#endif
	d->at = o ? o->at : 0;
	d->inflate = d->type->open();
	return d;
}

static void gzip_decoder_close(void *decoder)
{
	struct gzip_decoder *d = decoder;

	if (d)
		d->type->close(d->inflate);
	free(d);
}

static int gzip_corrupt(const struct gzip_decoder *d, const char *why, struct err *e)
{
	return err_set_rc(
	        e, RC_INPUT,
	        "corrupt gzip member near compressed byte %llu (the member begins at %llu): %s",
	        (unsigned long long)d->at, (unsigned long long)d->member_at, why);
}

static int gzip_garbage(const struct gzip_decoder *d, struct err *e)
{
	return err_set_rc(e, RC_INPUT,
	                  "trailing garbage: no gzip member begins at compressed byte %llu",
	                  (unsigned long long)d->member_at);
}

/* Goes on to the first part at or after `part` that this member has. */
static void gzip_enter(struct gzip_decoder *d, enum gzip_part part)
{
	if (part == GZIP_EXTRA_SIZE && !(d->flags & FLAG_EXTRA))
		part = GZIP_NAME;
	if (part == GZIP_EXTRA && d->extra == 0)
		part = GZIP_NAME;
	if (part == GZIP_NAME && !(d->flags & FLAG_NAME))
		part = GZIP_COMMENT;
	if (part == GZIP_COMMENT && !(d->flags & FLAG_COMMENT))
		part = GZIP_HEADER_CRC;
	if (part == GZIP_HEADER_CRC && !(d->flags & FLAG_HEADER_CRC))
		part = GZIP_BODY;
	d->part = part;
	d->have = 0;
}

static int gzip_fixed(struct gzip_decoder *d, struct err *e)
{
	if (d->have <= 2 && memcmp(d->field, "\x1f\x8b", d->have) != 0)
		return gzip_garbage(d, e);
	if (d->have < 10)
		return 0;
	if (d->field[2] != Z_DEFLATED)
		return gzip_corrupt(d, "unknown compression method", e);
	if (d->field[3] & FLAG_RESERVED)
		return gzip_corrupt(d, "unknown header flags", e);
	d->flags = d->field[3];
	d->crc = d->size = 0;
	gzip_enter(d, GZIP_EXTRA_SIZE);
	return 0;
}

static int gzip_trailer(struct gzip_decoder *d, struct err *e)
{
	if (d->have < 8)
		return 0;
	if (bytes_get32(d->field) != d->crc)
		return gzip_corrupt(d, "the checksum is wrong", e);
	if (bytes_get32(d->field + 4) != d->size)
		return gzip_corrupt(d, "the length is wrong", e);
	d->members++;
	d->type->reset(d->inflate);
	gzip_enter(d, GZIP_FIXED);
	return 0;
}

/* Takes one byte of header or trailer. */
static int gzip_byte(struct gzip_decoder *d, unsigned char c, struct err *e)
{
	enum gzip_part part = d->part;

	if (part == GZIP_FIXED && d->have == 0) {
		d->member_at = d->at;
		d->header_crc = 0;
	}
	d->at++;
	if (part < GZIP_HEADER_CRC)
		d->header_crc = d->type->crc(d->header_crc, (struct slice){(const char *)&c, 1});
	if (part == GZIP_NAME || part == GZIP_COMMENT) {
		if (c == 0)
			gzip_enter(d, part + 1);
		return 0;
	}
	if (part == GZIP_EXTRA) {
		if (--d->extra == 0)
			gzip_enter(d, GZIP_NAME);
		return 0;
	}
	d->field[d->have++] = c;
	if (part == GZIP_FIXED)
		return gzip_fixed(d, e);
	if (part == GZIP_TRAILER)
		return gzip_trailer(d, e);
	if (d->have < 2)
		return 0;
	unsigned number = d->field[0] | (unsigned)d->field[1] << 8;
	if (part == GZIP_HEADER_CRC && number != (d->header_crc & 0xffff))
		return gzip_corrupt(d, "the header's checksum is wrong", e);
	d->extra = number;
	gzip_enter(d, part + 1);
	return 0;
}

/* Deflate data: 1 go on, 0 no more can be done with this input and room, -1 damage. */
static int gzip_body(struct gzip_decoder *d, struct decode_step *s, struct err *e)
{
	struct slice out = {s->out + s->out_used, 0};
	size_t in_used = s->in_used, out_used = s->out_used;
	const char *why = NULL;
	unsigned char ahead[8];
	int r = d->type->step(d->inflate, s, &why);

	out.n = s->out_used - out_used;
	d->crc = d->type->crc(d->crc, out);
	d->size += (uint32_t)out.n;
	d->at += s->in_used - in_used;
	if (r > 0)
		return s->in_used > in_used || out.n > 0;
	size_t n = d->type->ahead(d->inflate, ahead);
	d->at -= n;
	if (r < 0)
		return gzip_corrupt(d, why, e);
	gzip_enter(d, GZIP_TRAILER);
	for (size_t i = 0; i < n; i++)
		if (gzip_byte(d, ahead[i], e))
			return -1;
	return 1;
}

static int gzip_decode(void *decoder, struct decode_step *s, struct err *e)
{
	struct gzip_decoder *d = decoder;

	for (;;) {
		if (d->part == GZIP_BODY) {
			int r = gzip_body(d, s, e);
			if (r < 0)
				return -1;
			if (r == 0)
				break;
		} else {
			if (s->in_used == s->in_n)
				break;
			if (gzip_byte(d, (unsigned char)s->in[s->in_used++], e))
				return -1;
		}
	}
	if (!s->last || s->in_used < s->in_n || (d->part == GZIP_BODY && s->out_used == s->out_n))
		return 1;
	if (d->part == GZIP_FIXED && d->have == 0)
		return 0;
	return err_set_rc(
	        e, RC_INPUT,
	        "truncated: the file ends at compressed byte %llu inside the gzip member that "
	        "begins at %llu",
	        (unsigned long long)d->at, (unsigned long long)d->member_at);
}

static void *gzip_encoder_open(int level)
{
	z_stream *z = mem_new(z_stream, 1);

	if (deflateInit2(z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		mem_die(sizeof *z);
	return z;
}

static int gzip_encode(void *encoder, struct slice block, struct buf *out, struct err *e)
{
	z_stream *z = encoder;

	deflateReset(z); /* before deflateBound, which misjudges a stream that has ended */
	size_t room = deflateBound(z, block.n);

	if (block.n > UINT32_MAX || room > UINT32_MAX)
		return err_set_rc(e, RC_OUTPUT, "a block of %zu bytes is too large for gzip",
		                  block.n);
	z->next_in = (Bytef *)block.p;
	z->avail_in = (uInt)block.n;
	z->next_out = (Bytef *)buf_reserve(out, room);
	z->avail_out = (uInt)room;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return err_set_rc(e, RC_OUTPUT, "gzip cannot compress a block of %zu bytes",
		                  block.n);
	out->n += room - z->avail_out;
	return 0;
}

static void gzip_encoder_close(void *encoder)
{
	if (encoder)
		deflateEnd(encoder);
	free(encoder);
}

/* An empty member whose extra field has one subfield, "CU". */
static void gzip_hide(struct slice payload, struct buf *out)
{
	unsigned char head[16] = {0x1f, 0x8b, Z_DEFLATED, FLAG_EXTRA, 0, 0, 0, 0, 0, 255};

	bytes_put16(head + 10, (unsigned)payload.n + 4);
	head[12] = 'C';
	head[13] = 'U';
	bytes_put16(head + 14, (unsigned)payload.n);
	buf_add(out, (struct slice){(const char *)head, sizeof head});
	buf_add(out, payload);
	buf_add(out, S("\x03\0\0\0\0\0\0\0\0\0"));
}

const struct codec codec_gzip = {
        .name = "gzip",
        .extension = ".gz",
        .level = 6,
        .level_min = 0,
        .level_max = 9,
        .sniff = gzip_sniff,
        .decoder_open = gzip_decoder_open,
        .decode = gzip_decode,
        .decoder_close = gzip_decoder_close,
        .encoder_open = gzip_encoder_open,
        .encode = gzip_encode,
        .encoder_close = gzip_encoder_close,
        .hide = gzip_hide,
        .hidden_head = 16,
        .hidden_tail = 10,
};
