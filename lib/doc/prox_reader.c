#include "lib/doc/prox_reader.h"

#include "lib/base/utf8.h"

#include <ctype.h>

uint32_t prox_reader_column(const struct prox_reader *r, size_t line_start, size_t at)
{
	return (uint32_t)utf8_count((struct slice){r->text.p + line_start, at - line_start}) + 1;
}

bool prox_reader_fault(struct prox_reader *r, size_t at, enum prox_error kind, struct slice message)
{
	bool here = at >= r->line_start;
	uint32_t line = r->scope.line + (here ? r->line : r->call_line);
	uint32_t column = here ? prox_reader_column(r, r->line_start, at)
	                       : prox_reader_column(r, r->call_start, r->call);

	prox_add_fault(r->program, (struct prox_fault){kind, line, column, message}, r->mem);
	return false;
}

int prox_reader_peek(const struct prox_reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

void prox_reader_skip_line(struct prox_reader *r)
{
	while (r->at < r->text.n && r->text.p[r->at] != '\n')
		r->at++;
}

void prox_reader_skip_blanks(struct prox_reader *r)
{
	while (prox_reader_peek(r) == ' ' || prox_reader_peek(r) == '\t')
		r->at++;
}

void prox_reader_skip_space(struct prox_reader *r)
{
	while (r->at < r->text.n) {
		unsigned size;
		uint32_t c = utf8_at(r->text.p + r->at, &size);

		if (c == '#') {
			prox_reader_skip_line(r);
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

struct slice prox_reader_name(struct prox_reader *r)
{
	size_t from = r->at;

	while (isalpha(prox_reader_peek(r)) || prox_reader_peek(r) == '_' ||
	       (r->at > from && isdigit(prox_reader_peek(r))))
		r->at++;
	return (struct slice){r->text.p + from, r->at - from};
}

static bool hex(struct prox_reader *r, unsigned digits, uint32_t *c)
{
	*c = 0;
	for (unsigned i = 0; i < digits; i++, r->at++) {
		if (!isxdigit(prox_reader_peek(r)))
			return false;
		*c = *c << 4 | (uint32_t)(isdigit(prox_reader_peek(r))
		                                  ? prox_reader_peek(r) - '0'
		                                  : (prox_reader_peek(r) | 32) - 'a' + 10);
	}
	return *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
}

/* Behind a backslash: writes what the escape stands for. Unknown ones stay as they are, as in
 * Python. */
static bool escape(struct prox_reader *r, char **out)
{
	static const char plain[] = "\\\\''\"\"n\nr\rt\ta\ab\bf\fv\v";
	size_t from = r->at - 1;
	int c = prox_reader_peek(r);
	uint32_t code;

	if (c < 0 || c == '\n')
		return prox_reader_fault(r, from, PROX_SYNTAX, S("the string ends in a backslash"));
	if (c == 'N' || isdigit(c))
		return prox_reader_fault(r, from, PROX_SYNTAX, S("this escape is not supported"));
	if (c == 'x' || c == 'u' || c == 'U') {
		r->at++;
		if (!hex(r, c == 'x' ? 2 : c == 'u' ? 4 : 8, &code) || code == 0)
			return prox_reader_fault(r, from, PROX_SYNTAX,
			                         S("this escape is no character"));
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
static bool string_literal(struct prox_reader *r, bool raw, struct slice *text)
{
	size_t from = r->at, end = slice_find(r->text, S("\n"), from);
	char quote = r->text.p[r->at++];
	char *out = arena_alloc(r->mem, (end < r->text.n ? end : r->text.n) - from);

	text->p = out;
	while (prox_reader_peek(r) != quote) {
		if (prox_reader_peek(r) < 0 || prox_reader_peek(r) == '\n')
			return prox_reader_fault(r, from, PROX_SYNTAX,
			                         S("the string has no closing quote"));
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

static bool value(struct prox_reader *r, struct prox_value *v)
{
	size_t from = v->at = r->at;
	bool raw = (prox_reader_peek(r) == 'r' || prox_reader_peek(r) == 'R') &&
	           r->at + 1 < r->text.n &&
	           (r->text.p[r->at + 1] == '"' || r->text.p[r->at + 1] == '\'');

	r->at += raw;
	if (prox_reader_peek(r) == '"' || prox_reader_peek(r) == '\'') {
		v->kind = PROX_VALUE_STRING;
		return string_literal(r, raw, &v->text);
	}
	while (prox_reader_peek(r) >= 0 && !strchr(",)=;# \t\r\n\"'(", prox_reader_peek(r)))
		r->at++;
	v->text = (struct slice){r->text.p + from, r->at - from};
	if (v->text.n == 0)
		return prox_reader_fault(r, from, PROX_BAD_PARAM, S("a value is missing"));
	v->kind = slice_equal(v->text, S("True"))    ? PROX_VALUE_TRUE
	          : prox_int(v->text, &v->number)    ? PROX_VALUE_INT
	                                             : PROX_VALUE_OTHER;
	return true;
}

/* [NAME =] VALUE */
static bool argument(struct prox_reader *r, struct prox_value *v)
{
	size_t from = r->at;

	*v = (struct prox_value){.name = prox_reader_name(r)};
	prox_reader_skip_blanks(r);
	if (v->name.n && prox_reader_peek(r) == '=') {
		r->at++;
		prox_reader_skip_space(r);
	} else {
		v->name = S("");
		r->at = from;
	}
	return value(r, v);
}

int prox_reader_arguments(struct prox_reader *r, struct prox_value v[PROX_ARGUMENTS_MAX])
{
	size_t from = r->at - 1;
	int n = 0;

	prox_reader_skip_space(r);
	while (prox_reader_peek(r) != ')') {
		if (prox_reader_peek(r) < 0) {
			prox_reader_fault(r, from, PROX_NO_PAREN, S("no closing bracket"));
			return -1;
		}
		if (n == PROX_ARGUMENTS_MAX) {
			prox_reader_fault(r, r->at, PROX_BAD_PARAM, S("too many parameters"));
			return -1;
		}
		if (!argument(r, &v[n++]))
			return -1;
		prox_reader_skip_space(r);
		if (prox_reader_peek(r) == ',') {
			r->at++;
			prox_reader_skip_space(r);
		} else if (prox_reader_peek(r) != ')') {
			prox_reader_fault(r, r->at,
			                  prox_reader_peek(r) < 0 ? PROX_NO_PAREN : PROX_SYNTAX,
			                  S("\",\" or \")\" is missing"));
			return -1;
		}
	}
	r->at++;
	return n;
}
