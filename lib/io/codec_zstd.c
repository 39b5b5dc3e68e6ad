#include "lib/io/codec.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "lib/base/mem.h"
#include "lib/io/bytes.h"

enum { WINDOW_LOG_PRESET = 27, SKIPPABLE = 0x184d2a50 };

struct zstd_decoder {
	ZSTD_DCtx *context;
	unsigned window_log;
	uint64_t at, frame_at; /* compressed bytes consumed; of them before this frame */
	size_t head_n;         /* bytes of this frame's magic number gathered */
	unsigned char head[4];
	size_t want; /* what the library asked for next; 0: between frames */
	bool filled; /* the last call used up all room there was */
};

static bool is_magic(const unsigned char *head)
{
	uint32_t magic = bytes_get32(head);

	return magic == ZSTD_MAGICNUMBER || (magic & 0xfffffff0u) == SKIPPABLE;
}

static bool zstd_sniff(const unsigned char *head, size_t n)
{
	return n >= 4 && is_magic(head);
}

static void *zstd_decoder_open(const struct decode_options *o)
{
	struct zstd_decoder *d = mem_new(struct zstd_decoder, 1);

	d->window_log = o && o->window_log ? o->window_log : WINDOW_LOG_PRESET;
	d->at = o ? o->at : 0;
	d->context = ZSTD_createDCtx();
	if (!d->context)
		mem_die(sizeof *d);
	ZSTD_DCtx_setParameter(d->context, ZSTD_d_windowLogMax, (int)d->window_log);
	return d;
}

static void zstd_decoder_close(void *decoder)
{
	struct zstd_decoder *d = decoder;

	if (d)
		ZSTD_freeDCtx(d->context);
	free(d);
}

static int zstd_damage(const struct zstd_decoder *d, size_t code, struct err *e)
{
	unsigned long long at = d->at, frame_at = d->frame_at;

	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		return err_set_rc(e, RC_INPUT,
		                  "the zstd frame at compressed byte %llu needs a window of more "
		                  "than 2^%u bytes: allow a larger one, up to 2^31",
		                  frame_at, d->window_log);
	case ZSTD_error_memory_allocation:
		return err_set_rc(
		        e, RC_MEMORY,
		        "no memory for the window of the zstd frame at compressed byte %llu",
		        frame_at);
	default:
		return err_set_rc(
		        e, RC_INPUT,
		        "corrupt zstd frame near compressed byte %llu (the frame begins at "
		        "%llu): %s",
		        at, frame_at, ZSTD_getErrorName(code));
	}
}

static int zstd_garbage(const struct zstd_decoder *d, struct err *e)
{
	return err_set_rc(e, RC_INPUT,
	                  "trailing garbage: no zstd frame begins at compressed byte %llu",
	                  (unsigned long long)d->frame_at);
}

/* Gathers the magic number and hands it to the library; -1: it is none. */
static int zstd_head(struct zstd_decoder *d, struct decode_step *s, struct err *e)
{
	while (d->head_n < 4 && s->in_used < s->in_n) {
		if (d->head_n == 0)
			d->frame_at = d->at;
		d->head[d->head_n++] = (unsigned char)s->in[s->in_used++];
		d->at++;
	}
	if (d->head_n < 4)
		return 0;
	if (!is_magic(d->head))
		return zstd_garbage(d, e);

	ZSTD_inBuffer in = {d->head, 4, 0};
	ZSTD_outBuffer out = {NULL, 0, 0};
	ZSTD_DCtx_reset(d->context, ZSTD_reset_session_only);
	d->filled = false;
	d->want = ZSTD_decompressStream(d->context, &out, &in);
	return ZSTD_isError(d->want) ? zstd_damage(d, d->want, e) : 0;
}

/* One call of the library. It is given one block's bytes and no more (`want` counts the 3 bytes of
 * the next block's header in), and none at all while it may still hold output back: had it the next
 * block too and found that damaged, it would keep what it had decoded of this one to itself. */
