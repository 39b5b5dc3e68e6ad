#include "lib/doc/prox_view.h"

#include "lib/base/utf8.h"

#include <stdlib.h>

enum { GROWTH_FREE = 65536 }; /* bytes a text may always grow by */

static uint64_t number_of(const struct prox_view *v, size_t i)
{
	return v->by_source ? v->d->line[v->owner ? v->owner[i] : i].no : i;
}

/* Splits at LF into `line`, which has room for n. */
static void split_lines(struct slice text, struct slice *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;

		line[i] = (struct slice){text.p, end ? (size_t)(end - text.p) : text.n};
		text = slice_tail(text, line[i].n + 1);
	}
}

void prox_view_open(struct prox_view *v, struct doc *d, const struct prox_options *o,
                      struct arena *mem)
{
	struct slice text = doc_text(d);

	doc_lines(d);
	*v = (struct prox_view){.d = d, .by_source = o->numbering == PROX_SOURCE};
	v->n = d->n_edits ? slice_count(text, S("\n")) + (d->n_lines > 0) : d->n_lines;
	v->numbers = !v->by_source  ? v->n
	             : d->n_edits   ? slice_count(d->source, S("\n")) + 1
	                            : d->n_lines;
	v->cut = arena_new(mem, bool, v->n);
	v->old = v->now = arena_alloc(mem, v->n * sizeof *v->old);
	if (d->n_edits)
		split_lines(text, v->old, v->n);
	for (size_t i = 0; i < v->n && !d->n_edits; i++)
		v->old[i] = d->line[i].text; /* still one piece of memory */
	if (v->n == d->n_lines)
		return;
	size_t k = 0;

	v->owner = arena_alloc(mem, v->n * sizeof *v->owner);
	for (size_t i = 0; i < d->n_lines; i++)
		for (size_t left = slice_count(d->line[i].text, S("\n")) + 1; left > 0; left--)
			v->owner[k++] = (uint32_t)i;
}

/* Where `what` stands in the text; returns how often. */
static size_t find_all(struct slice text, struct slice what, size_t **at, struct arena *mem)
{
	size_t n = 0, cap = 0, from = 0;

	*at = NULL;
	for (size_t hit; (hit = slice_find(text, what, from)) != SIZE_MAX; from = hit + what.n) {
		if (n == cap) {
			size_t more = cap ? cap * 2 : 8;

			*at = arena_grow(mem, *at, cap * sizeof **at, more * sizeof **at);
			cap = more;
		}
		(*at)[n++] = hit;
	}
	return n;
}

/* Replaces in one run of text. Returns false when it would grow past `max`. */
static bool replace_all(struct slice *text, const struct prox_replace *r, size_t max,
                        struct prox_result *result, struct arena *mem)
{
	size_t *at, hits = find_all(*text, r->from, &at, mem), kept = text->n - hits * r->from.n;

	if (hits == 0) {
		result->not_found++;
		return true;
	}
	if (r->to.n && hits > (max - kept) / r->to.n)
		return false;
	char *new = arena_alloc(mem, kept + hits * r->to.n), *p = new;
	size_t from = 0;

	for (size_t i = 0; i < hits; i++) {
		memcpy(p, text->p + from, at[i] - from);
		p += at[i] - from;
		if (r->to.n)
			memcpy(p, r->to.p, r->to.n);
		p += r->to.n;
		from = at[i] + r->from.n;
	}
	if (from < text->n)
		memcpy(p, text->p + from, text->n - from);
	*text = (struct slice){new, kept + hits * r->to.n};
	return true;
}

/* The first line whose number is at least this one. */
static size_t line_from(const struct prox_view *v, uint64_t number)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (number_of(v, middle) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many bytes `n` bytes of text may become. */
static size_t most_bytes(size_t n, const struct prox_limits *limits)
{
	double growth = (double)n * limits->growth;
	size_t most = n + GROWTH_FREE;

	return growth > (double)most ? (size_t)(growth < 1e15 ? growth : 1e15) : most;
}

/* One run of replacements of equal scope, `all` being the text of its lines. Returns the name of
 * the limit that was passed, or NULL. */
static const char *replace_run(struct slice *all, const struct prox_replace **one,
                               const struct prox_replace *end, const struct prox_limits *limits,
                               uint64_t *work, struct prox_result *r, struct arena *mem)
{
	const struct prox_replace *first = *one;
	size_t most = most_bytes(all->n, limits);

	for (; *one < end && (*one)->first == first->first && (*one)->last == first->last; ++*one) {
		*work += all->n;
		if (*work > limits->work)
			return "work";
		if (!replace_all(all, *one, most, r, mem))
			return "growth";
	}
	return NULL;
}

static void set_line_feeds(const struct slice *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < line[i].n; k++)
			if ((unsigned char)line[i].p[k] == PROX_LF)
				((char *)line[i].p)[k] = '\n';
}

const char *prox_view_replace(struct prox_view *v, const struct prox_program *program,
                           const struct prox_limits *limits, struct prox_result *r,
                           struct arena *mem)
{
	const struct prox_replace *one = program->replace;
	const struct prox_replace *end = one ? one + program->n_replaces : NULL;
	uint64_t work = 0;

