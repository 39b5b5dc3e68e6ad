#include "lib/doc/record.h"

#include "lib/base/json_write.h"

/* Appends a score that came with the record. */
static int read_score(void *user, struct slice key, const struct json_value *value)
{
	struct doc *d = user;

	if (value->kind == JSON_NUMBER && !memchr(key.p, 0, key.n)) {
		doc_score(d, arena_addf(d->mem, "%.*s", SLICE(key)).p, value->number);
		d->scores_read = d->n_scores;
	}
	return 0;
}

/* Keeps the last `scores` object of a `curate` object. */
static int find_scores(void *user, struct slice key, const struct json_value *value)
{
	struct slice *scores = user;

	if (slice_equal(key, S("scores")))
		*scores = value->kind == JSON_OBJECT ? value->span : S("");
	return 0;
}

static struct slice scores_span(struct doc *d)
{
	struct slice scores = S("");

	if (d->curate_span.n && d->curate_span.p[0] == '{')
		json_each(d->context->json, d->curate_span, d->mem, find_scores, &scores);
	return scores;
}

static struct slice text_of(const struct json_value *v)
{
	return v->kind == JSON_STRING ? v->text : v->kind == JSON_NUMBER ? v->span : S("");
}

static bool lies_in(struct slice inner, struct slice outer)
{
	return outer.n && inner.p >= outer.p && inner.p < outer.p + outer.n;
}

static enum record_fault judge_text(const struct doc *d, const struct json_value *text,
                                    bool keep_empty, const char **detail)
{
	static const char *const kind[] = {
		[JSON_NULL] = "it is null",      [JSON_BOOL] = "it is a boolean",
		[JSON_NUMBER] = "it is a number", [JSON_ARRAY] = "it is an array",
		[JSON_OBJECT] = "it is an object",
	};

	if (text->kind == JSON_MISSING) {
		*detail = "the record has no such field";
		return RECORD_NO_TEXT;
	}
	if (text->kind != JSON_STRING) {
		*detail = kind[text->kind];
		return RECORD_TEXT_NOT_STRING;
	}
	if (lies_in(text->span, d->curate_span)) {
		*detail = "the text lies in the member `curate`, which is ours";
		return RECORD_NO_TEXT;
	}
	if (text->text.n == 0 && !keep_empty) {
		*detail = "the text is empty";
		return RECORD_EMPTY_TEXT;
	}
	/* Only an escape can have made one. */
	if (text->text.p != text->span.p + 1 && memchr(text->text.p, 0, text->text.n)) {
		*detail = "the text holds U+0000";
		return RECORD_NUL;
	}
	return RECORD_GOOD;
}

static enum record_fault fault_of(int json_fault)
{
	return json_fault == JSON_BAD_UTF8         ? RECORD_BAD_UTF8
	       : json_fault == JSON_LONE_SURROGATE ? RECORD_LONE_SURROGATE
	       : json_fault == JSON_NOT_OBJECT     ? RECORD_NOT_OBJECT
	                                           : RECORD_BAD_JSON;
}

enum record_fault record_parse(struct doc *d, const struct record_fields *fields,
                               const char **detail)
{
	enum { TEXT, ID, URL, DATE, LANG, CURATE, PATHS };
	struct slice curate = S("curate");
	const struct json_path path[PATHS] = {
		[TEXT] = fields->text, [ID] = fields->id,     [URL] = fields->url,
		[DATE] = fields->date, [LANG] = fields->lang, [CURATE] = {&curate, 1, curate},
	};
	struct json_value value[PATHS];

	*detail = "";
	if (fields->max_record && d->raw.n > fields->max_record) {
		*detail = "longer than the limit";
		return RECORD_TOO_LONG;
	}
	int json_fault = json_read(d->context->json, d->raw, path, PATHS, value, d->mem, detail);

	if (json_fault)
		return fault_of(json_fault);
	d->curate_span = value[CURATE].span;
	enum record_fault fault = judge_text(d, &value[TEXT], fields->keep_empty, detail);

	if (fault)
		return fault;
	d->source = value[TEXT].text;
	d->text_span = value[TEXT].span;
	d->url = value[URL].kind == JSON_STRING ? value[URL].text : S("");
	d->lang = value[LANG].kind == JSON_STRING ? value[LANG].text : S("");
	d->date = text_of(&value[DATE]);
	d->id = text_of(&value[ID]);
	if (d->id.n == 0)
		d->id = arena_addf(d->mem, "%s/%llu", d->file, (unsigned long long)d->record);
	struct slice scores = scores_span(d);

	if (scores.n)
		json_each(d->context->json, scores, d->mem, read_score, d);
	return RECORD_GOOD;
}

