/* Documents shown to a model server and its answers kept: a file of programs by document id, in the
 * order of the documents, that a later run goes on with where this one stopped. */
#ifndef CURATE_RUN_ASK_H
#define CURATE_RUN_ASK_H

#include "lib/doc/prox_request.h"
#include "lib/doc/record.h"
#include "lib/io/endpoint.h"
#include "lib/io/shards.h"

struct ask {
	const struct shards *shards;
	const struct record_fields *fields;
	const struct prox_request *request;
	struct endpoint_options endpoint;
	const char *out; /* the programs; OUT.part while it grows, OUT.state says what for */
	uint64_t window;         /* bytes of text under way, apart from the oldest document */
	bool force;              /* start again */
	bool show_progress;

	/* Filled by ask_run. */
	uint64_t documents, taken_up; /* all; of them, answered by an earlier run */
	uint64_t bad;                 /* records that are no documents */
	uint64_t failed;              /* requests that have no program: theirs is empty */
	struct endpoint_counts counts;
};

/* Asks about every document. Rows are {"id":…,"program":["…",…]}, with "failed":N when some of its
 * requests failed. RC_OK: OUT is whole (perhaps already was); RC_AGAIN: interrupted; RC_INPUT: no
 * server, or a damaged shard; RC_STATE: OUT is of other documents or another request. Answered
 * documents are never lost: run it again to go on. */
enum rc ask_run(struct ask *a, struct err *e);

#endif
