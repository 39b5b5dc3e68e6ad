/* Any bytes as a line of an edit log on a fixed text: it is applied or refused, and what was
 * applied is written as a line that does the same, with all stages and without one. Built and run
 * by tests/fuzz/run.sh. */
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/utf8.h"
#include "lib/doc/editlog.h"
#include "lib/doc/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct slice source = S_INIT("first line é\nsecond\n\n日本 four\nfive");

static struct slice padded(struct arena *mem, struct slice s)
{
	char *p = arena_zero(mem, s.n + JSON_PADDING, 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct slice){p, s.n};
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_log(struct doc *d)
{
	struct doc again = {.source = source, .mem = d->mem, .context = d->context};
	struct buf out = {0};
	struct err e = {0};

	editlog_write(d, &out);
	check(utf8_valid(doc_text(d)) && utf8_valid(buf_slice(&out)));
	struct slice line = padded(d->mem, slice_head(buf_slice(&out), out.n - 1));

	buf_reset(&out);
	check(editlog_apply(&again, line, NULL, &e) == 0);
	check(slice_equal(doc_text(d), doc_text(&again)));
	editlog_write(&again, &out);
	check(slice_equal(line, slice_head(buf_slice(&out), out.n - 1)));
	buf_free(&out);
}

/* The bytes are what follows the hash of the text, so that every input gets past it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json *json;
	struct arena mem = {0};
	struct err e = {0};
	char hash[17];

	if (!json)
		json = json_open();
	hash64_text(hash64(source), hash);
	const struct doc_context context = {.json = json};
	struct buf text = {0};

	buf_addf(&text, "{\"text\":\"%s\",\"keep\":", hash);
	buf_add(&text, (struct slice){(const char *)data, size});
	struct slice line = padded(&mem, buf_slice(&text));

	buf_free(&text);
	for (int i = 0; i < 2; i++) {
		struct doc d = {.source = source, .mem = &mem, .context = &context};

		if (editlog_apply(&d, line, i ? "a" : NULL, &e) == 0)
			check_log(&d);
	}
	arena_free(&mem);
	return 0;
}
