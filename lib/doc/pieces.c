#include "lib/doc/pieces.h"

#include "lib/base/hash.h"
#include "lib/base/utf8.h"

struct piece_slot {
	uint32_t tag;   /* of the piece's hash */
	uint32_t piece; /* its number + 1; 0: free */
};

/* So many pieces may have the quick hash of another: beyond that somebody means it. */
enum { MOST_ALIKE = 64 };

struct list {
	struct arena *mem;
	struct piece *piece; /* room for all there can be */
	size_t n;
};

static inline void add(struct list *l, struct slice text, size_t from, size_t to)
{
	l->piece[l->n++] = (struct piece){.text = {text.p + from, to - from}};
}

/* Cuts the text's bytes [from, to) at every run of at least `least` LFs. */
static void split_at_runs(struct list *l, struct slice text, const struct marks *m, size_t from,
                          size_t to, size_t least)
{
	size_t i = 0;

	while (i < m->n_lf && m->lf[i] < from)
		i++;
	while (i < m->n_lf && m->lf[i] < to) {
		size_t first = m->lf[i], n = 1;

		while (i + n < m->n_lf && m->lf[i + n] == first + n && first + n < to)
			n++;
		i += n;
		if (n < least)
			continue;
		add(l, text, from, first);
		from = first + n;
	}
	add(l, text, from, to);
}

static void split_filled(struct list *l, struct slice text, const struct marks *m)
{
	size_t from = 0;

	for (size_t i = 0; i <= m->n_lf; i++) {
		size_t to = i < m->n_lf ? m->lf[i] : text.n;

		if (marks_has_words(m, from, to, 1))
			add(l, text, from, to);
		from = to + 1;
	}
}

/* A hash of length, both ends and the middle: enough for most lines, at a third of the cost of one
 * that reads all of them. */
static uint64_t quick_hash(struct slice s)
{
	uint64_t a = 0, b = 0, c = 0;

	if (s.n >= sizeof a) {
		memcpy(&a, s.p, sizeof a);
		memcpy(&b, s.p + s.n - sizeof b, sizeof b);
		memcpy(&c, s.p + s.n / 2 - sizeof c / 2, sizeof c);
	} else if (s.n) {
		memcpy(&a, s.p, s.n);
	}
	return hash_mix(a * 0x9e3779b97f4a7c15u + b * 0xbf58476d1ce4e5b9u +
	                (c ^ s.n) * 0x94d049bb133111ebu);
}

/* Marks what came before. With the quick hash it gives up when too many pieces look alike, and
 * returns false; what it has marked is right. */
static bool find_repeats(struct list *l, bool quick, struct pieces *out)
{
	size_t cap = 16, alike = 0;

	*out = (struct pieces){.n = l->n, .piece = l->piece};
	if (l->n < 2)
		return true;
	while (cap < 4 * l->n)
		cap *= 2;
	struct piece_slot *slot = arena_new(l->mem, struct piece_slot, cap);

	for (size_t i = 0; i < l->n; i++) {
		struct piece *p = &l->piece[i];
		uint64_t hash = quick ? quick_hash(p->text) : hash64(p->text);
		uint32_t tag = (uint32_t)(hash >> 32);
		size_t at = hash & (cap - 1);
		bool same = false;

		for (; slot[at].piece; at = (at + 1) & (cap - 1)) {
			if (slot[at].tag != tag)
				continue;
			same = slice_equal(l->piece[slot[at].piece - 1].text, p->text);
			if (same)
				break;
			alike++;
		}
		if (same) {
			p->repeated = true;
			p->chars = (uint32_t)utf8_count(p->text);
			out->repeats++;
			out->repeated_chars += p->chars;
		} else {
			slot[at] = (struct piece_slot){tag, (uint32_t)i + 1};
		}
		if (quick && alike > MOST_ALIKE)
			return false;
	}
	return true;
}

void pieces_split(enum piece_kind kind, struct slice text, const struct marks *m,
                  struct pieces *out, struct arena *mem)
{
	struct list l = {mem, arena_alloc(mem, (m->n_lf + 1) * sizeof *l.piece), 0};
	struct slice strip;

	switch (kind) {
	case PIECES_LINES:
		split_at_runs(&l, text, m, 0, text.n, 1);
		break;
	case PIECES_PARAGRAPHS:
		strip = utf8_strip(text);
		split_at_runs(&l, text, m, strip.n ? (size_t)(strip.p - text.p) : 0,
		              strip.n ? (size_t)(strip.p - text.p) + strip.n : 0, 2);
		break;
	case PIECES_FILLED:
		split_filled(&l, text, m);
		break;
	}
	if (!find_repeats(&l, true, out))
		find_repeats(&l, false, out);
}
