#include "lib/io/inflate.h"

#ifdef HAVE_ISAL

#include <stdlib.h>
#include <isa-l.h>

#include "lib/base/mem.h"

/* Where a distance reaches back before the beginning of a stream, ISA-L's assembly counts the copy
 * it then does not make as output (up to 258 bytes nobody wrote, even beyond the room it has) and
 * may count more input than there is. That can only happen in a stream's first 32 KiB. So the
 * packed bytes of those are kept, and when ISA-L finds fault with them zlib starts over and takes
 * the stream to its end: its counts are exact. */
enum { WINDOW = 1 << 15, HEAD_MAX = 1 << 21 };

struct isal {
	struct inflate_state state;
	const char *why;      /* set once the data turned out invalid */
	uint64_t given;       /* plain bytes of this deflate stream; counted up to WINDOW */
	struct buf head;      /* its packed bytes while given < WINDOW */
	void *zlib;           /* has taken over; it has yet to … */
	uint64_t given_again; /* … drop this many bytes it decodes, */
	size_t head_at;       /* and to read `head` from here on */
};

static void *isal_open(void)
{
	struct isal *z = mem_new(struct isal, 1);

	isal_inflate_init(&z->state);
	return z;
}

static void isal_reset(void *self)
{
	struct isal *z = self;

	isal_inflate_reset(&z->state);
	z->why = NULL;
	z->given = 0;
	buf_reset(&z->head);
	if (z->zlib)
		inflate_zlib.close(z->zlib);
	z->zlib = NULL;
}

static void isal_close(void *self)
{
	struct isal *z = self;

	isal_reset(z);
	buf_free(&z->head);
	free(z);
}

static uint32_t clamp(size_t n)
{
	return n < 1u << 30 ? (uint32_t)n : 1u << 30;
}

static const char *isal_reason(int r)
{
	switch (r) {
	case ISAL_INVALID_BLOCK:
		return "invalid deflate block";
	case ISAL_INVALID_SYMBOL:
		return "invalid deflate symbol";
	case ISAL_INVALID_LOOKBACK:
		return "invalid distance too far back";
	default:
		return "invalid deflate data";
	}
}

/* zlib reads `head` again, from where it is: as zlib's step. */
static int head_step(struct isal *z, char *out, size_t *out_used, size_t out_n, const char **why)
{
	struct decode_step s = {.in = z->head.p, .in_n = z->head.n, .in_used = z->head_at};

	s.out = out;
	s.out_n = out_n;
	s.out_used = *out_used;
	int r = inflate_zlib.step(z->zlib, &s, why);
	z->head_at = s.in_used;
	*out_used = s.out_used;
	return r;
}

static int zlib_instead(struct isal *z, struct decode_step *s, const char **why)
{
	char waste[1 << 12];

	while (z->given_again) {
		size_t n = z->given_again < sizeof waste ? z->given_again : sizeof waste, used = 0;
		int r = head_step(z, waste, &used, n, why);

		z->given_again -= used;
		if (r < 0 || (z->given_again && (r == 0 || used == 0))) {
			*why = r < 0 ? *why : "invalid deflate data";
			return -1;
		}
	}
	if (z->head_at < z->head.n) {
		int r = head_step(z, s->out, &s->out_used, s->out_n, why);

		if (r < 1 || s->out_used == s->out_n)
			return r;
	}
	return inflate_zlib.step(z->zlib, s, why);
}

/* What was decoded before the damage and did not fit: 1 while some is left, else -1. */
static int isal_drain(struct isal *z, struct decode_step *s, const char **why)
{
	struct inflate_state *i = &z->state;
	size_t n = (size_t)(i->tmp_out_valid - i->tmp_out_processed), room = s->out_n - s->out_used;
	size_t give = n < room ? n : room;

	memcpy(s->out + s->out_used, i->tmp_out_buffer + i->tmp_out_processed, give);
	i->tmp_out_processed += (int32_t)give;
	s->out_used += give;
	*why = z->why;
	return give < n ? 1 : -1;
}

static void isal_hand_over(struct isal *z)
{
	z->zlib = inflate_zlib.open();
	z->given_again = z->given;
	z->head_at = 0;
}

/* Notes a step that went well. */
static void isal_note(struct isal *z, struct slice in, size_t given)
{
	z->given += given;
	if (z->given < WINDOW)
		buf_add(&z->head, in);
	if (z->given < WINDOW &&
	    z->head.n > HEAD_MAX) /* nothing but empty blocks: not worth keeping */
		isal_hand_over(z);

	/* The library refuses distances beyond total_out, a 32-bit count that a stream of 4 GiB
	 * wraps to 0. All it need know is that a whole window has been written. */
	if (z->state.total_out > 2 * WINDOW)
		z->state.total_out = 2 * WINDOW;
}

static int isal_step(void *self, struct decode_step *s, const char **why)
{
	struct isal *z = self;
	struct inflate_state *i = &z->state;
	struct slice in = {s->in + s->in_used, s->in_n - s->in_used};
	uint32_t in_n = clamp(in.n), out_n = clamp(s->out_n - s->out_used);

	if (z->why)
		return isal_drain(z, s, why);
	if (z->zlib)
		return zlib_instead(z, s, why);
	i->next_in = (uint8_t *)in.p;
	i->avail_in = in_n;
	i->next_out = (uint8_t *)s->out + s->out_used;
	i->avail_out = out_n;
	int r = isal_inflate(i);
	if (r < 0 && z->given < WINDOW) {
		isal_hand_over(z);
		return zlib_instead(z, s, why);
	}
	s->in_used += in_n - i->avail_in;
	s->out_used += out_n - i->avail_out;
	if (r < 0) {
		z->why = isal_reason(r);
		return isal_drain(z, s, why);
	}
	isal_note(z, slice_head(in, in_n - i->avail_in), out_n - i->avail_out);
	return i->block_state != ISAL_BLOCK_FINISH;
}

static size_t isal_ahead(void *self, unsigned char out[8])
{
	struct isal *z = self;
	size_t n = z->state.read_in_length > 0 ? (size_t)z->state.read_in_length / 8 : 0;
	uint64_t bits = z->state.read_in >> z->state.read_in_length % 8;

	if (z->zlib) { /* what is left of `head` */
		n = z->head.n - z->head_at < 8 ? z->head.n - z->head_at : 8;
		if (n)
			memcpy(out, z->head.p + z->head_at, n);
		return n;
	}
	for (size_t k = 0; k < n; k++)
		out[k] = (unsigned char)(bits >> 8 * k);
	return n;
}

static uint32_t isal_crc(uint32_t crc, struct slice bytes)
{
	return crc32_gzip_refl(crc, (const unsigned char *)bytes.p, bytes.n);
}

const struct inflate_type inflate_isal = {
        .open = isal_open,
        .close = isal_close,
        .reset = isal_reset,
        .step = isal_step,
        .ahead = isal_ahead,
        .crc = isal_crc,
};

#endif
