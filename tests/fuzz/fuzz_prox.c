/* Any bytes as a ProX program, read both ways, on a fixed text: it never fails, the text stays
 * valid, what was edited replays, and what became of the text can be written as a program that does
 * it. A second part behind a byte 0xfe is the program of a second chunk. */
#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/doc/prox.h"
#include "lib/doc/prox_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice source =
	S_INIT("Home | About | \xc3\xa9\nfirst a=b, (c) \"quoted\" a a\n\n"
	       "\xe6\x97\xa5\xe6\x9c\xac four\xe2\x80\xa8words\r\nHome | About | \xc3\xa9\nlast "
	       "\xf0\x9f\x98\x80 line");

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_written(struct doc *d, struct arena *mem)
{
	struct prox_options o = prox_defaults();
	struct doc again = {.source = source, .mem = mem, .stage = "prox"};
	struct prox_program program;
	struct prox_result r;
	struct buf out = {0};

	o.mode = PROX_STRICT;
	o.min_words = -1;
	o.threshold_2 = 2;
	if (prox_write(d, PROX_STRICT, &out, mem) == 0) {
		struct slice text = buf_slice(&out);

		prox_parse(&text, 1, NULL, &o, &program, mem);
		prox_exec(&again, &program, &o, &r, mem);
		doc_settle(&again);
		check(r.n_errors == 0 && slice_equal(doc_text(&again), doc_text(d)));
	}
	buf_free(&out);
}

static void run(const struct slice *chunk, size_t n, const struct prox_scope *scope,
                const struct prox_options *o)
{
	static struct arena mem; /* kept from run to run: ten times as many runs a second */
	struct doc d = {.source = source, .mem = &mem, .stage = "prox"};
	struct doc replayed = d;
	struct prox_program program;
	struct prox_result r;
	struct err e = {0};
	struct buf out = {0};

	prox_parse(chunk, n, scope, o, &program, &mem);
	prox_exec(&d, &program, o, &r, &mem);
	doc_settle(&d);
	check(utf8_valid(doc_text(&d)));
	check(doc_replay(&replayed, d.edit, d.n_edits, NULL, &e) == 0);
	check(slice_equal(doc_text(&d), doc_text(&replayed)));
	prox_result_write(&r, &program, &out);
	check(utf8_valid(buf_slice(&out)));
	if (!d.dropped_by)
		check_written(&d, &mem);
	buf_free(&out);
	arena_reset(&mem, 1 << 18);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct prox_scope scope[] = {{0, 2, 0}, {3, 5, 0}};
	struct prox_options o = prox_defaults();
	struct slice all = {(const char *)data, size}, chunk[2];
	__int128 value;

	chunk[1] = all;
	slice_cut(&chunk[1], (char)0xfe, &chunk[0]);
	if (size == 0)
		chunk[0] = S("");
	if (!utf8_valid(chunk[0]) || !utf8_valid(chunk[1]))
		return 0;
	prox_int(chunk[0], &value);
	o.limits = (struct prox_limits){4096, 200, 1 << 20, 2};
	for (int mode = PROX_COMPAT; mode <= PROX_STRICT; mode++)
		for (int lenient = 0; lenient <= 1; lenient++) {
			o.mode = mode;
			o.min_words = lenient ? -1 : 10;
			o.threshold_2 = lenient ? 2 : 0.95;
			o.error_op = lenient ? 1000 : 2;
			run(chunk, 1, NULL, &o);
			run(chunk, 2, scope, &o);
			o.level = PROX_DOC;
			run(chunk, 1, NULL, &o);
			o.level = PROX_CHUNK;
		}
	return 0;
}
