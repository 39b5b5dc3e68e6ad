#include "cmd/common.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/io/outfile.h"

int common_set(struct recipe *r, const char *key, struct slice value, struct err *e)
{
	struct buf b = {0};

	if (value.n == 0)
		return 0;
	buf_addf(&b, "%s=%.*s", key, SLICE(value));
	int bad = recipe_set(r, buf_slice(&b), e);

	buf_free(&b);
	return bad;
}

static void add_inputs(const struct common *c, struct recipe *r)
{
	struct list *path = &r->input.path;

	if (c->input.n == 0)
		return;
	for (size_t i = 0; i < path->n; i++)
		free((char *)path->item[i].p);
	path->n = 0;
	path->item = mem_grow(path->item, c->input.n * sizeof *path->item);
	for (size_t i = 0; i < c->input.n; i++)
		path->item[path->n++] = (struct slice){
			mem_text(c->input.item[i].p, c->input.item[i].n), c->input.item[i].n};
}

int common_options(const struct common *c, struct recipe *r, struct err *e)
{
	const struct {
		const char *key;
		struct slice value;
	} all[] = {
		{"input.text", c->text},
		{"input.id", c->id},
		{"input.glob", c->glob},
		{"input.on_corrupt", c->on_corrupt},
		{"input.max_record", c->max_record},
		{"input.window", c->window},
		{"input.split", c->split},
		{"limits.threads", c->threads},
		{"limits.mem", c->mem},
		{"limits.max_bad", c->max_bad},
	};

	add_inputs(c, r);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (common_set(r, all[i].key, all[i].value, e))
			return -1;
	for (size_t i = 0; i < c->set.n; i++)
		if (recipe_set(r, c->set.item[i], e))
			return err_prefix(e, "--set");
	return 0;
}

int common_mem(const struct common *c, uint64_t *bytes, struct err *e)
{
	static const struct param mem = {.name = "--mem", .kind = PARAM_SIZE};

	*bytes = 0;
	return c->mem.n ? param_set(&mem, bytes, c->mem, e) : 0;
}

int common_recipe(const struct common *c, const struct list *rest, const char *preset,
                  struct recipe *r, struct err *e)
{
	if (rest->n > 1)
		return err_set_rc(e, RC_USAGE, "one recipe at a time: '%.*s' and '%.*s'; inputs go "
		                  "behind -i", SLICE(rest->item[0]), SLICE(rest->item[1]));
	const char *file = rest->n ? rest->item[0].p : preset;

	if (file && recipe_load(r, file, e))
		return -1;
	return common_options(c, r, e);
}

/* Whether the folder `out` is an input folder or lies below one: its shards would be read again. */
static int check_apart(const char *in, const char *out, struct err *e)
{
	char in_real[PATH_MAX], out_real[PATH_MAX];

	if (!realpath(in, in_real) || !realpath(out, out_real))
		return 0;
	size_t n = strlen(in_real);

	if (strncmp(in_real, out_real, n) == 0 && (out_real[n] == 0 || out_real[n] == '/'))
		return err_set_rc(e, RC_USAGE,
		                  "the output folder %s lies inside the input %s; a second "
		                  "run would read its own output",
		                  out, in);
	return 0;
}

/* Run state, logs and reports are JSON and name the shards. */
static int refuse_unreadable_names(const struct shards *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (!utf8_valid(slice_of(s->item[i].name)))
			return err_set_rc(e, RC_INPUT, "%s: its name is not UTF-8; rename it",
			                  s->item[i].path);
	return 0;
}

int common_shards(const struct common *c, const struct recipe *r, const char *out,
                  struct shards *shards, struct err *e)
{
	size_t n = r->input.path.n;
	const char **input = mem_new(const char *, n);
	char *glob = mem_text(r->input.glob.p, r->input.glob.n);
	char *list = mem_text(c->file_list.p, c->file_list.n);
	struct shards_options o = {.glob = glob[0] ? glob : NULL,
	                           .file_list = list[0] ? list : NULL,
	                           .stems_may_repeat = !out,
	                           .split = r->input.split};
	int bad = 0;

	for (size_t i = 0; i < n && !bad; i++) {
		input[i] = r->input.path.item[i].p;
		if (out)
			bad = check_apart(input[i], out, e);
	}
	if (!bad && n == 0 && !o.file_list)
		bad = err_set_rc(e, RC_USAGE, "no input: name files or folders with -i");
	if (!bad)
		bad = shards_list(shards, input, n, &o, e);
	if (!bad && out)
		bad = refuse_unreadable_names(shards, e);
	free(input);
	free(glob);
	free(list);
	return bad;
}

enum rc common_print_config(const struct recipe *r, struct err *e)
{
	struct buf json = {0};
	char hash[33];
	enum rc rc = RC_OK;

	if (recipe_json(r, false, &json, e) || recipe_hash(r, hash, e))
		rc = e->rc;
	else if (printf("%.*s\n", SLICE(buf_slice(&json))) < 0 || fflush(stdout))
		rc = RC_OUTPUT;
	if (rc == RC_OK)
		fprintf(stderr, "recipe hash %s\n", hash);
	buf_free(&json);
	return rc;
}

int common_write_report(struct slice path, struct slice json, struct err *e)
{
	if (path.n == 0)
		return 0;
	if (slice_equal(path, S("-"))) {
		if (fwrite(json.p, 1, json.n, stdout) == json.n && fflush(stdout) == 0)
			return 0;
		return err_set_rc(e, RC_OUTPUT, "stdout: %m");
	}
	return file_write_atomic(path.p, json, e);
}
