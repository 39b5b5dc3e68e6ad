/* One reader of records for a test program: documents from JSON text, and what is written of them.
 * All of it lives in `mem`. */
#ifndef CURATE_TESTS_READER_H
#define CURATE_TESTS_READER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/doc/editlog.h"
#include "lib/doc/record.h"

static struct arena mem;
static struct doc_context context;
static struct record_fields fields;

/* Makes the path of a field another one. */
static inline void reader_path(struct json_path *path, const char *text)
{
	struct err e = {0};

	json_path_free(path);
	assert_int_equal(json_path_parse(path, slice_of(text), &e), 0);
}

/* cmocka group setup: the fields are text, id, url, date and lang. */
static inline int reader_open(void **state)
{
	(void)state;
	context.json = json_open();
	reader_path(&fields.text, "text");
	reader_path(&fields.id, "id");
	reader_path(&fields.url, "url");
	reader_path(&fields.date, "date");
	reader_path(&fields.lang, "lang");
	return 0;
}

/* cmocka group teardown. */
static inline int reader_close(void **state)
{
	(void)state;
	json_close(context.json);
	json_path_free(&fields.text);
	json_path_free(&fields.id);
	json_path_free(&fields.url);
	json_path_free(&fields.date);
	json_path_free(&fields.lang);
	arena_free(&mem);
	return 0;
}

/* A copy with the padding that readers want, full of quotes, which nobody may take for JSON. */
static inline struct slice padded(struct slice s)
{
	char *p = arena_alloc(&mem, s.n + JSON_PADDING);

	if (s.n)
		memcpy(p, s.p, s.n);
	memset(p + s.n, '"', JSON_PADDING);
	return (struct slice){p, s.n};
}

static inline enum record_fault try_record(struct doc *d, struct slice raw, const char **detail)
{
	*d = (struct doc){.raw = padded(raw),
	                  .mem = &mem,
	                  .context = &context,
	                  .stage = "a",
	                  .file = "dir/x.jsonl",
	                  .record = 7,
	                  .offset = 99};
	return record_parse(d, &fields, detail);
}

static inline struct doc parsed(struct slice raw)
{
	const char *detail;
	struct doc d;

	assert_int_equal(try_record(&d, raw, &detail), RECORD_GOOD);
	return d;
}

/* Takes the one line that is in `out`, without its LF. */
static inline struct slice take_line(struct buf *out)
{
	assert_true(out->n > 0 && out->p[out->n - 1] == '\n');
	struct slice line = padded((struct slice){out->p, out->n - 1});

	buf_free(out);
	return line;
}

/* The record as it now stands, and the document's line of the log. */
static inline struct slice written(struct doc *d)
{
	struct buf out = {0};

	record_write(d, &out);
	return take_line(&out);
}

static inline struct slice logged(const struct doc *d)
{
	struct buf out = {0};

	editlog_write(d, &out);
	return take_line(&out);
}

static inline void check_slice(struct slice is, struct slice want, int line)
{
	if (!slice_equal(is, want))
		fail_msg("line %d:\n  is   %.*s\n  want %.*s", line, SLICE(is), SLICE(want));
}
#define assert_slice(is, want) check_slice((is), slice_of(want), __LINE__)

#endif
