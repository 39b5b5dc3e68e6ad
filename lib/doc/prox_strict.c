/* The reader of --strict: what a person would take the program to mean. */
#include "lib/doc/prox.h"

#include "lib/base/utf8.h"

#include <ctype.h>

enum { ARGUMENTS_MAX = 8 };

struct reader {
	struct slice text;
	size_t at;
	struct prox_scope scope;
	const struct prox_options *options;
	struct prox_program *program;
	struct arena *mem;
	size_t line_start; /* byte offset, kept up to date by skip_space */
	uint32_t line;
	size_t call, call_start; /* where the call began, and its line */
	uint32_t call_line;
	bool keeps; /* keep_doc() was called */
};

enum value_kind { VALUE_STRING, VALUE_INT, VALUE_TRUE, VALUE_OTHER };

struct value {
	struct slice name; /* empty: positional */
	enum value_kind kind;
	struct slice text;
	__int128 number;
	size_t at;
};

static uint32_t column_of(const struct reader *r, size_t line_start, size_t at)
{
	return (uint32_t)utf8_count((struct slice){r->text.p + line_start, at - line_start}) + 1;
}

/* Always false. What lies before the line the reader is in is put down to the call's beginning. */
static bool fault(struct reader *r, size_t at, enum prox_error kind, struct slice message)
{
	bool here = at >= r->line_start;
	uint32_t line = r->scope.line + (here ? r->line : r->call_line);
	uint32_t column = here ? column_of(r, r->line_start, at)
	                       : column_of(r, r->call_start, r->call);

	prox_add_fault(r->program, (struct prox_fault){kind, line, column, message}, r->mem);
	return false;
}

