/* A dedup over shards whose sketches were collected into part files: parts become sketch files,
 * sketch files are matched and clustered, and the verdict says of each record what becomes of it.
 *
 *   DIR/sketch/NNNNNN.sketch   one a shard
 *   DIR/match/LIST-RANGE.edge
 *   DIR/verdict/…              see lib/dedup/verdict.h and lib/dedup/cluster.h
 *
 * Each step leaves out what is done, so that it can be killed at any time and started again. */
#ifndef CURATE_DEDUP_JOB_H
#define CURATE_DEDUP_JOB_H

#include "lib/base/param.h"
#include "lib/dedup/verdict.h"
#include "lib/doc/doc.h"

struct dedup_job {
	const char *dir;
	const char *const
	        *part; /* path of what was collected of shard i: rows (lib/dedup/sketch.h) */
	const char *const *name; /* of shard i */
	size_t n;
	const bool *mine; /* shards that fall to this task; NULL: all */
	unsigned task, tasks;
	double lease; /* seconds that another task's claim holds; 0: none are made */
	unsigned threads;
	uint64_t mem;

	struct sketch_shape shape;
	struct slice settings; /* first line: what must be equal to compare with an index */
	double verify;
	const struct list *against; /* folders of indexes; may be NULL */
	bool against_only;
	struct slice index_out;
	struct slice
	        datatrove; /* folder for datatrove's files, whose survivors then stay; or empty */
	unsigned bands, rows, bits; /* for these */
};

/* All sketches: those of indexes first, then those of the shards. */
int dedup_open_sketches(const struct dedup_job *j, struct sketches *s, struct err *e);

int dedup_sketch(const struct dedup_job *j, struct err *e);
int dedup_match(const struct dedup_job *j, struct err *e);

/* The part of dedup_cluster that one process does, which it begins with if it is not done yet. */
int dedup_join(const struct dedup_job *j, struct err *e);

/* Tasks share it (lib/dedup/share.h): it returns when all of it is done. */
int dedup_cluster(const struct dedup_job *j, struct err *e);

/* For the shards that are j->mine. */
int dedup_open_verdict(const struct dedup_job *j, struct verdict *v, struct err *e);

/* Drops the document, or notes its cluster, as the verdict says. */
void dedup_judge(const struct verdict *v, struct doc *d);

#endif
