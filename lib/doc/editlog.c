#include "lib/doc/editlog.h"

#include <math.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/doc/json.h"

static void add_number(struct buf *out, uint32_t value)
{
	buf_byte(out, ',');
	json_write_count(out, value);
}

/* A stage's name as it stands in the buffer: most edits come in runs of one stage. */
struct written {
	const char *by;
	size_t at, n;
};

static void write_stage(const char *by, struct written *last, struct buf *out)
{
	if (last->by == by) {
		char *to = buf_reserve(out, last->n);

		memcpy(to, out->p + last->at, last->n);
		out->n += last->n;
		return;
	}
	*last = (struct written){by, out->n, 0};
	json_write_text(out, slice_of(by));
	last->n = out->n - last->at;
}

static void write_edit(const struct edit *edit, struct written *last, struct buf *out)
{
	write_stage(edit->by, last, out);
	buf_add(out, edit->op == EDIT_PUT ? S(",\"put\"") : S(",\"cut\""));
	add_number(out, edit->line);
	if (edit->op == EDIT_PUT) {
		add_number(out, edit->at);
		add_number(out, edit->len);
		buf_byte(out, ',');
		json_write_text(out, edit->text);
	} else {
		add_number(out, edit->count);
	}
}

static void write_notes(const struct doc *d, struct buf *out)
{
	bool signed_apart = false;

	for (size_t i = 0; i < d->n_notes; i++) {
		if (i == 0)
			buf_add(out, S(",\"notes\":{"));
		json_write_key(out, slice_of(d->note[i].key));
		buf_add(out, d->note[i].json);
	}
	if (d->n_notes)
		buf_byte(out, '}');
	for (size_t i = 0; i < d->n_notes; i++) {
		if (!d->note[i].by || strcmp(d->note[i].key, d->note[i].by) == 0)
			continue;
		if (!signed_apart)
			buf_add(out, S(",\"note_by\":{"));
		signed_apart = true;
		json_write_key(out, slice_of(d->note[i].key));
		json_write_text(out, slice_of(d->note[i].by));
	}
	if (signed_apart)
		buf_byte(out, '}');
}

void editlog_write(const struct doc *d, struct buf *out)
{
	struct written last = {0};
	char hash[17];

	hash64_text(hash64(d->source), hash);
	buf_add(out, S("{\"text\":\""));
	buf_add(out, slice_of(hash));
	buf_add(out, d->dropped_by ? S("\",\"keep\":false") : S("\",\"keep\":true"));
	if (d->dropped_by) {
		buf_add(out, S(",\"by\":"));
		json_write_text(out, slice_of(d->dropped_by));
		buf_add(out, S(",\"why\":"));
		json_write_text(out, d->why);
	}
	if (d->route) {
		buf_add(out, S(",\"route\":["));
		json_write_text(out, slice_of(d->route_by));
		buf_byte(out, ',');
		json_write_text(out, slice_of(d->route));
		buf_byte(out, ']');
	}
	for (size_t i = d->scores_read; i < d->n_scores; i++) {
		if (i == d->scores_read)
			buf_add(out, S(",\"scores\":{"));
		json_write_key(out, slice_of(d->score[i].name));
		json_write_real(out, d->score[i].value);
	}
	if (d->n_scores > d->scores_read)
		buf_byte(out, '}');
	write_notes(d, out);
	for (size_t i = 0; i < d->n_edits; i++) {
		buf_add(out, i ? S(",[") : S(",\"edits\":[["));
		write_edit(&d->edit[i], &last, out);
		buf_byte(out, ']');
	}
	if (d->n_edits)
		buf_byte(out, ']');
	buf_add(out, S("}\n"));
}

void editlog_write_bad(const char *reason, struct buf *out)
{
	buf_add(out, S("{\"bad\":"));
	json_write_text(out, slice_of(reason));
	buf_add(out, S("}\n"));
}

/* No run gives more names; each is looked up among those before it. */
enum { MAX_NAMES = 4096 };

/* --- reading --------------------------------------------------------------------------------- */

struct reading {
	struct doc *d;
	struct edit *edit;
	size_t n, cap;
	unsigned field; /* of the edit at hand */
	const char *without;
	struct slice note_by;   /* an object, or empty */
	struct slice route[2];  /* stage, folder */
	unsigned route_parts;
	const char *wrong;
	struct slice last_name; /* of a stage, and its copy: most edits come in runs */
	const char *last_copy;
};

static int malformed(struct reading *r, const char *wrong)
{
	r->wrong = wrong;
	return -1;
}

