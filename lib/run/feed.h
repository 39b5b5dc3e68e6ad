/* The feed: a shard cut into blocks of whole lines, the same blocks however it is read. */
#ifndef CURATE_RUN_FEED_H
#define CURATE_RUN_FEED_H

#include "lib/io/shards.h"
#include "lib/io/stream.h"

/* One block: what a worker takes in one read turn. Its memory is kept from block to block. */
struct block {
	struct buf raw;     /* whole lines; JSON_PADDING bytes are readable behind them */
	struct buf log;     /* one log line for each record, when the feed has a log */
	uint64_t sequence;  /* number of the block in the shard */
	uint64_t offset;    /* of its first byte in the decompressed file */
	uint64_t record;    /* number of its first record */
	uint64_t records;   /* non-blank lines */
	uint64_t too_long;  /* not 0: raw is the head of one record of this many bytes */
	bool cut;           /* the last line was cut off by damage */
	uint64_t next_offset, next_record; /* of the block behind it */
};

struct feed_limits {
	uint64_t block;      /* bytes of lines in a block; a longer line makes its own block */
	uint64_t max_record; /* bytes of one line */
};

struct feed {
	struct feed_limits limits;
	struct stream *stream;
	struct buf carry;          /* read, not yet handed out */
	uint64_t offset, sequence, record; /* of the next block */
	bool ended;
	bool damaged;      /* `damage` says where and how; what was readable has been handed out */
	struct err damage;
	struct stream *log; /* NULL, or the log that is read along */
	struct buf log_carry;
};

/* Opens the shard, and the log at log_path when it is not NULL. -1: nothing is open. */
int feed_open(struct feed *f, const struct shard *shard, const char *log_path,
              const struct stream_options *o, const struct feed_limits *limits, struct err *e);
void feed_close(struct feed *f);

/* Goes on where an earlier run stopped: at byte `offset`, behind `record` records. */
int feed_resume(struct feed *f, uint64_t offset, uint64_t sequence, uint64_t record, struct err *e);

/* 1: the next block; 0: the end, perhaps by damage; -1: the log does not fit (RC_STATE). `wait`
 * (may be NULL) is called once before a block grows beyond the limit of a block. */
int feed_fill(struct feed *f, struct block *b, void (*wait)(void *user), void *user, struct err *e);

/* The next non-blank line of rest; *skipped is how many bytes stood before it. */
bool feed_line(struct slice *rest, struct slice *line, size_t *skipped);

void block_free(struct block *b);

#endif