	while (one < end) {
		size_t from = line_from(v, one->first);
		size_t to = one->last == UINT64_MAX ? v->n : line_from(v, one->last + 1);
		struct slice all = S("");

		if (to > from)
			all = (struct slice){v->now[from].p,
			                     (size_t)(v->now[to - 1].p - v->now[from].p) +
			                             v->now[to - 1].n};
		const char *before = all.p;
		const char *over = replace_run(&all, &one, end, limits, &work, r, mem);

		if (over)
			return over;
		if (all.p == before)
			continue;
		if (v->now == v->old) {
			v->now = arena_alloc(mem, v->n * sizeof *v->now);
			memcpy(v->now, v->old, v->n * sizeof *v->now);
		}
		split_lines(all, v->now + from, to - from);
		if (memchr(all.p, PROX_LF, all.n))
			set_line_feeds(v->now + from, to - from);
	}
	return NULL;
}

struct numbered_range {
	struct prox_range range;
	size_t place;
};

static int compare_ranges(const void *a, const void *b)
{
	const struct numbered_range *x = a, *y = b;

	if (x->range.first != y->range.first)
		return x->range.first < y->range.first ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

/* Merges ranges that overlap or touch, as the reference does before it looks for lines that are
 * not there: two bad ranges side by side are one error. Returns their number. */
static size_t merge_ranges(const struct prox_program *program, struct prox_range *merged,
                           struct arena *mem)
{
	struct numbered_range *sorted = arena_alloc(mem, program->n_ranges * sizeof *sorted);
	size_t n = 0;

	for (size_t i = 0; i < program->n_ranges; i++)
		sorted[i] = (struct numbered_range){program->range[i], i};
	if (program->n_ranges)
		qsort(sorted, program->n_ranges, sizeof *sorted, compare_ranges);
	for (size_t i = 0; i < program->n_ranges; i++) {
		struct prox_range next = sorted[i].range;

		if (n == 0 || next.first > merged[n - 1].last + 1)
			merged[n++] = next;
		else if (next.last > merged[n - 1].last)
			merged[n - 1].last = next.last;
	}
	return n;
}

static void out_of_range(struct prox_program *program, const struct prox_range *range,
                         uint64_t lines, struct arena *mem)
{
	struct slice message = arena_addf(mem, "the last line is %llu",
	                                  (unsigned long long)lines - (lines > 0));

	prox_add_fault(program,
	               (struct prox_fault){PROX_OUT_OF_RANGE, range->line, range->column, message},
	               mem);
}

void prox_view_remove(struct prox_view *v, struct prox_program *program, struct arena *mem)
{
	struct prox_range *range = arena_alloc(mem, program->n_ranges * sizeof *range);
	size_t n = merge_ranges(program, range, mem);

	for (size_t i = 0; i < n; i++) {
		if (range[i].first >= v->numbers || range[i].last >= v->numbers)
			out_of_range(program, &range[i], v->numbers, mem);
		if (range[i].last < 0 || range[i].first >= v->numbers)
			continue;
		uint64_t first = range[i].first < 0 ? 0 : (uint64_t)range[i].first;
		uint64_t last =
		        range[i].last < v->numbers ? (uint64_t)range[i].last : v->numbers - 1;

		for (size_t k = line_from(v, first); k < v->n && number_of(v, k) <= last; k++)
			v->cut[k] = true;
	}
	if (program->all)
		memset(v->cut, true, v->n * sizeof *v->cut);
}

void prox_view_measure(const struct prox_view *v, struct prox_result *r)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->cut[i]) {
			r->lines_removed++;
			r->bytes_removed += v->old[i].n + 1;
			r->words_after -= utf8_count_words(v->old[i]);
		} else if (v->now != v->old && !slice_equal(v->now[i], v->old[i])) {
			r->words_after -= utf8_count_words(v->old[i]);
			r->words_after += utf8_count_words(v->now[i]);
		}
	}
}

/* Lines `from` to `to` of the view are line i of the document. */
static bool edit_line(const struct prox_view *v, size_t i, size_t from, size_t to,
                      struct arena *scratch)
{
	size_t n = 0, kept = 0;
	bool changed = false;

	for (size_t k = from; k < to; k++) {
		changed = changed || v->cut[k] || !slice_equal(v->now[k], v->old[k]);
		n += v->cut[k] ? 0 : v->now[k].n + 1;
		kept += !v->cut[k];
	}
	if (!changed)
		return false;
	if (kept == 0) {
		doc_cut(v->d, i);
		return true;
	}
	char *text = arena_alloc(scratch, n), *p = text;

	for (size_t k = from; k < to; k++) {
		if (v->cut[k])
			continue;
		if (v->now[k].n)
			memcpy(p, v->now[k].p, v->now[k].n);
		p += v->now[k].n;
		*p++ = '\n';
	}
	doc_put(v->d, i, (struct slice){text, n - 1});
	return true;
}

bool prox_view_edit(const struct prox_view *v, struct arena *scratch)
{
	bool edited = false;

	if (v->owner) {
		for (size_t from = 0, to; from < v->n; from = to) {
			for (to = from; to < v->n && v->owner[to] == v->owner[from]; to++)
				;
			edited |= edit_line(v, v->owner[from], from, to, scratch);
		}
		return edited;
	}
	for (size_t i = 0; i < v->n; i++) {
		if (v->cut[i])
			doc_cut(v->d, i);
		else if (v->now == v->old || slice_equal(v->now[i], v->old[i]))
			continue;
		else
			doc_put(v->d, i, v->now[i]);
		edited = true;
	}
	return edited;
}
