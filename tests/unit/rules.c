/* Runs the cases of tests/rules/NAME.t, each through the real chain, and each once more from its
 * own edit log. One file is one test. A file is lines:
 *
 *   stage NAME: {PARAM: VALUE}   as in a recipe; stages that follow each other are one chain
 *   refused WORDS                the chain does not open, and the message holds WORDS
 *   text "JSON"                  starts a case
 *   times N "JSON"               adds N copies of it to the text
 *   url TEXT   lang TEXT         other fields of the case
 *   keep                         what the case expects: kept unchanged,
 *   becomes "JSON"               kept with this text,
 *   drop REASON                  or dropped; the reason may be empty
 *   score NAME VALUE             and perhaps a score
 *   # …                          a comment; blank lines do not matter
 *
 * A chain's per-document state (draw: sequence) goes on from case to case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/doc/editlog.h"
#include "lib/doc/record.h"
#include "lib/run/recipe.h"

struct cases {
	const char *path;
	unsigned line, ran;
	struct recipe recipe;
	struct buf stages, error, state;
	bool is_open, was_refused, has_case;
	struct buf text, url, lang;
	struct arena mem, replayed_mem, scratch;
	struct doc d;
	struct buf record;
	struct json *json;
	struct doc_context context;
	struct tally tally;
	struct record_fields fields;
};

#define FAIL(c, ...)                                                                              \
	do {                                                                                       \
		print_error("%s:%u: ", (c)->path, (c)->line);                                     \
		print_error(__VA_ARGS__);                                                          \
		print_error("\n");                                                                 \
		fail();                                                                            \
	} while (0)

static struct slice unescape(struct cases *c, struct slice quoted)
{
	struct json_path path;
	struct buf record = {0};
	struct err e = {0};

	buf_addf(&record, "{\"x\":%.*s}", SLICE(quoted));
	size_t n = record.n;

	memset(buf_reserve(&record, JSON_PADDING), 0, JSON_PADDING);
	assert_int_equal(json_path_parse(&path, S("x"), &e), 0);
	struct json_value v = json_get(c->json, (struct slice){record.p, n}, &path, &c->scratch);

	if (v.kind != JSON_STRING)
		FAIL(c, "not a JSON string: %.*s", SLICE(quoted));
	struct slice text = arena_copy(&c->scratch, v.text);

	json_path_free(&path);
	buf_free(&record);
	return text;
}

static void close_chain(struct cases *c)
{
	if (c->is_open)
		recipe_free(&c->recipe);
	c->is_open = c->was_refused = false;
	buf_reset(&c->stages);
	buf_reset(&c->error);
}

static void open_chain(struct cases *c)
{
	char path[] = "/tmp/curate-rules-XXXXXX";
	struct buf yaml = {0};
	struct err e = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	buf_addf(&yaml, "curate: 1\nname: test\nstages:\n%s", buf_text(&c->stages));
	assert_int_equal(write(fd, yaml.p, yaml.n), (ssize_t)yaml.n);
	close(fd);
	recipe_defaults(&c->recipe);
	c->was_refused = recipe_load(&c->recipe, path, &e) || recipe_open(&c->recipe, &e);
	c->is_open = true;
	buf_addf(&c->error, "%s", e.msg);
	unlink(path);
	buf_free(&yaml);
	if (c->was_refused)
		return;
	size_t n = chain_state_size(&c->recipe.chain, 0, c->recipe.chain.n);

	buf_reset(&c->state);
	memset(buf_reserve(&c->state, n + 16), 0, n + 16);
}

static void add_stage(struct cases *c, struct slice rest)
{
	if (c->is_open)
		close_chain(c);
	buf_addf(&c->stages, "  - %.*s\n", SLICE(rest));
}

static void start_case(struct cases *c, struct slice text)
{
	if (!c->is_open)
		open_chain(c);
	if (c->was_refused)
		FAIL(c, "refused: %s", buf_text(&c->error));
	arena_reset(&c->mem, 1 << 20);
	arena_reset(&c->replayed_mem, 1 << 20);
	buf_reset(&c->url);
	buf_reset(&c->lang);
	buf_reset(&c->text);
	buf_add(&c->text, unescape(c, text));
	c->has_case = true;
}

static void parse(struct cases *c, struct doc *d, struct arena *mem)
{
	const char *detail = NULL;

	*d = (struct doc){.file = c->path, .record = c->line, .mem = mem, .context = &c->context};
	d->raw = buf_slice(&c->record);
	enum record_fault fault = record_parse(d, &c->fields, &detail);

	if (fault != RECORD_GOOD)
		FAIL(c, "%s", record_fault_name(fault));
}

static void replay(struct cases *c)
{
	struct buf log = {0};
	struct doc again;
	struct err e = {0};

	editlog_write(&c->d, &log);
	size_t n = log.n && log.p[log.n - 1] == '\n' ? log.n - 1 : log.n;

	memset(buf_reserve(&log, JSON_PADDING), 0, JSON_PADDING);
	parse(c, &again, &c->replayed_mem);
	if (editlog_apply(&again, (struct slice){log.p, n}, NULL, &e))
		FAIL(c, "replay: %s", e.msg);
	if (!slice_equal(doc_text(&again), doc_text(&c->d)))
		FAIL(c, "replay gives another text: %.*s", SLICE(doc_text(&again)));
	if ((again.dropped_by == NULL) != (c->d.dropped_by == NULL) ||
	    !slice_equal(again.why, c->d.why))
		FAIL(c, "replay gives another verdict");
	buf_free(&log);
}

/* Runs the case at its first expectation. */
static void run_case(struct cases *c)
{
	if (!c->has_case)
		return;
	c->has_case = false;
	c->ran++;
	buf_reset(&c->record);
	buf_addf(&c->record, "{\"id\":\"%u\",\"url\":", c->ran);
	json_write_text(&c->record, buf_slice(&c->url));
	buf_addf(&c->record, ",\"lang\":");
	json_write_text(&c->record, buf_slice(&c->lang));
	buf_addf(&c->record, ",\"text\":");
	json_write_text(&c->record, buf_slice(&c->text));
	buf_addf(&c->record, "}");
	memset(buf_reserve(&c->record, JSON_PADDING), 0, JSON_PADDING);
	parse(c, &c->d, &c->mem);
	chain_apply(&c->recipe.chain, 0, c->recipe.chain.n, &c->d, c->state.p, &c->scratch,
	            &c->tally);
	replay(c);
}

