/* A run: a recipe over a list of shards into a folder, in as many passes as its whole-corpus stages
 * need, on a team of threads. */
#ifndef CURATE_RUN_RUN_H
#define CURATE_RUN_RUN_H

#include "lib/run/unit.h"

/* What became of one shard. */
struct shard_result {
	const struct shard *shard;
	enum unit_end end;
	bool skipped; /* done before; its record was read */
	bool mine;    /* falls to this task */
	bool worked;  /* this process did it in this pass, its own or a stolen one */
	bool was_given_up; /* by an earlier pass, or by this one */
	struct tally tally;
	uint64_t records;
	struct fingerprint input; /* of a shard that is done */
	char *damage;   /* kept up to here, or NULL */
	struct err err; /* when it failed */
};

/* What a process does of the whole: cluster jobs do one step each. A step refuses (RC_STATE) while
 * the one before is not complete. Steps are counted by the whole-corpus stage they belong to,
 * from 1. */
enum run_step {
	RUN_ALL,
	RUN_COLLECT, /* the pass in front of stage `number`, and what the stage can do for single
	                shards */
	RUN_CHECK,   /* says what that pass still owes; when nothing, lists it for the tasks that
	                follow */
	RUN_SPLIT,   /* this task's share of the stage's work between the passes */
	RUN_JOIN,    /* what one process has to do of the rest, ahead of the tasks that share it */
	RUN_SOLVE,   /* the rest of it */
	RUN_APPLY,   /* the pass behind stage `number`; 0: of a recipe without such stages */
	RUN_REPORT,  /* nothing but the report of what is done */
	RUN_PLAN,    /* nothing but plan.json */
};

struct run {
	struct recipe *recipe;  /* opened */
	struct shards *shards;
	struct state *state;
	struct record_fields fields;
	bool force;             /* redo what is done */
	enum run_step step;
	uint64_t task, tasks;   /* this process does its share of the plan; 0 of 1 does all */
	uint64_t number;        /* of the stage that `step` belongs to */
	bool steal; /* with its own share done, a task takes what others have not begun */
	bool retry;             /* shards that were kept up to damage are done again */
	unsigned threads;
	const char *log_from;   /* replay: folder of logs to read along; or NULL */
	const char *without;    /* replay: stage to leave out; or NULL */
	bool show_progress;

	/* Filled by run_shards. */
	struct shard_result *result; /* one a shard */
	struct tally total;
	double seconds;
	uint64_t bytes_now; /* of records that this process read in the last pass it worked on */
	bool interrupted;
};

/* Field paths and limits of a recipe's input section. */
int record_fields_open(struct record_fields *f, const struct recipe_input *in, struct err *e);
void record_fields_close(struct record_fields *f);

/* Does it all. Returns the exit code; what went wrong with single shards has been said and is in
 * result. e says what ended the run, when something did. */
enum rc run_shards(struct run *r, struct err *e);
void run_free(struct run *r);

/* Passes the recipe needs: 1, and one more for each whole-corpus stage in use. */
size_t run_passes(const struct recipe *r);

/* Whether a stage (opened) is a whole-corpus stage in use. */
bool run_needs_pass(const struct stage *s);

/* The shards that fall to task i of n: largest first, each to the task with least to do so far.
 * owner[k] becomes the task of shard k. */
void run_assign(const struct shards *s, uint64_t tasks, uint32_t *owner);

/* What a recipe asks to be done to every document. */
void task_of_recipe(struct task *t, const struct run *run);

/* Streams: all shards of the list through the chain into `out`, one after another, the whole team
 * on each. The caller commits `out`. Whole-corpus stages cannot be streamed. */
enum rc run_stream(struct run *r, struct outputs *out, const struct task *task, struct err *e);

/* What the process may use: cores by affinity, cgroup and SLURM_CPUS_PER_TASK / bytes of memory. */
unsigned machine_cores(void);
uint64_t machine_memory(void);

/* Bytes a run may use: --mem, or four fifths of the machine's. */
uint64_t machine_budget(const struct recipe *r);

/* Threads that fit: `wanted` (0: machine_cores) cut back to what `mem` (0: four fifths of the
 * machine's) allows. RC_MEMORY when not even one fits. */
int run_threads(const struct recipe *r, unsigned *threads, struct err *e);

#endif
