/* A document: one record on its way through the stages, and what they did to it.
 *
 * A stage may do four things: score, put, cut and drop. Each is written down in the source's own
 * line numbers (lines are split at LF, numbered from 0, for good), so the edit log can be read,
 * filtered and replayed. An edit never crosses a source line; what a stage puts in place of a line
 * may hold LFs and is still that one source line. */
#ifndef CURATE_DOC_DOC_H
#define CURATE_DOC_DOC_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

struct json;     /* lib/doc/json.h: one thread's JSON reader */
struct chunks;   /* lib/doc/chunks.h: what one thread knows of chunks of text */
struct analysis; /* lib/doc/analysis.h: words, sentences, n-grams of the current text */

struct line {
	struct slice text;
	uint32_t no; /* its place in the source */
	bool cut;    /* leaves when the stage returns */
};

enum edit_op { EDIT_CUT, EDIT_PUT };

struct edit {
	const char *by; /* the stage's name in the recipe */
	enum edit_op op;
	uint32_t line, count; /* CUT: this many source lines from `line` on; PUT: count is 1 */
	uint32_t at, len;     /* PUT: these bytes of the line as it then stood … */
	struct slice text;    /* … became this */
};

struct score {
	const char *name;
	double value;
};

/* Anything else a stage writes under `curate`: key and ready JSON. */
struct note {
	const char *key;
	struct slice json;
	const char *by; /* the stage */
};

/* What a stage counted at one document, for the report. */
struct counted {
	const char *name;
	uint64_t n;
};

enum word_kind { WORDS_SPACY, WORDS_WHITESPACE, WORDS_UNICODE };

/* What the document may lean on while one thread works on it. */
struct doc_context {
	struct json *json;
	struct chunks *chunks; /* or NULL */
	enum word_kind words;  /* the recipe's choice */
	uint64_t seed;        /* the recipe's: chance = hash_chance(id, seed ^ …) */
};

struct doc {
	/* Where it stands. */
	const char *file; /* the shard's path as the user wrote it, of a part PATH#part0003 */
	uint32_t shard;   /* number of the shard in the plan */
	uint64_t record;  /* 0-based, among the shard's non-blank lines */
	uint64_t offset;  /* of the record in the decompressed bytes */

	/* The record. All borrowed, valid until the document has been written. */
	struct slice raw;         /* the whole line without its LF */
	struct slice id;          /* unescaped; "FILE/RECORD" when the record has none … */
	bool has_id;              /* … then this is false */
	struct slice url, date;   /* unescaped; empty when the record has none */
	struct slice lang;        /* set by a `language` stage or read from the record */
	struct slice source;      /* the text as it came, unescaped */
	struct slice text_span;   /* the text's JSON string inside raw, quotes included */
	struct slice curate_span; /* the value of a `curate` member inside raw, or empty */

	/* Filled by the functions below; stages read them. */
	struct line *line;
	size_t n_lines;
	struct edit *edit;
	size_t n_edits;
	struct score *score;
	size_t n_scores;
	size_t scores_read; /* so many came with the record; those of stages follow */
	struct note *note;
	size_t n_notes;
	struct counted *counted;
	size_t n_counted;       /* since the stage began */
	const char *dropped_by; /* NULL while it is kept */
	struct slice why;       /* the reason of the first drop, e.g. "gopher_short_doc" */
	struct slice failure;   /* why the run must end here, or empty */
	const char *route;      /* NULL: the main output; "cooldown": OUT/cooldown/SHARD */
	const char *route_by;   /* the stage that said so */

	/* Set by the framework before each stage. */
	const char *stage; /* its name in the recipe: what edits and drops are signed with */
	bool complete;     /* judge everything: do not stop at the first failing check */
	void *state;       /* the stage's per-shard state, or NULL */
	struct arena *mem; /* lives until the document has been written */
	const struct doc_context *context;
	struct analysis *analysis; /* of the current text, or NULL; see lib/doc/analysis.h */
	struct analysis *earlier;  /* of the text before the last edits, or NULL */

