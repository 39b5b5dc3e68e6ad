/* Where documents come from: shares by host, domain and suffix, counts of keys; for curate-tag. */
#ifndef CURATE_CMD_SHARES_H
#define CURATE_CMD_SHARES_H

#include <pthread.h>

#include "lib/base/map.h"
#include "lib/base/param.h"
#include "lib/doc/template.h"

struct sums {
	uint64_t documents, bytes, tokens; /* tokens: words between white space */
};

/* Keys and what they sum up to. All-zero is valid and empty. */
struct group {
	struct map index;
	struct group_item {
		struct slice key;
		struct sums sums;
	} *item;
	size_t n, cap;
	struct arena mem; /* owns the keys */
};

struct shares {
	pthread_mutex_t lock;
	const struct list *input;       /* as the user wrote them: their sums are told apart */
	size_t now;                     /* the one that is being read */
	const struct template *counted; /* NULL: shares; else count the keys it makes */
	struct sums all, tagged, without_url, *inputs;
	struct sums without_host; /* but with a url */
	struct group hosts, keys;
};

void shares_open(struct shares *s, const struct list *input, const struct template *counted);
void shares_free(struct shares *s);

/* For struct stream_job.show: adds a document, writes nothing. From any thread. A prefix does not
 * count as text. */
void shares_add(void *user, struct doc *d, struct buf *out);

/* Adds the shares as one JSON object, with the `top` largest of each kind. */
void shares_json(const struct shares *s, size_t top, struct buf *out);

/* Adds KEY<TAB>COUNT lines, most frequent first. */
void shares_counts(const struct shares *s, struct buf *out);

#endif
