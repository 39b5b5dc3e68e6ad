/* Recipes from YAML: every mistake is named FILE:LINE:COLUMN, with the nearest known word. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "lib/base/mem.h"
#include "lib/run/recipe.h"
#include "lib/run/recipe_table.h"

struct yaml {
	struct recipe *recipe;
	yaml_document_t doc;
	struct err *e;
};

static int fail_at(struct yaml *y, const yaml_node_t *node)
{
	y->e->rc = RC_USAGE;
	return err_prefix(y->e, "%s:%zu:%zu", y->recipe->file, node->start_mark.line + 1,
	                  node->start_mark.column + 1);
}

#define FAIL(y, node, ...) (err_set_rc((y)->e, RC_USAGE, __VA_ARGS__), fail_at((y), (node)))

static struct slice scalar(const yaml_node_t *node)
{
	return (struct slice){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static yaml_node_t *node_at(struct yaml *y, yaml_node_item_t index)
{
	return yaml_document_get_node(&y->doc, index);
}

/* An item of a list: a scalar, or a nested sequence [2, 0.2] written as "2:0.2". */
static int list_item(struct yaml *y, const struct param *p, void *self, const yaml_node_t *node)
{
	struct buf text = {0};
	int bad = 0;

	if (node->type == YAML_SCALAR_NODE) {
		buf_add(&text, scalar(node));
	} else if (node->type == YAML_SEQUENCE_NODE) {
		for (yaml_node_item_t *i = node->data.sequence.items.start;
		     i < node->data.sequence.items.top && !bad; i++) {
			const yaml_node_t *part = node_at(y, *i);

			if (part->type != YAML_SCALAR_NODE)
				bad = FAIL(y, part, "%s: lists nest only two deep", p->name);
			else if (text.n)
				buf_byte(&text, ':');
			if (!bad)
				buf_add(&text, scalar(part));
		}
	} else {
		bad = FAIL(y, node, "%s: a list holds no mappings", p->name);
	}
	if (!bad)
		bad = param_list_add(p, self, buf_slice(&text), y->e);
	buf_free(&text);
	return bad;
}

static int set_value(struct yaml *y, const struct param *p, void *self, const yaml_node_t *node)
{
	param_clear(p, self);
	if (node->type == YAML_SEQUENCE_NODE && p->kind == PARAM_LIST) {
		for (yaml_node_item_t *i = node->data.sequence.items.start;
		     i < node->data.sequence.items.top; i++)
			if (list_item(y, p, self, node_at(y, *i)))
				return -1;
		return 0;
	}
	if (node->type != YAML_SCALAR_NODE)
		return FAIL(y, node, "%s wants %s", p->name,
		            p->kind == PARAM_LIST ? "a list" : "one value");
	return param_set(p, self, scalar(node), y->e) ? fail_at(y, node) : 0;
}

