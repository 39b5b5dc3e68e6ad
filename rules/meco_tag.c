#include "rules/meco_tag.h"

#include "lib/base/json_write.h"
#include "lib/base/utf8.h"
#include "lib/doc/json.h"

static int read_member(void *user, struct slice key, const struct json_value *value)
{
	struct meco_mark *mark = user;

	if (slice_equal(key, S("prefix_bytes")) && value->kind == JSON_NUMBER) {
		mark->present = value->number >= 0 && value->number < 0x1p53;
		mark->prefix_bytes = mark->present ? (uint64_t)value->number : 0;
	} else if (slice_equal(key, S("prefix")) && value->kind == JSON_STRING) {
		mark->present = true;
	} else if (slice_equal(key, S("was"))) {
		mark->was = value->span;
	}
	return 0;
}

struct finding {
	struct doc *doc;
	struct meco_mark mark;
	bool has_members;
};

static int find_meco(void *user, struct slice key, const struct json_value *value)
{
	struct finding *f = user;

	f->has_members = true;
	if (slice_equal(key, S("meco"))) {
		f->mark = (struct meco_mark){0};
		if (value->kind == JSON_OBJECT)
			json_each(f->doc->context->json, value->span, f->doc->mem, read_member,
			          &f->mark);
	}
	return 0;
}

static struct finding look(struct doc *d)
{
	struct finding f = {.doc = d};

	if (d->curate_span.n && d->curate_span.p[0] == '{')
		json_each(d->context->json, d->curate_span, d->mem, find_meco, &f);
	return f;
}

struct meco_mark meco_mark_find(struct doc *d)
{
	struct meco_mark mark = {0};

	for (size_t i = 0; i < d->n_notes; i++)
		if (strcmp(d->note[i].key, "meco") == 0) {
			json_each(d->context->json, d->note[i].json, d->mem, read_member, &mark);
			return mark;
		}
	return look(d).mark;
}

void meco_tag(struct doc *d, struct slice prefix, bool in_field)
{
	struct buf json = {0};

	if (d->lines_are_split && d->n_lines == 0)
		return;
	buf_byte(&json, '{');
	if (in_field) {
		json_write_key(&json, S("prefix"));
		json_write_text(&json, prefix);
	} else {
		buf_add(&json, S("\"prefix_bytes\":"));
		json_write_count(&json, prefix.n);
		buf_add(&json, S(",\"prefix_chars\":"));
		json_write_count(&json, utf8_count(prefix));
		doc_prepend(d, prefix);
	}
	if (d->curate_span.n && !look(d).has_members) {
		json_write_key(&json, S("was"));
		buf_add(&json, d->curate_span);
	}
	buf_byte(&json, '}');
	doc_note(d, "meco", buf_slice(&json));
	buf_free(&json);
}

bool meco_untag(struct doc *d, const struct meco_mark *mark)
{
	struct slice text = doc_text(d);
	uint64_t left = mark->prefix_bytes;
	size_t i = 0;

	if (left > text.n || (left < text.n && ((unsigned char)text.p[left] & 0xc0) == 0x80))
		return false;
	doc_lines(d);
	/* An edit never crosses a line: the prefix's whole lines are cut, its rest spliced. */
	for (; left && i + 1 < d->n_lines && left > d->line[i].text.n; i++) {
		left -= d->line[i].text.n + 1;
		doc_cut(d, i);
	}
	if (left)
		doc_splice(d, i, 0, left, S(""));
	if (mark->was.n)
		doc_note(d, "", mark->was);
	else
		doc_note(d, "meco", S("null"));
	return true;
}
