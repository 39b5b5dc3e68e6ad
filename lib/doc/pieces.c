#include "lib/doc/pieces.h"

#include "lib/base/hash.h"
#include "lib/base/utf8.h"

struct piece_slot {
	uint64_t hash;
	size_t piece; /* its number + 1; 0: free */
};

struct list {
	struct arena *mem;
	struct piece *piece;
	size_t n, cap;
};

static void add(struct list *l, struct slice text)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;

		l->piece = arena_grow(l->mem, l->piece, l->cap * sizeof(struct piece),
		                      cap * sizeof(struct piece));
		l->cap = cap;
	}
	l->piece[l->n++] = (struct piece){.text = text};
}

/* Cuts at every run of at least `least` LFs. */
static void split_at_runs(struct list *l, struct slice text, size_t least)
{
	size_t start = 0, at = 0;

	for (;;) {
		const char *lf = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;

		if (!lf)
			break;
		size_t first = (size_t)(lf - text.p);

		for (at = first; at < text.n && text.p[at] == '\n';)
			at++;
		if (at - first < least)
			continue;
		add(l, (struct slice){text.p + start, first - start});
		start = at;
	}
	add(l, (struct slice){text.p + start, text.n - start});
}

static void split_filled(struct list *l, struct slice text)
{
	struct slice rest = text, line;

	while (slice_cut(&rest, '\n', &line))
		if (utf8_strip_head(line).n)
			add(l, line);
}

static void find_repeats(struct list *l, struct pieces *out)
{
	size_t cap = 64;

	while (cap < 2 * l->n)
		cap *= 2;
	struct piece_slot *slot = arena_new(l->mem, struct piece_slot, cap);

	for (size_t i = 0; i < l->n; i++) {
		struct piece *p = &l->piece[i];
		uint64_t hash = hash64(p->text);
		size_t at = hash & (cap - 1);

		while (slot[at].piece && !(slot[at].hash == hash &&
		                           slice_equal(l->piece[slot[at].piece - 1].text, p->text)))
			at = (at + 1) & (cap - 1);
		if (slot[at].piece) {
			p->repeated = true;
			p->chars = (uint32_t)utf8_count(p->text);
			out->repeats++;
			out->repeated_chars += p->chars;
		} else {
			slot[at] = (struct piece_slot){hash, i + 1};
		}
	}
}

void pieces_split(enum piece_kind kind, struct slice text, struct pieces *out, struct arena *mem)
{
	struct list l = {.mem = mem};

	if (kind == PIECES_FILLED)
		split_filled(&l, text);
	else if (kind == PIECES_PARAGRAPHS)
		split_at_runs(&l, utf8_strip(text), 2);
	else
		split_at_runs(&l, text, 1);
	*out = (struct pieces){.n = l.n, .piece = l.piece};
	find_repeats(&l, out);
}
