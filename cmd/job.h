/* The two ways a command applies a recipe: over a folder with a run state, or as a filter. */
#ifndef CURATE_CMD_JOB_H
#define CURATE_CMD_JOB_H

#include "cmd/common.h"

/* A job over a folder. */
struct folder_job {
	struct slice out;  /* output folder; empty: the recipe's */
	struct slice codec, level, shard_size; /* put into the recipe */
	struct slice task; /* "I/N", "auto/N", or empty */
	struct slice only; /* one step of the run: "collect1"; empty: all of it */
	struct slice grace; /* duration; empty: the recipe's */
	bool dry_run, force, steal, retry;
	bool planned; /* the shards are those of OUT/_curate/plan.json; the input is not listed */
	const char *log_from, *without; /* replay, see struct run */
	enum run_step step; /* of a command that has its own words for them; `only` is empty then */
};

#define JOB_FOLDER(base)                                                                           \
	{'o', "DIR", {"output", PARAM_TEXT, (base) + offsetof(struct folder_job, out),             \
	              .help = "output folder"}},                                                  \
	{0, "NAME", {"codec", PARAM_TEXT, (base) + offsetof(struct folder_job, codec),             \
	             .help = "zst (default), gz or none"}},                                       \
	{0, "N", {"level", PARAM_TEXT, (base) + offsetof(struct folder_job, level),                \
	          .help = "compression level (3 for zst, 6 for gz)"}},                            \
	{0, "SIZE", {"shard-size", PARAM_TEXT, (base) + offsetof(struct folder_job, shard_size),   \
	             .help = "cut outputs in pieces of about SIZE"}},                             \
	{0, "I/N", {"task", PARAM_TEXT, (base) + offsetof(struct folder_job, task),                \
	            .help = "do share I (from 0) of N; auto/N: I is the array job's index"}},      \
	{0, NULL, {"steal", PARAM_BOOL, (base) + offsetof(struct folder_job, steal),               \
	           .help = "with its share done, do what other tasks have not begun"}},            \
	{0, NULL, {"retry-failed", PARAM_BOOL, (base) + offsetof(struct folder_job, retry),        \
	           .help = "do shards again that were kept up to damage"}},                        \
	{0, "TIME", {"grace", PARAM_TEXT, (base) + offsetof(struct folder_job, grace),             \
	             .help = "on SIGTERM, finish shards that end within this (0)"}},              \
	{'n', NULL, {"dry-run", PARAM_BOOL, (base) + offsetof(struct folder_job, dry_run),         \
	             .help = "print the plan and stop"}},                                         \
	{0, NULL, {"force", PARAM_BOOL, (base) + offsetof(struct folder_job, force),               \
	           .help = "take over a folder of another recipe; redo what is done"}}

/* What the user asked for, put into `run` (`j->only` needs the opened recipe) and the recipe. */
int job_parse_task(struct slice text, struct run *run, struct err *e);
int job_parse_only(struct slice text, struct run *run, struct err *e);

/* Opens the recipe's stages, runs it over the shards, writes the report. Returns the exit code; e
 * says why when it is no success. The recipe stays the caller's. */
enum rc job_folder(struct recipe *r, const struct common *c, const struct folder_job *j,
                   struct err *e);

/* A job from stdin or files to stdout or one file. */
struct stream_job {
	struct slice out, codec; /* "-" is stdout; codec empty: by the file's name */
	struct slice log, dropped, quarantine; /* files, or empty: not written */
	struct list route;       /* "NAME=FILE": where documents routed to NAME go */
	const char *log_from, *without; /* replay, see struct run */
	/* Writes its own line instead of the record; NULL: the record. Also called for dropped
	 * ones. */
	void (*show)(void *user, struct doc *d, struct buf *out);
	void *show_user;
	bool leave_out; /* the whole-corpus stages, which are refused otherwise */
};

#define JOB_STREAM(base)                                                                           \
	{'o', "FILE", {"output", PARAM_TEXT, (base) + offsetof(struct stream_job, out), "-",       \
	               .help = "where the kept records go"}},                                     \
	{0, "NAME", {"codec", PARAM_TEXT, (base) + offsetof(struct stream_job, codec),             \
	             .help = "none, gz or zst (by the name of FILE; stdout: none)"}},             \
	{0, "FILE", {"log", PARAM_TEXT, (base) + offsetof(struct stream_job, log),                 \
	             .help = "write the edit log"}},                                              \
	{0, "FILE", {"dropped", PARAM_TEXT, (base) + offsetof(struct stream_job, dropped),         \
	             .help = "write the dropped records"}},                                       \
	{0, "FILE", {"quarantine", PARAM_TEXT, (base) + offsetof(struct stream_job, quarantine),   \
	             .help = "write the bad records"}},                                           \
	{0, "NAME=FILE", {"route", PARAM_LIST, (base) + offsetof(struct stream_job, route),        \
	                  .help = "write the documents that stages send to NAME"}}

/* Inputs are the recipe's, or stdin when it has none. */
enum rc job_stream(struct recipe *r, const struct common *c, const struct stream_job *j,
                   struct err *e);

/* The main function of a program whose work is one call: parses the options, calls `work`, says
 * what went wrong, frees, and returns the exit code. */
int job_main(const struct program *program, void *options, int argc, char **argv,
             enum rc (*work)(void *options, const struct list *rest, struct err *e));

#endif
