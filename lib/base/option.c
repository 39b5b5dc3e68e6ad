#include "lib/base/option.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/version.h"

static const struct option common[] = {
	{'q', NULL, {.name = "quiet", .help = "say only errors"}},
	{'v', NULL, {.name = "verbose", .help = "say more"}},
	{'h', NULL, {.name = "help", .help = "print this and exit"}},
	{'V', NULL, {.name = "version", .help = "print the version and exit"}},
	{0},
};

static void help_line(const struct option *o, struct buf *out)
{
	char left[64];
	char letter[8] = "    ";

	if (o->letter)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	int n = snprintf(left, sizeof left, "  %s--%s", letter, o->param.name);

	if (o->arg && n > 0 && (size_t)n < sizeof left)
		snprintf(left + n, sizeof left - (size_t)n, " %s", o->arg);
	buf_addf(out, strlen(left) > 29 ? "%s\n%30s" : "%-30s%s", left, "");
	buf_addf(out, "%s", o->param.help);
	if (o->param.choices)
		buf_addf(out, ": %s", o->param.choices);
	if (o->param.preset && o->param.preset[0] && o->param.kind != PARAM_BOOL)
		buf_addf(out, " (%s)", o->param.preset);
	buf_byte(out, '\n');
}

static void print_help(const struct program *program)
{
	struct buf out = {0};

	buf_addf(&out, "usage: %s %s\n\n%s\n\n", program->name, program->usage, program->about);
	for (const struct option *o = program->options; o->param.name; o++)
		help_line(o, &out);
	for (const struct option *o = common; o->param.name; o++)
		help_line(o, &out);
	if (program->examples)
		buf_addf(&out, "\nexamples:\n");
	for (const char *const *line = program->examples; line && *line; line++)
		buf_addf(&out, "  %s\n", *line);
	fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

static const struct option *find_name(const struct option *table, struct slice name)
{
	for (const struct option *o = table; o->param.name; o++)
		if (slice_equal(slice_of(o->param.name), name))
			return o;
	return NULL;
}

static const struct option *find_letter(const struct option *table, char letter)
{
	for (const struct option *o = table; o->param.name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int unknown_option(const struct program *program, struct slice name, struct err *e)
{
	const char *nearest = NULL;
	unsigned best = 4;

	for (const struct option *o = program->options; o->param.name; o++) {
		unsigned d = text_distance(name, slice_of(o->param.name));

		if (d < best) {
			best = d;
			nearest = o->param.name;
		}
	}
	return err_set_rc(e, RC_USAGE, "there is no option --%.*s%s%s (see --help)", SLICE(name),
	                  nearest ? "; did you mean --" : "", nearest ? nearest : "");
}

static int set_value(const struct option *o, void *self, const char *value, struct err *e)
{
	struct slice v = slice_of(value);

	if (o->param.kind == PARAM_LIST)
		return param_list_add(&o->param, self, v, e);
	return param_set(&o->param, self, v, e);
}

/* What the options common to all programs ask for. */
struct wish {
	bool help, version;
	enum log_level level;
};

static bool take_common(struct wish *wish, const struct option *o)
{
	switch (o->letter) {
	case 'h':
		return wish->help = true;
	case 'V':
		return wish->version = true;
	case 'q':
		wish->level = LOG_QUIET;
		return true;
	default:
		wish->level = LOG_VERBOSE;
		return true;
	}
}

/* Reads argv[*at], and the value behind it where one is wanted. */
static int parse_long(const struct program *program, void *self, struct wish *wish, int argc,
                      char **argv, int *at, struct err *e)
{
	struct slice text = slice_of(argv[*at] + 2), name;
	const char *value = strchr(argv[*at], '=');

	slice_cut(&text, '=', &name);
	const struct option *o = find_name(program->options, name), *c = find_name(common, name);
	bool off = false;

	if (!o && !c && slice_starts(name, S("no-"))) {
		o = find_name(program->options, slice_tail(name, 3));
		off = o && o->param.kind == PARAM_BOOL;
		o = off ? o : NULL;
	}
	if (!o && c)
		return take_common(wish, c) ? 0 : -1;
	if (!o)
		return unknown_option(program, name, e);
	if (o->param.kind == PARAM_BOOL && !value)
		return set_value(o, self, off ? "no" : "yes", e);
	if (!value && ++*at >= argc)
		return err_set_rc(e, RC_USAGE, "--%s wants a value: %s", o->param.name, o->arg);
	if (set_value(o, self, value ? value + 1 : argv[*at], e))
		return err_prefix(e, "--%s", o->param.name);
	return 0;
}

/* Reads a group of one-letter options such as -vj8. */
static int parse_short(const struct program *program, void *self, struct wish *wish, int argc,
                       char **argv, int *at, struct err *e)
{
	for (const char *p = argv[*at] + 1; *p; p++) {
		const struct option *o = find_letter(program->options, *p);
		const struct option *c = find_letter(common, *p);

		if (!o && !c)
			return err_set_rc(e, RC_USAGE, "there is no option -%c (see --help)", *p);
		if (!o) {
			take_common(wish, c);
			continue;
		}
		if (o->param.kind == PARAM_BOOL) {
			if (set_value(o, self, "yes", e))
				return -1;
			continue;
		}
		if (!p[1] && ++*at >= argc)
			return err_set_rc(e, RC_USAGE, "-%c wants a value: %s", *p, o->arg);
		if (set_value(o, self, p[1] ? p + 1 : argv[*at], e))
			return err_prefix(e, "-%c", *p);
		return 0;
	}
	return 0;
}

static void rest_add(struct list *rest, const char *text)
{
	rest->item = mem_grow(rest->item, (rest->n + 1) * sizeof *rest->item);
	rest->item[rest->n++] = slice_of(mem_text(text, strlen(text)));
}

int option_parse(const struct program *program, void *self, struct list *rest, int argc,
                 char **argv)
{
	struct wish wish = {0};
	struct err e = {0};
	bool options_end = false;

	log_open(program->name, LOG_NORMAL);
	for (const struct option *o = program->options; o->param.name; o++)
		if (o->param.preset && param_set(&o->param, self, slice_of(o->param.preset), &e))
			return option_fail(&e);
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		int bad = 0;

		if (options_end || a[0] != '-' || a[1] == 0)
			rest_add(rest, a);
		else if (strcmp(a, "--") == 0)
			options_end = true;
		else if (a[1] == '-')
			bad = parse_long(program, self, &wish, argc, argv, &i, &e);
		else
			bad = parse_short(program, self, &wish, argc, argv, &i, &e);
		if (bad)
			return option_fail(&e);
	}
	log_open(program->name, wish.level);
	if (wish.help)
		return print_help(program), RC_OK;
	if (wish.version)
		return printf("%s %s\n", program->name, CURATE_VERSION) < 0 ? RC_OUTPUT : RC_OK;
	return -1;
}

void option_free(const struct program *program, void *self, struct list *rest)
{
	for (const struct option *o = program->options; o->param.name; o++)
		param_clear(&o->param, self);
	for (size_t i = 0; i < rest->n; i++)
		free((char *)rest->item[i].p);
	free(rest->item);
	*rest = (struct list){0};
}

int option_fail(const struct err *e)
{
	log_error("%s", e->msg);
	return e->rc ? (int)e->rc : RC_USAGE;
}
