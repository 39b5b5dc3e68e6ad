#include "scorers/linear_parts.h"

#include <math.h>

enum {
	LAG = 32,   /* n-grams on their way from memory; a power of two */
	BATCH = 64, /* words likewise */
};

/* One text being scored. */
struct reader {
	const struct linear *m;
	double *sum; /* of the rows, width of them */
	uint64_t features;
	uint64_t *chain; /* hashes of the n-grams that end at the last word, shortest first */
	int n_chain;
	uint32_t waiting[LAG]; /* buckets whose rows have been asked for */
	uint64_t n_asked;
	struct linear_token token[BATCH];
	int n_tokens;
	char *marked; /* <word>, in scratch */
	size_t marked_cap;
	struct arena *scratch;
	struct linear_exact exact; /* when the model is not folded */
};

static void add_row(struct reader *r, const float *row)
{
	if (r->m->width == 1) {
		r->sum[0] += (double)row[0];
		return;
	}
	for (unsigned c = 0; c < r->m->width; c++)
		r->sum[c] += (double)row[c];
}

static const float *bucket_row(const struct linear *m, uint32_t bucket)
{
	return m->row + (m->n_words + bucket) * m->width;
}

/* Asks memory for a bucket's row, and adds the one that was asked for LAG buckets ago. */
static inline void want_bucket(struct reader *r, uint32_t bucket)
{
	uint32_t *place = &r->waiting[r->n_asked % LAG];

	__builtin_prefetch(bucket_row(r->m, bucket));
	if (r->n_asked >= LAG)
		add_row(r, bucket_row(r->m, *place));
	*place = bucket;
	r->n_asked++;
}

static void add_waiting(struct reader *r)
{
	const uint64_t left = r->n_asked < LAG ? r->n_asked : LAG;

	for (uint64_t i = 0; i < left; i++)
		add_row(r, bucket_row(r->m, r->waiting[i]));
	r->features += r->n_asked;
	r->n_asked = 0;
}

static void want_subword(void *user, uint32_t bucket)
{
	want_bucket(user, bucket);
}

/* The n-grams of words that end with this one. Hashes are int32 widened with their sign. */
static inline void add_word_ngrams(struct reader *r, uint32_t hash)
{
	const uint64_t wide = (uint64_t)(int64_t)(int32_t)hash;
	const int longest = r->m->word_ngrams - 1;

	if (longest < 1)
		return;
	for (int i = 0; i < r->n_chain; i++) {
		r->chain[i] = r->chain[i] * 116049371u + wide;
		want_bucket(r, linear_bucket(r->m, r->chain[i]));
	}
	if (r->n_chain < longest)
		r->n_chain++;
	for (int i = r->n_chain - 1; i > 0; i--)
		r->chain[i] = r->chain[i - 1];
	r->chain[0] = wide;
}

/* <word>, or nothing when its character n-grams do not count; valid until the next call. */
static struct slice marked_word(struct reader *r, struct slice text)
{
	if (r->m->maxn <= 0 || slice_equal(text, S("</s>")))
		return S("");
	if (r->marked_cap < text.n + 2) {
		r->marked_cap = 2 * text.n + 64;
		r->marked = arena_alloc(r->scratch, r->marked_cap);
	}
	r->marked[0] = '<';
	memcpy(r->marked + 1, text.p, text.n);
	r->marked[text.n + 1] = '>';
	return (struct slice){r->marked, text.n + 2};
}

static inline void add_token(struct reader *r, const struct linear_token *t)
{
	const struct linear_slot *s = linear_find(r->m, t);

	if (s->word > r->m->n_words)
		return; /* a label */
	if (!s->word && t->text.p[0] == '_' && slice_starts(t->text, S("__label__")))
		return;
	if (r->m->output) {
		linear_exact_add(&r->exact, t, s->word ? s->word - 1 : r->m->n_words,
		                 marked_word(r, t->text));
		return;
	}
	if (s->word) {
		if (r->m->width == 1)
			r->sum[0] += (double)s->score;
		else
			add_row(r, r->m->row + (size_t)(s->word - 1) * r->m->width);
		r->features += s->features;
	} else {
		linear_subwords(r->m, marked_word(r, t->text), want_subword, r);
	}
	add_word_ngrams(r, t->hash);
}

static void add_tokens(struct reader *r)
{
	for (int i = 0; i < r->n_tokens; i++)
		add_token(r, &r->token[i]);
	r->n_tokens = 0;
}

