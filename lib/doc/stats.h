/* What one stage measured of one document and which of its checks failed.
 *
 * A rule opens it, makes its checks in the published order and closes it. Normally the first
 * failing check drops the document and nothing is written. With d->complete every check is made and
 * the record gets curate.STAGE = {"NAME":value,…,"fails":["reason",…]}. */
#ifndef CURATE_DOC_STATS_H
#define CURATE_DOC_STATS_H

#include "lib/doc/doc.h"

struct stats {
	struct doc *d;
	bool failed; /* a check of this stage did */
	struct buf json, fails; /* used only when the document is judged completely */
};

static inline struct stats stats_open(struct doc *d)
{
	return (struct stats){.d = d};
}

/* Writes down a number; `name` is a C identifier. */
void stats_add_always(struct stats *s, const char *name, double value);

static inline void stats_add(struct stats *s, const char *name, double value)
{
	if (s->d->complete)
		stats_add_always(s, name, value);
}

/* Drops the document for `why` when `failed`. True: the rule is done, make no more checks. `why`
 * outlives the run or lies in d->mem. */
bool stats_drop(struct stats *s, struct slice why);

static inline bool stats_check(struct stats *s, const char *name, double value, bool failed,
                               struct slice why)
{
	stats_add(s, name, value);
	return failed && stats_drop(s, why);
}

/* Writes the note, if there is anything to write, and frees. */
void stats_close(struct stats *s);

#endif
