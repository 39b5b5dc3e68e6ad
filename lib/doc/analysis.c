#include "lib/doc/analysis.h"

#include "lib/base/utf8.h"
#include "lib/doc/tokens.h"

enum { PIECE_KINDS = PIECES_FILLED + 1 };

/* What is known of the text so far. */
struct analysis {
	struct slice text;
	bool has_marks, has_tokens, has_words, has_word_count, has_sentences,
	        has_pieces[PIECE_KINDS];
	struct marks marks;
	struct tokens tokens; /* of d->context->words */
	struct words words;
	size_t word_count;
	struct sentences sentences;
	struct pieces pieces[PIECE_KINDS];
	struct ngrams ngrams;
};

static struct analysis *analysis_of(struct doc *d)
{
	if (!d->analysis) {
		d->analysis = arena_new(d->mem, struct analysis, 1);
		d->analysis->text = doc_text(d);
	}
	return d->analysis;
}

const struct marks *doc_marks(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_marks)
		marks_find(a->text, &a->marks, d->mem);
	a->has_marks = true;
	return &a->marks;
}

static enum word_kind kind_of(const struct doc *d)
{
	return d->context ? d->context->words : WORDS_SPACY;
}

struct chunks *doc_chunks(const struct doc *d)
{
	return d->context ? d->context->chunks : NULL;
}

static const struct tokens *tokens_of(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_tokens) {
		a->tokens = (struct tokens){.mem = d->mem, .chunks = doc_chunks(d)};
		tokens_split(kind_of(d), a->text, &a->tokens);
	}
	a->has_tokens = true;
	return &a->tokens;
}

const struct words *doc_words(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_words)
		words_intern(tokens_of(d), &a->words, d->mem);
	a->has_words = true;
	return &a->words;
}

/* True when the tokens are those of the text as it is, and not of a copy. */
static bool tokens_are_plain(const struct analysis *a)
{
	return a && a->has_tokens && a->tokens.text.p == a->text.p;
}

/* Tokens that begin in [from, to), counted from `*next` on, which moves along. */
static size_t count_tokens(const struct tokens *t, size_t from, size_t to, size_t *next)
{
	while (*next < t->n && t->token[*next].at < from)
		++*next;
	size_t first = *next;

	while (*next < t->n && t->token[*next].at < to)
		++*next;
	return *next - first;
}

/* Counts the words of an edited text by what is known of the source: a line break is always between
 * words, so a line has the words it had. False when that is not enough. */
static bool count_by_source(struct doc *d, size_t *count)
{
	const struct analysis *old = d->earlier;
	size_t no = 0, from = 0, next = 0;

	if (!tokens_are_plain(old) || old->text.p != d->source.p || !d->lines_are_split)
		return false;
	*count = 0;
	for (size_t i = 0; i < d->n_lines; i++) {
		struct slice text = d->line[i].text, line;

		for (; no < d->line[i].no; no++) {
			const char *end = memchr(d->source.p + from, '\n', d->source.n - from);

			if (!end)
				return false;
			from = (size_t)(end + 1 - d->source.p);
		}
		line = slice_tail(d->source, from);
		const char *end = line.n ? memchr(line.p, '\n', line.n) : NULL;

		if (end)
			line.n = (size_t)(end - line.p);
		if (slice_equal(utf8_strip(line), utf8_strip(text)))
			*count += count_tokens(&old->tokens, from, from + line.n, &next);
		else if (memmem(text.p, text.n, "IS_ALPHA", 8))
			return false;
		else
			*count += words_count(kind_of(d), text, doc_chunks(d), d->mem);
	}
	return true;
}

size_t doc_word_count(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (a->has_tokens)
		return a->tokens.n;
	if (!a->has_word_count && !count_by_source(d, &a->word_count))
		a->word_count = tokens_of(d)->n;
	a->has_word_count = true;
	return a->word_count;
}

size_t doc_sentences_of(struct doc *d, struct slice line, size_t *next, struct arena *scratch)
{
	struct analysis *a = analysis_of(d);
	uintptr_t at = (uintptr_t)line.p - (uintptr_t)a->text.p;

	if (kind_of(d) != WORDS_SPACY || !tokens_are_plain(a) || at > a->text.n)
		return sentences_count(line, doc_chunks(d), scratch);
	return sentences_count_in(&a->tokens, at, at + line.n, next);
}

const struct sentences *doc_sentences(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_sentences && kind_of(d) == WORDS_SPACY)
		sentences_of(tokens_of(d), a->text, &a->sentences, d->mem);
	else if (!a->has_sentences)
		sentences_split(a->text, &a->sentences, d->mem);
	a->has_sentences = true;
	return &a->sentences;
}

const struct pieces *doc_pieces(struct doc *d, enum piece_kind kind)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_pieces[kind])
		pieces_split(kind, a->text, doc_marks(d), &a->pieces[kind], d->mem);
	a->has_pieces[kind] = true;
	return &a->pieces[kind];
}

static struct ngrams *ngrams_of(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->ngrams.words) {
		a->ngrams.words = doc_words(d);
		a->ngrams.mem = d->mem;
	}
	return &a->ngrams;
}

uint64_t doc_top_ngram(struct doc *d, unsigned n)
{
	return ngrams_top(ngrams_of(d), n);
}

uint64_t doc_repeated_ngrams(struct doc *d, unsigned n)
{
	return ngrams_repeated(ngrams_of(d), n);
}

size_t doc_chars(struct doc *d)
{
	return doc_marks(d)->chars;
}

size_t doc_newlines(struct doc *d)
{
	return doc_marks(d)->n_lf;
}