static int unknown_key(struct yaml *y, const struct param *table, const yaml_node_t *key,
                       const char *where)
{
	const char *nearest = param_nearest(table, scalar(key));

	return FAIL(y, key, "unknown key '%.*s' in %s%s%s%s", SLICE(scalar(key)), where,
	            nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* A key that stands twice in a mapping is a mistake that YAML readers pass over in silence. */
static int check_keys(struct yaml *y, const yaml_node_t *map, const char *where)
{
	if (map->type != YAML_MAPPING_NODE)
		return FAIL(y, map, "%s wants a mapping: key: value", where);
	for (yaml_node_pair_t *i = map->data.mapping.pairs.start; i < map->data.mapping.pairs.top;
	     i++) {
		const yaml_node_t *key = node_at(y, i->key);

		if (key->type != YAML_SCALAR_NODE)
			return FAIL(y, key, "keys in %s are plain words", where);
		for (yaml_node_pair_t *k = map->data.mapping.pairs.start; k < i; k++)
			if (slice_equal(scalar(node_at(y, k->key)), scalar(key)))
				return FAIL(y, key, "'%.*s' stands twice in %s", SLICE(scalar(key)),
				            where);
	}
	return 0;
}

static int read_params(struct yaml *y, const struct param *table, void *self,
                       const yaml_node_t *map, const char *where)
{
	if (check_keys(y, map, where))
		return -1;
	for (yaml_node_pair_t *i = map->data.mapping.pairs.start; i < map->data.mapping.pairs.top;
	     i++) {
		const yaml_node_t *key = node_at(y, i->key);
		const struct param *p = param_find(table, scalar(key));

		if (!p)
			return unknown_key(y, table, key, where);
		if (set_value(y, p, self, node_at(y, i->value)))
			return -1;
	}
	return 0;
}

static bool is_empty(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;
}

static int read_lang(struct yaml *y, struct stage *s, const yaml_node_t *map)
{
	if (check_keys(y, map, "lang"))
		return -1;
	for (yaml_node_pair_t *i = map->data.mapping.pairs.start; i < map->data.mapping.pairs.top;
	     i++) {
		struct slice lang = scalar(node_at(y, i->key));

		s->lang = mem_grow(s->lang, (s->n_langs + 1) * sizeof *s->lang);
		s->lang[s->n_langs] =
			(struct stage_lang){mem_text(lang.p, lang.n), mem_zero(1, s->type->size)};
		void *self = s->lang[s->n_langs++].self;

		param_copy(s->type->params, self, s->self); /* what the stage has so far */
		if (read_params(y, s->type->params, self, node_at(y, i->value), s->name))
			return -1;
	}
	return 0;
}

/* The keys every stage has beside its parameters. */
static const struct param stage_keys[] = {
	{.name = "name"}, {.name = "mode"}, {.name = "lang"}, {0},
};

static const yaml_node_t *member(struct yaml *y, const yaml_node_t *map, struct slice name)
{
	for (yaml_node_pair_t *i = map->data.mapping.pairs.start; i < map->data.mapping.pairs.top;
	     i++)
		if (slice_equal(scalar(node_at(y, i->key)), name))
			return node_at(y, i->value);
	return NULL;
}

static int read_stage_params(struct yaml *y, struct stage *s, const yaml_node_t *map)
{
	const yaml_node_t *mode = member(y, map, S("mode")), *lang = member(y, map, S("lang"));

	for (yaml_node_pair_t *i = map->data.mapping.pairs.start; i < map->data.mapping.pairs.top;
	     i++) {
		const yaml_node_t *key = node_at(y, i->key);
		const struct param *p = param_find(s->type->params, scalar(key));

		if (!p && !param_find(stage_keys, scalar(key)))
			return unknown_key(y, s->type->params ? s->type->params : stage_keys, key,
			                   s->type->name);
		if (p && set_value(y, p, s->self, node_at(y, i->value)))
			return -1;
	}
	if (mode && set_value(y, &stage_mode_param, s, mode))
		return -1;
	return lang && !param_find(s->type->params, S("lang")) ? read_lang(y, s, lang) : 0;
}

static int add_stage(struct yaml *y, const yaml_node_t *type_node, const yaml_node_t *params)
{
	struct slice type_name = scalar(type_node);
	const struct stage_type *type = stage_find(type_name);
	const yaml_node_t *name = NULL;

	if (!type) {
		const char *nearest = stage_nearest(type_name);

		return FAIL(y, type_node, "there is no stage '%.*s'%s%s%s", SLICE(type_name),
		            nearest ? "; did you mean '" : "", nearest ? nearest : "",
		            nearest ? "'?" : "");
	}
	if (params && !is_empty(params)) {
		if (check_keys(y, params, type->name))
			return -1;
		name = member(y, params, S("name"));
	}
	if (name && (name->type != YAML_SCALAR_NODE || is_empty(name)))
		return FAIL(y, name, "name wants a word");
	struct stage *s = chain_add(&y->recipe->chain, type, name ? scalar(name) : S(""));

	if (name && !slice_equal(slice_of(s->name), scalar(name)))
		return FAIL(y, name, "two stages are called '%.*s'", SLICE(scalar(name)));
	return params && !is_empty(params) ? read_stage_params(y, s, params) : 0;
}

static int read_stage_item(struct yaml *y, const yaml_node_t *node)
{
	if (node->type == YAML_SCALAR_NODE)
		return add_stage(y, node, NULL);
	if (node->type != YAML_MAPPING_NODE ||
	    node->data.mapping.pairs.top - node->data.mapping.pairs.start != 1)
		return FAIL(y, node, "a stage is written '- NAME' or '- NAME: {param: value}'");
	yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	const yaml_node_t *key = node_at(y, pair->key);

	if (key->type != YAML_SCALAR_NODE)
		return FAIL(y, key, "the name of a stage is a word");
	return add_stage(y, key, node_at(y, pair->value));
}

static int read_stages(struct yaml *y, const yaml_node_t *node)
{
	if (is_empty(node))
		return 0;
	if (node->type != YAML_SEQUENCE_NODE)
		return FAIL(y, node, "stages wants a list: one '- NAME' a line");
	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++)
		if (read_stage_item(y, node_at(y, *i)))
			return -1;
	return 0;
}

static int read_top_key(struct yaml *y, const yaml_node_t *key, const yaml_node_t *value)
{
	static const struct param words[] = {
		{.name = "curate"}, {.name = "name"},   {.name = "seed"},   {.name = "words"},
		{.name = "judge"},  {.name = "input"},  {.name = "output"}, {.name = "limits"},
		{.name = "stages"}, {0},
	};
	struct slice name = scalar(key);
	const struct param *p = param_find(recipe_sections[0].params, name);

	if (p)
		return set_value(y, p, y->recipe, value);
	for (size_t i = 1; i < RECIPE_SECTIONS; i++)
		if (slice_equal(name, slice_of(recipe_sections[i].name)))
			return read_params(y, recipe_sections[i].params,
			                   (char *)y->recipe + recipe_sections[i].at, value,
			                   recipe_sections[i].name);
	if (slice_equal(name, S("stages")))
		return read_stages(y, value);
	if (slice_equal(name, S("curate"))) {
		if (value->type == YAML_SCALAR_NODE && slice_equal(scalar(value), S("1")))
			return 0;
		return FAIL(y, value, "this program reads recipes of version 'curate: 1' only");
	}
	return unknown_key(y, words, key, "the recipe");
}

static int read_document(struct yaml *y)
{
	const yaml_node_t *root = yaml_document_get_root_node(&y->doc);

	if (!root)
		return err_set_rc(y->e, RC_USAGE, "%s:1:1: the recipe is empty", y->recipe->file);
	if (check_keys(y, root, "the recipe"))
		return -1;
	if (!member(y, root, S("curate")))
		return FAIL(y, root, "a recipe starts with its version: curate: 1");
	for (yaml_node_pair_t *i = root->data.mapping.pairs.start;
	     i < root->data.mapping.pairs.top; i++)
		if (read_top_key(y, node_at(y, i->key), node_at(y, i->value)))
			return -1;
	return 0;
}

/* The recipe's text: a file's, or an embedded one's when no such file is there. */
static int open_text(const char *file, yaml_parser_t *parser, FILE **stream, struct err *e)
{
	struct stat st;

	/* A folder may be called like an embedded recipe. */
	if (stat(file, &st) == 0 && !S_ISDIR(st.st_mode) && (*stream = fopen(file, "rbe"))) {
		yaml_parser_set_input_file(parser, *stream);
		return 0;
	}
	int failure = errno;

	for (const struct recipe_text *t = recipe_texts; t->name; t++)
		if (strcmp(t->name, file) == 0) {
			yaml_parser_set_input_string(parser, (const unsigned char *)t->text,
			                             strlen(t->text));
			return 0;
		}
	struct buf names = {0};

	for (const struct recipe_text *t = recipe_texts; t->name; t++)
		buf_addf(&names, " %s", t->name);
	errno = failure;
	err_set_rc(e, RC_USAGE, "recipe %s: %m; the recipes built in are:%s", file,
	           buf_text(&names));
	buf_free(&names);
	return -1;
}

int recipe_load(struct recipe *r, const char *file, struct err *e)
{
	struct yaml y = {.recipe = r, .e = e};
	yaml_parser_t parser;
	FILE *stream = NULL;
	int result = -1;

	free(r->file);
	r->file = mem_text(file, strlen(file));
	if (!yaml_parser_initialize(&parser))
		mem_die(sizeof parser);
	if (open_text(file, &parser, &stream, e))
		goto done;
	if (!yaml_parser_load(&parser, &y.doc)) {
		err_set_rc(e, RC_USAGE, "%s:%zu:%zu: not YAML: %s", file,
		           parser.problem_mark.line + 1, parser.problem_mark.column + 1,
		           parser.problem ? parser.problem : "unreadable");
		goto done;
	}
	result = read_document(&y);
	yaml_document_delete(&y.doc);
done:
	yaml_parser_delete(&parser);
	if (stream)
		fclose(stream);
	return result;
}
