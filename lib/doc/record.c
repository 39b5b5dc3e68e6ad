#include "lib/doc/record.h"

#include <stdlib.h>

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
                                    const struct record_fields *fields, const char **detail)
{
	static const char *const kind[] = {
	        [JSON_NULL] = "it is null",        [JSON_BOOL] = "it is a boolean",
	        [JSON_NUMBER] = "it is a number",  [JSON_ARRAY] = "it is an array",
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
	if (text->text.n == 0 && !fields->keep_empty) {
		*detail = "the text is empty";
		return RECORD_EMPTY_TEXT;
	}
	/* Only an escape can have made one. */
	if (!fields->keep_nul && text->text.p != text->span.p + 1 &&
	    memchr(text->text.p, 0, text->text.n)) {
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
	enum record_fault fault = judge_text(d, &value[TEXT], fields, detail);

	if (fault)
		return fault;
	d->source = value[TEXT].text;
	d->text_span = value[TEXT].span;
	d->url = value[URL].kind == JSON_STRING ? value[URL].text : S("");
	d->lang = value[LANG].kind == JSON_STRING ? value[LANG].text : S("");
	d->date = text_of(&value[DATE]);
	d->id = text_of(&value[ID]);
	d->has_id = d->id.n > 0;
	if (!d->has_id)
		d->id = arena_addf(d->mem, "%s/%llu", d->file, (unsigned long long)d->record);
	struct slice scores = scores_span(d);

	if (scores.n)
		json_each(d->context->json, scores, d->mem, read_score, d);
	return RECORD_GOOD;
}

/* --- writing --------------------------------------------------------------------------------- */

/* A member to be written into an object; `json` is its value, null takes the member out. */
struct member {
	struct slice key, json;
	bool written;
};

static bool is_null(struct slice json)
{
	return slice_equal(json, S("null"));
}

static void add_between(struct buf *out, const char *from, const char *to)
{
	buf_add(out, (struct slice){from, (size_t)(to - from)});
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where new members of an object go: behind the last one, or behind the opening brace. `object` may
 * have white space behind it. */
static const char *members_end(struct slice object)
{
	const char *p = object.p + object.n - 1;

	while (*p != '}')
		p--;
	while (is_space(p[-1]))
		p--;
	return p;
}

/* The bytes to leave out so that the member with this value is gone from its object, with one of
 * the commas around it. `done`: nothing before it may be left out any more. */
static struct slice member_extent(const char *done, struct slice value, const char *end)
{
	const char *quote = value.p, *from, *to = value.p + value.n;
	size_t backslashes;

	while (*--quote != '"')
		; /* the key's closing quote, before the colon */
	do {
		while (*--quote != '"')
			;
		for (backslashes = 0; quote[-1 - (ptrdiff_t)backslashes] == '\\'; backslashes++)
			;
	} while (backslashes % 2);
	for (from = quote; from > done && is_space(from[-1]); from--)
		;
	if (from > done && from[-1] == ',')
		return (struct slice){from - 1, (size_t)(to - from + 1)};
	while (to < end && is_space(*to))
		to++;
	to = to < end && *to == ',' ? to + 1 : value.p + value.n;
	return (struct slice){quote, (size_t)(to - quote)};
}

struct merge {
	struct buf *out;
	const char *done; /* of the object that is merged into; written up to here */
	const char *end;  /* of that object */
	struct member *member;
	size_t n;
	size_t left; /* members of the object that stay */
};

static int replace_value(void *user, struct slice key, const struct json_value *value)
{
	struct merge *m = user;
	size_t i = 0;

	while (i < m->n && !slice_equal(key, m->member[i].key))
		i++;
	if (i == m->n) {
		m->left++;
	} else if (is_null(m->member[i].json)) {
		struct slice gone = member_extent(m->done, value->span, m->end);

		add_between(m->out, m->done, gone.p);
		m->done = gone.p + gone.n;
	} else {
		add_between(m->out, m->done, value->span.p);
		buf_add(m->out, m->member[i].json);
		m->done = value->span.p + value->span.n;
		m->member[i].written = true;
		m->left++;
	}
	return 0;
}

/* Writes `object` (or an empty one, when it is none) with the members replaced, added or taken out.
 * Returns how many it has then. */
static size_t write_merged(struct doc *d, struct slice object, struct member *member, size_t n,
                           struct buf *out)
{
	if (object.n == 0 || object.p[0] != '{')
		object = S("{}");
	struct merge m = {out, object.p, object.p + object.n, member, n, 0};

	json_each(d->context->json, object, d->mem, replace_value, &m);
	const char *end = members_end(object);

	add_between(out, m.done, end);
	while (m.left == 0 && is_space(out->p[out->n - 1]))
		out->n--; /* the next member goes right behind the brace, without a comma */
	for (size_t i = 0; i < n; i++)
		if (!member[i].written && !is_null(member[i].json)) {
			json_write_key(out, member[i].key);
			buf_add(out, member[i].json);
			m.left++;
		}
	add_between(out, end, object.p + object.n);
	return m.left;
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

/* The value of `curate`; empty when the notes leave nothing of it. */
static struct slice merged_curate(struct doc *d)
{
	struct member *member = arena_new(d->mem, struct member, d->n_notes + 1);
	struct slice base = d->curate_span, json;
	struct buf scratch = {0};
	size_t n = 0;

	for (size_t i = 0; i < d->n_notes; i++)
		if (d->note[i].key[0])
			member[n++] = (struct member){.key = slice_of(d->note[i].key),
			                              .json = d->note[i].json};
		else
			base = d->note[i].json;
	if (d->n_scores > d->scores_read)
		member[n++] = (struct member){.key = S("scores"), .json = merged_scores(d)};
	if (n == 0)
		return base;
	json = S("");
	if (write_merged(d, base, member, n, &scratch))
		json = arena_copy(d->mem, buf_slice(&scratch));
	buf_free(&scratch);
	return json;
}

/* Writes the raw record from `done` on up to and with the `curate` member; returns what is done. */
static const char *write_through_curate(struct doc *d, const char *done, struct buf *out)
{
	struct slice json = merged_curate(d);

	if (d->curate_span.n && json.n) {
		add_between(out, done, d->curate_span.p);
		buf_add(out, json);
		return d->curate_span.p + d->curate_span.n;
	}
	if (d->curate_span.n) {
		struct slice gone = member_extent(done, d->curate_span, d->raw.p + d->raw.n);

		add_between(out, done, gone.p);
		return gone.p + gone.n;
	}
	const char *end = members_end(d->raw);

	add_between(out, done, end);
	if (json.n) {
		json_write_key(out, S("curate"));
		buf_add(out, json);
	}
	return end;
}

/* The JSON string's spelling behind its first n unescaped bytes; n lies between characters. */
static struct slice spelling_behind(struct slice json, size_t n)
{
	const char *p = json.p;

	while (n) {
		size_t raw = 1, plain = 1;

		if (p[0] == '\\' && p[1] != 'u') {
			raw = 2;
		} else if (p[0] == '\\') {
			unsigned high =
			        (unsigned)strtoul((char[5]){p[2], p[3], p[4], p[5], 0}, NULL, 16);
			bool pair = high >= 0xd800 && high < 0xdc00;

			raw = pair ? 12 : 6;
			plain = pair ? 4 : high < 0x80 ? 1 : high < 0x800 ? 2 : 3;
		}
		p += raw;
		n -= plain;
	}
	return slice_tail(json, (size_t)(p - json.p));
}

/* Writes the text as a JSON string. Where only its head has changed the rest keeps the spelling it
 * came in, so that putting something before a text and taking it out again gives the same bytes. */
static void write_text(struct doc *d, struct buf *out)
{
	struct slice inside = {d->text_span.p + 1, d->text_span.n - 2}, text;

	buf_byte(out, '"');
	if (d->head.n) {
		json_write_escaped(out, d->head);
		buf_add(out, inside);
		buf_byte(out, '"');
		return;
	}
	text = doc_text(d);
	buf_reserve(out, text.n + text.n / 16 + 2);
	if (slice_ends(text, d->source)) {
		json_write_escaped(out, slice_head(text, text.n - d->source.n));
		buf_add(out, inside);
	} else if (slice_ends(d->source, text)) {
		buf_add(out, spelling_behind(inside, d->source.n - text.n));
	} else {
		json_write_escaped(out, text);
	}
	buf_byte(out, '"');
}

void record_write(struct doc *d, struct buf *out)
{
	bool text_changed = d->head.n || (d->n_edits && !slice_equal(doc_text(d), d->source));
	bool curate_changed = d->n_notes || d->n_scores > d->scores_read;
	bool curate_first = d->curate_span.n && d->curate_span.p < d->text_span.p;
	const char *done = d->raw.p;

	buf_reserve(out, d->raw.n + 1);
	if (curate_changed && curate_first)
		done = write_through_curate(d, done, out);
	if (text_changed) {
		add_between(out, done, d->text_span.p);
		write_text(d, out);
		done = d->text_span.p + d->text_span.n;
	}
	if (curate_changed && !curate_first)
		done = write_through_curate(d, done, out);
	add_between(out, done, d->raw.p + d->raw.n);
	buf_byte(out, '\n');
}
