/* Lines or paragraphs that stood somewhere in the corpus before. */
#include "rules/dedup_stage.h"

#include "lib/base/hash.h"
#include "lib/base/utf8.h"
#include "lib/dedup/fold.h"

enum { UNIT_LINE, UNIT_PARAGRAPH };
enum { COMPARE_WORDS, COMPARE_TEXT };

struct line_dedup {
	int unit, compare;
	int64_t min_words, min_left;
	struct spans spans; /* made by load */
};

#define AT(field) offsetof(struct line_dedup, field)

static const struct param params[] = {
        {.name = "unit",
         .kind = PARAM_CHOICE,
         .at = AT(unit),
         .preset = "line",
         .choices = "line|paragraph",
         .help = "what is compared: a line, or the lines between blank ones"},
        {.name = "compare",
         .kind = PARAM_CHOICE,
         .at = AT(compare),
         .preset = "words",
         .choices = "words|text",
         .help = "their words (lower case, every digit as 0, no punctuation), or their bytes "
                 "without white space at the ends"},
        {.name = "min_words",
         .kind = PARAM_INT,
         .at = AT(min_words),
         .preset = "5",
         .min = 0,
         .max = 1e9,
         .help = "what has fewer words stays, however often it occurs"},
        {.name = "min_left",
         .kind = PARAM_INT,
         .at = AT(min_left),
         .preset = "0",
         .min = 0,
         .max = 1e9,
         .help = "drop a document that lost something and has fewer words left"},
        {0},
};

static bool is_blank(struct slice line)
{
	return utf8_strip(line).n == 0;
}

/* Lines [*from, *to) of the unit at or behind line *to; false at the end. */
static bool next_unit(const struct line_dedup *r, const struct doc *d, size_t *from, size_t *to)
{
	*from = *to;
	while (*from < d->n_lines && is_blank(d->line[*from].text))
		++*from;
	if (*from == d->n_lines)
		return false;
	*to = *from + 1;
	while (r->unit == UNIT_PARAGRAPH && *to < d->n_lines && !is_blank(d->line[*to].text))
		++*to;
	return true;
}

static size_t count_words(struct slice text, struct arena *mem)
{
	struct fold f;
	size_t n = 0;

	fold_text(&f, text, signature_best(), mem);
	for (size_t at = 0, size; fold_next(&f, &at, &size); at += size)
		n++;
	return n;
}

/* The unit's hash; false when it is too short to count. */
static bool unit_hash(const struct line_dedup *r, const struct doc *d, size_t from, size_t to,
                      struct arena *mem, uint64_t *hash)
{
	size_t words = 0;

	*hash = 0;
	for (size_t i = from; i < to; i++) {
		struct fold f;

		fold_text(&f, d->line[i].text, signature_best(), mem);
		for (size_t at = 0, size; fold_next(&f, &at, &size); at += size, words++)
			if (r->compare == COMPARE_WORDS)
				*hash = hash64_seed((struct slice){f.text + at, size}, *hash + 1);
		if (r->compare == COMPARE_TEXT)
			*hash = hash64_seed(utf8_strip(d->line[i].text), *hash + 1);
	}
	return words >= (size_t)r->min_words && (words > 0 || r->compare == COMPARE_TEXT);
}

static void line_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct line_dedup *const r = self;
	uint64_t number = 0, hash;

	doc_lines(d);
	for (size_t from, to = 0; next_unit(r, d, &from, &to); number++)
		if (unit_hash(r, d, from, to, scratch, &hash))
			spans_write(out, hash, d->record, number);
}

static int line_solve(void *self, const struct corpus *c, struct err *e)
{
	(void)self;
	return dedup_stage_spans(c, SPANS_FIRST, e);
}

static int line_load(void *self, const struct corpus *c, struct err *e)
{
	return spans_open(&((struct line_dedup *)self)->spans, c->dir, c->loaded, e);
}

static void line_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct line_dedup *const r = self;
	size_t n, words = 0, next = 0, cut = 0;
	const struct span_mark *const mark = spans_find(&r->spans, d->shard, d->record, &n);
	uint64_t number = 0;

	if (n == 0)
		return;
	doc_lines(d);
	for (size_t from, to = 0; next < n && next_unit(r, d, &from, &to); number++) {
		if (mark[next].span != number)
			continue;
		next++;
		for (size_t i = from; i < to; i++, cut++)
			doc_cut(d, i);
	}
	doc_count(d, "lines_cut", cut);
	if (r->min_left == 0)
		return;
	for (size_t i = 0; i < d->n_lines; i++)
		if (!d->line[i].cut)
			words += count_words(d->line[i].text, scratch);
	if (words < (size_t)r->min_left)
		doc_drop(d, S("too_little_left"));
}

static void line_fini(void *self)
{
	spans_close(&((struct line_dedup *)self)->spans);
}

static const struct barrier barrier = {
        .is_shared = true,
        .collect = line_collect,
        .solve = line_solve,
        .load = line_load,
};

const struct stage_type line_dedup_stage = {
        .name = "line_dedup",
        .help = "cuts lines or paragraphs that stand somewhere before in the corpus",
        .params = params,
        .size = sizeof(struct line_dedup),
        .fini = line_fini,
        .doc = line_doc,
        .edits = true,
        .barrier = &barrier,
};