/* Words are looked up a batch at a time, so that their slots are on their way from memory while
 * later words are still being hashed. */
static inline void want_token(struct reader *r, const struct linear_token *t)
{
	__builtin_prefetch(&r->m->slot[t->hash & r->m->mask]);
	r->token[r->n_tokens++] = *t;
	if (r->n_tokens == BATCH)
		add_tokens(r);
}

/* Bytes that end a word. */
static const bool ends_word[256] = {
	['\0'] = 1, ['\t'] = 1, ['\n'] = 1, ['\v'] = 1, ['\f'] = 1, ['\r'] = 1, [' '] = 1,
};

/* All words up to the first LF or "</s>", then "</s>". */
static void read_line(struct reader *r, struct slice text)
{
	const struct slice eos = S("</s>");
	const struct linear_token last = linear_token_of(eos);
	const char *p = text.p, *const end = text.n ? text.p + text.n : text.p;

	while (p < end && *p != '\n') {
		struct linear_token t = {.hash = LINEAR_HASH_START};
		const char *const start = p;

		while (p < end && !ends_word[(unsigned char)*p]) {
			t.hash = linear_hash_step(t.hash, *p);
			t.tail = t.tail << 8 | (unsigned char)*p;
			p++;
		}
		if (p == start) {
			p++;
			continue;
		}
		t.text = (struct slice){start, (size_t)(p - start)};
		if (t.hash == last.hash && slice_equal(t.text, eos))
			break;
		want_token(r, &t);
	}
	want_token(r, &last);
	add_tokens(r);
	add_waiting(r);
}

/* The library reports exp of a log that it keeps away from zero (model.cc, std_log). */
static float reported(double p)
{
	return expf((float)log((double)(float)p + 1e-5));
}

static void softmax(const struct linear *m, const double *score, float *probability)
{
	double most = score[0], sum = 0;

	if (m->difference) {
		probability[0] = reported(1 / (1 + exp(score[0])));
		probability[1] = reported(1 / (1 + exp(-score[0])));
		return;
	}
	for (size_t i = 1; i < m->n_labels; i++)
		most = score[i] > most ? score[i] : most;
	for (size_t i = 0; i < m->n_labels; i++)
		sum += exp(score[i] - most);
	for (size_t i = 0; i < m->n_labels; i++)
		probability[i] = reported(exp(score[i] - most) / sum);
}

/* Float sums of n rows are off by about sqrt(n) roundings; 40 times that is a safe distance from a
 * step of the table. */
static enum linear_answer sigmoids(const struct linear *m, const double *score, uint64_t n,
                                   float *probability)
{
	for (size_t i = 0; i < m->n_labels; i++) {
		const double place = (score[i] + 8) * 32;
		const double slack = 32 * 40 * 6e-8 * (8 + fabs(score[i])) * sqrt((double)n);

		if (fabs(place - nearbyint(place)) <= slack && place > -1 && place < 513)
			return LINEAR_NEAR;
		probability[i] = reported(place < 0     ? 0
		                          : place > 512 ? 1
		                                        : (double)m->sigmoid[(int)place]);
	}
	return LINEAR_GOOD;
}

/* Scores of labels, or of the one difference; false when there is no feature. */
static bool scores_of(struct reader *r, double *score)
{
	if (r->m->output)
		return linear_exact_scores(&r->exact, score);
	for (unsigned c = 0; c < r->m->width && r->features; c++)
		score[c] = r->sum[c] / (double)r->features;
	return r->features > 0;
}

enum linear_answer linear_predict(const struct linear *m, struct slice text, float *probability,
                                  struct arena *scratch)
{
	struct reader r = {.m = m, .scratch = scratch};
	double *const score = arena_zero(scratch, m->n_labels, sizeof *score);

	r.sum = arena_zero(scratch, m->width, sizeof *r.sum);
	r.chain = arena_zero(scratch, (size_t)m->word_ngrams + 1, sizeof *r.chain);
	if (m->output)
		linear_exact_open(&r.exact, m, scratch);
	read_line(&r, text);
	if (!scores_of(&r, score))
		return LINEAR_NOTHING;
	if (m->tree)
		linear_tree_predict(&r.exact, probability);
	else if (m->loss == MODEL_SOFTMAX)
		softmax(m, score, probability);
	else
		return sigmoids(m, score, r.features + r.exact.features, probability);
	return LINEAR_GOOD;
}
