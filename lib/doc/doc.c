#include "lib/doc/doc.h"

#include <assert.h>

#include "lib/doc/analysis.h"
#include "lib/doc/json.h"

enum { FIRST_CAP = 8 };

/* The place for one more element of an array in the arena that grows by doubling. */
#define ADD(d, array, n, cap)                                                                      \
	((n) == (cap) ? (void)((array) = grow((d)->mem, (array), &(cap), sizeof *(array)))         \
	              : (void)0,                                                                   \
	 &(array)[(n)++])

static void *grow(struct arena *mem, void *old, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : FIRST_CAP;
	void *new = arena_grow(mem, old, *cap * size, more * size);

	*cap = more;
	return new;
}

static struct slice join(struct doc *d, struct slice a, struct slice b)
{
	char *both = arena_alloc(d->mem, a.n + b.n);

	memcpy(both, a.p, a.n);
	if (b.n)
		memcpy(both + a.n, b.p, b.n);
	return (struct slice){both, a.n + b.n};
}

void doc_lines(struct doc *d)
{
	if (d->lines_are_split)
		return;
	struct marks own;
	const struct marks *marks = &own;
	size_t from = 0;

	if (d->head.n)
		marks_find(d->source, &own, d->mem);
	else
		marks = doc_marks(d);
	d->n_lines = marks->n_lf + 1;
	d->line = arena_alloc(d->mem, d->n_lines * sizeof *d->line);
	for (size_t i = 0; i < d->n_lines; i++) {
		size_t to = i < marks->n_lf ? marks->lf[i] : d->source.n;
		struct slice text = {d->source.p + from, to - from};

		d->line[i] = (struct line){.text = text, .no = (uint32_t)i};
		from = to + 1;
	}
	if (d->head.n)
		d->line[0].text = join(d, d->head, d->line[0].text);
	else
		d->text = d->source;
	d->text_is_old = d->head.n > 0;
	d->head = (struct slice){0};
	d->lines_are_split = true;
}

/* Whether `part` ends before the end of `all`, and is part of it. */
static bool is_in(struct slice all, struct slice part)
{
	uintptr_t at = (uintptr_t)part.p - (uintptr_t)all.p;

	return at < all.n && part.n < all.n - at;
}

static struct slice join_lines(const struct doc *d)
{
	size_t n = d->n_lines - 1;

	for (size_t i = 0; i < d->n_lines; i++)
		n += d->line[i].text.n;
	char *all = arena_alloc(d->mem, n), *p = all;

	for (size_t i = 0; i < d->n_lines;) {
		struct slice text = d->line[i].text;

		if (i)
			*p++ = '\n';
		/* Lines that stood together in the source still do. */
		while (++i < d->n_lines && d->line[i].text.p == text.p + text.n + 1 &&
		       is_in(d->source, text) && text.p[text.n] == '\n')
			text.n += d->line[i].text.n + 1;
		if (text.n)
			memcpy(p, text.p, text.n);
		p += text.n;
	}
	return (struct slice){all, n};
}

struct slice doc_text(struct doc *d)
{
	if (!d->lines_are_split && !d->head.n)
		return d->source;
	if (d->text_is_old && !d->lines_are_split)
		d->text = join(d, d->head, d->source);
	else if (d->text_is_old)
		d->text = d->n_lines == 0   ? S("")
		          : d->n_lines == 1 ? d->line[0].text
		                            : join_lines(d);
	d->text_is_old = false;
	return d->text;
}

size_t doc_text_size(struct doc *d)
{
	return d->lines_are_split ? doc_text(d).n : d->head.n + d->source.n;
}

void doc_score(struct doc *d, const char *name, double value)
{
	for (size_t i = d->scores_read; i < d->n_scores; i++)
		if (d->score[i].name == name || strcmp(d->score[i].name, name) == 0) {
			d->score[i].value = value;
			return;
		}
	*ADD(d, d->score, d->n_scores, d->score_cap) = (struct score){name, value};
}

bool doc_score_get(const struct doc *d, struct slice name, double *value)
{
	for (size_t i = d->n_scores; i-- > 0;)
		if (slice_equal(slice_of(d->score[i].name), name)) {
			*value = d->score[i].value;
			return true;
		}
	return false;
}

void doc_note(struct doc *d, const char *key, struct slice json)
{
	char *p = arena_zero(d->mem, json.n + JSON_PADDING, 1);

	memcpy(p, json.p, json.n);
	json.p = p;
	for (size_t i = 0; i < d->n_notes; i++)
		if (strcmp(d->note[i].key, key) == 0) {
			d->note[i].json = json;
			d->note[i].by = d->stage;
			return;
		}
	*ADD(d, d->note, d->n_notes, d->note_cap) = (struct note){key, json, d->stage};
}

void doc_count(struct doc *d, const char *name, uint64_t n)
{
	if (n)
		*ADD(d, d->counted, d->n_counted, d->counted_cap) = (struct counted){name, n};
}

