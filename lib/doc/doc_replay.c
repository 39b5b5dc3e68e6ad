/* doc_replay: a log's edits put on a document again, all of them or all but one stage's.
 *
 * Edits speak of a line as it was when they were made, so every edit is applied, also those left
 * out, and each touched line is a sequence of pieces that live in two worlds: `now`, with all
 * edits, where positions are looked up, and `stays`, without the left-out stage's, which is what
 * is rendered. The sequence is a treap over the lengths in both worlds, so an edit costs the
 * logarithm of the edits its line has seen, wherever it lies. */
#include "lib/base/hash.h"
#include "lib/doc/doc.h"

struct piece {
	struct piece *left, *right;
	uint64_t rank; /* no child has a higher one */
	struct slice text;
	size_t all_now, all_stays; /* bytes of the subtree in either world */
	bool now, stays;
};

struct touched {
	struct piece *root; /* NULL when nothing is left of the line, or it was not put yet */
	bool put;
	bool cut; /* in the world of all edits */
};

struct replay {
	struct doc *d;
	struct touched *touched; /* by source line */
	const char *without;
	uint64_t ranks;
	bool inside_character; /* an edit ended there */
	bool inside_left_out;  /* the last split fell inside a piece that does not stay */
};

static struct piece *new_piece(struct replay *r, struct slice text, bool stays)
{
	struct piece *p = arena_alloc(r->d->mem, sizeof *p);

	*p = (struct piece){
	        .rank = hash_mix(r->ranks++),
	        .text = text,
	        .all_now = text.n,
	        .all_stays = stays ? text.n : 0,
	        .now = true,
	        .stays = stays,
	};
	return p;
}

static size_t all_now(const struct piece *p)
{
	return p ? p->all_now : 0;
}

static size_t all_stays(const struct piece *p)
{
	return p ? p->all_stays : 0;
}

static struct piece *sum(struct piece *p)
{
	p->all_now = all_now(p->left) + all_now(p->right) + (p->now ? p->text.n : 0);
	p->all_stays = all_stays(p->left) + all_stays(p->right) + (p->stays ? p->text.n : 0);
	return p;
}

static struct piece *join(struct piece *a, struct piece *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->rank >= b->rank) {
		a->right = join(a->right, b);
		return sum(a);
	}
	b->left = join(a, b->left);
	return sum(b);
}

/* Splits p's own text at `at` bytes; its right half takes over its right subtree. */
static struct piece *split_piece(struct replay *r, struct piece *p, size_t at)
{
	struct piece *tail = arena_alloc(r->d->mem, sizeof *tail);

	if (((unsigned char)p->text.p[at] & 0xc0) == 0x80)
		r->inside_character = true;
	r->inside_left_out = !p->stays;
	*tail = *p;
	tail->left = NULL;
	tail->text = slice_tail(p->text, at);
	p->right = NULL;
	p->text.n = at;
	return tail;
}

/* Splits at `at` bytes of the `now` world. Pieces that have no bytes there go left or right. */
static void split(struct replay *r, struct piece *p, size_t at, bool empty_goes_left,
                  struct piece **a, struct piece **b)
{
	if (!p) {
		*a = *b = NULL;
		return;
	}
	size_t start = all_now(p->left), end = start + (p->now ? p->text.n : 0);

	if (start < at && at < end) {
		struct piece *tail = split_piece(r, p, at - start);

		*a = sum(p);
		*b = sum(tail);
	} else if (end < at || (end == at && (start < end || empty_goes_left))) {
		split(r, p->right, at - end, empty_goes_left, &p->right, b);
		*a = sum(p);
	} else {
		split(r, p->left, at, empty_goes_left, a, &p->left);
		*b = sum(p);
	}
}

/* Takes all of p out of the `now` world; it stays in the other. */
static void hide(struct piece *p)
{
	if (all_now(p) == 0)
		return;
	p->now = false;
	hide(p->left);
	hide(p->right);
	sum(p);
}

static void add_edit(struct replay *r, const struct edit *edit)
{
	r->d->edit[r->d->n_edits++] = *edit;
}

