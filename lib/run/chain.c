#include "lib/run/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"

const struct stage_type *stage_find(struct slice name)
{
	for (const struct stage_type *const *t = stage_table; *t; t++)
		if (slice_equal(slice_of((*t)->name), name))
			return *t;
	return NULL;
}

const char *stage_nearest(struct slice name)
{
	const char *nearest = NULL;
	unsigned best = (unsigned)(name.n < 6 ? 3 : name.n / 2 + 1);

	for (const struct stage_type *const *t = stage_table; *t; t++) {
		unsigned d = text_distance(name, slice_of((*t)->name));

		if (d < best) {
			best = d;
			nearest = (*t)->name;
		}
	}
	return nearest;
}

static bool name_is_taken(const struct chain *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->stage[i].name, name) == 0)
			return true;
	return false;
}

struct stage *chain_add(struct chain *c, const struct stage_type *type, struct slice name)
{
	struct stage s = {.type = type};
	char text[256];

	if (name.n == 0)
		name = slice_of(type->name);
	snprintf(text, sizeof text, "%.*s", SLICE(name));
	for (unsigned i = 2; name_is_taken(c, text); i++)
		snprintf(text, sizeof text, "%.*s_%u", SLICE(slice_head(name, 240)), i);
	s.name = mem_text(text, strlen(text));
	s.self = mem_zero(1, type->size);
	param_presets(type->params, s.self);
	c->stage = mem_grow(c->stage, (c->n + 1) * sizeof *c->stage);
	c->stage[c->n] = s;
	return &c->stage[c->n++];
}

static int open_one(struct stage *s, void *self, struct err *e)
{
	if (s->type->init && s->type->init(self, e))
		return err_prefix(e, "%s", s->name);
	return 0;
}

int chain_open(struct chain *c, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		struct stage *s = &c->stage[i];

		s->is_open = true; /* fini copes with a half-made self */
		if (open_one(s, s->self, e))
			return -1;
		for (size_t k = 0; k < s->n_langs; k++)
			if (open_one(s, s->lang[k].self, e))
				return err_prefix(e, "lang %s", s->lang[k].lang);
	}
	return 0;
}

static void close_one(const struct stage *s, void *self)
{
	if (s->is_open && s->type->fini)
		s->type->fini(self);
	param_free(s->type->params, self);
	free(self);
}

void chain_free(struct chain *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct stage *s = &c->stage[i];

		close_one(s, s->self);
		for (size_t k = 0; k < s->n_langs; k++) {
			close_one(s, s->lang[k].self);
			free(s->lang[k].lang);
		}
		free(s->lang);
		free(s->name);
	}
	free(c->stage);
	*c = (struct chain){0};
}

static size_t state_size(const struct stage *s)
{
	size_t n = s->type->state ? s->type->state(s->self) : 0;

	return (n + 15) & ~(size_t)15;
}

