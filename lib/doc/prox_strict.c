/* The reader of --strict: what a person would take the program to mean. */
#include "lib/doc/prox_reader.h"

/* The value of a parameter by one of its names ("a|b") or its position, or NULL. */
static const struct prox_value *find(const struct prox_value *v, int n, struct slice names,
                                     int position)
{
	if (position < n && v[position].name.n == 0)
		return &v[position];
	for (int i = 0; i < n; i++) {
		struct slice rest = names, name;

		while (v[i].name.n && slice_cut(&rest, '|', &name))
			if (slice_equal(name, v[i].name))
				return &v[i];
	}
	return NULL;
}

static bool line_number(struct prox_reader *r, const struct prox_value *v, size_t call,
                        __int128 *number)
{
	if (!v)
		return prox_reader_fault(r, call, PROX_BAD_PARAM,
		                         S("remove_lines needs start and end"));
	if (v->kind != PROX_VALUE_INT)
		return prox_reader_fault(r, v->at, PROX_BAD_INT,
		                         S("a line number is not an integer"));
	if (v->number < 0)
		return prox_reader_fault(r, v->at, PROX_OUT_OF_RANGE,
		                         S("a line number is negative"));
	*number = v->number;
	return true;
}

static void remove_lines(struct prox_reader *r, size_t call, const struct prox_value *v, int n)
{
	const struct prox_value *all = find(v, n, S("all"), n);
	struct prox_range range = {0, 0, r->scope.line + r->call_line,
	                           prox_reader_column(r, r->call_start, call)};

	if (all) {
		if (n != 1 || all->kind != PROX_VALUE_TRUE)
			prox_reader_fault(r, all->at, PROX_BAD_PARAM, S("all=True stands alone"));
		else if (r->scope.last == UINT64_MAX)
			r->program->all = true;
		else
			prox_add_range(r->program,
			               (struct prox_range){r->scope.first, r->scope.last,
			                                   range.line, range.column},
			               r->mem);
		return;
	}
	if (!line_number(r, find(v, n, S("start|line_start|start_line"), 0), call, &range.first) ||
	    !line_number(r, find(v, n, S("end|line_end|end_line"), 1), call, &range.last))
		return;
	if (n != 2)
		prox_reader_fault(r, call, PROX_BAD_PARAM, S("remove_lines takes start and end"));
	else if (range.first > range.last)
		prox_reader_fault(r, call, PROX_BAD_PARAM, S("start is after end"));
	else if (r->scope.last != UINT64_MAX &&
	         (range.first < r->scope.first || range.last > r->scope.last))
		prox_reader_fault(r, call, PROX_OUT_OF_RANGE,
		      arena_addf(r->mem, "this chunk has the lines %llu to %llu",
		                 (unsigned long long)r->scope.first,
		                 (unsigned long long)r->scope.last));
	else
		prox_add_range(r->program, range, r->mem);
}

static void normalize(struct prox_reader *r, size_t call, const struct prox_value *v, int n)
{
	const struct prox_value *from = find(v, n, S("source_str|source"), 0);
	const struct prox_value *to = find(v, n, S("target_str|target"), 1);
	struct prox_replace replace = {S(""), S(""), r->scope.first, r->scope.last};

	if (!from || from->kind != PROX_VALUE_STRING || (to && to->kind != PROX_VALUE_STRING) ||
	    n != 1 + (to != NULL)) {
		prox_reader_fault(r, call, PROX_BAD_PARAM,
		                  S("normalize takes source_str and target_str, strings"));
		return;
	}
	if (from->text.n == 0) {
		prox_reader_fault(r, from->at, PROX_BAD_PARAM, S("the source string is empty"));
		return;
	}
	if (memchr(from->text.p, '\n', from->text.n)) {
		prox_reader_fault(r, from->at, PROX_BAD_PARAM, S("no line holds a line feed"));
		return;
	}
	replace.from = from->text;
	if (to)
		replace.to = arena_copy(r->mem, to->text);
	for (size_t i = 0; i < replace.to.n; i++)
		if (replace.to.p[i] == '\n')
			((char *)replace.to.p)[i] = (char)PROX_LF;
	prox_add_replace(r->program, replace, r->mem);
}

static void call(struct prox_reader *r, size_t at, struct slice name, const struct prox_value *v,
                 int n)
{
	bool removes = slice_equal(name, S("remove_lines")),
	     drops = slice_equal(name, S("drop_doc"));

	if (removes || slice_equal(name, S("normalize"))) {
		r->program->operations++;
		if (r->options->level == PROX_DOC)
			prox_reader_fault(r, at, PROX_SYNTAX,
			                  S("a document-level program only keeps or drops"));
		else if (removes)
			remove_lines(r, at, v, n);
		else
			normalize(r, at, v, n);
		return;
	}
	if (!drops && !slice_equal(name, S("keep_doc")) && !slice_equal(name, S("untouch_doc")) &&
	    !slice_equal(name, S("keep_chunk"))) {
		prox_reader_fault(r, at, PROX_SYNTAX, S("there is no such function"));
		return;
	}
	if (n) {
		prox_reader_fault(r, at, PROX_BAD_PARAM, S("this function takes no parameters"));
		return;
	}
	r->keeps = r->keeps || !drops;
	if (!drops)
		return;
	r->program->operations++;
	if (r->options->level != PROX_DOC)
		prox_reader_fault(r, at, PROX_SYNTAX, S("drop_doc is for document-level programs"));
	r->program->drop = true;
}

/* NAME ( … ) and an optional ";" or ",". After a fault the rest of the line is passed over. */
static void statement(struct prox_reader *r)
{
	struct prox_value v[PROX_ARGUMENTS_MAX];
	size_t at = r->call = r->at;
	struct slice name = prox_reader_name(r);
	int n = -1;

	r->call_start = r->line_start;
	r->call_line = r->line;
	prox_reader_skip_blanks(r);
	if (name.n == 0) {
		prox_reader_fault(r, at, PROX_SYNTAX, S("a call is expected here"));
	} else if (prox_reader_peek(r) != '(') {
		prox_reader_fault(r, r->at, PROX_NO_PAREN, S("no opening bracket"));
	} else {
		r->at++;
		n = prox_reader_arguments(r, v);
	}
	if (n < 0) {
		prox_reader_skip_line(r);
		return;
	}
	call(r, at, name, v, n);
	while (prox_reader_peek(r) == ' ' || prox_reader_peek(r) == ';' ||
	       prox_reader_peek(r) == ',')
		r->at++;
}

void prox_strict_parse(struct slice text, const struct prox_options *o, struct prox_scope scope,
                       struct prox_program *program, struct arena *mem)
{
	struct prox_reader r = {
		.text = text,
		.scope = scope,
		.options = o,
		.program = program,
		.mem = mem,
		.line = 1,
	};

	if (text.n > o->limits.program) {
		program->over = "program";
		return;
	}
	for (prox_reader_skip_space(&r); r.at < text.n; prox_reader_skip_space(&r)) {
		if (slice_starts(slice_tail(text, r.at), S("```"))) {
			prox_reader_skip_line(&r);
			continue;
		}
		if (program->operations >= o->limits.operations) {
			program->over = "operations";
			return;
		}
		statement(&r);
	}
	if (program->drop && r.keeps)
		prox_reader_fault(&r, r.at, PROX_SYNTAX, S("the program both keeps and drops"));
}
