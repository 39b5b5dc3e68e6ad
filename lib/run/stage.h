/* A stage: one rule or scorer, described by one const struct at the end of its file. */
#ifndef CURATE_RUN_STAGE_H
#define CURATE_RUN_STAGE_H

#include "lib/base/param.h"
#include "lib/doc/doc.h"

/* The corpus as a whole-corpus stage sees it between its two passes. */
struct corpus {
	const char *dir;         /* the stage's own folder, for everything it writes */
	const char *const
	        *part; /* part[i]: path of what `collect` wrote for shard i, in shard order */
	const char *const *name; /* name[i]: the input shard's, see struct shard */
	const uint64_t *records; /* records[i]: records (non-blank lines) of shard i */
	size_t n;
	uint64_t key;     /* of the recipe up to the stage and of all input */
	uint64_t mem;     /* bytes the stage may use */
	unsigned threads;

	/* For commands that have tasks share the work between the passes; SOLVE_ALL otherwise. */
	enum solve_step {
		SOLVE_ALL,
		/* only what is done for single shards, and of those the ones that are mine[i] */
		SOLVE_SHARDS,
		/* only this task's share of what tasks can do side by side, behind SOLVE_SHARDS */
		SOLVE_SPLIT,
		/* what one process does of SOLVE_REST, so that the tasks that share the rest need
		 * not wait for it */
		SOLVE_JOIN,
		/* what is left, shared among the tasks that come: done when it returns, by
		 * whoever; RC_STATE while the steps before are not complete */
		SOLVE_REST,
	} step;
	const bool *mine;
	const bool *loaded; /* shards that `load` must have the verdict on; NULL: all */
	unsigned task, tasks;
	double lease; /* seconds after which a claim of another host that shows no life is void */
};

/* Work that needs the whole corpus (dedup, thresholds): the chain up to the stage runs first and
 * `collect` writes down what the stage needs of each document still kept; `solve` turns those
 * files into a verdict under corpus->dir (deterministic, crash-safe: tmp, fsync, rename);
 * in the second pass `load` opens the verdict and the stage's `doc` applies it, finding its
 * document by (d->shard, d->record). */
struct barrier {
	bool in_steps; /* `solve` goes by corpus->step; else it is called with SOLVE_ALL */
	bool is_shared; /* tasks may call `solve` at the same time and share its work */
	/* NULL: always two passes. Else false when the stage's parameters need no first pass. */
	bool (*needed)(const void *self);
	/* NULL: nothing. Else adds to `out` what, beside the recipe and the input, the verdict
	 * depends on: when it changes, the verdict is made anew. */
	int (*depends)(const void *self, struct buf *out, struct err *e);
	void (*collect)(const void *self, struct doc *d, struct buf *out, struct arena *scratch);
	int (*solve)(void *self, const struct corpus *c, struct err *e);
	int (*load)(void *self, const struct corpus *c, struct err *e);
};

struct stage_type {
	const char *name, *help;
	const struct param *params; /* ends with {0}; may be NULL */
	size_t size;                /* of the private struct that `params` fills */
	int (*init)(void *self, struct err *e); /* may be NULL; loads lists and models */
	void (*fini)(void *self);               /* may be NULL; params are freed by the framework */

	/* Judges, edits or scores one document. `self` is const: one instance serves all threads.
	 * `scratch` is emptied when it returns. */
	void (*doc)(const void *self, struct doc *d, struct arena *scratch);

	bool edits; /* may change the text */

	/* Bytes of zeroed per-shard state handed over as d->state (plain data, no pointers), for
	 * methods defined by document order; 0 for almost all. A chain with state runs each shard
	 * on one thread, so that results still do not depend on -j. */
	size_t (*state)(const void *self);

	const struct barrier *barrier; /* NULL for per-document stages */
};

/* rules/table.c and scorers/table.c: every stage there is, by name; ends with NULL. */
extern const struct stage_type *const stage_table[];

#endif
