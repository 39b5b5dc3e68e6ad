/* What several rules need to know of a document's current text, worked out once, when first asked.
 *
 * Everything lies in d->mem and is forgotten when the text changes. Words are split the way
 * d->context says (spaCy's when there is no context). */
#ifndef CURATE_DOC_ANALYSIS_H
#define CURATE_DOC_ANALYSIS_H

#include "lib/doc/doc.h"
#include "lib/doc/marks.h"
#include "lib/doc/ngrams.h"
#include "lib/doc/pieces.h"
#include "lib/doc/sentences.h"
#include "lib/doc/words.h"

/* Needs the text alone, so that whoever splits it into lines may ask as well. */
const struct marks *doc_marks(struct doc *d);

/* Where the thread keeps the chunks it has met, or NULL: struct tokens has a place for it. */
struct chunks *doc_chunks(const struct doc *d);

const struct words *doc_words(struct doc *d);

/* doc_words(d)->n; cheaper when nobody asked for the words themselves. */
size_t doc_word_count(struct doc *d);

const struct sentences *doc_sentences(struct doc *d);

/* Number of sentences of a line of the text, stripped or not. `*next` makes asking for one line
 * after the other cheap: 0 at first, then left alone. */
size_t doc_sentences_of(struct doc *d, struct slice line, size_t *next, struct arena *scratch);

const struct pieces *doc_pieces(struct doc *d, enum piece_kind kind);

/* See ngrams_top and ngrams_repeated. */
uint64_t doc_top_ngram(struct doc *d, unsigned n);
uint64_t doc_repeated_ngrams(struct doc *d, unsigned n);

/* Code points and LFs of the text. */
size_t doc_chars(struct doc *d);
size_t doc_newlines(struct doc *d);

#endif
