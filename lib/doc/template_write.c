#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/utf8.h"
#include "lib/doc/template_parts.h"
#include "lib/doc/url.h"

struct value {
	struct slice text;
	double number;
	bool is_number;
};

static void set_number(struct value *v, double number, struct arena *scratch)
{
	struct buf b = {0};

	json_write_real(&b, number);
	*v = (struct value){arena_copy(scratch, buf_slice(&b)), number, true};
	buf_free(&b);
}

static void read_record(const struct part *p, struct doc *d, struct arena *scratch, struct value *v)
{
	struct json_value json;
	double score;

	if (p->score.n && doc_score_get(d, p->score, &score)) {
		set_number(v, score, scratch);
		return;
	}
	json = json_get(d->context->json, d->raw, &p->path, scratch);
	if (json.kind == JSON_STRING)
		v->text = json.text;
	else if (json.kind == JSON_NUMBER)
		*v = (struct value){json.span, json.number, true};
	else if (json.kind == JSON_BOOL)
		v->text = json.truth ? S("true") : S("false");
}

static struct slice year_of(struct slice date)
{
	size_t digits = 0;

	while (digits < date.n && date.p[digits] >= '0' && date.p[digits] <= '9')
		digits++;
	return digits == 4 ? slice_head(date, 4) : (struct slice){0};
}

static struct slice lower_case(struct slice s, struct arena *scratch)
{
	char *lower = arena_alloc(scratch, s.n);

	utf8_lower_ascii(s, lower);
	return (struct slice){lower, s.n};
}

static struct slice domain_suffix(struct slice address, struct arena *scratch)
{
	struct url_name name = url_split(address);
	char *p = arena_alloc(scratch, name.name.n + name.suffix.n + 1), *end = p;

	if (name.name.n)
		end = mempcpy(end, name.name.p, name.name.n);
	*end++ = '.';
	if (name.suffix.n)
		end = mempcpy(end, name.suffix.p, name.suffix.n);
	return (struct slice){p, (size_t)(end - p)};
}

static struct slice width_bucket(const struct step *step, const struct value *v,
                                 struct arena *scratch)
{
	double part = v->number * step->buckets;
	unsigned bucket = part >= 1 ? step->buckets : 1;

	if (part >= 1 && part < step->buckets)
		bucket = (unsigned)part + 1;
	return v->is_number ? arena_addf(scratch, "%u", bucket) : (struct slice){0};
}

struct asking {
	const struct template *template;
	struct doc *doc;
	const struct template_caller *caller;
	struct arena *scratch;
	bool *asked; /* each slot is asked once only; or NULL */
};

static bool apply(const struct asking *ask, const struct step *step, struct value *v)
{
	const struct template *t = ask->template;
	struct url_name name;
	char digits[17];

	if (!v->text.n && step->filter != DOMAIN_SUFFIX)
		return false;
	if ((step->filter == QUANTILE || step->filter == WIDTH) && !v->is_number)
		v->is_number = slice_to_real(v->text, &v->number) && v->number == v->number;
	switch (step->filter) {
	case AUTHORITY:
		v->text = url_authority(v->text, ask->scratch);
		break;
	case HOST:
		v->text = url_host(v->text, ask->scratch);
		break;
	case DOMAIN:
		name = url_split(v->text);
		v->text = url_registered(&name);
		break;
	case SUFFIX:
		v->text = url_split(v->text).suffix;
		break;
	case DOMAIN_SUFFIX:
		v->text = domain_suffix(v->text, ask->scratch);
		break;
	case HASH:
		hash64_text(hash64_seed(v->text, t->seed), digits);
		v->text = arena_copy(ask->scratch, slice_of(digits));
		break;
	case YEAR:
		v->text = year_of(v->text);
		break;
	case LOWER:
		v->text = lower_case(v->text, ask->scratch);
		break;
	case WIDTH:
		v->text = width_bucket(step, v, ask->scratch);
		break;
	case QUANTILE:
		if (!v->is_number)
			return false;
		/* fall through */
	case KNOWN:
		if (ask->asked && ask->asked[step->slot])
			return false;
		if (ask->asked)
			ask->asked[step->slot] = true;
		if (!ask->caller->answer(ask->caller->user, &t->slot[step->slot], v->number,
		                         &v->text, ask->scratch))
			return false;
		break;
	}
	v->is_number = false;
	return true;
}

/* The field's value; empty when it is missing. */
static struct slice field_text(const struct asking *ask, const struct part *p)
{
	struct value v = {0};

	switch (p->source) {
	case FROM_URL:
		v.text = ask->doc->url;
		break;
	case FROM_ID:
		v.text = ask->doc->id;
		break;
	case FROM_DATE:
		v.text = ask->doc->date;
		break;
	case FROM_LANG:
		v.text = ask->doc->lang;
		break;
	case FROM_RECORD:
		read_record(p, ask->doc, ask->scratch, &v);
		break;
	}
	if (v.text.n && memchr(v.text.p, 0, v.text.n))
		return (struct slice){0}; /* in a text U+0000 is a fault */
	for (size_t i = 0; i < p->n_steps; i++)
		if (!apply(ask, &p->step[i], &v))
			return (struct slice){0};
	return v.text;
}

/* Adds the alternative that begins at *part, which then stands behind it. False: not complete. */
static bool write_alternative(const struct asking *ask, size_t *part, struct slice literal,
                              struct buf *out)
{
	bool complete = true, last = false;

	while (!last) {
		const struct part *p = &ask->template->part[(*part)++];
		struct slice text = p->has_field ? field_text(ask, p) : (struct slice){0};

		complete &= !p->has_field || text.n;
		buf_add(out, p->literal);
		buf_add(out, p->has_field && !text.n ? literal : text);
		last = p->is_last;
	}
	return complete;
}

bool template_write(const struct template *t, struct doc *d, const struct template_caller *caller,
                    const struct slice *literal, struct arena *scratch, struct buf *out)
{
	const struct asking ask = {t, d, caller, scratch, NULL};
	const size_t start = out->n;
	size_t part = 0;

	while (part < t->n) {
		if (write_alternative(&ask, &part, S(""), out))
			return true;
		out->n = start;
	}
	if (!literal)
		return false;
	part = 0;
	write_alternative(&ask, &part, *literal, out);
	return true;
}

void template_ask(const struct template *t, struct doc *d, const struct template_caller *caller,
                  struct arena *scratch)
{
	const struct asking ask = {t, d, caller, scratch, arena_new(scratch, bool, t->n_slots)};

	for (size_t i = 0; i < t->n; i++)
		if (t->part[i].has_field)
			field_text(&ask, &t->part[i]);
}
