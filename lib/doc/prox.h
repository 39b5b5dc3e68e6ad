/* ProX edit programs: small texts, mostly written by a language model, that say which lines of a
 * document go and which strings are replaced (arXiv 2409.17115). Parsed by one of two readers,
 * executed as ordinary edits of the document, and judged as the reference does. */
#ifndef CURATE_DOC_PROX_H
#define CURATE_DOC_PROX_H

#include "lib/doc/doc.h"

enum prox_level { PROX_CHUNK, PROX_DOC };
enum prox_mode { PROX_COMPAT, PROX_STRICT };
enum prox_numbering { PROX_SOURCE, PROX_CURRENT };

/* Programs are not trusted: past one of these bounds a program is refused as a whole. */
struct prox_limits {
	uint64_t program;    /* bytes of the program text */
	uint64_t operations; /* calls */
	uint64_t work;       /* bytes searched by all normalize calls together */
	double growth; /* the text may grow to this many times its bytes, and always by 64 KiB */
};

struct prox_options {
	int level, mode, numbering; /* the enums above */
	double threshold_1;         /* refused below this ratio of words left */
	double threshold_2;         /* dropped when the words left are at most 1 - this */
	int64_t error_op;           /* refused from this many errors on */
	int64_t min_words;          /* dropped when at most this many words are left */
	struct prox_limits limits;
};

/* threshold 0.0 and 0.95, error_op 2, min_words 10, 4 MiB, 100000 calls, 1 GiB, 8 times. */
struct prox_options prox_defaults(void);

enum prox_error {
	PROX_NO_PAREN,     /* a bracket is missing */
	PROX_BAD_INT,      /* a line number is none */
	PROX_BAD_PARAM,    /* a parameter is missing or has no value */
	PROX_OUT_OF_RANGE, /* lines that are not there */
	PROX_SYNTAX,       /* strict only: this is no call, or not of a function there is */
	PROX_ERRORS
};
const char *prox_error_name(enum prox_error kind); /* "no_paren" */

/* A mistake of a program: where (from 1; column in code points), and in strict mode why. */
struct prox_fault {
	enum prox_error kind;
	uint32_t line, column;
	struct slice message;
};

/* Lines first to last, both included; clamped to +-10^38, which no text has. Last may be less than
 * first: then it names no line but still counts where ranges are merged. */
struct prox_range {
	__int128 first, last;
	uint32_t line, column; /* where the program says so */
};

/* Every `from` of lines first to last becomes `to`. */
struct prox_replace {
	struct slice from, to; /* in `to`, PROX_LF stands for LF */
	uint64_t first, last;
};
enum { PROX_LF = 0xff }; /* a byte that no valid UTF-8 holds */

/* What a reader made of a program; lives in the arena it was given. */
struct prox_program {
	struct prox_range *range;
	size_t n_ranges, range_cap;
	struct prox_replace *replace;
	size_t n_replaces, replace_cap;
	struct prox_fault *fault;
	size_t n_faults, fault_cap;
	bool all;            /* every line goes */
	bool drop;           /* document level: the document goes */
	uint64_t operations; /* calls, those of the no-ops not counted */
	uint64_t repeated;   /* calls that only say the one before again */
	const char *over;    /* the name of the limit it is past, or NULL */
};

/* The lines a chunk shows its reader, and the program line it begins behind (for faults). */
struct prox_scope {
	uint64_t first, last; /* of the text */
	uint32_t line;
};

/* Reads a program that comes as one text or in pieces, one for each chunk in order. In strict mode
 * a piece holds only for the lines of its scope; without scopes (NULL), and always in compat mode,
 * the pieces are joined by LF and hold for the whole document, as in the reference. */
void prox_parse(const struct slice *chunk, size_t n, const struct prox_scope *scope,
                const struct prox_options *o, struct prox_program *program, struct arena *mem);

/* The reference's reader of chunk-level programs, with all it does to quotes, commas and brackets.
 * Never fails. */
void prox_compat_parse(struct slice text, const struct prox_options *o,
                       struct prox_program *program,
                       struct arena *mem);

/* A reader of Python calls with string literals; mistakes are faults with reasons. Adds to what the
 * program already holds; scopes come in order and do not overlap. */
void prox_strict_parse(struct slice text, const struct prox_options *o, struct prox_scope scope,
                       struct prox_program *program, struct arena *mem);

enum prox_verdict { PROX_KEPT, PROX_EDITED, PROX_DROPPED, PROX_REFUSED };
const char *prox_verdict_name(enum prox_verdict verdict); /* "kept" */

struct prox_result {
	enum prox_verdict verdict;
	const char *why; /* of a drop or refusal: "prox_short", …; else NULL */
	uint64_t errors[PROX_ERRORS], n_errors;
	uint64_t operations, repeated, not_found; /* not_found: normalize calls without a hit */
	uint64_t lines_removed, bytes_removed;    /* of an accepted program; with their LFs */
	uint64_t words_before, words_after;       /* as the program would have it */
};

/* Executes a program on the document's current text: puts, cuts or drops when it is accepted.
 * Faults of ranges are added to the program. Results are those of the reference; where it crashes
 * (a text without words) the document is dropped. */
void prox_exec(struct doc *d, struct prox_program *program, const struct prox_options *o,
               struct prox_result *r, struct arena *scratch);

/* Adds the result, and the program's faults if there are any, as one JSON object. */
void prox_result_write(const struct prox_result *r, const struct prox_program *program,
                       struct buf *out);

/* For the readers: one more range, replacement or fault. */
void prox_add_range(struct prox_program *program, struct prox_range range, struct arena *mem);
void prox_add_replace(struct prox_program *program, struct prox_replace replace, struct arena *mem);
void prox_add_fault(struct prox_program *program, struct prox_fault fault, struct arena *mem);

/* Python's int(text): surrounding white space, sign, single underscores between digits, decimal
 * digits of any script, at most 4300 of them. Values are clamped to +-10^38. */
bool prox_int(struct slice text, __int128 *value);

/* Without c at both ends: the reference strips a model's answers of spaces, strings of quotes. */
struct slice prox_strip(struct slice s, char c);

#endif
