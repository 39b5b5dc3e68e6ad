/* Runs of sentences that stood somewhere in the corpus before (C4; datatrove's sentence_dedup 0.10,
 * specs/minhash.md section 13). */
#include "rules/dedup_stage.h"

#include "lib/base/hash.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/parts.h"
#include "lib/doc/simplify.h"
#include "lib/doc/splitlines.h"

struct sentence_dedup {
	int64_t n, min_doc_words, min_sentences;
	bool split_sentences;
	int keep;
	struct spans spans; /* made by load */
};

#define AT(field) offsetof(struct sentence_dedup, field)

static const struct param params[] = {
        {.name = "n_sentences",
         .kind = PARAM_INT,
         .at = AT(n),
         .preset = "3",
         .min = 1,
         .max = 1000,
         .help = "sentences in a run"},
        {.name = "split_sentences",
         .kind = PARAM_BOOL,
         .at = AT(split_sentences),
         .preset = "true",
         .help = "false: runs of lines"},
        {.name = "min_doc_words",
         .kind = PARAM_INT,
         .at = AT(min_doc_words),
         .preset = "50",
         .min = 0,
         .max = 1e9,
         .help = "drop a document that lost something and has fewer words left"},
        {.name = "min_num_sentences",
         .kind = PARAM_INT,
         .at = AT(min_sentences),
         .preset = "3",
         .min = 0,
         .max = 1e9,
         .help = "the same for sentences"},
        {.name = "keep",
         .kind = PARAM_CHOICE,
         .at = AT(keep),
         .preset = "first",
         .choices = "first|record",
         .help = "which copy stays: first by (shard, record), or by (record, shard) as in "
                 "datatrove"},
        {0},
};

/* A single space at the end belongs to no token and so to no sentence. */
static struct slice without_last_space(struct slice text)
{
	const struct slice head = slice_head(text, text.n - (text.n > 0));
	unsigned size;

	if (text.n < 2 || text.p[text.n - 1] != ' ' || utf8_is_space(utf8_last(head, &size)))
		return text;
	return head;
}

/* The pieces the text is made of: sentences with their white space, or lines without their breaks.
 */
static struct sentences pieces_of(const struct sentence_dedup *r, struct slice text,
                                  struct arena *mem)
{
	struct sentences s = {0};
	struct slice *piece, rest = text;
	size_t cap = 1;

	if (r->split_sentences) {
		sentences_split(without_last_space(text), &s, mem);
		return s;
	}
	for (size_t i = 0; i < text.n; i++)
		cap += (unsigned char)text.p[i] <= 0x1e || (unsigned char)text.p[i] == 0xc2 ||
		       (unsigned char)text.p[i] == 0xe2;
	piece = arena_alloc(mem, cap * sizeof *piece);
	while (utf8_splitline(&rest, &piece[s.n]))
		s.n++;
	s.text = piece;
	return s;
}

static void sentence_collect(const void *self, struct doc *d, struct buf *out,
                             struct arena *scratch)
{
	const struct sentence_dedup *const r = self;
	const struct sentences s = pieces_of(r, doc_text(d), scratch);
	struct slice *const simple = arena_alloc(scratch, (s.n + 1) * sizeof *simple);
	struct buf run = {0};
	size_t m = 0;

	for (size_t i = 0; i < s.n; i++) {
		const struct slice stripped =
		        r->split_sentences ? utf8_strip(s.text[i]) : s.text[i];

		if (!r->split_sentences ||
		    stripped.n > 0) /* sentences of white space alone are not numbered */
			simple[m++] = simplify_text(stripped, scratch);
	}
	for (size_t i = 0; i + (size_t)r->n <= m; i++) {
		buf_reset(&run);
		for (size_t k = i; k < i + (size_t)r->n; k++) {
			if (k > i)
				buf_byte(&run, ' ');
			buf_add(&run, simple[k]);
		}
		if (utf8_strip(buf_slice(&run)).n > 0)
			spans_write(out, hash64(buf_slice(&run)), d->record, i);
	}
	buf_free(&run);
}

static int sentence_solve(void *self, const struct corpus *c, struct err *e)
{
	const struct sentence_dedup *const r = self;

	return dedup_stage_spans(c, r->keep ? SPANS_RECORD : SPANS_FIRST, e);
}

