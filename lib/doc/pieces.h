/* A text cut into lines or paragraphs, and which of them came before. */
#ifndef CURATE_DOC_PIECES_H
#define CURATE_DOC_PIECES_H

#include "lib/doc/marks.h"

struct piece {
	struct slice text;
	uint32_t chars; /* code points; 0 for those that are not repeated */
	bool repeated;  /* equals an earlier piece */
};

struct pieces {
	size_t n;
	const struct piece *piece;
	size_t repeats, repeated_chars; /* pieces that are repeated, and their code points */
};

enum piece_kind {
	PIECES_LINES, /* Gopher repetition: re.split("\n+", text), empty ones at the ends too */
	PIECES_PARAGRAPHS, /* Gopher repetition: re.split("\n{2,}", text.strip()) */
	PIECES_FILLED,     /* FineWeb quality: text.split("\n") without blank ones, not stripped */
};

/* `m` are the text's marks. */
void pieces_split(enum piece_kind kind, struct slice text, const struct marks *m,
                  struct pieces *out, struct arena *mem);

#endif
