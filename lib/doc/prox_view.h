/* A document's text as a ProX program sees it: numbered lines, what becomes of each, and the edits
 * that make it so. Private to the executor. */
#ifndef CURATE_DOC_PROX_VIEW_H
#define CURATE_DOC_PROX_VIEW_H

#include "lib/doc/prox.h"

/* A line of the document is one of them, unless an
 * earlier stage put LFs into it: then it is several. */
struct prox_view {
	struct doc *d;
	size_t n;
	uint32_t *owner;  /* the document's line each belongs to; NULL: its own number */
	bool by_source;   /* numbers are those of the source, not of the current text */
	uint64_t numbers; /* lines are numbered below this */
	struct slice *old, *now;
	bool *cut;
};

void prox_view_open(struct prox_view *v, struct doc *d, const struct prox_options *o,
                    struct arena *mem);

/* Runs all replacements on v->now. Scopes come in order and do not overlap. Returns the name of the
 * limit that was passed, or NULL. */
const char *prox_view_replace(struct prox_view *v, const struct prox_program *program,
                              const struct prox_limits *limits, struct prox_result *r,
                              struct arena *mem);

/* Marks the lines that go; ranges of lines that are not there become faults of the program. */
void prox_view_remove(struct prox_view *v, struct prox_program *program, struct arena *mem);

/* Counts what the program would do. */
void prox_view_measure(const struct prox_view *v, struct prox_result *r);

/* Makes the edits. Returns whether there were any. */
bool prox_view_edit(const struct prox_view *v, struct arena *scratch);

#endif
