#include "lib/doc/wordlist.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/io/stream.h"

enum { READ_BYTES = 1 << 20 };

static int read_all(struct buf *bytes, const char *path, struct err *e)
{
	struct stream *s;
	size_t got = 0;
	int rc;

	if (strcmp(path, "-") == 0)
		return err_set_rc(e, RC_USAGE, "a list cannot come from stdin");
	s = stream_open(path, NULL, e);
	if (!s)
		return -1;
	do {
		rc = stream_read(s, buf_reserve(bytes, READ_BYTES), READ_BYTES, &got, e);
		bytes->n += got;
	} while (rc > 0);
	stream_close(s);
	return rc;
}

int wordlist_load(struct wordlist *w, const char *path, struct err *e)
{
	struct slice rest, line;
	size_t cap = 0, number = 0;

	*w = (struct wordlist){0};
	if (read_all(&w->bytes, path, e))
		return -1;
	rest = buf_slice(&w->bytes);
	while (slice_cut(&rest, '\n', &line)) {
		number++;
		if (slice_ends(line, S("\r")))
			line.n--;
		if (!line.n || line.p[0] == '#')
			continue;
		if (!utf8_valid(line))
			return err_set_rc(e, RC_INPUT, "%s: line %zu is not valid UTF-8", path,
			                  number);
		if (w->n == cap) {
			cap = cap ? cap * 2 : 64;
			w->item = mem_grow(w->item, cap * sizeof *w->item);
		}
		w->item[w->n++] = line;
	}
	return 0;
}

void wordlist_free(struct wordlist *w)
{
	free(w->item);
	buf_free(&w->bytes);
	*w = (struct wordlist){0};
}
