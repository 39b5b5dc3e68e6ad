#include "lib/io/lines.h"

enum { PIECE = 1 << 20 }; /* bytes read at once */

int lines_open(struct lines *l, const char *path, size_t max, struct err *e)
{
	*l = (struct lines){.max = max};
	l->stream = stream_open(path, NULL, e);
	return l->stream ? 0 : -1;
}

void lines_close(struct lines *l)
{
	if (l->stream)
		stream_close(l->stream);
	buf_free(&l->buf);
	*l = (struct lines){0};
}

/* Reads on; what was handed out leaves. */
static int fill(struct lines *l, struct err *e)
{
	size_t got;

	if (l->at) {
		l->buf.n -= l->at;
		memmove(l->buf.p, l->buf.p + l->at, l->buf.n);
		l->at = 0;
	}
	if (l->buf.n > l->max)
		return err_set_rc(e, RC_INPUT, "%s: line %llu has more than %zu bytes",
		                  stream_name(l->stream), (unsigned long long)l->number + 1,
		                  l->max);
	char *to = buf_reserve(&l->buf, PIECE + LINES_PADDING);
	int more = stream_read(l->stream, to, PIECE, &got, e);

	l->buf.n += got;
	l->ended = more == 0;
	return more < 0 ? -1 : 0;
}

int lines_next(struct lines *l, struct slice *line, struct err *e)
{
	size_t seen = 0;

	for (;;) {
		size_t left = l->buf.n - l->at;
		const char *p = l->buf.p + l->at;
		const char *end = left > seen ? memchr(p + seen, '\n', left - seen) : NULL;

		if (end || (l->ended && left)) {
			*line = (struct slice){p, end ? (size_t)(end - p) : left};
			l->at += line->n + (end != NULL);
			l->number++;
			return 1;
		}
		if (l->ended)
			return 0;
		seen = left;
		if (fill(l, e) != 0)
			return -1;
	}
}