size_t chain_state_size(const struct chain *c, size_t from, size_t to)
{
	size_t sum = 0;

	for (size_t i = from; i < to; i++)
		sum += state_size(&c->stage[i]);
	return sum;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static const void *self_for(const struct stage *s, const struct doc *d)
{
	for (size_t k = 0; k < s->n_langs; k++)
		if (slice_equal(slice_of(s->lang[k].lang), d->lang))
			return s->lang[k].self;
	return s->self;
}

/* What must come back when a stage was only asked for its opinion. */
struct before {
	struct doc doc;
	struct line *line;
};

static struct before remember(const struct doc *d, const struct stage *s, struct arena *mem)
{
	struct before b = {.doc = *d};

	if (s->type->edits && d->lines_are_split) {
		b.line = arena_alloc(mem, d->n_lines * sizeof *b.line);
		memcpy(b.line, d->line, d->n_lines * sizeof *b.line);
	}
	return b;
}

static void take_back(struct doc *d, const struct stage *s, const struct before *b)
{
	struct analysis *analysis = d->analysis;
	struct doc after = *d;

	*d = b->doc;
	d->failure = after.failure;
	d->counted = after.counted;
	d->n_counted = after.n_counted;
	d->counted_cap = after.counted_cap;
	if (b->line)
		memcpy(d->line, b->line, d->n_lines * sizeof *b->line);
	if (!s->type->edits)
		d->analysis = analysis; /* the text did not change: what was derived still holds */
}

/* The note an annotating stage leaves: its verdict, then the members of the note it wrote itself.
 */
static struct slice verdict_json(bool kept, struct slice why, size_t edits, struct slice own,
                                 struct arena *mem)
{
	struct buf out = {0};

	buf_add(&out, kept ? S("{\"keep\":true") : S("{\"keep\":false"));
	if (!kept && why.n) {
		json_write_key(&out, S("why"));
		json_write_text(&out, why);
	}
	if (edits)
		buf_addf(&out, ",\"edits\":%zu", edits);
	if (own.n > 2 && own.p[0] == '{') {
		buf_byte(&out, ',');
		buf_add(&out, slice_tail(own, 1));
	} else {
		buf_byte(&out, '}');
	}
	struct slice json = arena_copy(mem, buf_slice(&out));

	buf_free(&out);
	return json;
}

/* What one stage did to one document. */
struct outcome {
	bool failed;
	struct slice why;
	size_t edits;
};

/* Runs the stage for its opinion alone: in annotate and shadow mode, or behind a drop. */
static struct outcome ask(const struct stage *s, const void *self, struct doc *d, bool complete,
                          struct arena *scratch)
{
	struct before before = remember(d, s, d->mem);
	struct outcome out = {0};

	d->dropped_by = NULL;
	s->type->doc(self, d, scratch);
	out.failed = d->dropped_by != NULL;
	out.why = d->why;
	out.edits = d->n_edits - before.doc.n_edits;
	bool write = complete || (s->mode == MODE_ANNOTATE && !before.doc.dropped_by);
	struct doc after = *d;

	take_back(d, s, &before);
	if (!write)
		return out;
	for (size_t i = before.doc.n_scores; i < after.n_scores; i++)
		doc_score(d, after.score[i].name, after.score[i].value);
	struct slice own = S("");

	for (size_t i = before.doc.n_notes; i < after.n_notes; i++) {
		if (strcmp(after.note[i].key, s->name) == 0)
			own = after.note[i].json;
		else
			doc_note(d, after.note[i].key, after.note[i].json);
	}
	doc_note(d, s->name, verdict_json(!out.failed, out.why, out.edits, own, d->mem));
	return out;
}

static struct outcome obey(const struct stage *s, const void *self, struct doc *d,
                           struct arena *scratch)
{
	size_t edits = d->n_edits;

	s->type->doc(self, d, scratch);
	doc_settle(d);
	return (struct outcome){d->dropped_by != NULL, d->why, d->n_edits - edits};
}

static void count(struct stage_tally *row, const struct outcome *o, size_t bytes, uint64_t ns)
{
	row->seen++;
	row->bytes += bytes;
	row->ns += ns;
	row->edits += o->edits;
	row->edited += o->edits > 0;
	if (o->failed)
		row->joint++;
}

void chain_apply(const struct chain *c, size_t from, size_t to, struct doc *d, void *state,
                 struct arena *scratch, struct tally *t)
{
	struct stage_tally *alone = NULL;
	unsigned failed = 0;
	char *state_at = state;
	uint64_t start = now_ns();

	for (size_t i = from; i < to && (!d->dropped_by || c->judge_all); i++) {
		const struct stage *s = &c->stage[i];

		if (s->is_left_out)
			continue; /* such stages have no state */
		const void *self = self_for(s, d);
		bool behind_drop = d->dropped_by != NULL;
		size_t bytes = doc_text_size(d);

		d->stage = s->name;
		d->state = state_size(s) ? state_at : NULL;
		state_at += state_size(s);
		d->complete = s->mode == MODE_ANNOTATE || c->complete;
		struct outcome o = behind_drop || s->mode != MODE_DROP
		                           ? ask(s, self, d, c->complete, scratch)
		                           : obey(s, self, d, scratch);
		struct stage_tally *row = tally_stage(t, s->name);
		uint64_t end = now_ns();

		count(row, &o, bytes, end - start);
		start = end;
		for (size_t k = 0; k < d->n_counted; k++)
			counts_add(&row->counted, slice_of(d->counted[k].name), d->counted[k].n);
		d->n_counted = 0;
		if (o.failed && !behind_drop)
			counts_add(&row->dropped, o.why, 1);
		if (o.failed && s->mode == MODE_DROP) {
			failed++;
			alone = row;
		}
		arena_reset(scratch, 2u << 20);
	}
	if (failed == 1 && c->judge_all)
		alone->alone++;
}