static int replay_put(struct replay *r, const struct edit *edit, bool left_out, struct err *e)
{
	struct touched *t = &r->touched[edit->line];
	struct piece *before, *middle = NULL, *behind;
	bool stays = !left_out;

	if (t->cut)
		return err_set_rc(e, RC_INPUT, "it changes line %u, which was cut before",
		                  edit->line);
	if (!t->put)
		t->root = new_piece(r, r->d->line[edit->line].text, true);
	t->put = true;
	if (edit->at > all_now(t->root) || edit->len > all_now(t->root) - edit->at)
		return err_set_rc(e, RC_INPUT, "it reaches beyond the end of line %u", edit->line);
	r->inside_left_out = false;
	split(r, t->root, edit->at, edit->len || edit->at, &before, &behind);
	if (edit->len) {
		split(r, behind, edit->len, false, &middle, &behind);
		if (all_stays(middle) == 0)
			stays = false;
	} else if (r->inside_left_out) {
		stays = false;
	}
	if (r->inside_character)
		return err_set_rc(e, RC_INPUT, "it splits a character of line %u", edit->line);

	struct edit kept = *edit;

	kept.at = (uint32_t)all_stays(before);
	kept.len = (uint32_t)all_stays(middle);
	if (stays)
		add_edit(r, &kept);
	if (left_out) {
		hide(middle);
		before = join(before, middle);
	}
	if (edit->text.n)
		before = join(before, new_piece(r, edit->text, stays));
	t->root = join(before, behind);
	return 0;
}

static int replay_cut(struct replay *r, const struct edit *edit, bool left_out, struct err *e)
{
	if (edit->count == 0 || edit->count > r->d->n_lines - edit->line)
		return err_set_rc(e, RC_INPUT, "it cuts lines behind the last");
	for (uint32_t i = edit->line; i < edit->line + edit->count; i++) {
		if (r->touched[i].cut)
			return err_set_rc(e, RC_INPUT, "it cuts line %u again", i);
		r->touched[i].cut = true;
		r->d->line[i].cut = !left_out;
	}
	if (!left_out)
		add_edit(r, edit);
	return 0;
}

static char *render(const struct piece *p, char *out)
{
	for (; p; p = p->right) {
		out = render(p->left, out);
		if (p->stays && p->text.n) {
			memcpy(out, p->text.p, p->text.n);
			out += p->text.n;
		}
	}
	return out;
}

static void render_lines(struct replay *r)
{
	struct doc *d = r->d;
	size_t kept = 0;

	for (size_t i = 0; i < d->n_lines; i++) {
		struct line line = d->line[i];
		const struct piece *root = r->touched[i].root;

		if (line.cut)
			continue;
		if (r->touched[i].put) {
			char *p = arena_alloc(d->mem, all_stays(root));

			line.text = (struct slice){p, all_stays(root)};
			render(root, p);
		}
		d->line[kept++] = line;
	}
	d->n_lines = kept;
	d->text_is_old = true;
	d->analysis = NULL;
	d->settled_edits = d->n_edits;
}

int doc_replay(struct doc *d, const struct edit *edit, size_t n, const char *without, struct err *e)
{
	struct replay r = {.d = d, .without = without};

	if (n == 0)
		return 0;
	if (d->n_edits)
		return err_set_rc(e, RC_BUG, "replay on a document that has edits");
	doc_lines(d);
	r.touched = arena_new(d->mem, struct touched, d->n_lines);
	d->edit = arena_alloc(d->mem, n * sizeof *d->edit);
	d->edit_cap = n;
	for (size_t i = 0; i < n; i++) {
		bool left_out = without && strcmp(edit[i].by, without) == 0;

		if (edit[i].line >= d->n_lines)
			err_set_rc(e, RC_INPUT, "it speaks of line %u, the last is %zu",
			           edit[i].line, d->n_lines - 1);
		else if ((edit[i].op == EDIT_PUT ? replay_put(&r, &edit[i], left_out, e)
		                                 : replay_cut(&r, &edit[i], left_out, e)) == 0)
			continue;
		return err_prefix(e, "edit %zu by %s does not fit", i, edit[i].by);
	}
	render_lines(&r);
	return 0;
}
