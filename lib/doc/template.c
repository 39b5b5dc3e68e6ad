#include "lib/doc/template.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/doc/template_parts.h"

static const struct {
	struct slice name;
	enum source source;
	struct slice filters;
} builtin[] = {
	{S_INIT("url"), FROM_URL, S_INIT("")},
	{S_INIT("id"), FROM_ID, S_INIT("")},
	{S_INIT("date"), FROM_DATE, S_INIT("")},
	{S_INIT("lang"), FROM_LANG, S_INIT("")},
	{S_INIT("authority"), FROM_URL, S_INIT("authority")},
	{S_INIT("host"), FROM_URL, S_INIT("host")},
	{S_INIT("domain"), FROM_URL, S_INIT("domain")},
	{S_INIT("suffix"), FROM_URL, S_INIT("suffix")},
	{S_INIT("hash"), FROM_URL, S_INIT("authority|hash")},
	{S_INIT("date.year"), FROM_DATE, S_INIT("year")},
};

static const struct slice filter_name[] = {
	[AUTHORITY] = S_INIT("authority"), [HOST] = S_INIT("host"),   [DOMAIN] = S_INIT("domain"),
	[SUFFIX] = S_INIT("suffix"),       [HASH] = S_INIT("hash"),   [YEAR] = S_INIT("year"),
	[LOWER] = S_INIT("lower"),         [KNOWN] = S_INIT("known"),
	[DOMAIN_SUFFIX] = S_INIT("domain_suffix"),
};

/* The slot of what stands before a filter; equal texts share one. */
static size_t add_slot(struct template *t, struct slice field, unsigned buckets)
{
	for (size_t i = 0; i < t->n_slots; i++)
		if (slice_equal(t->slot[i].field, field) && t->slot[i].buckets == buckets)
			return i;
	t->slot = mem_grow(t->slot, (t->n_slots + 1) * sizeof *t->slot);
	t->slot[t->n_slots] = (struct template_slot){t->n_slots, field, buckets};
	return t->n_slots++;
}

static bool parse_buckets(struct slice name, struct step *step)
{
	uint64_t n;

	if (name.n < 2 || (name.p[0] != 'q' && name.p[0] != 'w') ||
	    !slice_to_u64(slice_tail(name, 1), &n) || n < 2 || n > TEMPLATE_BUCKETS_MOST)
		return false;
	step->filter = name.p[0] == 'q' ? QUANTILE : WIDTH;
	step->buckets = (unsigned)n;
	return true;
}

/* `before`: what stands in the braces before this filter. */
static int add_step(struct template *t, struct part *p, struct slice name, struct slice before,
                    struct err *e)
{
	struct step step = {0};
	size_t known = sizeof filter_name / sizeof *filter_name, i = 0;

	while (i < known && !slice_equal(filter_name[i], name))
		i++;
	if (i < known)
		step.filter = (enum filter)i;
	else if (!parse_buckets(name, &step))
		return err_set(e,
		               "template: there is no filter '%.*s' (authority host domain suffix "
		               "domain_suffix hash year lower known w2…w1000 q2…q1000)",
		               SLICE(name));
	if (p->n_steps == STEPS_MOST)
		return err_set(e, "template: more than %d filters on one field", STEPS_MOST);
	if (step.filter == KNOWN || step.filter == QUANTILE)
		step.slot = add_slot(t, before, step.buckets);
	p->step[p->n_steps++] = step;
	return 0;
}

static int add_steps(struct template *t, struct part *p, struct slice field, struct slice filters,
                     struct err *e)
{
	struct slice name;

	while (slice_cut(&filters, '|', &name)) {
		struct slice before = {field.p, name.p > field.p ? (size_t)(name.p - field.p) : 0};

		if (before.n && before.p[before.n - 1] == '|')
			before.n--;
		if (add_step(t, p, name, before, e))
			return -1;
	}
	return 0;
}

static int parse_field(struct template *t, struct part *p, struct slice field, struct err *e)
{
	struct slice rest = field, name = {0};

	slice_cut(&rest, '|', &name);
	p->has_field = true;
	if (!name.n)
		return err_set(e, "template: empty braces; literal ones are written {{ and }}");
	for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
		if (slice_equal(name, builtin[i].name)) {
			p->source = builtin[i].source;
			return add_steps(t, p, builtin[i].filters, builtin[i].filters, e) ||
			                       add_steps(t, p, field, rest, e)
			               ? -1
			               : 0;
		}
	p->source = FROM_RECORD;
	if (slice_starts(name, S("scores.")))
		p->score = slice_tail(name, 7);
	else if (slice_starts(name, S("curate.scores.")))
		p->score = slice_tail(name, 14);
	if (json_path_parse(&p->path, slice_tail(name, name.p[0] == '.'), e))
		return err_prefix(e, "template: {%.*s}", SLICE(field));
	return add_steps(t, p, field, rest, e);
}

static struct part *add_part(struct template *t)
{
	t->part = mem_grow(t->part, (t->n + 1) * sizeof *t->part);
	t->part[t->n] = (struct part){0};
	return &t->part[t->n++];
}

/* Reads literal text up to a field, "||" or the end. */
static int parse_literal(struct template *t, struct part *p, struct slice *rest, struct err *e)
{
	char *out = arena_alloc(&t->mem, rest->n + 1);
	size_t n = 0;

	while (rest->n && !slice_starts(*rest, S("||"))) {
		char c = rest->p[0];
		bool twice = rest->n > 1 && rest->p[1] == c;
		size_t size = 1;

		if ((c == '{' || c == '}') && twice)
			size = 2;
		else if (c == '{')
			break;
		else if (c == '}')
			return err_set(e, "template: '}' without '{'; a literal one is written }}");
		else if (slice_starts(*rest, S("\\n")))
			c = '\n', size = 2;
		out[n++] = c;
		*rest = slice_tail(*rest, size);
	}
	p->literal = (struct slice){out, n};
	return 0;
}

static int parse_part(struct template *t, struct slice *rest, struct err *e)
{
	struct part *p = add_part(t);

	if (parse_literal(t, p, rest, e))
		return -1;
	if (rest->n && rest->p[0] == '{') {
		const char *end = memchr(rest->p, '}', rest->n);
		struct slice field = {rest->p + 1, end ? (size_t)(end - rest->p) - 1 : 0};

		if (!end)
			return err_set(e, "template: '{' without '}'");
		*rest = slice_tail(*rest, field.n + 2);
		if (parse_field(t, p, field, e))
			return -1;
	}
	p = &t->part[t->n - 1];
	if (slice_starts(*rest, S("||"))) {
		*rest = slice_tail(*rest, 2);
		p->is_last = true;
		if (!rest->n)
			return err_set(e, "template: nothing stands behind the last ||");
	}
	if (!rest->n)
		p->is_last = true;
	return 0;
}

struct template *template_parse(struct slice text, struct slice salt, struct err *e)
{
	struct template *t = mem_new(struct template, 1);
	struct slice rest = arena_copy(&t->mem, text);

	t->seed = salt.n ? hash64(salt) : 0;
	do {
		if (parse_part(t, &rest, e)) {
			template_free(t);
			return NULL;
		}
	} while (rest.n);
	return t;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		json_path_free(&t->part[i].path);
	free(t->part);
	free(t->slot);
	arena_free(&t->mem);
	free(t);
}

size_t template_slots(const struct template *t, const struct template_slot **slot)
{
	*slot = t->slot;
	return t->n_slots;
}
