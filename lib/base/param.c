#include "lib/base/param.h"

#include <stdlib.h>
#include <strings.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"

const struct param *param_find(const struct param *table, struct slice name)
{
	for (const struct param *p = table; p && p->name; p++)
		if (slice_equal(slice_of(p->name), name))
			return p;
	return NULL;
}

unsigned text_distance(struct slice a, struct slice b)
{
	unsigned char row[64];

	a = slice_head(a, 63);
	b = slice_head(b, 63);
	for (size_t j = 0; j <= b.n; j++)
		row[j] = (unsigned char)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned char diagonal = row[0];

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned best = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1u < best)
				best = row[j] + 1u;
			if (row[j - 1] + 1u < best)
				best = row[j - 1] + 1u;
			row[j] = (unsigned char)best;
		}
	}
	return row[b.n];
}

const char *param_nearest(const struct param *table, struct slice name)
{
	const char *nearest = NULL;
	unsigned best = (unsigned)(name.n < 6 ? 2 : name.n / 2);

	for (const struct param *p = table; p && p->name; p++) {
		unsigned d = text_distance(name, slice_of(p->name));

		if (d <= best && (!nearest || d < best)) {
			best = d;
			nearest = p->name;
		}
	}
	return nearest;
}

void param_presets(const struct param *table, void *self)
{
	for (const struct param *p = table; p && p->name; p++) {
		struct err e = {0};

		if (p->preset && param_set(p, self, slice_of(p->preset), &e))
			abort(); /* a preset that its own table refuses is our bug */
	}
}

static void *field(const struct param *p, void *self)
{
	return (char *)self + p->at;
}

static const void *const_field(const struct param *p, const void *self)
{
	return (const char *)self + p->at;
}

static bool parse_bool(struct slice v, bool *value)
{
	static const struct slice yes[] = {S_INIT("true"), S_INIT("yes"), S_INIT("on"),
	                                   S_INIT("1")};
	static const struct slice no[] = {S_INIT("false"), S_INIT("no"), S_INIT("off"),
	                                  S_INIT("0")};

	for (size_t i = 0; i < 4; i++) {
		if (slice_equal(v, yes[i]))
			return *value = true;
		if (slice_equal(v, no[i]))
			return *value = false, true;
	}
	return false;
}

/* A number with an optional unit letter of `units`; factor[i] belongs to units[i]. */
static bool parse_scaled(struct slice v, const char *units, const double *factor, double *value)
{
	const char *hit = v.n ? strchr(units, v.p[v.n - 1]) : NULL;
	double scale = 1;

	if (hit && *hit) {
		scale = factor[hit - units];
		v.n--;
	}
	if (!slice_to_real(v, value))
		return false;
	*value *= scale;
	return true;
}

static bool parse_size(struct slice v, double *value)
{
	static const double factor[] = {1024., 1048576., 1073741824., 1099511627776.,
	                                1024., 1048576., 1073741824., 1099511627776.};

	if (v.n > 2 && v.p[v.n - 1] == 'B' && v.p[v.n - 2] == 'i')
		v.n -= 2;
	return parse_scaled(v, "KMGTkmgt", factor, value) && *value >= 0;
}

static bool parse_choice(const struct param *p, struct slice v, int *value)
{
	struct slice rest = slice_of(p->choices), one;

	for (int i = 0; slice_cut(&rest, '|', &one); i++)
		if (slice_equal(one, v))
			return *value = i, true;
	return false;
}

static int refuse(const struct param *p, struct slice v, struct err *e)
{
	static const char *const wanted[] = {
		"true or false",
		"a whole number",
		"a number such as 0.5 or 50%",
		"a size such as 4096, 64K, 8M or 2G",
		"a time such as 30, 30s, 5m or 2h",
		"text",
		"a path",
		"",
		"a list",
	};
	const char *choices = p->kind == PARAM_CHOICE ? p->choices : wanted[p->kind];

	return err_set_rc(e, RC_USAGE, "%s: '%.*s' is not %s%s", p->name, SLICE(v),
	                  p->kind == PARAM_CHOICE ? "one of " : "", choices);
}

static int check_range(const struct param *p, double value, struct slice v, struct err *e)
{
	if (p->min < p->max && !(value >= p->min && value <= p->max))
		return err_set_rc(e, RC_USAGE, "%s: %.*s is outside %.15g .. %.15g", p->name,
		                  SLICE(v), p->min, p->max);
	return 0;
}

static int set_real(const struct param *p, void *self, struct slice v, struct err *e)
{
	static const double percent[] = {0.01}, seconds[] = {1, 60, 3600, 86400};
	double value;
	bool good = p->kind == PARAM_REAL      ? parse_scaled(v, "%", percent, &value)
	            : p->kind == PARAM_SECONDS ? parse_scaled(v, "smhd", seconds, &value)
	                                       : parse_size(v, &value);

	if (!good)
		return refuse(p, v, e);
	if (check_range(p, value, v, e))
		return -1;
	if (p->kind == PARAM_SIZE)
		*(uint64_t *)field(p, self) = value >= 0x1p63 ? (uint64_t)1 << 63 : (uint64_t)value;
	else
		*(double *)field(p, self) = value;
	return 0;
}

static int set_int(const struct param *p, void *self, struct slice v, struct err *e)
{
	int64_t value;

	if (!slice_to_i64(v, &value))
		return refuse(p, v, e);
	if (check_range(p, (double)value, v, e))
		return -1;
	*(int64_t *)field(p, self) = value;
	return 0;
}

