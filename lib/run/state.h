/* The run state: what is done and what is half done, in OUT/_curate.
 *
 *   state.json              recipe hash and program version the folder belongs to
 *   recipe.json             the recipe itself, readable by --recipe
 *   done/SHARD.json         a finished shard: input fingerprint, recipe, version, outputs, counts
 *   pass1/… NAME/…          the first passes of whole-corpus stages
 *   tmp/                    unfinished files and checkpoints
 *
 * Done means the record matches the input, the recipe and the version, and the outputs have the
 * size it says; never "the file exists". */
#ifndef CURATE_RUN_STATE_H
#define CURATE_RUN_STATE_H

#include "lib/io/shards.h"
#include "lib/run/recipe.h"
#include "lib/run/sink.h"

struct state {
	char *out, *dir, *tmp;
	char recipe[33]; /* hash */
	const char *task;  /* "3/64" for the records, or "" */
	bool forced;
};

/* Opens or makes OUT/_curate. RC_STATE when the folder holds another recipe's or version's work, or
 * files that are not ours, and `force` is off. `salt` is what else decides the output's bytes (""
 * for a plain run); it becomes part of the hash. */
int state_open(struct state *s, const char *out, const struct recipe *r, const char *salt,
               bool force, struct err *e);
void state_free(struct state *s);

/* What is known of a finished unit. */
struct done {
	struct fingerprint input;
	struct slice damage;  /* empty, or what was wrong with the shard */
	struct slice outputs; /* JSON objects {"path","bytes"}, separated by commas; written only */
	uint64_t records;
	double ended, seconds; /* wall clock: since 1970; from begin to end */
	struct slice by;       /* "host:pid task I/N" */
	struct tally tally;
	struct arena mem; /* owns the slices after done_read */
};
void done_free(struct done *d);

/* Writes the record at `path`; the unit counts as done from here on. */
int done_write(const struct state *s, const char *path, const struct done *d, struct err *e);

/* 1: done, `d` is filled; 0: not done, or no longer. -1: the record cannot be read. */
int done_read(const struct state *s, const char *path, const struct shard *shard, struct done *d,
              struct err *e);

/* The record of a shard that was given up: as long as shard, recipe and version stay the same,
 * other tasks need not wait for it. */
int failed_write(const struct state *s, const char *path, const struct fingerprint *input,
                 const char *error, struct err *e);

/* 1: it failed before, `error` says how; 0: it did not, or something has changed since. */
int failed_read(const struct state *s, const char *path, const struct shard *shard,
                char error[512]);

/* Whether a record on disk speaks of this recipe, this version and this content of the shard; *now
 * becomes the shard's fingerprint. Never true for pipes. */
struct jsonfile;
bool state_input_fits(const struct state *s, struct jsonfile *f, const struct shard *shard,
                      struct fingerprint *now);

/* A checkpoint: where in the shard a unit stands. */
struct checkpoint {
	uint64_t sequence, offset, record;
	struct fingerprint input;
	struct tally tally;
	struct slice shard_state;           /* raw bytes of the stages' per-shard state */
	struct sink *sink;                  /* writing: the sinks to save */
	const char *const *sink_name;
	size_t n_sinks;
	struct sink_saved *saved;           /* reading: by position in saved_name */
	struct slice *saved_name;
	size_t n_saved;
	struct arena mem;
};
int checkpoint_write(const struct state *s, const char *path, struct checkpoint *c, struct err *e);

/* 1: read, and it fits shard, recipe and version; 0: none that fits. Free with checkpoint_free. */
int checkpoint_read(const struct state *s, const char *path, const struct shard *shard,
                    struct checkpoint *c, struct err *e);
void checkpoint_free(struct checkpoint *c);

/* DIR/[PASS/]KIND/STEM… made of parts, owned by mem. */
const char *state_path(const struct state *s, struct arena *mem, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
