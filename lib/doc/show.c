#include "lib/doc/show.h"

#include <assert.h>
#include <stdio.h>

#include "lib/base/json_write.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/punct.h"
#include "lib/doc/simplify.h"

enum { SHORT_LINE = 30 };

static void write_words(const struct words *w, struct buf *out)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < w->n; i++) {
		if (i)
			buf_byte(out, ',');
		json_write_text(out, words_at(w, i)->text);
	}
	buf_byte(out, ']');
}

static void show_words(struct doc *d, struct buf *out)
{
	write_words(doc_words(d), out);
}

static void show_sentences(struct doc *d, struct buf *out)
{
	const struct sentences *s = doc_sentences(d);

	buf_byte(out, '[');
	for (size_t i = 0; i < s->n; i++) {
		if (i)
			buf_byte(out, ',');
		json_write_text(out, s->text[i]);
	}
	buf_byte(out, ']');
}

static void show_simplify(struct doc *d, struct buf *out)
{
	json_write_text(out, simplify_text(doc_text(d), d->mem));
}

static void show_shingle_words(struct doc *d, struct buf *out)
{
	struct words w;

	words_split(d->context->words, simplify_text(doc_text(d), d->mem), &w, d->mem);
	write_words(&w, out);
}

static void add_count(struct buf *out, const char *name, uint64_t value)
{
	json_write_key(out, slice_of(name));
	json_write_count(out, value);
}

static void add_pieces(struct doc *d, struct buf *out)
{
	const struct pieces *p = doc_pieces(d, PIECES_PARAGRAPHS);

	add_count(out, "n_paras", p->n);
	add_count(out, "dup_paras", p->repeats);
	add_count(out, "dup_para_chars", p->repeated_chars);
	p = doc_pieces(d, PIECES_LINES);
	add_count(out, "n_lines", p->n);
	add_count(out, "dup_lines", p->repeats);
	add_count(out, "dup_line_chars", p->repeated_chars);
}

static void add_ngrams(struct doc *d, struct buf *out)
{
	size_t words = doc_words(d)->n;
	char name[16];

	for (unsigned n = 2; n <= 10; n++) {
		snprintf(name, sizeof name, n <= 4 ? "top_%u" : "dup_%u", n);
		if (n > 4)
			add_count(out, name, doc_repeated_ngrams(d, n));
		else if (words >= n)
			add_count(out, name, doc_top_ngram(d, n));
	}
}

static void add_words(struct doc *d, struct buf *out)
{
	static const char stop[][5] = {"the", "be", "to", "of", "and", "that", "have", "with"};
	const struct words *w = doc_words(d);
	uint64_t n = 0, chars = 0, alpha = 0, stops = 0;

	for (size_t i = 0; i < w->n_distinct; i++) {
		const struct word *word = &w->distinct[i];

		if (word->flags & WORD_TEXT) {
			n += word->count;
			chars += (uint64_t)word->chars * word->count;
		}
		if (word->flags & WORD_ALPHA)
			alpha += word->count;
	}
	for (size_t i = 0; i < sizeof stop / sizeof stop[0]; i++)
		stops += words_find(w, slice_of(stop[i])) != NULL;
	add_count(out, "n_words", w->n);
	add_count(out, "n_nonsym", n);
	add_count(out, "nonsym_chars", chars);
	add_count(out, "alpha_words", alpha);
	add_count(out, "stop", stops);
}

static void add_marks(struct doc *d, struct buf *out)
{
	struct slice text = doc_text(d), rest = text, line;
	uint64_t n = 0, bullets = 0, ends = 0;

	while (utf8_splitline(&rest, &line)) {
		struct slice head = utf8_strip_head(line), tail = utf8_strip_tail(line);

		n++;
		bullets += slice_starts(head, S("•")) || slice_starts(head, S("-"));
		ends += slice_ends(tail, S("...")) || slice_ends(tail, S("…"));
	}
	add_count(out, "hashes", slice_count(text, S("#")));
	add_count(out, "ell", slice_count(text, S("...")));
	add_count(out, "ell_u", slice_count(text, S("…")));
	add_count(out, "splitlines", n);
	add_count(out, "bullets", bullets);
	add_count(out, "end_ell", ends);
}

static void add_fineweb(struct doc *d, struct buf *out)
{
	const struct pieces *p = doc_pieces(d, PIECES_FILLED);
	uint64_t ended = 0, short_lines = 0, newlines = doc_newlines(d);
	unsigned size;

	for (size_t i = 0; i < p->n; i++) {
		ended += punct_is(utf8_last(p->piece[i].text, &size), PUNCT_TERMINAL);
		short_lines += utf8_count(p->piece[i].text) <= SHORT_LINE;
	}
	add_count(out, "fw_lines", p->n);
	add_count(out, "fw_punct", ended);
	add_count(out, "fw_short", short_lines);
	add_count(out, "fw_dupchars", p->repeated_chars);
	add_count(out, "fw_denchars", doc_chars(d) - newlines);
	add_count(out, "newlines", newlines);
}

static void show_metrics(struct doc *d, struct buf *out)
{
	buf_byte(out, '{');
	add_count(out, "len", doc_chars(d));
	add_pieces(d, out);
	add_ngrams(d, out);
	add_words(d, out);
	add_marks(d, out);
	add_fineweb(d, out);
	buf_byte(out, '}');
}

static const struct {
	const char *name;
	void (*write)(struct doc *d, struct buf *out);
} shows[] = {
	{"words", show_words},
	{"sentences", show_sentences},
	{"simplify", show_simplify},
	{"shingle-words", show_shingle_words},
	{"metrics", show_metrics},
};

static size_t find(const char *what)
{
	size_t i = 0;

	while (i < sizeof shows / sizeof shows[0] && strcmp(shows[i].name, what) != 0)
		i++;
	return i;
}

bool show_is(const char *what)
{
	return find(what) < sizeof shows / sizeof shows[0];
}

void show_write(struct doc *d, const char *what, struct buf *out)
{
	size_t i = find(what);

	assert(i < sizeof shows / sizeof shows[0]);
	buf_byte(out, '{');
	json_write_key(out, S("id"));
	json_write_text(out, d->id);
	json_write_key(out, slice_of(what));
	shows[i].write(d, out);
	buf_add(out, S("}\n"));
}
