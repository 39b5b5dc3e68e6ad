#include "scorers/rebuild.h"

struct rebuild_line {
	size_t start;  /* in the new text */
	size_t origin; /* the old line */
};

void rebuild_open(struct rebuild *r, struct doc *d, struct arena *scratch)
{
	doc_lines(d);
	*r = (struct rebuild){.d = d, .scratch = scratch, .fresh = true};
	r->text = arena_alloc(scratch, doc_text(d).n + 1);
	r->now_end = d->n_lines ? d->line[0].text.n + 1 : 0;
}

static void begin_line(struct rebuild *r)
{
	if (r->n_lines == r->cap_lines) {
		const size_t cap = r->cap_lines ? 2 * r->cap_lines : 64;

		r->line = arena_grow(r->scratch, r->line, r->cap_lines * sizeof *r->line,
		                     cap * sizeof *r->line);
		r->cap_lines = cap;
	}
	r->line[r->n_lines++] = (struct rebuild_line){r->n, r->now};
	r->fresh = false;
}

void rebuild_add(struct rebuild *r, struct slice piece, size_t offset)
{
	for (size_t i = 0; i < piece.n; i++) {
		while (offset + i >= r->now_end && r->now + 1 < r->d->n_lines)
			r->now_end += r->d->line[++r->now].text.n + 1;
		if (r->fresh)
			begin_line(r);
		r->text[r->n++] = piece.p[i];
		r->fresh = piece.p[i] == '\n';
	}
}

struct slice rebuild_text(const struct rebuild *r)
{
	return (struct slice){r->text, r->n};
}

void rebuild_apply(struct rebuild *r, struct doc *d)
{
	size_t k = 0;

	/* A last LF ends a line and begins an empty one. */
	if (r->n && r->fresh && r->now + 1 < d->n_lines) {
		r->now++;
		begin_line(r);
	}

	for (size_t i = 0; i < d->n_lines; i++) {
		const size_t first = k;

		while (k < r->n_lines && r->line[k].origin == i)
			k++;
		if (k == first) {
			doc_cut(d, i);
			continue;
		}

		/* The LF before the next line is the joint between lines; at the very end it stays.
		 */
		const size_t end = k < r->n_lines ? r->line[k].start - 1 : r->n;

		doc_put(d, i,
		        (struct slice){r->text + r->line[first].start, end - r->line[first].start});
	}
}
