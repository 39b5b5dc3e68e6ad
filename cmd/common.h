/* What the commands share: options every one of them has, and how they become a recipe. */
#ifndef CURATE_CMD_COMMON_H
#define CURATE_CMD_COMMON_H

#include "lib/base/option.h"
#include "lib/run/run.h"

struct common {
	struct list input, set;
	struct slice text, id, file_list, on_corrupt, report;
	uint64_t max_record, mem;
	int64_t threads;
	double max_bad;
	bool no_progress;
};

#define COMMON_AT(base, field) ((base) + offsetof(struct common, field))

/* Rows for a program's option table; `base` is the offset of its struct common. */
#define COMMON_INPUT(base)                                                                         \
	{'i', "PATH", {"input", PARAM_LIST, COMMON_AT(base, input),                                \
	               .help = "file, folder or -; may be repeated"}},                            \
	{0, "FILE", {"file-list", PARAM_TEXT, COMMON_AT(base, file_list),                          \
	             .help = "read the input paths from FILE, one a line"}},                      \
	{'f', "FIELD", {"text", PARAM_TEXT, COMMON_AT(base, text),                                 \
	                .help = "dotted path of the text field (text)"}},                         \
	{0, "FIELD", {"id", PARAM_TEXT, COMMON_AT(base, id),                                       \
	              .help = "dotted path of the id field (id)"}},                               \
	{0, "HOW", {"on-corrupt", PARAM_TEXT, COMMON_AT(base, on_corrupt),                         \
	            .help = "stop, keep-head (default) or skip a damaged shard"}},                \
	{0, "SIZE", {"max-record", PARAM_SIZE, COMMON_AT(base, max_record),                        \
	             .help = "longest record (64M)"}}

#define COMMON_RUN(base)                                                                           \
	{'s', "PATH=VALUE", {"set", PARAM_LIST, COMMON_AT(base, set),                              \
	                     .help = "change the recipe: stage.param=value, output.level=1"}},    \
	{'j', "N", {"threads", PARAM_INT, COMMON_AT(base, threads), .min = 0, .max = 4096,         \
	            .help = "threads (all cores this process may use)"}},                                 \
	{'m', "SIZE", {"mem", PARAM_SIZE, COMMON_AT(base, mem),                                    \
	               .help = "memory budget (four fifths of the machine's)"}},                  \
	{0, "SHARE", {"max-bad", PARAM_REAL, COMMON_AT(base, max_bad), "-1", .min = -1, .max = 1,  \
	              .help = "share of bad records that still exits 0 (0.1%)"}},                          \
	{0, "FILE", {"report", PARAM_TEXT, COMMON_AT(base, report),                                \
	             .help = "write the report as JSON"}},                                        \
	{0, NULL, {"no-progress", PARAM_BOOL, COMMON_AT(base, no_progress),                        \
	           .help = "no progress bar"}}

/* Loads the recipe named by rest[0], or `preset` (NULL: no stages), and puts the options on top. */
int common_recipe(const struct common *c, const struct list *rest, const char *preset,
                  struct recipe *r, struct err *e);

/* The same for a recipe that the command made itself. */
int common_options(const struct common *c, struct recipe *r, struct err *e);

/* Lists the shards; refuses an output folder (may be NULL) that lies among the inputs. */
int common_shards(const struct common *c, const struct recipe *r, const char *out,
                  struct shards *shards, struct err *e);

/* The recipe as JSON and its hash, on stdout. */
enum rc common_print_config(const struct recipe *r, struct err *e);

/* To a file, "-" for stdout; nothing when path is empty. */
int common_write_report(struct slice path, struct slice json, struct err *e);

#endif