static int peek(const struct reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static void skip_line(struct reader *r)
{
	while (r->at < r->text.n && r->text.p[r->at] != '\n')
		r->at++;
}

static void skip_blanks(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->at++;
}

/* Over white space and comments, LFs too. */
static void skip_space(struct reader *r)
{
	while (r->at < r->text.n) {
		unsigned size;
		uint32_t c = utf8_at(r->text.p + r->at, &size);

		if (c == '#') {
			skip_line(r);
			continue;
		}
		if (!utf8_is_space(c))
			return;
		r->at += size;
		if (c == '\n') {
			r->line++;
			r->line_start = r->at;
		}
	}
}

static struct slice identifier(struct reader *r)
{
	size_t from = r->at;

	while (isalpha(peek(r)) || peek(r) == '_' || (r->at > from && isdigit(peek(r))))
		r->at++;
	return (struct slice){r->text.p + from, r->at - from};
}

static bool hex(struct reader *r, unsigned digits, uint32_t *c)
{
	*c = 0;
	for (unsigned i = 0; i < digits; i++, r->at++) {
		if (!isxdigit(peek(r)))
			return false;
		*c = *c << 4 | (uint32_t)(isdigit(peek(r)) ? peek(r) - '0' : (peek(r) | 32) - 'a' + 10);
	}
	return *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
}

/* Behind a backslash: writes what the escape stands for. Unknown ones stay as they are, as in
 * Python. */
static bool escape(struct reader *r, char **out)
{
	static const char plain[] = "\\\\''\"\"n\nr\rt\ta\ab\bf\fv\v";
	size_t from = r->at - 1;
	int c = peek(r);
	uint32_t code;

	if (c < 0 || c == '\n')
		return fault(r, from, PROX_SYNTAX, S("the string ends in a backslash"));
	if (c == 'N' || isdigit(c))
		return fault(r, from, PROX_SYNTAX, S("this escape is not supported"));
	if (c == 'x' || c == 'u' || c == 'U') {
		r->at++;
		if (!hex(r, c == 'x' ? 2 : c == 'u' ? 4 : 8, &code) || code == 0)
			return fault(r, from, PROX_SYNTAX, S("this escape is no character"));
		*out += utf8_put(*out, code);
		return true;
	}
	for (size_t i = 0; i + 1 < sizeof plain; i += 2)
		if (plain[i] == c) {
			*(*out)++ = plain[i + 1];
			r->at++;
			return true;
		}
	*(*out)++ = '\\';
	return true;
}

/* A literal from its quote on. It needs no more bytes than it has in the program. */
static bool string_literal(struct reader *r, bool raw, struct slice *text)
{
	size_t from = r->at, end = slice_find(r->text, S("\n"), from);
	char quote = r->text.p[r->at++];
	char *out = arena_alloc(r->mem, (end < r->text.n ? end : r->text.n) - from);

	text->p = out;
	while (peek(r) != quote) {
		if (peek(r) < 0 || peek(r) == '\n')
			return fault(r, from, PROX_SYNTAX, S("the string has no closing quote"));
		char c = r->text.p[r->at++];

		if (c == '\\' && !raw) {
			if (!escape(r, &out))
				return false;
		} else {
			*out++ = c;
		}
	}
	r->at++;
	text->n = (size_t)(out - text->p);
	return true;
}

static bool value(struct reader *r, struct value *v)
{
	size_t from = v->at = r->at;
	bool raw = (peek(r) == 'r' || peek(r) == 'R') && r->at + 1 < r->text.n &&
	           (r->text.p[r->at + 1] == '"' || r->text.p[r->at + 1] == '\'');

	r->at += raw;
	if (peek(r) == '"' || peek(r) == '\'') {
		v->kind = VALUE_STRING;
		return string_literal(r, raw, &v->text);
	}
	while (peek(r) >= 0 && !strchr(",)=;# \t\r\n\"'(", peek(r)))
		r->at++;
	v->text = (struct slice){r->text.p + from, r->at - from};
	if (v->text.n == 0)
		return fault(r, from, PROX_BAD_PARAM, S("a value is missing"));
	v->kind = slice_equal(v->text, S("True"))    ? VALUE_TRUE
	          : prox_int(v->text, &v->number)    ? VALUE_INT
	                                             : VALUE_OTHER;
	return true;
}

/* [NAME =] VALUE */
static bool argument(struct reader *r, struct value *v)
{
	size_t from = r->at;

	*v = (struct value){.name = identifier(r)};
	skip_blanks(r);
	if (v->name.n && peek(r) == '=') {
		r->at++;
		skip_space(r);
	} else {
		v->name = S("");
		r->at = from;
	}
	return value(r, v);
}

/* From behind "(" to behind ")". Returns how many, or -1 after a fault. */
static int arguments(struct reader *r, struct value v[ARGUMENTS_MAX])
{
	size_t from = r->at - 1;
	int n = 0;

	skip_space(r);
	while (peek(r) != ')') {
		if (peek(r) < 0) {
			fault(r, from, PROX_NO_PAREN, S("no closing bracket"));
			return -1;
		}
		if (n == ARGUMENTS_MAX) {
			fault(r, r->at, PROX_BAD_PARAM, S("too many parameters"));
			return -1;
		}
		if (!argument(r, &v[n++]))
			return -1;
		skip_space(r);
		if (peek(r) == ',') {
			r->at++;
			skip_space(r);
		} else if (peek(r) != ')') {
			fault(r, r->at, peek(r) < 0 ? PROX_NO_PAREN : PROX_SYNTAX,
			      S("\",\" or \")\" is missing"));
			return -1;
		}
	}
	r->at++;
	return n;
}

/* The value of a parameter by one of its names ("a|b") or its position, or NULL. */
static const struct value *find(const struct value *v, int n, struct slice names, int position)
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

static bool line_number(struct reader *r, const struct value *v, size_t call, __int128 *number)
{
	if (!v)
		return fault(r, call, PROX_BAD_PARAM, S("remove_lines needs start and end"));
	if (v->kind != VALUE_INT)
		return fault(r, v->at, PROX_BAD_INT, S("a line number is not an integer"));
	if (v->number < 0)
		return fault(r, v->at, PROX_OUT_OF_RANGE, S("a line number is negative"));
	*number = v->number;
	return true;
}

static void remove_lines(struct reader *r, size_t call, const struct value *v, int n)
{
	const struct value *all = find(v, n, S("all"), n);
	struct prox_range range = {0, 0, r->scope.line + r->call_line,
	                           column_of(r, r->call_start, call)};

	if (all) {
		if (n != 1 || all->kind != VALUE_TRUE)
			fault(r, all->at, PROX_BAD_PARAM, S("all=True stands alone"));
		else if (r->scope.last == UINT64_MAX)
			r->program->all = true;
		else
			prox_add_range(r->program,
			               (struct prox_range){r->scope.first, r->scope.last, range.line,
			                                   range.column},
			               r->mem);
		return;
	}
	if (!line_number(r, find(v, n, S("start|line_start|start_line"), 0), call, &range.first) ||
	    !line_number(r, find(v, n, S("end|line_end|end_line"), 1), call, &range.last))
		return;
	if (n != 2)
		fault(r, call, PROX_BAD_PARAM, S("remove_lines takes start and end"));
	else if (range.first > range.last)
		fault(r, call, PROX_BAD_PARAM, S("start is after end"));
	else if (r->scope.last != UINT64_MAX &&
	         (range.first < r->scope.first || range.last > r->scope.last))
		fault(r, call, PROX_OUT_OF_RANGE,
		      arena_addf(r->mem, "this chunk has the lines %llu to %llu",
		                 (unsigned long long)r->scope.first,
		                 (unsigned long long)r->scope.last));
	else
		prox_add_range(r->program, range, r->mem);
}

static void normalize(struct reader *r, size_t call, const struct value *v, int n)
{
	const struct value *from = find(v, n, S("source_str|source"), 0);
	const struct value *to = find(v, n, S("target_str|target"), 1);
	struct prox_replace replace = {S(""), S(""), r->scope.first, r->scope.last};

	if (!from || from->kind != VALUE_STRING || (to && to->kind != VALUE_STRING) ||
	    n != 1 + (to != NULL)) {
		fault(r, call, PROX_BAD_PARAM, S("normalize takes source_str and target_str, strings"));
		return;
	}
	if (from->text.n == 0) {
		fault(r, from->at, PROX_BAD_PARAM, S("the source string is empty"));
		return;
	}
	if (memchr(from->text.p, '\n', from->text.n)) {
		fault(r, from->at, PROX_BAD_PARAM, S("no line holds a line feed"));
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

static void call(struct reader *r, size_t at, struct slice name, const struct value *v, int n)
{
	bool removes = slice_equal(name, S("remove_lines")), drops = slice_equal(name, S("drop_doc"));

	if (removes || slice_equal(name, S("normalize"))) {
		r->program->operations++;
		if (r->options->level == PROX_DOC)
			fault(r, at, PROX_SYNTAX, S("a document-level program only keeps or drops"));
		else if (removes)
			remove_lines(r, at, v, n);
		else
			normalize(r, at, v, n);
		return;
	}
	if (!drops && !slice_equal(name, S("keep_doc")) && !slice_equal(name, S("untouch_doc")) &&
	    !slice_equal(name, S("keep_chunk"))) {
		fault(r, at, PROX_SYNTAX, S("there is no such function"));
		return;
	}
	if (n) {
		fault(r, at, PROX_BAD_PARAM, S("this function takes no parameters"));
		return;
	}
	r->keeps = r->keeps || !drops;
	if (!drops)
		return;
	r->program->operations++;
	if (r->options->level != PROX_DOC)
		fault(r, at, PROX_SYNTAX, S("drop_doc is for document-level programs"));
	r->program->drop = true;
}

/* NAME ( … ) and an optional ";" or ",". After a fault the rest of the line is passed over. */
static void statement(struct reader *r)
{
	struct value v[ARGUMENTS_MAX];
	size_t at = r->call = r->at;
	struct slice name = identifier(r);
	int n = -1;

	r->call_start = r->line_start;
	r->call_line = r->line;
	skip_blanks(r);
	if (name.n == 0) {
		fault(r, at, PROX_SYNTAX, S("a call is expected here"));
	} else if (peek(r) != '(') {
		fault(r, r->at, PROX_NO_PAREN, S("no opening bracket"));
	} else {
		r->at++;
		n = arguments(r, v);
	}
	if (n < 0) {
		skip_line(r);
		return;
	}
	call(r, at, name, v, n);
	while (peek(r) == ' ' || peek(r) == ';' || peek(r) == ',')
		r->at++;
}

void prox_strict_parse(struct slice text, const struct prox_options *o, struct prox_scope scope,
                       struct prox_program *program, struct arena *mem)
{
	struct reader r = {
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
	for (skip_space(&r); r.at < text.n; skip_space(&r)) {
		if (slice_starts(slice_tail(text, r.at), S("```"))) {
			skip_line(&r);
			continue;
		}
		if (program->operations >= o->limits.operations) {
			program->over = "operations";
			return;
		}
		statement(&r);
	}
	if (program->drop && r.keeps)
		fault(&r, r.at, PROX_SYNTAX, S("the program both keeps and drops"));
}
