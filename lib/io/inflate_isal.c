#include "lib/io/inflate.h"

#ifdef HAVE_ISAL

#include <stdlib.h>
#include <isa-l.h>

#include "lib/base/mem.h"

struct isal {
	struct inflate_state state;
	const char *why; /* set once the data turned out invalid */
};

static void *isal_open(void)
{
	struct isal *z = mem_new(struct isal, 1);

	isal_inflate_init(&z->state);
	return z;
}

static void isal_close(void *self)
{
	free(self);
}

static void isal_reset(void *self)
{
	struct isal *z = self;

	isal_inflate_reset(&z->state);
	z->why = NULL;
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

static int isal_step(void *self, struct decode_step *s, const char **why)
{
	struct isal *z = self;
	struct inflate_state *i = &z->state;
	uint32_t in_n = clamp(s->in_n - s->in_used), out_n = clamp(s->out_n - s->out_used);

	if (z->why)
		return isal_drain(z, s, why);
	i->next_in = (uint8_t *)s->in + s->in_used;
	i->avail_in = in_n;
	i->next_out = (uint8_t *)s->out + s->out_used;
	i->avail_out = out_n;
	int r = isal_inflate(i);
	s->in_used += in_n - i->avail_in;
	s->out_used += out_n - i->avail_out;

	/* The library refuses distances beyond total_out, a 32-bit count that a stream of 4 GiB
	 * wraps to 0. All it need know is that a whole window has been written. */
	if (i->total_out > 1u << 16)
		i->total_out = 1u << 16;
	if (r < 0) {
		z->why = isal_reason(r);
		return isal_drain(z, s, why);
	}
	return i->block_state != ISAL_BLOCK_FINISH;
}

static size_t isal_ahead(void *self, unsigned char out[8])
{
	struct inflate_state *i = &((struct isal *)self)->state;
	size_t n = i->read_in_length > 0 ? (size_t)i->read_in_length / 8 : 0;
	uint64_t bits = i->read_in >> i->read_in_length % 8;

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
