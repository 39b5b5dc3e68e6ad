/* Progress on stderr: a bar on a terminal, else a line a minute. */
#ifndef CURATE_RUN_PROGRESS_H
#define CURATE_RUN_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	pthread_mutex_t lock;
	bool is_shown, is_terminal, was_drawn;
	const char *what;      /* "pass 1 of 2", or "" */
	uint64_t total;        /* compressed bytes to read, 0: unknown */
	uint64_t total_shards;
	uint64_t plain, records, kept, shards; /* so far */
	uint64_t packed;       /* compressed bytes of the shards that have ended */
	double began, drawn;   /* seconds */
};

void progress_open(struct progress *p, bool is_shown, const char *what, uint64_t total,
                   uint64_t shards);
void progress_block(struct progress *p, uint64_t plain, uint64_t records, uint64_t kept);
/* A shard has come up that the total did not count. */
void progress_more(struct progress *p, uint64_t packed);
void progress_shard(struct progress *p, uint64_t packed);
void progress_close(struct progress *p);

#endif
