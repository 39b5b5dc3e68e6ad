/* Recall and precision of a dedup, measured: near duplicates of known Jaccard are planted among a
 * sample of the user's own texts, and the real steps have to find them. */
#ifndef CURATE_DEDUP_SELFTEST_H
#define CURATE_DEDUP_SELFTEST_H

#include "lib/dedup/minhash.h"

struct selftest {
	const struct minhash *minhash; /* borrowed; its settings keep sets */
	const char *dir;               /* for scratch files, which stay */
	double verify;
	unsigned threads;
	uint64_t mem;

	struct arena texts; /* private from here on */
	struct slice *text;
	size_t n, cap;
};

/* Takes a text into the sample (copied). Texts without shingles are left out. */
void selftest_add(struct selftest *t, struct slice text);

/* Plants one copy of each text, with words replaced at random to reach Jaccards from 0.3 to 1, runs
 * sketch, match and cluster, and adds a table to `out`. *fits says whether every row lies within
 * four standard deviations of the S-curve (of which verification takes its share off). */
int selftest_run(struct selftest *t, struct buf *out, bool *fits, struct err *e);
void selftest_free(struct selftest *t);

#endif
