#include "lib/doc/simplify.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/letters.h"
#include "lib/doc/punct.h"

enum { SLACK = 64, CAPITAL_I_DOT = 0x130 };

/* There is always room for as many bytes as are still to be read, and SLACK more. */
struct simplifier {
	struct arena *mem;
	struct slice text;
	size_t at;
	char *out;
	size_t n, cap;
	bool blank; /* owed before the next character */
	bool begun; /* a character was seen: it may have been a mark that left nothing */

	/* Characters that stay and whose combining class is not 0, to be put in canonical order. */
	uint32_t *mark;
	size_t n_marks, mark_cap;
};

static void need_room(struct simplifier *s)
{
	size_t need = s->n + (s->text.n - s->at) + SLACK;

	if (s->cap >= need)
		return;
	size_t cap = need + need / 2;

	s->out = arena_grow(s->mem, s->out, s->n, cap);
	s->cap = cap;
}

static void put(struct simplifier *s, uint32_t c)
{
	need_room(s);
	s->n += utf8_put(s->out + s->n, c);
}

/* Writes the held marks, sorted by combining class, equal ones in their order. */
static void put_marks(struct simplifier *s)
{
	size_t n = s->n_marks, starts[256] = {0}, sum = 0;

	s->n_marks = 0;
	if (n == 1) {
		put(s, s->mark[0]);
		return;
	}
	for (size_t i = 0; i < n; i++)
		starts[unicode_combining(s->mark[i])]++;
	for (size_t i = 0; i < 256; i++) {
		size_t count = starts[i];

		starts[i] = sum;
		sum += count;
	}
	uint32_t *sorted = arena_alloc(s->mem, n * sizeof *sorted);

	for (size_t i = 0; i < n; i++)
		sorted[starts[unicode_combining(s->mark[i])]++] = s->mark[i];
	for (size_t i = 0; i < n; i++)
		put(s, sorted[i]);
}

static void hold_mark(struct simplifier *s, uint32_t c)
{
	if (s->n_marks == s->mark_cap) {
		size_t cap = s->mark_cap ? 2 * s->mark_cap : 16;

		s->mark = arena_grow(s->mem, s->mark, s->mark_cap * sizeof *s->mark,
		                     cap * sizeof *s->mark);
		s->mark_cap = cap;
	}
	s->mark[s->n_marks++] = c;
}

static void put_decomposed(struct simplifier *s, uint32_t c)
{
	uint32_t part[UNICODE_DECOMPOSED];
	unsigned n = 1;

	part[0] = c;
	if (unicode_flags(c) & UNICODE_DECOMPOSES)
		n = unicode_decompose(c, part);
	for (unsigned i = 0; i < n; i++) {
		unsigned flags = unicode_flags(part[i]);

		if (!(flags & UNICODE_REORDERS) && s->n_marks)
			put_marks(s);
		if (flags & UNICODE_MARK)
			continue;
		if (flags & UNICODE_REORDERS)
			hold_mark(s, part[i]);
		else
			put(s, part[i]);
	}
}

static void begin_character(struct simplifier *s)
{
	if (s->blank && s->begun) {
		if (s->n_marks)
			put_marks(s);
		need_room(s);
		s->out[s->n++] = ' ';
	}
	s->blank = false;
	s->begun = true;
}

static bool is_separator(uint32_t c)
{
	return c == '.' || c == ',' || c == 0x60c || c == 0x66b || (c >= 0x2396 && c <= 0x2398);
}

static bool digit_at(const struct simplifier *s, size_t at, unsigned *size)
{
	return at < s->text.n && unicode_is_decimal(utf8_at(s->text.p + at, size));
}

static size_t skip_digits(const struct simplifier *s, size_t at)
{
	unsigned size;

	while (digit_at(s, at, &size))
		at += size;
	return at;
}

/* A number and its decimals become 0. */
static void put_number(struct simplifier *s)
{
	unsigned size, digit_size;

	begin_character(s);
	if (s->n_marks)
		put_marks(s);
	s->at = skip_digits(s, s->at);
	if (s->at < s->text.n && is_separator(utf8_at(s->text.p + s->at, &size)) &&
	    digit_at(s, s->at + size, &digit_size))
		s->at = skip_digits(s, s->at + size);
	need_room(s);
	s->out[s->n++] = '0';
}

static void put_other(struct simplifier *s)
{
	unsigned size;
	uint32_t c = utf8_at(s->text.p + s->at, &size), flags = unicode_flags(c);

	if (flags & UNICODE_DECIMAL) {
		put_number(s);
		return;
	}
	s->at += size;
	if ((flags & UNICODE_SPACE) || punct_is(c, PUNCT_LISTED)) {
		s->blank = true;
		return;
	}
	begin_character(s);
	put_decomposed(s, flags & UNICODE_LOWERS ? unicode_lower_at(s->text, s->at - size) : c);
	if (c == CAPITAL_I_DOT)
		put_decomposed(s, 0x307);
}

static void put_letters(struct simplifier *s, size_t run)
{
	begin_character(s);
	if (s->n_marks)
		put_marks(s);
	need_room(s);
	for (size_t i = 0; i < run; i++)
		s->out[s->n + i] = s->text.p[s->at + i] | 0x20;
	s->n += run;
	s->at += run;
}

struct slice simplify_text(struct slice text, struct arena *mem)
{
	struct simplifier s = {.mem = mem, .text = text};

	need_room(&s);
	while (s.at < text.n) {
		size_t run = letters_run(slice_tail(text, s.at));

		if (run)
			put_letters(&s, run);
		else
			put_other(&s);
	}
	if (s.n_marks)
		put_marks(&s);
	return utf8_strip((struct slice){s.out, s.n});
}