static const char *name_of(struct reading *r, struct slice name)
{
	if (!r->last_copy || !slice_equal(name, r->last_name)) {
		r->last_name = name;
		r->last_copy = arena_addf(r->d->mem, "%.*s", SLICE(name)).p;
	}
	return r->last_copy;
}

static bool number_of(const struct json_value *v, uint32_t *value)
{
	if (v->kind != JSON_NUMBER || !(v->number >= 0 && v->number <= UINT32_MAX) ||
	    v->number != floor(v->number))
		return false;
	*value = (uint32_t)v->number;
	return true;
}

static int read_field(void *user, struct slice key, const struct json_value *v)
{
	struct reading *r = user;
	struct edit *edit = &r->edit[r->n];
	unsigned field = r->field++;

	(void)key;
	switch (field) {
	case 0:
		if (v->kind != JSON_STRING || memchr(v->text.p, 0, v->text.n))
			return malformed(r, "an edit without the name of a stage");
		edit->by = name_of(r, v->text);
		return 0;
	case 1:
		edit->op = slice_equal(v->text, S("put")) ? EDIT_PUT : EDIT_CUT;
		if (edit->op == EDIT_CUT && !slice_equal(v->text, S("cut")))
			return malformed(r, "an edit that is neither put nor cut");
		return 0;
	case 5:
		edit->text = v->text;
		if (v->kind != JSON_STRING || edit->op != EDIT_PUT)
			return malformed(r, "an edit with a wrong text");
		return 0;
	}
	if (field > 5 || (field == 4 && edit->op == EDIT_CUT))
		return malformed(r, "an edit that is too long");
	uint32_t *number = field == 2             ? &edit->line
	                   : edit->op == EDIT_CUT ? &edit->count
	                   : field == 3           ? &edit->at
	                                          : &edit->len;

	return number_of(v, number) ? 0 : malformed(r, "an edit with a wrong number");
}

static int read_edit(void *user, struct slice key, const struct json_value *v)
{
	struct reading *r = user;

	(void)key;
	if (v->kind != JSON_ARRAY)
		return malformed(r, "an edit that is not an array");
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;

		r->edit = arena_grow(r->d->mem, r->edit, r->cap * sizeof *r->edit,
		                     cap * sizeof *r->edit);
		r->cap = cap;
	}
	r->edit[r->n] = (struct edit){.count = 1};
	r->field = 0;
	if (json_each(r->d->context->json, v->span, r->d->mem, read_field, r))
		return -1;
	if (r->field != (r->edit[r->n].op == EDIT_PUT ? 6 : 4))
		return malformed(r, "an edit that is too short");
	r->n++;
	return 0;
}

static int read_score(void *user, struct slice key, const struct json_value *v)
{
	struct reading *r = user;

	if ((v->kind != JSON_NUMBER && v->kind != JSON_NULL) || memchr(key.p, 0, key.n))
		return malformed(r, "a score that is not a number");
	if (r->d->n_scores - r->d->scores_read >= MAX_NAMES)
		return malformed(r, "too many scores");
	doc_score(r->d, arena_addf(r->d->mem, "%.*s", SLICE(key)).p,
	          v->kind == JSON_NULL ? (double)NAN : v->number);
	return 0;
}

struct owner {
	struct slice key, name;
};

static int find_owner(void *user, struct slice key, const struct json_value *v)
{
	struct owner *o = user;

	if (v->kind == JSON_STRING && slice_equal(key, o->key))
		o->name = v->text;
	return 0;
}

static bool is_left_out(const struct reading *r, struct slice stage)
{
	return r->without && slice_equal(stage, slice_of(r->without));
}

static int read_note(void *user, struct slice key, const struct json_value *v)
{
	struct reading *r = user;

	if (memchr(key.p, 0, key.n))
		return malformed(r, "a note with a wrong key");
	if (r->d->n_notes >= MAX_NAMES)
		return malformed(r, "too many notes");
	struct owner owner = {key, key};

	json_each(r->d->context->json, r->note_by, r->d->mem, find_owner, &owner);
	if (is_left_out(r, owner.name))
		return 0;
	const char *stage = r->d->stage;

	r->d->stage = name_of(r, owner.name);
	doc_note(r->d, arena_addf(r->d->mem, "%.*s", SLICE(key)).p, v->span);
	r->d->stage = stage;
	return 0;
}

