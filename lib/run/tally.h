/* What happened to the records of a shard, counted: the source of the report and of the accounting
 * identity read = kept + dropped + quarantined. */
#ifndef CURATE_RUN_TALLY_H
#define CURATE_RUN_TALLY_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct json;

/* How often each of a few words came up; the words are owned. */
struct count {
	char *name;
	uint64_t n;
};
struct counts {
	struct count *item;
	size_t n;
};
void counts_add(struct counts *c, struct slice name, uint64_t n);
uint64_t counts_total(const struct counts *c);
void counts_free(struct counts *c);

struct stage_tally {
	char *name;            /* of the stage in the recipe */
	uint64_t seen;         /* documents handed to the stage */
	uint64_t bytes;        /* of text handed to it */
	uint64_t ns;           /* time spent in it */
	uint64_t edits;        /* cuts and puts */
	uint64_t edited;       /* documents with at least one */
	struct counts dropped; /* by reason; in annotate and shadow mode: would have been dropped */
	struct counts counted; /* what the stage counted itself: doc_count */
	uint64_t alone;        /* judge: all — failed here and nowhere else */
	uint64_t joint;        /* judge: all — failed here, whoever else failed it */
};

struct tally {
	uint64_t read, kept;
	uint64_t dropped;                  /* documents */
	uint64_t text_in, text_out;        /* bytes of text read and kept */
	uint64_t bytes_in;                 /* decompressed */
	uint64_t bytes_out;                /* compressed, all files */
	uint64_t ns;                       /* thread time spent on blocks */
	struct counts quarantined;         /* by reason */
	struct counts routes;              /* kept documents by route, "" is the default */
	struct stage_tally *stage;
	size_t n_stages;
};

/* The row of a stage, made when it is new. */
struct stage_tally *tally_stage(struct tally *t, const char *name);

void tally_add(struct tally *to, const struct tally *from);
void tally_free(struct tally *t);

/* 0 when read = kept + dropped + quarantined and every drop has a stage; else -1 and RC_BUG. */
int tally_check(const struct tally *t, const char *what, struct err *e);

/* Adds the tally as a JSON object / reads it back from one. */
void tally_json(const struct tally *t, struct buf *out);
int tally_parse(struct tally *t, struct json *j, struct slice object, struct err *e);

#endif
