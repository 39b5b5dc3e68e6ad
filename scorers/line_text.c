#include "scorers/line_text.h"

#include "lib/base/utf8.h"

static struct slice without_newlines(struct slice text, bool space, struct arena *mem)
{
	char *const out = arena_alloc(mem, text.n);
	struct slice rest = text;
	size_t n = 0;

	while (rest.n) {
		const char *const lf = memchr(rest.p, '\n', rest.n);
		const size_t head = lf ? (size_t)(lf - rest.p) : rest.n;

		memcpy(out + n, rest.p, head);
		n += head;
		if (lf && space)
			out[n++] = ' ';
		rest = slice_tail(rest, head + (lf != NULL));
	}
	return (struct slice){out, n};
}

static struct slice joined_lines(struct slice text, struct arena *mem)
{
	char *const out = arena_alloc(mem, text.n + 1);
	struct slice line;
	size_t n = 0;

	while (utf8_splitline(&text, &line)) {
		if (line.n)
			memcpy(out + n, line.p, line.n);
		n += line.n;
		if (text.n)
			out[n++] = ' ';
	}
	return (struct slice){out, n};
}

struct slice line_text(struct slice text, enum newline mode, struct arena *mem)
{
	if (mode == NEWLINE_SPLITLINES)
		return joined_lines(text, mem);
	if (text.n == 0 || !memchr(text.p, '\n', text.n))
		return text;
	return without_newlines(text, mode == NEWLINE_SPACE, mem);
}
