/* What a text's bytes say to rules about lines, symbols and words, gathered in one pass over it. */
#ifndef CURATE_DOC_MARKS_H
#define CURATE_DOC_MARKS_H

#include "lib/base/arena.h"

struct marks {
	size_t chars; /* code points */
	size_t words; /* len(text.split()) */
	const uint64_t *word; /* bit i % 64 of number i / 64: one of them begins at byte i */
	size_t hashes;
	size_t ellipses; /* "..." without overlap, and U+2026 */
	size_t n_lf;
	const uint32_t *lf; /* where they are, ascending */

	bool odd_breaks; /* str.splitlines() has breaks that are no LF */
	bool wide_space; /* white space outside ASCII */
	bool opens_square, opens_curly, at_sign, underscore; /* "[", "{", "@", "_" are there */
	bool dotted; /* two dots 2 to 4 bytes apart, each between digits: IPv4 addresses need them
	              */
};

/* Of valid UTF-8 of less than 4 GiB. The lists lie in `mem`. */
void marks_find(struct slice text, struct marks *m, struct arena *mem);

/* Whether at least so many words begin in the text's bytes [from, to). */
bool marks_has_words(const struct marks *m, size_t from, size_t to, size_t least);

/* The same by one instruction set (marks_find takes the widest one there is), for tests. Returns
 * false when this machine does not have it. */
enum marks_way { MARKS_PLAIN, MARKS_SSE2, MARKS_AVX2, MARKS_AVX512, MARKS_WAYS };
bool marks_find_by(enum marks_way way, struct slice text, struct marks *m, struct arena *mem);

#endif
