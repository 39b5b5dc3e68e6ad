/* Any bytes as a record: it is read or refused, never more, and what is written can be read again.
 * Built and run by tests/fuzz/run.sh. */
#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/doc/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_fields(struct record_fields *f)
{
	struct err e;

	if (json_path_parse(&f->text, S("text"), &e) || json_path_parse(&f->id, S("m.id"), &e) ||
	    json_path_parse(&f->url, S("m.1.url"), &e))
		abort();
}

/* Heap bytes with nothing readable behind the padding. */
static struct slice padded(struct slice s)
{
	char *p = malloc(s.n + JSON_PADDING);

	if (!p)
		abort();
	if (s.n)
		memcpy(p, s.p, s.n);
	memset(p + s.n, 0, JSON_PADDING);
	return (struct slice){p, s.n};
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void edit(struct doc *d, unsigned how)
{
	doc_lines(d);
	if (d->n_lines > 1)
		doc_cut(d, 1);
	if (how & 1)
		doc_put(d, 0, S("put \"\\\n"));
	else
		doc_splice(d, 0, 0, 0, S("\"head\" "));
	if (how & 2)
		doc_score(d, "q", 0.5);
	doc_note(d, how & 4 ? "" : "k", how & 8 ? S("null") : S("{\"k\":[1]}"));
	doc_note(d, "l", how & 16 ? S("null") : S("true"));
	doc_settle(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json *json;
	static struct record_fields fields;
	struct arena mem = {0};
	struct buf out = {0};
	const char *why;

	if (!json) {
		json = json_open();
		set_fields(&fields);
	}
	const struct doc_context context = {.json = json};
	struct slice raw = padded((struct slice){(const char *)data, size}), again = {0};
	struct doc d = {.raw = raw, .file = "f", .mem = &mem, .context = &context, .stage = "s"};
	unsigned how = size ? data[size - 1] % 3 * 11 + (unsigned)size : 0; /* some of all ways */
	enum record_fault fault = record_parse(&d, &fields, &why);

	if (fault) {
		record_quarantine(&d, fault, why, &out);
	} else {
		check(utf8_valid(raw) && utf8_valid(d.source));
		record_write(&d, &out);
		check(out.n == raw.n + 1 && (size == 0 || memcmp(out.p, raw.p, raw.n) == 0));
		buf_reset(&out);
		edit(&d, how);
		record_write(&d, &out);
		again = padded(slice_head(buf_slice(&out), out.n - 1));
		struct doc new = {.raw = again, .file = "f", .mem = &mem, .context = &context};
		double q;

		check(record_parse(&new, &fields, &why) == RECORD_GOOD);
		check(slice_equal(new.source, doc_text(&d)));
		check(!(how & 2) || (doc_score_get(&new, S("q"), &q) && q == 0.5));
	}
	free((char *)raw.p);
	free((char *)again.p);
	buf_free(&out);
	arena_free(&mem);
	return 0;
}
