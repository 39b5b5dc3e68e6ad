/* A growing list of replacements in one line, for doc_splice_all. All-zero is a valid one. */
#ifndef CURATE_DOC_SPLICES_H
#define CURATE_DOC_SPLICES_H

#include "lib/doc/doc.h"

struct splices {
	struct splice *item;
	size_t n, cap;
};

static inline void splices_add(struct splices *s, struct splice one, struct arena *mem)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;

		s->item = arena_grow(mem, s->item, s->cap * sizeof one, cap * sizeof one);
		s->cap = cap;
	}
	s->item[s->n++] = one;
}

#endif
