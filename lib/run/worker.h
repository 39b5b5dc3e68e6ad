/* A worker: one thread's memory, and what it does with one block: parse each record, take it
 * through the chain, write what became of it. */
#ifndef CURATE_RUN_WORKER_H
#define CURATE_RUN_WORKER_H

#include <pthread.h>

#include "lib/doc/record.h"
#include "lib/run/chain.h"
#include "lib/run/feed.h"
#include "lib/run/sink.h"

/* The outputs every unit may have; the folders that stages route documents to follow behind. */
enum { SINK_MAIN, SINK_LOG, SINK_QUARANTINE, SINK_DROPPED, SINK_PART, SINK_FIXED, SINK_MAX = 32 };

/* What is done to the documents of a pass: the same for all units and threads. */
struct task {
	const struct chain *chain;
	size_t from, to;             /* its stages that are applied */
	const struct barrier
	        *collect; /* not NULL: the documents still kept are collected for it … */
	const void *collect_self;    /* … with this stage */
	const char *without;         /* replay: leave out this stage; or NULL */
	const struct record_fields *fields;
	enum word_kind words;
	uint64_t seed;
	uint64_t mem;                /* bytes the process may use, large records included */
	bool wanted[SINK_FIXED];     /* which outputs are written */
	const struct codec *codec[SINK_FIXED]; /* routes are packed as SINK_MAIN */
	int level[SINK_FIXED];
	/* curate-filter --show and --explain: writes its own line instead of the record; or NULL.
	 */
	void (*show)(void *user, struct doc *d, struct buf *out);
	void *show_user;
};

/* Records of more bytes than this are worked on one at a time by all threads together: their
 * working memory is many times their size. */
enum { WORKER_LARGE = 128 << 10 };

struct worker {
	const struct task *task;
	struct block block;
	struct parcel parcel[SINK_MAX];
	const char *route[SINK_MAX]; /* [SINK_FIXED, n_parcels): the folder */
	size_t n_parcels;
	struct tally tally; /* of the block */
	struct arena mem, scratch;
	struct arena names; /* of the block's routes: a replayed one lives in its document */
	struct json *json;
	struct chunks *chunks;
	struct doc_context context;
	void *encoder[SINK_FIXED];
	pthread_mutex_t *big; /* held while is_big, and while a large record is worked on */
	bool is_big;
};

void worker_open(struct worker *w, const struct task *task);
void worker_close(struct worker *w);

/* Works on w->block; `file` and `shard` say where it comes from, `state` is the shard's. Leaves
 * packed parcels and the block's tally. */
int worker_do(struct worker *w, const char *file, uint32_t shard, void *state, struct err *e);

/* Gives back buffers of more than `keep` bytes, after a block that was larger than most. */
void worker_trim(struct worker *w, size_t keep);

#endif
