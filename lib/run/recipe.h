/* A recipe: what to read, which stages to apply and what to write, from a YAML file, one of the
 * embedded recipes, and --set. */
#ifndef CURATE_RUN_RECIPE_H
#define CURATE_RUN_RECIPE_H

#include "lib/run/chain.h"

enum on_corrupt { CORRUPT_STOP, CORRUPT_KEEP_HEAD, CORRUPT_SKIP };

struct recipe_input {
	struct list path;  /* files, directories, "-" */
	struct slice glob; /* on paths relative to a directory */
	struct slice text, id, url, date, lang; /* field paths */
	int on_corrupt;    /* enum on_corrupt */
	uint64_t max_record, window;
	uint64_t split;    /* plain bytes behind which files are cut in parts; 0: not */
	bool keep_empty, keep_nul;
};

struct recipe_output {
	struct slice path;
	int codec; /* 0 zst, 1 gz, 2 none */
	int64_t level;
	uint64_t shard_size; /* compressed bytes; 0: one shard out for each in */
	uint64_t block;      /* bytes of records in one frame */
	bool dropped;        /* write dropped records to OUT/dropped */
};

struct recipe_limits {
	uint64_t mem; /* bytes; 0: four fifths of what the machine or cgroup has */
	int64_t threads; /* 0: the cores this process may use */
	double max_bad;  /* share of records that may be quarantined before the exit code is 1 */
	double grace;    /* seconds a signal leaves for shards that can be finished */
	double checkpoint, lease; /* seconds */
	double time;     /* seconds a cluster job may take */
	int64_t tasks;   /* array tasks a cluster job is split in */
};

struct recipe {
	char *file; /* what the user called it, for messages */
	struct slice name;
	int64_t seed;
	int words; /* enum word_kind */
	int judge; /* 0 first, 1 all */
	struct recipe_input input;
	struct recipe_output output;
	struct recipe_limits limits;
	struct chain chain;
};

/* The recipes built into the programs (rules/recipes), by name; ends with a NULL name. */
struct recipe_text {
	const char *name, *text;
};
extern const struct recipe_text recipe_texts[];

/* Sets the defaults; every recipe starts here. */
void recipe_defaults(struct recipe *r);

/* Reads a file, or an embedded recipe when no file of that name is there, on top of the defaults.
 * Mistakes are named FILE:LINE:COLUMN. Stages are added behind those already there. */
int recipe_load(struct recipe *r, const char *file, struct err *e);

/* "stage.param=value", "output.level=1", "seed=7". */
int recipe_set(struct recipe *r, struct slice assignment, struct err *e);

/* Loads what the stages need. Call once, after the last change. */
int recipe_open(struct recipe *r, struct err *e);
void recipe_free(struct recipe *r);

/* The whole recipe as canonical JSON, which recipe_load reads back. With `for_hash`, only what
 * decides the output's bytes, and the content hash of each file a stage names. */
int recipe_json(const struct recipe *r, bool for_hash, struct buf *out, struct err *e);

/* XXH3-128 of that, 32 hexadecimal digits. */
int recipe_hash(const struct recipe *r, char out[33], struct err *e);

#endif
