#include "lib/doc/analysis.h"

#include "lib/base/utf8.h"

enum { PIECE_KINDS = PIECES_FILLED + 1 };

/* What is known of the text so far. */
struct analysis {
	struct slice text;
	bool has_words, has_word_count, has_sentences, has_chars, has_pieces[PIECE_KINDS];
	struct words words;
	size_t word_count, chars;
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

static enum word_kind kind_of(const struct doc *d)
{
	return d->context ? d->context->words : WORDS_SPACY;
}

const struct words *doc_words(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_words)
		words_split(kind_of(d), a->text, &a->words, d->mem);
	a->has_words = true;
	return &a->words;
}

size_t doc_word_count(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (a->has_words)
		return a->words.n;
	if (!a->has_word_count)
		a->word_count = words_count(kind_of(d), a->text, d->mem);
	a->has_word_count = true;
	return a->word_count;
}

const struct sentences *doc_sentences(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_sentences)
		sentences_split(a->text, &a->sentences, d->mem);
	a->has_sentences = true;
	return &a->sentences;
}

const struct pieces *doc_pieces(struct doc *d, enum piece_kind kind)
{
	struct analysis *a = analysis_of(d);

	if (!a->has_pieces[kind])
		pieces_split(kind, a->text, &a->pieces[kind], d->mem);
	a->has_pieces[kind] = true;
	return &a->pieces[kind];
}

static struct ngrams *ngrams_of(struct doc *d)
{
	struct analysis *a = analysis_of(d);

	if (!a->ngrams.words)
		a->ngrams = (struct ngrams){.words = doc_words(d), .mem = d->mem};
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
	struct analysis *a = analysis_of(d);

	if (!a->has_chars)
		a->chars = utf8_count(a->text);
	a->has_chars = true;
	return a->chars;
}

size_t doc_newlines(struct doc *d)
{
	return slice_count(analysis_of(d)->text, S("\n"));
}