/* Walks an optional member. */
static int read_all(struct reading *r, const struct json_value *v, enum json_kind kind,
                    int (*each)(void *, struct slice, const struct json_value *))
{
	if (v->kind == JSON_MISSING)
		return 0;
	if (v->kind != kind)
		return malformed(r, "scores, notes or edits of the wrong kind");
	return json_each(r->d->context->json, v->span, r->d->mem, each, r);
}

enum { TEXT, KEEP, BY, WHY, SCORES, NOTES, EDITS, BAD, ROUTE, NOTE_BY, MEMBERS };

/* A log may come from anywhere, and routes become paths. */
static bool is_folder_name(struct slice s)
{
	return s.n > 0 && s.n < 256 && s.p[0] != '.' && !memchr(s.p, '/', s.n) &&
	       !memchr(s.p, 0, s.n);
}

static int read_route(void *user, struct slice key, const struct json_value *v)
{
	struct reading *r = user;

	(void)key;
	if (v->kind != JSON_STRING || r->route_parts == 2)
		return malformed(r, "a wrong route");
	r->route[r->route_parts++] = v->text;
	return 0;
}

/* Sends the document where the log says. */
static int apply_route(struct reading *r, const struct json_value *route)
{
	if (read_all(r, route, JSON_ARRAY, read_route))
		return -1;
	if (route->kind == JSON_MISSING || is_left_out(r, r->route[0]))
		return 0;
	if (r->route_parts != 2 || !is_folder_name(r->route[1]))
		return malformed(r, "a wrong route");
	doc_route(r->d, arena_addf(r->d->mem, "%.*s", SLICE(r->route[1])).p);
	r->d->route_by = name_of(r, r->route[0]);
	return 0;
}

static int read_line(struct doc *d, struct slice line, struct json_value value[MEMBERS],
                     struct err *e)
{
	struct slice key[MEMBERS] = {S("text"),  S("keep"),  S("by"),  S("why"),  S("scores"),
	                             S("notes"), S("edits"), S("bad"), S("route"), S("note_by")};
	struct json_path path[MEMBERS];
	const char *why;
	char hash[17];

	for (int i = 0; i < MEMBERS; i++)
		path[i] = (struct json_path){&key[i], 1, key[i]};
	if (json_read(d->context->json, line, path, MEMBERS, value, d->mem, &why))
		return err_set_rc(e, RC_INPUT, "not a line of an edit log: %s", why);
	if (value[BAD].kind != JSON_MISSING)
		return err_set_rc(e, RC_INPUT, "the log says that this record could not be read");
	if (value[TEXT].kind != JSON_STRING || value[KEEP].kind != JSON_BOOL)
		return err_set_rc(e, RC_INPUT, "not a line of an edit log: no text or keep");
	hash64_text(hash64(d->source), hash);
	if (!slice_equal(value[TEXT].text, slice_of(hash)))
		return err_set_rc(e, RC_INPUT,
		                  "the log was written for another text (%.*s, this is %s)",
		                  SLICE(slice_head(value[TEXT].text, 32)), hash);
	if (!value[KEEP].truth &&
	    (value[BY].kind != JSON_STRING || memchr(value[BY].text.p, 0, value[BY].text.n)))
		return err_set_rc(e, RC_INPUT, "not a line of an edit log: dropped by nobody");
	return 0;
}

int editlog_apply(struct doc *d, struct slice line, const char *without, struct err *e)
{
	struct json_value value[MEMBERS];
	struct reading r = {.d = d, .without = without};

	if (read_line(d, line, value, e))
		return -1;
	if (value[NOTE_BY].kind == JSON_OBJECT)
		r.note_by = value[NOTE_BY].span;
	if (apply_route(&r, &value[ROUTE]) ||
	    read_all(&r, &value[SCORES], JSON_OBJECT, read_score) ||
	    read_all(&r, &value[NOTES], JSON_OBJECT, read_note) ||
	    read_all(&r, &value[EDITS], JSON_ARRAY, read_edit))
		return err_set_rc(e, RC_INPUT, "not a line of an edit log: %s", r.wrong);
	if (doc_replay(d, r.edit, r.n, without, e))
		return -1;
	if (!value[KEEP].truth && !is_left_out(&r, value[BY].text)) {
		d->dropped_by = name_of(&r, value[BY].text);
		d->why = value[WHY].text;
	}
	return 0;
}

bool editlog_is_bad(struct slice line)
{
	line = slice_trim(line);
	if (!slice_starts(line, S("{")))
		return false;
	return slice_starts(slice_trim(slice_tail(line, 1)), S("\"bad\""));
}
