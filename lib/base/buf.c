#include "lib/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"

char *buf_reserve(struct buf *b, size_t more)
{
	if (more > SIZE_MAX / 2 - b->n)
		mem_die(more);
	if (b->n + more > b->cap) {
		size_t cap = b->cap + b->cap / 2;

		if (cap < b->n + more)
			cap = b->n + more;
		if (cap < 64)
			cap = 64;
		b->p = mem_grow(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, struct slice s)
{
	if (s.n == 0)
		return;
	memcpy(buf_reserve(b, s.n), s.p, s.n);
	b->n += s.n;
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0)
		return;
	char *p = buf_reserve(b, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

const char *buf_text(struct buf *b)
{
	*buf_reserve(b, 1) = 0;
	return b->p;
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}
