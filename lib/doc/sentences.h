/* The sentences of a text: spaCy's sentencizer on spaCy's English tokens. */
#ifndef CURATE_DOC_SENTENCES_H
#define CURATE_DOC_SENTENCES_H

#include "lib/base/arena.h"

/* datatrove's split_into_sentences: the pieces make up the whole text, white space belongs to the
 * following sentence. The empty text is one empty sentence. Valid UTF-8 of less than 4 GiB. */
struct sentences {
	size_t n;
	const struct slice *text;
};
void sentences_split(struct slice text, struct sentences *out, struct arena *mem);

struct chunks;
struct tokens;

/* The same for a text whose spaCy tokens are known. */
void sentences_of(const struct tokens *t, struct slice text, struct sentences *out,
                  struct arena *mem);

/* Only their number; chunks may be NULL. */
size_t sentences_count(struct slice text, struct chunks *chunks, struct arena *scratch);

/* The same for the piece [from, to) of a text whose spaCy tokens are known. It begins and ends
 * where its lines do, white space at both ends aside; `*next` is a token at or before it, to begin
 * with 0, and becomes the first one behind it. */
size_t sentences_count_in(const struct tokens *t, size_t from, size_t to, size_t *next);

#endif
