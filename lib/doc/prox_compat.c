#include "lib/doc/prox.h"

#include "lib/base/utf8.h"

/* Where one operation of a program stands, for its faults. */
struct place {
	struct prox_program *program;
	struct arena *mem;
	uint32_t line;
};

static void fault(const struct place *at, enum prox_error kind, struct slice message)
{
	prox_add_fault(at->program, (struct prox_fault){kind, at->line, 1, message}, at->mem);
}

/* What stands between the first "(" and the first ")" of the whole operation. Without ")" the
 * reference slices up to index -1: the last character is lost. False without "(". */
static bool arguments(const struct place *at, struct slice op, struct slice *inside)
{
	size_t from = slice_find(op, S("("), 0), to = slice_find(op, S(")"), 0);

	if (from == SIZE_MAX) {
		fault(at, PROX_NO_PAREN, S("no opening bracket"));
		return false;
	}
	if (to == SIZE_MAX) {
		unsigned size;

		fault(at, PROX_NO_PAREN, S("no closing bracket"));
		utf8_last(op, &size);
		to = op.n - size;
	}
	*inside = to > from ? slice_head(slice_tail(op, from + 1), to - from - 1) : S("");
	return true;
}

/* The piece of a Python split: true while there is one; *rest.p is NULL behind the last. */
static bool next_piece(struct slice *rest, char at, struct slice *piece)
{
	if (!rest->p)
		return false;
	const char *hit = rest->n ? memchr(rest->p, at, rest->n) : NULL;

	*piece = (struct slice){rest->p, hit ? (size_t)(hit - rest->p) : rest->n};
	*rest = hit ? (struct slice){hit + 1, rest->n - piece->n - 1} : (struct slice){NULL, 0};
	return true;
}

/* param.split("=")[1] */
static bool value_of(struct slice param, struct slice *value)
{
	struct slice name;

	return next_piece(&param, '=', &name) && next_piece(&param, '=', value);
}

struct slice prox_strip(struct slice s, char c)
{
	while (s.n && s.p[0] == c)
		s = slice_tail(s, 1);
	while (s.n && s.p[s.n - 1] == c)
		s.n--;
	return s;
}

static void remove_lines(const struct place *at, struct slice op)
{
	struct slice inside, param, text;
	__int128 end[2];

	if (!arguments(at, op, &inside))
		return;
	for (int i = 0; i < 2; i++) {
		if (!next_piece(&inside, ',', &param) || !value_of(param, &text)) {
			fault(at, PROX_BAD_PARAM,
			      S("no second line number, or no \"=\" before it"));
			return;
		}
		if (!prox_int(text, &end[i])) {
			fault(at, PROX_BAD_INT, S("a line number is not an integer"));
			return;
		}
	}
	prox_add_range(at->program, (struct prox_range){end[0], end[1], at->line, 1}, at->mem);
}

static void normalize(const struct place *at, struct slice op)
{
	struct slice inside, param[2], text[2] = {S(""), S("")}, more;
	unsigned n = 0;

	if (!arguments(at, op, &inside))
		return;
	while (n < 2 && next_piece(&inside, ',', &param[n]))
		n++;
	if (next_piece(&inside, ',', &more))
		return; /* three and more parameters: nothing happens, and that is no error */
	for (unsigned i = 0; i < n; i++) {
		if (!value_of(param[i], &text[i])) {
			fault(at, PROX_BAD_PARAM, S("a string without \"=\" before it"));
			return;
		}
		text[i] = prox_strip(text[i], '"');
	}
	if (n == 2 && slice_equal(text[0], S(" ")))
		return;
	if (text[0].n)
		prox_add_replace(at->program,
		                 (struct prox_replace){text[0], text[1], 0, UINT64_MAX}, at->mem);
}

void prox_compat_parse(struct slice text, const struct prox_options *o,
                       struct prox_program *program,
                       struct arena *mem)
{
	struct place at = {program, mem, 0};
	struct slice rest = prox_strip(text, ' '), op, before = S("");

	if (text.n > o->limits.program) {
		program->over = "program";
		return;
	}
	if (!rest.p)
		rest = S("");
	while (next_piece(&rest, '\n', &op)) {
		bool removes = slice_starts(op, S("remove_lines"));

		at.line++;
		if (!removes && !slice_starts(op, S("normalize")))
			continue;
		if (program->operations++ >= o->limits.operations) {
			program->over = "operations";
			return;
		}
		program->repeated += slice_equal(op, before);
		before = op;
		if (!removes)
			normalize(&at, op);
		else if (slice_find(op, S("all=True"), 0) != SIZE_MAX)
			program->all = true;
		else
			remove_lines(&at, op);
	}
}
