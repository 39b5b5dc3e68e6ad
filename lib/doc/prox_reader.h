/* The words of a strict ProX program: names, literals and parameter lists, each with its place.
 * Private to the strict reader. */
#ifndef CURATE_DOC_PROX_READER_H
#define CURATE_DOC_PROX_READER_H

#include "lib/doc/prox.h"

enum { PROX_ARGUMENTS_MAX = 8 };

struct prox_reader {
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

enum prox_value_kind { PROX_VALUE_STRING, PROX_VALUE_INT, PROX_VALUE_TRUE, PROX_VALUE_OTHER };

struct prox_value {
	struct slice name; /* empty: positional */
	enum prox_value_kind kind;
	struct slice text;
	__int128 number;
	size_t at;
};

/* The next byte, or -1. */
int prox_reader_peek(const struct prox_reader *r);

/* Code points from the line's start, from 1. */
uint32_t prox_reader_column(const struct prox_reader *r, size_t line_start, size_t at);

/* Always false. What lies before the line the reader is in is put down to the call's beginning. */
bool prox_reader_fault(struct prox_reader *r, size_t at, enum prox_error kind,
                       struct slice message);

/* To the line's end / over spaces and tabs / over white space and comments, LFs too. */
void prox_reader_skip_line(struct prox_reader *r);
void prox_reader_skip_blanks(struct prox_reader *r);
void prox_reader_skip_space(struct prox_reader *r);

/* An identifier, or nothing. */
struct slice prox_reader_name(struct prox_reader *r);

/* From behind "(" to behind ")". Returns how many, or -1 after a fault. */
int prox_reader_arguments(struct prox_reader *r, struct prox_value v[PROX_ARGUMENTS_MAX]);

#endif