static void expect_text(struct cases *c, struct slice wanted)
{
	if (c->d.dropped_by)
		FAIL(c, "dropped: %.*s", SLICE(c->d.why));
	if (!slice_equal(doc_text(&c->d), wanted))
		FAIL(c, "text is '%.*s'", SLICE(doc_text(&c->d)));
}

static void expect_drop(struct cases *c, struct slice why)
{
	if (!c->d.dropped_by)
		FAIL(c, "kept: %.*s", SLICE(slice_head(doc_text(&c->d), 200)));
	if (!slice_equal(c->d.why, why))
		FAIL(c, "dropped for '%.*s'", SLICE(c->d.why));
}

static void expect_score(struct cases *c, struct slice rest)
{
	struct slice name;
	double value, wanted;

	if (!slice_cut(&rest, ' ', &name) || !slice_to_real(rest, &wanted))
		FAIL(c, "score NAME VALUE");
	if (!doc_score_get(&c->d, name, &value))
		FAIL(c, "no score '%.*s'", SLICE(name));
	if (value != wanted)
		FAIL(c, "score is %.17g", value);
}

static void add_times(struct cases *c, struct slice rest)
{
	struct slice number;
	uint64_t times;

	if (!slice_cut(&rest, ' ', &number) || !slice_to_u64(number, &times))
		FAIL(c, "times N \"JSON\"");
	struct slice piece = unescape(c, rest);

	while (times--)
		buf_add(&c->text, piece);
}

static void run_line(struct cases *c, struct slice line)
{
	struct slice rest = line, word;

	slice_cut(&rest, ' ', &word);
	if (slice_equal(word, S("stage")))
		add_stage(c, rest);
	else if (slice_equal(word, S("text")))
		start_case(c, rest);
	else if (slice_equal(word, S("times")))
		add_times(c, rest);
	else if (slice_equal(word, S("url")))
		buf_add(&c->url, rest);
	else if (slice_equal(word, S("lang")))
		buf_add(&c->lang, rest);
	else if (slice_equal(word, S("refused"))) {
		open_chain(c);
		if (!c->was_refused || slice_find(buf_slice(&c->error), rest, 0) == SIZE_MAX)
			FAIL(c, "not so: '%s'", buf_text(&c->error));
		c->ran++;
		return;
	} else {
		run_case(c);
		if (slice_equal(word, S("keep")))
			expect_text(c, buf_slice(&c->text));
		else if (slice_equal(word, S("becomes")))
			expect_text(c, unescape(c, rest));
		else if (slice_equal(word, S("drop")))
			expect_drop(c, rest);
		else if (slice_equal(word, S("score")))
			expect_score(c, rest);
		else
			FAIL(c, "unknown word '%.*s'", SLICE(word));
	}
}

static void set_path(struct json_path *path, struct slice text)
{
	struct err e = {0};

	assert_int_equal(json_path_parse(path, text, &e), 0);
}

static void run_file(void **state)
{
	struct cases c = {.path = *state, .json = json_open()};
	FILE *f = fopen(c.path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	assert_non_null(f);
	c.context = (struct doc_context){.json = c.json};
	c.fields.max_record = 1u << 30;
	c.fields.keep_empty = true;
	set_path(&c.fields.text, S("text"));
	set_path(&c.fields.id, S("id"));
	set_path(&c.fields.url, S("url"));
	set_path(&c.fields.date, S("date"));
	set_path(&c.fields.lang, S("lang"));
	while ((n = getline(&line, &cap, f)) > 0) {
		struct slice trimmed = slice_trim((struct slice){line, (size_t)n});

		c.line++;
		if (trimmed.n && trimmed.p[0] != '#')
			run_line(&c, trimmed);
	}
	assert_true(c.ran > 0);
	fclose(f);
	free(line);
	close_chain(&c);
	json_path_free(&c.fields.text);
	json_path_free(&c.fields.id);
	json_path_free(&c.fields.url);
	json_path_free(&c.fields.date);
	json_path_free(&c.fields.lang);
	json_close(c.json);
	tally_free(&c.tally);
	arena_free(&c.mem);
	arena_free(&c.replayed_mem);
	arena_free(&c.scratch);
	buf_free(&c.stages);
	buf_free(&c.error);
	buf_free(&c.state);
	buf_free(&c.text);
	buf_free(&c.url);
	buf_free(&c.lang);
	buf_free(&c.record);
}

int main(void)
{
	glob_t files;

	if (glob("tests/rules/*.t", 0, NULL, &files) != 0)
		return 1;
	struct CMUnitTest *tests = mem_new(struct CMUnitTest, files.gl_pathc);

	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){.name = files.gl_pathv[i],
		                               .test_func = run_file,
		                               .initial_state = files.gl_pathv[i]};
	int failed = _cmocka_run_group_tests("rules", tests, files.gl_pathc, NULL, NULL);

	free(tests);
	globfree(&files);
	return failed;
}
