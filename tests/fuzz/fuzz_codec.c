/* libFuzzer: any bytes through every decoder, in uneven steps; and the end mark's readers.
 *
 *   clang -g -O1 -std=c11 -D_GNU_SOURCE -DHAVE_ISAL -I. -fsanitize=fuzzer,address,undefined \
 *     tests/fuzz/fuzz_codec.c lib/io/codec*.c lib/io/inflate*.c lib/io/endmark.c \
 *     lib/base/{buf,err,hash,log,mem,slice}.c -lzstd -lz -lisal -lxxhash -o fuzz_codec
 *   mkdir -p corpus; for x in gzip "gzip -1" zstd "zstd -19"; do seq 300 | $x > "corpus/$x"; done
 *   ./fuzz_codec -max_total_time=60 corpus
 */
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/io/endmark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 }; /* plain bytes; a few packed ones can stand for gigabytes */

struct result {
	int r;
	struct buf out;
};

static struct result run(const struct codec *c, struct slice in, const struct decode_options *o,
                         size_t in_step, size_t out_step)
{
	struct result result = {.r = 1};
	void *decoder = c->decoder_open(o);
	int idle = 0;

	while (result.r == 1 && result.out.n < MOST) {
		size_t n = in.n < in_step ? in.n : in_step;
		char *copy = mem_text(in.p, n), *out = mem_alloc(out_step);
		struct decode_step s = {.in = copy, .in_n = n, .out = out, .out_n = out_step};
		struct err e = {0};

		s.last = n == in.n;
		result.r = c->decode(decoder, &s, &e);
		if (s.in_used > n || s.out_used > out_step || (result.r < 0) != (e.rc != RC_OK))
			abort();
		buf_add(&result.out, (struct slice){out, s.out_used});
		in = slice_tail(in, s.in_used);
		idle = s.in_used || s.out_used ? 0 : idle + 1;
		if (idle > 2)
			abort();
		free(copy);
		free(out);
	}
	c->decoder_close(decoder);
	return result;
}

/* Steps must not matter, nor which library inflates; but how much is given of corrupt data may
 * differ, and ISA-L (not strict) may forgive what zlib does not. */
static void compare(const struct result *a, struct result b, bool strict)
{
	size_t common = a->out.n < b.out.n ? a->out.n : b.out.n;
	bool ended = a->out.n < MOST && b.out.n < MOST;

	if (!slice_equal(slice_head(buf_slice(&a->out), common),
	                 slice_head(buf_slice(&b.out), common)))
		abort();
	if (ended && strict && a->r != b.r)
		abort();
	if (ended && a->r == 0 && b.r == 0 && a->out.n != b.out.n)
		abort();
	buf_free(&b.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = {(const char *)data, size};
	struct decode_options portable = {.window_log = 20, .portable = true};
	struct decode_options preset = {.window_log = 20};

	for (const struct codec *const *c = codec_table; *c; c++) {
		struct result whole = run(*c, in, &preset, 1 << 20, 1 << 16);
		struct endmark m;
		struct frames f = {0};
		struct err e = {0};

		bool strict = !slice_equal(slice_of((*c)->name), S("gzip"));

		if (size < 4096)
			compare(&whole, run(*c, in, &preset, 1 + size % 7, 1 + size % 11), strict);
		compare(&whole, run(*c, in, &portable, 100, 1 << 16), strict);
		buf_free(&whole.out);
		if (endmark_parse(*c, in, size, &m, &e) == 1 && m.packed + m.index <= size)
			endmark_index(*c, &m, slice_head(slice_tail(in, m.packed), m.index), &f,
			              &e);
		frames_free(&f);
	}
	return 0;
}
