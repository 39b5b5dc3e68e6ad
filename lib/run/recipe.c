#include "lib/run/recipe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/run/recipe_table.h"

static const struct recipe_section *section_find(struct slice name)
{
	for (size_t i = 0; i < RECIPE_SECTIONS; i++)
		if (slice_equal(slice_of(recipe_sections[i].name), name))
			return &recipe_sections[i];
	return NULL;
}

static void *section_at(struct recipe *r, const struct recipe_section *s)
{
	return (char *)r + s->at;
}

void recipe_defaults(struct recipe *r)
{
	*r = (struct recipe){0};
	for (size_t i = 0; i < RECIPE_SECTIONS; i++)
		param_presets(recipe_sections[i].params, section_at(r, &recipe_sections[i]));
}

void recipe_free(struct recipe *r)
{
	chain_free(&r->chain);
	for (size_t i = 0; i < RECIPE_SECTIONS; i++)
		param_free(recipe_sections[i].params, section_at(r, &recipe_sections[i]));
	free(r->file);
	*r = (struct recipe){0};
}

static struct stage *stage_named(struct recipe *r, struct slice name)
{
	for (size_t i = 0; i < r->chain.n; i++)
		if (slice_equal(slice_of(r->chain.stage[i].name), name))
			return &r->chain.stage[i];
	return NULL;
}

static int unknown_key(const struct param *table, struct slice key, struct err *e)
{
	const char *nearest = param_nearest(table, key);

	return err_set_rc(e, RC_USAGE, "unknown key '%.*s'%s%s%s", SLICE(key),
	                  nearest ? "; did you mean '" : "", nearest ? nearest : "",
	                  nearest ? "'?" : "");
}

static int replace(const struct param *table, void *self, struct slice key, struct slice value,
                   struct err *e)
{
	const struct param *p = param_find(table, key);

	if (!p)
		return unknown_key(table, key, e);
	param_clear(p, self);
	return param_set(p, self, value, e);
}

static int set_in_stage(struct stage *s, struct slice key, struct slice value, struct err *e)
{
	if (slice_equal(key, S("mode")))
		return param_set(&stage_mode_param, s, value, e);
	for (size_t k = 0; k < s->n_langs; k++)
		if (replace(s->type->params, s->lang[k].self, key, value, e))
			return -1;
	return replace(s->type->params, s->self, key, value, e);
}

int recipe_set(struct recipe *r, struct slice assignment, struct err *e)
{
	struct slice rest = assignment, path, first;
	bool has_value = memchr(assignment.p, '=', assignment.n) != NULL;

	slice_cut(&rest, '=', &path);
	struct slice value = has_value ? rest : S(""), key = path;

	if (!has_value || path.n == 0)
		return err_set_rc(e, RC_USAGE, "%.*s: write it as stage.param=value",
		                  SLICE(assignment));
	if (!slice_cut(&key, '.', &first) || key.n == 0) {
		if (replace(recipe_sections[0].params, r, path, value, e))
			return err_prefix(e, "%.*s", SLICE(assignment));
		return 0;
	}
	const struct recipe_section *section = section_find(first);
	struct stage *stage = stage_named(r, first);

	if (!section && !stage)
		return err_set_rc(e, RC_USAGE, "%.*s: the recipe has no stage or section '%.*s'",
		                  SLICE(assignment), SLICE(first));
	int bad = section ? replace(section->params, section_at(r, section), key, value, e)
	                  : set_in_stage(stage, key, value, e);

	return bad ? err_prefix(e, "%.*s", SLICE(assignment)) : 0;
}

int recipe_open(struct recipe *r, struct err *e)
{
	r->chain.judge_all = r->judge == 1;
	return chain_open(&r->chain, e);
}

/* XXH3-128 of a file's content, streamed. */
static int file_hash(struct slice path, char out[33], struct err *e)
{
	char *name = mem_text(path.p, path.n), *chunk = NULL;
	int fd = open(name, O_RDONLY | O_CLOEXEC), result = -1;
	struct hash128 sum = {0, 0};
	ssize_t got;

	if (fd < 0) {
		err_set_rc(e, RC_USAGE, "%s: cannot be opened: %m", name);
		goto done;
	}
	chunk = mem_alloc(1 << 20);
	while ((got = read(fd, chunk, 1 << 20)) > 0) {
		struct hash128 one = hash128((struct slice){chunk, (size_t)got});

		sum.lo = hash_mix(sum.lo ^ one.lo);
		sum.hi = hash_mix(sum.hi ^ one.hi);
	}
	if (got < 0) {
		err_set_rc(e, RC_USAGE, "%s: cannot be read: %m", name);
		goto done;
	}
	hash128_text(sum, out);
	result = 0;
done:
	if (fd >= 0)
		close(fd);
	free(chunk);
	free(name);
	return result;
}