static int zstd_body(struct zstd_decoder *d, struct decode_step *s, struct err *e)
{
	size_t left = s->in_n - s->in_used, n = d->want > 3 ? d->want - 3 : d->want;
	bool flush = d->filled;

	if (flush)
		n = 0;
	ZSTD_inBuffer in = {s->in + s->in_used, n < left ? n : left, 0};
	ZSTD_outBuffer out = {s->out + s->out_used, s->out_n - s->out_used, 0};
	size_t want = ZSTD_decompressStream(d->context, &out, &in);

	s->in_used += in.pos;
	s->out_used += out.pos;
	d->at += in.pos;
	if (ZSTD_isError(want))
		return zstd_damage(d, want, e);
	d->want = want;
	d->filled = out.pos == out.size;
	if (want == 0)
		d->head_n = 0;
	return in.pos || out.pos || want == 0 || (flush && !d->filled);
}

/* The file ends inside a frame, or within the 4 bytes that should begin one. */
static int zstd_truncated(const struct zstd_decoder *d, struct err *e)
{
	bool is_skippable = (d->head[0] & 0xf0) == (SKIPPABLE & 0xf0);
	unsigned char magic[4];

	bytes_put32(magic, is_skippable ? SKIPPABLE : ZSTD_MAGICNUMBER);
	if (is_skippable)
		magic[0] = d->head[0];
	if (d->head_n < 4 && memcmp(d->head, magic, d->head_n) != 0)
		return zstd_garbage(d, e);
	return err_set_rc(
	        e, RC_INPUT,
	        "truncated: the file ends at compressed byte %llu inside the zstd frame that "
	        "begins at %llu",
	        (unsigned long long)d->at, (unsigned long long)d->frame_at);
}

static int zstd_decode(void *decoder, struct decode_step *s, struct err *e)
{
	struct zstd_decoder *d = decoder;
	int moved = 1;

	while (moved) {
		if (d->head_n < 4) {
			if (s->in_used == s->in_n)
				break;
			if (zstd_head(d, s, e))
				return -1;
			continue;
		}
		moved = zstd_body(d, s, e);
		if (moved < 0)
			return -1;
	}
	if (!s->last || s->in_used < s->in_n || (d->head_n == 4 && s->out_used == s->out_n))
		return 1;
	return d->head_n == 0 ? 0 : zstd_truncated(d, e);
}

static void *zstd_encoder_open(int level)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();

	if (!c)
		mem_die(sizeof c);
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	return c;
}

static int zstd_encode(void *encoder, struct slice block, struct buf *out, struct err *e)
{
	size_t room = ZSTD_compressBound(block.n);
	size_t n = ZSTD_compress2(encoder, buf_reserve(out, room), room, block.p, block.n);

	if (ZSTD_isError(n))
		return err_set_rc(e, RC_OUTPUT, "zstd cannot compress a block of %zu bytes: %s",
		                  block.n, ZSTD_getErrorName(n));
	out->n += n;
	return 0;
}

static void zstd_encoder_close(void *encoder)
{
	ZSTD_freeCCtx(encoder);
}

/* A skippable frame: magic number, size, payload. */
static void zstd_hide(struct slice payload, struct buf *out)
{
	unsigned char *p = (unsigned char *)buf_reserve(out, 8);

	bytes_put32(p, SKIPPABLE | 0xc);
	bytes_put32(p + 4, (uint32_t)payload.n);
	out->n += 8;
	buf_add(out, payload);
}

const struct codec codec_zstd = {
        .name = "zstd",
        .extension = ".zst",
        .level = 3,
        .level_min = -7,
        .level_max = 22,
        .sniff = zstd_sniff,
        .decoder_open = zstd_decoder_open,
        .decode = zstd_decode,
        .decoder_close = zstd_decoder_close,
        .encoder_open = zstd_encoder_open,
        .encode = zstd_encode,
        .encoder_close = zstd_encoder_close,
        .hide = zstd_hide,
        .hidden_head = 8,
};
