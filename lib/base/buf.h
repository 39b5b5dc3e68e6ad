/* Owned bytes that grow. All-zero is a valid empty buf; p[n] is not promised to be NUL. */
#ifndef CURATE_BASE_BUF_H
#define CURATE_BASE_BUF_H

#include "lib/base/slice.h"

struct buf {
	char *p;
	size_t n, cap;
};

/* Makes room for `more` bytes behind n and returns where they go; n does not change. */
char *buf_reserve(struct buf *b, size_t more);

void buf_add(struct buf *b, struct slice s);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void buf_byte(struct buf *b, char c)
{
	*buf_reserve(b, 1) = c;
	b->n++;
}

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->p, b->n};
}

/* Keeps the memory. */
static inline void buf_reset(struct buf *b)
{
	b->n = 0;
}

/* A NUL-terminated view, valid until the next change. */
const char *buf_text(struct buf *b);

void buf_free(struct buf *b);

#endif
