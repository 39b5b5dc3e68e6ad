/* How good a set of ProX programs is: against another set, or against what people say is the main
 * content of a page. */
#ifndef CURATE_DOC_PROX_EVAL_H
#define CURATE_DOC_PROX_EVAL_H

#include "lib/doc/prox.h"

/* Right and wrong calls of one kind: precision = hit / (hit + extra), recall = hit / (hit +
 * missed). */
struct prox_score {
	uint64_t hit, extra, missed, right_no;
};

struct prox_f1 {
	double precision, recall, f1; /* 0 where nothing was called or there was nothing to call */
};
struct prox_f1 prox_f1(const struct prox_score *s);

/* What running a program does to a document. */
struct prox_outcome {
	bool dropped;
	bool *gone;    /* for each source line; all of them when dropped */
	size_t lines;
	struct slice text;
	uint64_t words; /* of that */
};

/* Runs the program on a fresh copy of the document. n 0: no program, nothing happens. */
void prox_outcome(const struct doc *d, const struct slice *chunk, size_t n,
                  const struct prox_options *o, struct prox_outcome *outcome, struct arena *mem);

/* For each line of the text: 1 it belongs to the main content `gold`, 0 it does not, -1 it has no
 * words. A line of up to three words belongs when gold has it as a run of words, a longer one when
 * gold has at least half of its word triples; white space does not count. */
void prox_gold_lines(struct slice text, struct slice gold, signed char *belongs, struct arena *mem);

/* Whether the phrase stands in the text, white space aside. */
bool prox_has_phrase(struct slice text, struct slice phrase, struct arena *mem);

/* Sums over documents. Whole numbers only, so that the order of adding does not matter. */
struct prox_eval {
	uint64_t documents, with_a, with_b; /* with a program */
	struct prox_score doc;              /* dropped by A, B being right */
	struct prox_score line;             /* gone by A, B or the truth being right */
	uint64_t f1_sum,
	        f1_documents; /* of documents where lines had to go or went, in millionths */
	uint64_t words, words_a, words_b;   /* before; left by each */
	uint64_t same;                      /* documents with the same text left by both */
	uint64_t with, with_raw, with_a_kept; /* phrases that must stay; those that are there */
	uint64_t without, without_raw, without_a;   /* phrases that must go; those that are there */
};
void prox_eval_add(struct prox_eval *to, const struct prox_eval *from);

/* A against B. */
void prox_eval_pair(struct prox_eval *v, const struct prox_outcome *a,
                    const struct prox_outcome *b);

/* A's lines against the main content, given for the document's source. */
void prox_eval_gold(struct prox_eval *v, const struct prox_outcome *a, struct slice source,
                    struct slice gold, struct arena *mem);

#endif