/* --- writing --------------------------------------------------------------------------------- */

/* A member to be written into an object; `json` is its value. */
struct member {
	struct slice key, json;
	bool written;
};

static void add_between(struct buf *out, const char *from, const char *to)
{
	buf_add(out, (struct slice){from, (size_t)(to - from)});
}

/* Where new members of an object go: behind the last one, or behind the opening brace. `object` may
 * have white space behind it. */
static const char *members_end(struct slice object)
{
	const char *p = object.p + object.n - 1;

	while (*p != '}')
		p--;
	while (p[-1] == ' ' || p[-1] == '\t' || p[-1] == '\r')
		p--;
	return p;
}

struct merge {
	struct buf *out;
	const char *done; /* of the object that is merged into; written up to here */
	struct member *member;
	size_t n;
};

static int replace_value(void *user, struct slice key, const struct json_value *value)
{
	struct merge *m = user;

	for (size_t i = 0; i < m->n; i++)
		if (slice_equal(key, m->member[i].key)) {
			add_between(m->out, m->done, value->span.p);
			buf_add(m->out, m->member[i].json);
			m->done = value->span.p + value->span.n;
			m->member[i].written = true;
			break;
		}
	return 0;
}

/* Writes `object` (or an empty one, when it is none) with the members replaced or added. */
static void write_merged(struct doc *d, struct slice object, struct member *member, size_t n,
                         struct buf *out)
{
	if (object.n == 0 || object.p[0] != '{')
		object = S("{}");
	struct merge m = {out, object.p, member, n};

	json_each(d->context->json, object, d->mem, replace_value, &m);
	const char *end = members_end(object);

	add_between(out, m.done, end);
	for (size_t i = 0; i < n; i++)
		if (!member[i].written) {
			json_write_key(out, member[i].key);
			buf_add(out, member[i].json);
		}
	add_between(out, end, object.p + object.n);
}

/* The value of curate.scores. */
static struct slice merged_scores(struct doc *d)
{
	size_t n = d->n_scores - d->scores_read;
	struct member *member = arena_new(d->mem, struct member, n);
	struct buf scratch = {0};

	for (size_t i = 0; i < n; i++) {
		const struct score *score = &d->score[d->scores_read + i];

		buf_reset(&scratch);
		json_write_real(&scratch, score->value);
		member[i].key = slice_of(score->name);
		member[i].json = arena_copy(d->mem, buf_slice(&scratch));
	}
	buf_reset(&scratch);
	write_merged(d, scores_span(d), member, n, &scratch);
	struct slice json = arena_copy(d->mem, buf_slice(&scratch));

	buf_free(&scratch);
	return json;
}

static void write_curate(struct doc *d, struct buf *out)
{
	struct member *member = arena_new(d->mem, struct member, d->n_notes + 1);
	size_t n = 0;

	for (; n < d->n_notes; n++)
		member[n] = (struct member){.key = slice_of(d->note[n].key), .json = d->note[n].json};
	if (d->n_scores > d->scores_read)
		member[n++] = (struct member){.key = S("scores"), .json = merged_scores(d)};
	write_merged(d, d->curate_span, member, n, out);
}

/* Writes the raw record from `done` on up to and with the `curate` member; returns what is done. */
static const char *write_through_curate(struct doc *d, const char *done, struct buf *out)
{
	if (d->curate_span.n) {
		add_between(out, done, d->curate_span.p);
		write_curate(d, out);
		return d->curate_span.p + d->curate_span.n;
	}
	const char *end = members_end(d->raw);

	add_between(out, done, end);
	json_write_key(out, S("curate"));
	write_curate(d, out);
	return end;
}

void record_write(struct doc *d, struct buf *out)
{
	bool text_changed = d->n_edits && !slice_equal(doc_text(d), d->source);
	bool curate_changed = d->n_notes || d->n_scores > d->scores_read;
	bool curate_first = d->curate_span.n && d->curate_span.p < d->text_span.p;
	const char *done = d->raw.p;

	buf_reserve(out, d->raw.n + 1);
	if (curate_changed && curate_first)
		done = write_through_curate(d, done, out);
	if (text_changed) {
		add_between(out, done, d->text_span.p);
		json_write_text(out, doc_text(d));
		done = d->text_span.p + d->text_span.n;
	}
	if (curate_changed && !curate_first)
		done = write_through_curate(d, done, out);
	add_between(out, done, d->raw.p + d->raw.n);
	buf_byte(out, '\n');
}
