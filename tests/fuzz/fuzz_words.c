/* Any valid UTF-8 as a text: it is split, judged and simplified without reading outside of it, and
 * what the parts say of it agrees. Built and run by tests/fuzz/run.sh. */
#include <stdlib.h>

#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/simplify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void check_words(enum word_kind kind, struct slice text, struct arena *mem)
{
	struct words w;
	size_t count = 0;

	words_split(kind, text, &w, mem);
	require(words_count(kind, text, NULL, mem) == w.n);
	for (size_t i = 0; i < w.n_distinct; i++) {
		const struct word *word = &w.distinct[i];

		require(word->text.n > 0 && utf8_count(word->text) == word->chars);
		require(utf8_strip(word->text).n == word->text.n || kind == WORDS_UNICODE);
		require(words_find(&w, word->text) == word);
		count += word->count;
	}
	require(count == w.n);
	for (size_t i = 0; i < w.n; i++)
		require(w.id[i] < w.n_distinct);
}

static void check_sentences(struct slice text, struct arena *mem)
{
	struct sentences s;
	size_t at = 0;

	sentences_split(text, &s, mem);
	require(s.n == sentences_count(text, NULL, mem) && s.n > 0);
	for (size_t i = 0; i < s.n; i++) {
		require(s.text[i].n == 0 || s.text[i].p == text.p + at);
		require(utf8_valid(s.text[i]));
		at += s.text[i].n;
	}
	require(at == text.n);
}

static void check_document(struct slice text, struct arena *mem)
{
	struct doc d = {.source = text, .mem = mem};

	for (unsigned n = 1; n <= 10; n++)
		require(doc_top_ngram(&d, n) > 0 || doc_words(&d)->n < n);
	require(doc_repeated_ngrams(&d, 5) <= doc_chars(&d));
	require(doc_repeated_ngrams(&d, 1) <= doc_chars(&d));
	for (int kind = PIECES_LINES; kind <= PIECES_FILLED; kind++) {
		const struct pieces *p = doc_pieces(&d, (enum piece_kind)kind);

		require(p->repeats <= p->n && p->repeated_chars <= doc_chars(&d));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *copy = malloc(size ? size : 1);
	struct slice text = {copy, size};

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	if (utf8_valid(text)) {
		check_words(WORDS_SPACY, text, &mem);
		check_words(WORDS_WHITESPACE, text, &mem);
		check_words(WORDS_UNICODE, text, &mem);
		check_sentences(text, &mem);
		check_document(text, &mem);
		struct slice simple = simplify_text(text, &mem);

		require(utf8_valid(simple) && utf8_strip(simple).n == simple.n);
		check_words(WORDS_SPACY, simple, &mem);
	}
	arena_free(&mem);
	free(copy);
	return 0;
}
