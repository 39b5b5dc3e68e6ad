/* The chain: the stages of a recipe, ready to be applied to documents. */
#ifndef CURATE_RUN_CHAIN_H
#define CURATE_RUN_CHAIN_H

#include "lib/run/stage.h"
#include "lib/run/tally.h"

enum stage_mode {
	MODE_DROP,     /* what the stage says is done */
	MODE_ANNOTATE, /* the verdict is written under curate.NAME; the document stays as it is */
	MODE_SHADOW,   /* the verdict is only counted */
};

/* A stage with other parameters for documents of one language. */
struct stage_lang {
	char *lang;
	void *self;
};

struct stage {
	char *name; /* unique in the recipe; signs edits and drops */
	const struct stage_type *type;
	int mode; /* enum stage_mode */
	void *self;
	struct stage_lang *lang;
	size_t n_langs;
	bool is_open;
	bool is_left_out; /* does nothing: its verdict needs a whole corpus that is not there */
};

struct chain {
	struct stage *stage;
	size_t n;
	bool judge_all; /* go on after the first drop, to count what every stage would drop */
	bool complete;  /* every stage makes all its checks and writes down what it measured */
};

/* Adds a stage with its presets; `name` (empty: the type's) gets a number when it is taken. */
struct stage *chain_add(struct chain *c, const struct stage_type *type, struct slice name);

/* Calls init of every stage; the message names the stage. */
int chain_open(struct chain *c, struct err *e);
void chain_free(struct chain *c);

/* Bytes of per-shard state of stages [from, to). */
size_t chain_state_size(const struct chain *c, size_t from, size_t to);

/* Applies stages [from, to) and counts. `state` has chain_state_size bytes, zeroed at the start of
 * the shard. */
void chain_apply(const struct chain *c, size_t from, size_t to, struct doc *d, void *state,
                 struct arena *scratch, struct tally *t);

/* The type of that name, or NULL; the nearest name for a hint, or NULL. */
const struct stage_type *stage_find(struct slice name);
const char *stage_nearest(struct slice name);

#endif
