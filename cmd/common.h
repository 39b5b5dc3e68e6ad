/* What the commands share: options every one of them has, and how they become a recipe. */
#ifndef CURATE_CMD_COMMON_H
#define CURATE_CMD_COMMON_H

#include "lib/base/option.h"
#include "lib/run/run.h"

/* The options are kept as text and put into the recipe's own table, which knows their units and
 * ranges; see common_options. */
struct common {
	struct list input, set;
	struct slice file_list, glob, text, id, on_corrupt, max_record, window, split;
	struct slice threads, mem, max_bad, report;
	bool no_progress;
};

#define COMMON_AT(base, field) ((base) + offsetof(struct common, field))
#define COMMON_TEXT(base, letter, arg, name, field, text)                                          \
	{letter, arg, {name, PARAM_TEXT, COMMON_AT(base, field), .help = text}}

/* Rows for a program's option table; `base` is the offset of its struct common. */
#define COMMON_INPUT(base)                                                                         \
	{'i', "PATH", {"input", PARAM_LIST, COMMON_AT(base, input),                                \
	               .help = "file, folder or -; may be repeated"}},                            \
	COMMON_TEXT(base, 0, "FILE", "file-list", file_list,                                       \
	            "read the input paths from FILE, one a line"),                                 \
	COMMON_TEXT(base, 0, "GLOB", "glob", glob, "which files below a folder"),                  \
	COMMON_TEXT(base, 'f', "FIELD", "text", text, "dotted path of the text field (text)"),     \
	COMMON_TEXT(base, 0, "FIELD", "id", id, "dotted path of the id field (id)"),               \
	COMMON_TEXT(base, 0, "HOW", "on-corrupt", on_corrupt,                                      \
	            "stop, keep-head (default) or skip a damaged shard"),                          \
	COMMON_TEXT(base, 0, "SIZE", "max-record", max_record, "longest record (64M)"),            \
	COMMON_TEXT(base, 0, "SIZE", "window", window, "largest zstd window (128M), up to 2G"),    \
	COMMON_TEXT(base, 0, "SIZE", "split", split,                                               \
	            "cut plain and indexed files in parts of SIZE, shards of their own")

#define COMMON_RUN(base)                                                                           \
	{'s', "PATH=VALUE", {"set", PARAM_LIST, COMMON_AT(base, set),                              \
	                     .help = "change the recipe: stage.param=value, output.level=1"}},    \
	COMMON_TEXT(base, 'j', "N", "threads", threads, "threads (the cores it may use)"),         \
	COMMON_TEXT(base, 'm', "SIZE", "mem", mem, "memory budget (4/5 of the machine's)"),        \
	COMMON_TEXT(base, 0, "SHARE", "max-bad", max_bad,                                          \
	            "share of bad records that still exits 0 (0.1%)"),                             \
	COMMON_TEXT(base, 0, "FILE", "report", report, "write the report as JSON"),                \
	{0, NULL, {"no-progress", PARAM_BOOL, COMMON_AT(base, no_progress),                        \
	           .help = "no progress bar"}}

/* Loads the recipe named by rest[0], or `preset` (NULL: no stages), and puts the options on top. */
int common_recipe(const struct common *c, const struct list *rest, const char *preset,
                  struct recipe *r, struct err *e);

/* The same for a recipe that the command made itself. */
int common_options(const struct common *c, struct recipe *r, struct err *e);

/* Sets one key of the recipe; nothing when value is empty. */
int common_set(struct recipe *r, const char *key, struct slice value, struct err *e);

/* --mem in bytes, 0 when it was not given. */
int common_mem(const struct common *c, uint64_t *bytes, struct err *e);

/* Lists the shards; refuses an output folder (may be NULL) that lies among the inputs. */
int common_shards(const struct common *c, const struct recipe *r, const char *out,
                  struct shards *shards, struct err *e);

/* The recipe as JSON and its hash, on stdout. */
enum rc common_print_config(const struct recipe *r, struct err *e);

/* To a file, "-" for stdout; nothing when path is empty. */
int common_write_report(struct slice path, struct slice json, struct err *e);

#endif