	/* Private to doc.c and record.c. */
	struct slice head; /* prepended to a text that is not split into lines */
	struct slice text;
	bool text_is_old, lines_are_split, some_are_cut;
	size_t settled_edits; /* those of stages that have returned */
	size_t edit_cap, score_cap, note_cap, counted_cap;
};

/* The current text: the lines that are left, joined by LF. */
struct slice doc_text(struct doc *d);

/* Its bytes, without joining it. */
size_t doc_text_size(struct doc *d);

/* Splits the text into d->line (done lazily); call it before touching d->line. Cutting every line
 * leaves the empty text. */
void doc_lines(struct doc *d);

/* A number about the document, written as curate.scores.NAME. A second value replaces the first.
 * `name` outlives the run. doc_score_get returns false when there is none. */
void doc_score(struct doc *d, const char *name, double value);
bool doc_score_get(const struct doc *d, struct slice name, double *value);

/* A member of `curate`: `json` is one valid JSON value; it is copied, with padding behind it so
 * that json_each can walk it. null takes the member out, and `curate` itself when nothing is left
 * in it. The empty key stands for the whole value of `curate`, null too; the other notes are merged
 * into it. */
void doc_note(struct doc *d, const char *key, struct slice json);

/* Adds n to a counter of the stage in the report (stages[].counted.NAME); the document does not
 * change. Counters of shadow and annotate mode count too. `name` outlives the run. */
void doc_count(struct doc *d, const char *name, uint64_t n);

/* d->line[i] becomes text (copied; only what differs is logged). It keeps its number. */
void doc_put(struct doc *d, size_t i, struct slice text);

/* `len` bytes at `at` of d->line[i] become text. Both ends lie between characters. */
void doc_splice(struct doc *d, size_t i, size_t at, size_t len, struct slice text);

/* Puts `text` (copied) before the whole text: the same as doc_splice at the head of the first line,
 * but the lines need not be split for it. Nothing happens when all lines were cut. */
void doc_prepend(struct doc *d, struct slice text);

/* Many splices of one line in one go: a line is copied once, not once a splice, so use it where a
 * line may have many. They rise and do not overlap; `at` counts in the line before any of them. */
struct splice {
	size_t at, len;
	struct slice text;
};
void doc_splice_all(struct doc *d, size_t i, const struct splice *splice, size_t n);

/* d->line[i] leaves when the stage returns. */
void doc_cut(struct doc *d, size_t i);

/* The document leaves. The first one counts; `why` outlives the run or lies in d->mem. */
void doc_drop(struct doc *d, struct slice why);

/* The user asked for no exceptions (a policy "error") and here is one: the run ends with RC_INPUT,
 * naming file, record, stage and `why`. The first one counts; `why` as in doc_drop. */
static inline void doc_fail(struct doc *d, struct slice why)
{
	if (!d->failure.n)
		d->failure = why;
}

/* The document is written to this folder of the output instead; the last one counts. A plain folder
 * name that lives as long as d->mem. The edit log says so, and replay holds. */
static inline void doc_route(struct doc *d, const char *route)
{
	d->route = route;
	d->route_by = d->stage;
}

/* Called by the framework when a stage returns: cut lines leave, what was derived from an older
 * text is forgotten. */
void doc_settle(struct doc *d);

/* Applies a log's edits to a fresh document. Leaves out those signed `without` (may be NULL), also
 * where later edits touched the same line: what it inserted goes, with later edits that lie wholly
 * inside; what it deleted or cut comes back, unless a later edit replaced a span around it. d->edit
 * becomes the edits that are left, at their places in the lines as they are without the others.
 * Refuses edits that do not fit; the document is then good for nothing. The edits' names and texts
 * outlive the document. */
int doc_replay(struct doc *d, const struct edit *edit, size_t n, const char *without,
               struct err *e);

#endif