static int sentence_load(void *self, const struct corpus *c, struct err *e)
{
	return spans_open(&((struct sentence_dedup *)self)->spans, c->dir, c->loaded, e);
}

/* What is left, as it grows: whole lines go to `parts` under the source line they start in. */
struct rest {
	struct doc *d;
	struct parts parts;
	struct buf line;
	size_t from; /* index of the line the pending one starts in */
	bool pending;
};

static void end_line(struct rest *w)
{
	parts_add(&w->parts, w->from, arena_copy(w->parts.mem, buf_slice(&w->line)));
	buf_reset(&w->line);
	w->pending = false;
}

/* Adds text that starts in line `at` of the document. */
static void add_text(struct rest *w, struct slice text, size_t at)
{
	while (text.n > 0) {
		const char *const end = memchr(text.p, '\n', text.n);
		const size_t n = end ? (size_t)(end - text.p) : text.n;

		if (!w->pending)
			w->from = at;
		w->pending = true;
		buf_add(&w->line, slice_head(text, n));
		if (!end)
			return;
		end_line(w);
		at++;
		w->from = at;
		w->pending = true;
		text = slice_tail(text, n + 1);
	}
}

static size_t count_breaks(struct slice s)
{
	return slice_count(s, S("\n"));
}

/* Writes what is left of the pieces; marked ones leave. */
static struct slice write_rest(const struct sentence_dedup *r, struct doc *d,
                               const struct sentences *s, const bool *leaves, struct arena *mem)
{
	const struct slice text = doc_text(d);
	struct rest w = {.d = d, .parts.mem = mem};
	struct buf all = {0};
	struct slice left;
	size_t first = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!leaves[i]) {
			if (all.n && !r->split_sentences)
				buf_byte(&all, '\n');
			buf_add(&all, s->text[i]);
		}
	left = arena_copy(mem, buf_slice(&all));
	buf_free(&all);
	first = left.n - utf8_strip_head(left).n; /* lstrip */
	for (size_t i = 0, n_lines = 0; i < s->n; i++) {
		const struct slice piece = s->text[i];
		const size_t skip = first < piece.n ? first : piece.n;

		if (leaves[i])
			continue;
		n_lines = count_breaks(slice_head(text, (size_t)(piece.p - text.p) + skip));
		if (w.pending && !r->split_sentences)
			end_line(&w);
		add_text(&w, slice_tail(piece, skip), n_lines);
		if (!r->split_sentences && !w.pending) {
			w.from = n_lines;
			w.pending = true;
		}
		first -= skip;
	}
	if (w.pending)
		end_line(&w);
	parts_write(&w.parts, d);
	buf_free(&w.line);
	return utf8_strip_head(left);
}

static void sentence_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct sentence_dedup *const r = self;
	size_t n, removed = 0;
	const struct span_mark *const mark = spans_find(&r->spans, d->shard, d->record, &n);
	struct sentences s;
	struct slice left;
	bool *leaves;

	if (n == 0)
		return;
	doc_lines(d);
	s = pieces_of(r, doc_text(d), scratch);
	leaves = arena_zero(scratch, s.n + 1, 1);
	for (size_t i = 0; i < n; i++)
		for (uint64_t k = mark[i].span; k < mark[i].span + (uint64_t)r->n && k < s.n; k++) {
			removed += !leaves[k];
			leaves[k] = true;
		}
	left = write_rest(r, d, &s, leaves, scratch);
	doc_count(d, "sentences_removed", removed);
	if (left.n == 0 ||
	    words_count(d->context ? d->context->words : WORDS_SPACY, left, doc_chunks(d),
	                scratch) < (size_t)r->min_doc_words ||
	    sentences_count(left, doc_chunks(d), scratch) < (size_t)r->min_sentences)
		doc_drop(d, S("too_little_left"));
}

static void sentence_fini(void *self)
{
	spans_close(&((struct sentence_dedup *)self)->spans);
}

static const struct barrier barrier = {
        .is_shared = true,
        .collect = sentence_collect,
        .solve = sentence_solve,
        .load = sentence_load,
};

const struct stage_type sentence_dedup_stage = {
        .name = "sentence_dedup",
        .help = "cuts runs of sentences that stand somewhere before in the corpus",
        .params = params,
        .size = sizeof(struct sentence_dedup),
        .fini = sentence_fini,
        .doc = sentence_doc,
        .edits = true,
        .barrier = &barrier,
};
