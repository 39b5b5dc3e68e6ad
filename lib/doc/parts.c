#include "lib/doc/parts.h"

#include "lib/base/utf8.h"

void parts_add(struct parts *p, size_t line, struct slice text)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 64, size = sizeof *p->part;

		p->part = arena_grow(p->mem, p->part, p->cap * size, cap * size);
		p->cap = cap;
	}
	p->part[p->n++] = (struct part){line, text};
}

void parts_strip(struct parts *p)
{
	size_t first = 0;

	for (; first < p->n; first++) {
		struct part *part = &p->part[first];
		struct slice text = utf8_strip_head(part->text);

		part->text = text;
		if (text.n)
			break;
	}
	p->n -= first;
	if (first && p->n)
		memmove(p->part, p->part + first, p->n * sizeof *p->part);
	for (; p->n; p->n--) {
		struct part *part = &p->part[p->n - 1];

		part->text = utf8_strip_tail(part->text);
		if (part->text.n)
			break;
	}
}

void parts_write(const struct parts *p, struct doc *d)
{
	const struct part *part = p->part, *end = part + p->n;
	struct buf joined = {0};

	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		if (part == end || part->line != i) {
			doc_cut(d, i);
			continue;
		}
		struct slice text = part++->text;

		if (part < end && part->line == i) {
			buf_reset(&joined);
			buf_add(&joined, text);
			for (; part < end && part->line == i; part++) {
				buf_byte(&joined, '\n');
				buf_add(&joined, part->text);
			}
			text = buf_slice(&joined);
		}
		doc_put(d, i, text);
	}
	buf_free(&joined);
}

/* Finds the line of a document that holds a given LF-separated row of its text; rows are asked for
 * in ascending order. A line may hold LFs, put there by an earlier stage. */
struct rows {
	const struct doc *d;
	size_t line, end; /* end: the first row behind the line */
};

static size_t rows_find(struct rows *r, size_t row)
{
	while (row >= r->end)
		r->end += 1 + slice_count(r->d->line[++r->line].text, S("\n"));
	return r->line;
}

void parts_join(struct parts *p, struct doc *d)
{
	struct parts out = {.mem = p->mem};
	struct buf line = {0};
	size_t row = p->n ? p->part[0].line : 0;

	doc_lines(d);
	struct rows rows = {d, 0, 1 + (d->n_lines ? slice_count(d->line[0].text, S("\n")) : 0)};

	for (size_t i = 0; i < p->n; i++) {
		struct slice rest = p->part[i].text;
		size_t at = p->part[i].line;

		if (i)
			buf_byte(&line, ' ');
		for (const char *lf; rest.n && (lf = memchr(rest.p, '\n', rest.n));) {
			size_t n = (size_t)(lf - rest.p);

			buf_add(&line, slice_head(rest, n));
			parts_add(&out, rows_find(&rows, row),
			          arena_copy(p->mem, buf_slice(&line)));
			buf_reset(&line);
			rest = slice_tail(rest, n + 1);
			row = ++at;
		}
		buf_add(&line, rest);
	}
	if (p->n)
		parts_add(&out, rows_find(&rows, row), arena_copy(p->mem, buf_slice(&line)));
	buf_free(&line);
	*p = out;
}