int param_list_add(const struct param *p, void *self, struct slice item, struct err *e)
{
	struct list *list = field(p, self);

	(void)e;
	list->item = mem_grow(list->item, (list->n + 1) * sizeof *list->item);
	list->item[list->n++] = (struct slice){mem_text(item.p, item.n), item.n};
	return 0;
}

static int set_list(const struct param *p, void *self, struct slice v, struct err *e)
{
	struct slice item;

	while (slice_cut(&v, ',', &item))
		if (param_list_add(p, self, slice_trim(item), e))
			return -1;
	return 0;
}

int param_set(const struct param *p, void *self, struct slice v, struct err *e)
{
	switch (p->kind) {
	case PARAM_BOOL:
		return parse_bool(v, field(p, self)) ? 0 : refuse(p, v, e);
	case PARAM_INT:
		return set_int(p, self, v, e);
	case PARAM_REAL:
	case PARAM_SIZE:
	case PARAM_SECONDS:
		return set_real(p, self, v, e);
	case PARAM_CHOICE:
		return parse_choice(p, v, field(p, self)) ? 0 : refuse(p, v, e);
	case PARAM_LIST:
		return set_list(p, self, v, e);
	case PARAM_TEXT:
	case PARAM_FILE:
		param_clear(p, self);
		*(struct slice *)field(p, self) = (struct slice){mem_text(v.p, v.n), v.n};
		return 0;
	}
	abort();
}

void param_clear(const struct param *p, void *self)
{
	if (p->kind == PARAM_TEXT || p->kind == PARAM_FILE) {
		struct slice *text = field(p, self);

		free((char *)text->p);
		*text = (struct slice){0};
	} else if (p->kind == PARAM_LIST) {
		struct list *list = field(p, self);

		for (size_t i = 0; i < list->n; i++)
			free((char *)list->item[i].p);
		free(list->item);
		*list = (struct list){0};
	}
}

static void copy_one(const struct param *p, void *to, const void *from)
{
	switch (p->kind) {
	case PARAM_BOOL:
		*(bool *)to = *(const bool *)from;
		return;
	case PARAM_INT:
		*(int64_t *)to = *(const int64_t *)from;
		return;
	case PARAM_REAL:
	case PARAM_SECONDS:
		*(double *)to = *(const double *)from;
		return;
	case PARAM_SIZE:
		*(uint64_t *)to = *(const uint64_t *)from;
		return;
	case PARAM_CHOICE:
		*(int *)to = *(const int *)from;
		return;
	case PARAM_TEXT:
	case PARAM_FILE: {
		const struct slice text = *(const struct slice *)from;

		*(struct slice *)to =
		        (struct slice){text.p ? mem_text(text.p, text.n) : NULL, text.n};
		return;
	}
	case PARAM_LIST: {
		const struct list *old = from;
		struct list *new = to;

		new->item = mem_new(struct slice, old->n);
		for (; new->n < old->n; new->n++) {
			const struct slice item = old->item[new->n];

			new->item[new->n] = (struct slice){mem_text(item.p, item.n), item.n};
		}
		return;
	}
	}
}

void param_copy(const struct param *table, void *to, const void *from)
{
	for (const struct param *p = table; p && p->name; p++)
		copy_one(p, field(p, to), const_field(p, from));
}

void param_free(const struct param *table, void *self)
{
	for (const struct param *p = table; p && p->name; p++)
		param_clear(p, self);
}

static struct slice choice_name(const struct param *p, int index)
{
	struct slice rest = slice_of(p->choices), one = {0};

	for (int i = 0; i <= index; i++)
		if (!slice_cut(&rest, '|', &one))
			return S("");
	return one;
}

void param_json(const struct param *p, const void *self, struct buf *out)
{
	const void *at = const_field(p, self);

	switch (p->kind) {
	case PARAM_BOOL:
		buf_add(out, *(const bool *)at ? S("true") : S("false"));
		return;
	case PARAM_INT:
		buf_addf(out, "%lld", (long long)*(const int64_t *)at);
		return;
	case PARAM_REAL:
	case PARAM_SECONDS:
		json_write_real(out, *(const double *)at);
		return;
	case PARAM_SIZE:
		buf_addf(out, "%llu", (unsigned long long)*(const uint64_t *)at);
		return;
	case PARAM_CHOICE:
		json_write_text(out, choice_name(p, *(const int *)at));
		return;
	case PARAM_TEXT:
	case PARAM_FILE:
		json_write_text(out, *(const struct slice *)at);
		return;
	case PARAM_LIST: {
		const struct list *list = at;

		buf_byte(out, '[');
		for (size_t i = 0; i < list->n; i++) {
			if (i)
				buf_byte(out, ',');
			json_write_text(out, list->item[i]);
		}
		buf_byte(out, ']');
		return;
	}
	}
}

void param_table_json(const struct param *table, const void *self, struct buf *out)
{
	buf_byte(out, '{');
	for (const struct param *p = table; p && p->name; p++) {
		json_write_key(out, slice_of(p->name));
		param_json(p, self, out);
	}
	buf_byte(out, '}');
}

void param_help(const struct param *table, struct buf *out)
{
	for (const struct param *p = table; p && p->name; p++) {
		buf_addf(out, "  %-26s %s", p->name, p->help);
		if (p->choices)
			buf_addf(out, " (%s)", p->choices);
		if (p->min < p->max)
			buf_addf(out, " [%.10g .. %.10g]", p->min, p->max);
		if (p->preset && p->preset[0])
			buf_addf(out, " (default %s)", p->preset);
		buf_byte(out, '\n');
	}
}
