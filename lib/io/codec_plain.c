#include "lib/io/codec.h"

static bool plain_sniff(const unsigned char *head, size_t n)
{
	(void)head;
	(void)n;
	return true;
}

static void *plain_open(const struct decode_options *o)
{
	(void)o;
	return NULL;
}

static int plain_decode(void *decoder, struct decode_step *s, struct err *e)
{
	size_t n = s->in_n < s->out_n ? s->in_n : s->out_n;

	(void)decoder;
	(void)e;
	if (n)
		memcpy(s->out, s->in, n);
	s->in_used = s->out_used = n;
	return !s->last || n < s->in_n;
}

static void *plain_encoder(int level)
{
	(void)level;
	return NULL;
}

static int plain_encode(void *encoder, struct slice block, struct buf *out, struct err *e)
{
	(void)encoder;
	(void)e;
	buf_add(out, block);
	return 0;
}

static void plain_close(void *self)
{
	(void)self;
}

const struct codec codec_plain = {
        .name = "plain",
        .extension = "",
        .is_identity = true,
        .sniff = plain_sniff,
        .decoder_open = plain_open,
        .decode = plain_decode,
        .decoder_close = plain_close,
        .encoder_open = plain_encoder,
        .encode = plain_encode,
        .encoder_close = plain_close,
};
