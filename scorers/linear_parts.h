/* The inside of a folded model, shared by linear_fold.c (which builds it) and linear.c. */
#ifndef CURATE_SCORERS_LINEAR_PARTS_H
#define CURATE_SCORERS_LINEAR_PARTS_H

#include "scorers/linear.h"

/* A place of the word table: 32 bytes, so that one cache line answers. */
struct linear_slot {
	uint32_t hash;
	uint32_t length;   /* bytes of the word */
	uint64_t tail;     /* its last 8 bytes, the last one lowest */
	uint32_t word;     /* 1 + its number; 0: the slot is free. Labels come behind the words */
	uint32_t features; /* 1, plus the character n-grams folded into its score */
	float score;       /* when rows have one column: a copy of its row */
	uint32_t start;    /* of its bytes in `words` */
};

/* A node of the tree of labels: the first n_labels nodes are its leaves. */
struct linear_node {
	int32_t left, right; /* -1 both: a leaf */
};

struct linear {
	struct linear_slot *slot;
	uint32_t mask; /* number of slots - 1 */
	char *words;   /* all words behind each other */
	struct slice *word; /* n_words slices into `words` */

	float *row;      /* n_words rows, then bucket rows; `width` floats each */
	unsigned width;  /* 1 for two softmax labels, else n_labels, or dim if that is less */
	bool difference; /* two softmax labels: a row is the second one's score minus the first's */
	float *output;   /* n_labels rows of width, when rows are not folded; else NULL */
	uint32_t bucket;
	uint64_t bucket_inverse; /* UINT64_MAX / bucket */

	struct linear_node *tree; /* 2 * n_labels - 1 nodes, the root last; else NULL */

	size_t n_words, n_labels;
	int word_ngrams, minn, maxn;
	enum model_loss loss;
	float sigmoid[513];
};

/* A token as it is found: its bytes, FNV-1a as fastText computes it, and its last 8 bytes. */
struct linear_token {
	struct slice text;
	uint32_t hash;
	uint64_t tail;
};

#define LINEAR_HASH_START 2166136261u

static inline uint32_t linear_hash_step(uint32_t h, char byte)
{
	return (h ^ (uint32_t)(int8_t)byte) * 16777619u;
}

static inline struct linear_token linear_token_of(struct slice text)
{
	struct linear_token t = {.text = text, .hash = LINEAR_HASH_START};

	for (size_t i = 0; i < text.n; i++) {
		t.hash = linear_hash_step(t.hash, text.p[i]);
		t.tail = t.tail << 8 | (unsigned char)text.p[i];
	}
	return t;
}

/* Whether two words of n bytes that end in the same 8 are equal: 8 bytes at a time, all inside. */
static inline bool linear_heads_equal(const char *a, const char *b, uint32_t n)
{
	uint64_t x, y;

	for (uint32_t i = 0; i + 8 < n; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	return true;
}

/* Where the word is, or the free slot where it would be. */
static inline struct linear_slot *linear_find(const struct linear *m, const struct linear_token *t)
{
	for (uint32_t i = t->hash & m->mask;; i = (i + 1) & m->mask) {
		struct linear_slot *s = &m->slot[i];

		if (s->word == 0)
			return s;
		if (s->hash == t->hash && s->tail == t->tail && s->length == t->text.n &&
		    linear_heads_equal(m->words + s->start, t->text.p, s->length))
			return s;
	}
}

/* x % bucket: multiply by the inverse, which is at most one short. */
static inline uint32_t linear_bucket(const struct linear *m, uint64_t x)
{
	const uint64_t q = (uint64_t)((unsigned __int128)x * m->bucket_inverse >> 64);
	const uint64_t r = x - q * m->bucket;

	return (uint32_t)(r >= m->bucket ? r - m->bucket : r);
}

/* One text on its way through a model that is not folded. */
struct linear_exact {
	const struct linear *m;
	float *hidden;
	const float **asked; /* rows on their way from memory */
	size_t n_asked;
	uint64_t features;
	int32_t *hash; /* of every word */
	size_t n_hashes, cap;
	struct arena *scratch;
};

void linear_exact_open(struct linear_exact *x, const struct linear *m, struct arena *scratch);

/* Adds a word: its number (n_words or more: unknown), and <word> when character n-grams count. */
void linear_exact_add(struct linear_exact *x, const struct linear_token *t, size_t word,
                      struct slice marked);

/* Ends adding. False when there was no feature. Without a tree, fills the score of every label. */
bool linear_exact_scores(struct linear_exact *x, double *score);

/* With a tree: walks it. NaN for labels whose probability is next to nothing. */
void linear_tree_predict(const struct linear_exact *x, float *probability);

/* The tree for labels seen so often, most frequent first. Owned. */
struct linear_node *linear_tree_build(const int64_t *count, size_t n_labels);

/* Calls `each` with the bucket of every character n-gram of <word> (the marks included). */
void linear_subwords(const struct linear *m, struct slice marked_word,
                     void (*each)(void *user, uint32_t bucket), void *user);

#endif
