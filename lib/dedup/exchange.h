/* A sort that processes share: each of the makers writes its records into one file of sorted runs,
 * cut into parts by the records' first word; each part is then read from the files of all makers.
 *
 *   DIR/NAME-MMMM.x    sealed; a maker's bytes depend on its records and nothing else, so that two
 *                      who make the same file at the same time are no harm to those who read it */
#ifndef CURATE_DEDUP_EXCHANGE_H
#define CURATE_DEDUP_EXCHANGE_H

#include "lib/dedup/sealed.h"
#include "lib/dedup/share.h"
#include "lib/dedup/shuffle.h"

enum { EXCHANGE_SUMS = 4 };

struct exchange {
	const char *dir, *name;
	uint64_t key; /* of what the records are made from: files with another one are not there */
	unsigned width;        /* 64-bit words of a record */
	uint64_t top;          /* first words are below it */
	size_t makers, parts;
	size_t run;            /* records sorted at once */
	struct share *share;   /* told of progress; may be NULL */
};

/* For work on `docs` documents: parts and makers of an exchange / records of a run. */
size_t exchange_parts(uint64_t docs);
size_t exchange_run(uint64_t docs);

struct exchange_out;
struct exchange_out *exchange_create(const struct exchange *x, size_t maker, struct err *e);
int exchange_add(struct exchange_out *o, const uint64_t *record, struct err *e);
/* `sums` are numbers of the maker's own, which exchange_sum sums up (of the last one it takes the
 * largest); may be NULL. Frees o. */
int exchange_commit(struct exchange_out *o, const uint64_t sums[EXCHANGE_SUMS], struct err *e);
void exchange_abandon(struct exchange_out *o); /* may be NULL */

bool exchange_is_made(const struct exchange *x, size_t maker);
int exchange_sum(const struct exchange *x, uint64_t sums[EXCHANGE_SUMS], struct err *e);

/* All records of a part: partition 0 of the shuffle returned, sorted, in `mem` bytes or with
 * scratch in DIR. NULL: RC_STATE when a file is missing or damaged. */
struct shuffle *exchange_gather(const struct exchange *x, size_t part, uint64_t mem, struct err *e);

#endif