static void add_put(struct doc *d, uint32_t line, size_t at, size_t len, struct slice text)
{
	assert(at + len <= UINT32_MAX);
	*ADD(d, d->edit, d->n_edits, d->edit_cap) = (struct edit){
	        .by = d->stage,
	        .op = EDIT_PUT,
	        .line = line,
	        .count = 1,
	        .at = (uint32_t)at,
	        .len = (uint32_t)len,
	        .text = text,
	};
	d->text_is_old = true;
}

static bool inside_character(struct slice s, size_t at)
{
	return at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

/* Bytes that a and b begin with alike, up to a border between characters of both. */
static size_t common_head(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a.p + i, 8);
		memcpy(&y, b.p + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a.p[i] == b.p[i])
		i++;
	while (i > 0 && (inside_character(a, i) || inside_character(b, i)))
		i--;
	return i;
}

/* The same for the bytes they end with. */
static size_t common_tail(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	uint64_t x, y;

	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a.p + a.n - i - 8, 8);
		memcpy(&y, b.p + b.n - i - 8, 8);
		if (x != y)
			break;
	}
	while (i < n && a.p[a.n - i - 1] == b.p[b.n - i - 1])
		i++;
	while (i > 0 && inside_character(a, a.n - i))
		i--;
	return i;
}

void doc_put(struct doc *d, size_t i, struct slice text)
{
	assert(i < d->n_lines);
	struct line *line = &d->line[i];
	struct slice old = line->text;

	bool is_head = text.n && text.p == old.p && text.n <= old.n;
	size_t head = text.n, tail = 0;

	if (old.n == text.n && (is_head || slice_equal(old, text)))
		return;
	if (!is_head) {
		text = arena_copy(d->mem, text);
		head = common_head(old, text);
		tail = common_tail(slice_tail(old, head), slice_tail(text, head));
	}
	line->text = text;
	add_put(d, line->no, head, old.n - head - tail,
	        (struct slice){text.p + head, text.n - head - tail});
}

void doc_splice_all(struct doc *d, size_t i, const struct splice *splice, size_t n)
{
	assert(i < d->n_lines);
	struct line *line = &d->line[i];
	struct slice old = line->text;
	size_t size = old.n, done = 0;

	if (n == 0)
		return;
	for (size_t k = 0; k < n; k++) {
		assert(splice[k].at >= done && splice[k].at <= old.n &&
		       splice[k].len <= old.n - splice[k].at);
		assert(!inside_character(old, splice[k].at) &&
		       !inside_character(old, splice[k].at + splice[k].len));
		done = splice[k].at + splice[k].len;
		size += splice[k].text.n;
		size -= splice[k].len;
	}
	char *new = arena_alloc(d->mem, size), *p = new;

	done = 0;
	for (size_t k = 0; k < n; k++) {
		struct slice text = splice[k].text;
		size_t kept = splice[k].at - done;

		if (kept)
			memcpy(p, old.p + done, kept);
		p += kept;
		if (text.n)
			memcpy(p, text.p, text.n);
		done = splice[k].at + splice[k].len;
		if (!slice_equal(text, (struct slice){old.p + splice[k].at, splice[k].len}))
			add_put(d, line->no, (size_t)(p - new), splice[k].len,
			        (struct slice){p, text.n});
		p += text.n;
	}
	if (done < old.n)
		memcpy(p, old.p + done, old.n - done);
	line->text = (struct slice){new, size};
}

void doc_splice(struct doc *d, size_t i, size_t at, size_t len, struct slice text)
{
	doc_splice_all(d, i, &(struct splice){at, len, text}, 1);
}

void doc_prepend(struct doc *d, struct slice text)
{
	if (!text.n)
		return;
	if (d->lines_are_split) {
		if (d->n_lines)
			doc_splice(d, 0, 0, 0, text);
		return;
	}
	text = arena_copy(d->mem, text);
	d->head = d->head.n ? join(d, text, d->head) : text;
	add_put(d, 0, 0, 0, text);
}

void doc_cut(struct doc *d, size_t i)
{
	assert(i < d->n_lines);
	d->line[i].cut = true;
	d->some_are_cut = true;
}

void doc_drop(struct doc *d, struct slice why)
{
	if (d->dropped_by)
		return;
	d->dropped_by = d->stage;
	d->why = why;
}

static void add_cut(struct doc *d, uint32_t line)
{
	struct edit *last = d->n_edits > d->settled_edits ? &d->edit[d->n_edits - 1] : NULL;

	if (last && last->op == EDIT_CUT && last->line + last->count == line)
		last->count++;
	else
		*ADD(d, d->edit, d->n_edits, d->edit_cap) =
		        (struct edit){.by = d->stage, .op = EDIT_CUT, .line = line, .count = 1};
}

void doc_settle(struct doc *d)
{
	if (d->some_are_cut) {
		size_t kept = 0;

		for (size_t i = 0; i < d->n_lines; i++)
			if (d->line[i].cut)
				add_cut(d, d->line[i].no);
			else
				d->line[kept++] = d->line[i];
		d->n_lines = kept;
		d->some_are_cut = false;
		d->text_is_old = true;
	}
	if (d->n_edits != d->settled_edits) {
		if (d->analysis)
			d->earlier = d->analysis;
		d->analysis = NULL;
	}
	d->settled_edits = d->n_edits;
}
