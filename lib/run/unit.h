/* A unit: one shard on its way from input to committed outputs, worked on by a team of threads.
 *
 * A team takes the read turn and fills a block; works on it alone; takes the write turn in block
 * order. So the outputs never depend on how many threads there are. */
#ifndef CURATE_RUN_UNIT_H
#define CURATE_RUN_UNIT_H

#include <pthread.h>
#include <stdatomic.h>

#include "lib/io/shards.h"
#include "lib/io/claim.h"
#include "lib/run/progress.h"
#include "lib/run/state.h"
#include "lib/run/worker.h"

/* The sinks of a unit, or of a whole stream of units that write to the same files. */
struct outputs {
	struct sink sink[SINK_MAX];
	const char *name[SINK_MAX]; /* fixed names, then routes; NULL: not wanted */
	size_t n;
	/* Sets up the sink of a route that came up for the first time. */
	int (*add_route)(struct outputs *o, const char *route, struct err *e);
	void *user;
};

/* What all units of a pass share. */
struct pass {
	struct task task;
	const struct recipe *recipe;
	const struct state *state;        /* NULL: a stream; nothing is recorded or resumed */
	struct outputs *stream;           /* not NULL: all units write here, one after another */
	const char *stage_dir;            /* folder of the barrier's parts, or NULL */
	const char *name;                 /* "" for the last pass, else "pass1/" … */
	const char *log_from;             /* folder of the logs that are read along, or NULL */
	struct stream_options stream_options;
	struct feed_limits limits;
	size_t state_size;                /* of the stages' per-shard state */
	pthread_mutex_t big;              /* held by the one block that outgrew the limit */
	bool retry;                       /* shards that were kept up to damage count as not done */
	atomic_bool stop;                 /* a failure that ends the whole run */
	struct progress *progress;
};

enum unit_end {
	UNIT_DONE,
	UNIT_FAILED,
	UNIT_INTERRUPTED, /* not done yet */
	UNIT_ELSEWHERE,   /* another process has it in hand, or has done it meanwhile */
};

struct unit {
	struct pass *pass;
	const struct shard *shard;
	uint32_t number;          /* of the shard in the list */
	bool look_first; /* another may have taken it since it was listed: a claim costs more */

	/* Under `reading`. */
	pthread_mutex_t reading;
	struct feed feed;
	atomic_bool ended;        /* no further block will be read */

	/* Under `writing`. */
	pthread_mutex_t writing;
	pthread_cond_t turn;
	uint64_t next;            /* the block whose turn it is */
	struct outputs own, *out;
	struct tally tally;
	struct checkpoint place;  /* behind the last block written */
	double began_at, saved_at; /* seconds; the latter of the last checkpoint */
	bool failed, interrupted, elsewhere;
	struct claim claim;
	struct err err;

	void *state;              /* the stages' per-shard state */
	enum unit_end end;
	struct slice damage;      /* owned; what was wrong with the shard, when it was kept */
};

/* Opens input and outputs, going on from a checkpoint where there is one. On failure the unit has
 * failed and unit_finish must still be called. */
void unit_begin(struct unit *u);

/* One block: true when there may be more. */
bool unit_step(struct unit *u, struct worker *w);

/* Called by the last worker to leave: commits, saves or gives up; `end`, `err` and `damage` say
 * which. */
void unit_finish(struct unit *u);
void unit_free(struct unit *u);

/* Where a shard's records of this pass are, owned by mem: kind is "done", "failed" or "claim". */
const char *unit_record_path(const struct pass *p, const struct shard *s, const char *kind,
                             struct arena *mem);

#endif