static int file_hashes(const struct param *table, const void *self, struct buf *out, struct err *e)
{
	for (const struct param *p = table; p && p->name; p++) {
		const struct slice *path = (const void *)((const char *)self + p->at);
		char hash[33];

		if (p->kind != PARAM_FILE || path->n == 0)
			continue;
		if (file_hash(*path, hash, e))
			return err_prefix(e, "%s", p->name);
		json_write_key(out, *path);
		json_write_text(out, slice_of(hash));
	}
	return 0;
}

static const struct param no_params[] = {{0}};

static const struct param *params_of(const struct stage *s)
{
	return s->type->params ? s->type->params : no_params;
}

static void params_json(const struct param *table, const void *self, struct buf *out)
{
	for (const struct param *p = table; p->name; p++) {
		json_write_key(out, slice_of(p->name));
		param_json(p, self, out);
	}
}

/* {"TYPE":{"name":…,"mode":…,PARAMS,"lang":{LANG:{PARAMS}}}}: a stage as a recipe writes it. */
static void stage_json(const struct stage *s, struct buf *out)
{
	buf_byte(out, '{');
	json_write_key(out, slice_of(s->type->name));
	buf_byte(out, '{');
	json_write_key(out, S("name"));
	json_write_text(out, slice_of(s->name));
	json_write_key(out, S("mode"));
	param_json(&stage_mode_param, s, out);
	params_json(params_of(s), s->self, out);
	if (s->n_langs) {
		json_write_key(out, S("lang"));
		buf_byte(out, '{');
		for (size_t k = 0; k < s->n_langs; k++) {
			json_write_key(out, slice_of(s->lang[k].lang));
			param_table_json(params_of(s), s->lang[k].self, out);
		}
		buf_byte(out, '}');
	}
	buf_add(out, S("}}"));
}

/* The content of every file the stages name, as "STAGE PATH": hash. */
static int files_json(const struct recipe *r, struct buf *out, struct err *e)
{
	json_write_key(out, S("files"));
	buf_byte(out, '{');
	for (size_t i = 0; i < r->chain.n; i++) {
		const struct stage *s = &r->chain.stage[i];

		if (file_hashes(params_of(s), s->self, out, e))
			return err_prefix(e, "%s", s->name);
		for (size_t k = 0; k < s->n_langs; k++)
			if (file_hashes(params_of(s), s->lang[k].self, out, e))
				return err_prefix(e, "%s", s->name);
	}
	buf_byte(out, '}');
	return 0;
}

/* Keys that change where or how fast a run goes, but not one byte of what it writes. */
static bool is_beside_the_result(const char *section, const char *key)
{
	static const char *const keys[] = {"input.path", "input.glob", "output.path",
	                                   "recipe.name"};
	char name[128];

	snprintf(name, sizeof name, "%s.%s", section, key);
	if (strcmp(section, "limits") == 0)
		return true;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(name, keys[i]) == 0)
			return true;
	return false;
}

static void section_json(const struct recipe *r, const struct recipe_section *s, bool for_hash,
                         struct buf *out)
{
	const void *self = (const char *)r + s->at;

	for (const struct param *p = s->params; p->name; p++) {
		if (for_hash && is_beside_the_result(s->name, p->name))
			continue;
		json_write_key(out, slice_of(p->name));
		param_json(p, self, out);
	}
}

int recipe_json(const struct recipe *r, bool for_hash, struct buf *out, struct err *e)
{
	buf_byte(out, '{');
	json_write_key(out, S("curate"));
	buf_byte(out, '1');
	section_json(r, &recipe_sections[0], for_hash, out);
	for (size_t i = 1; i < RECIPE_SECTIONS; i++) {
		json_write_key(out, slice_of(recipe_sections[i].name));
		buf_byte(out, '{');
		section_json(r, &recipe_sections[i], for_hash, out);
		buf_byte(out, '}');
	}
	json_write_key(out, S("stages"));
	buf_byte(out, '[');
	for (size_t i = 0; i < r->chain.n; i++) {
		if (i)
			buf_byte(out, ',');
		stage_json(&r->chain.stage[i], out);
	}
	buf_byte(out, ']');
	if (for_hash && files_json(r, out, e))
		return -1;
	buf_byte(out, '}');
	return 0;
}

int recipe_hash(const struct recipe *r, char out[33], struct err *e)
{
	struct buf json = {0};
	int bad = recipe_json(r, true, &json, e);

	if (!bad)
		hash128_text(hash128(buf_slice(&json)), out);
	buf_free(&json);
	return bad;
}
