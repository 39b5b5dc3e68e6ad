#include "scorers/linear_parts.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"

bool linear_fits(const struct model_file *file)
{
	return !file->input.quantized && !file->output.quantized && file->dictionary.n < UINT32_MAX;
}

static bool has_difference(const struct model_file *file)
{
	return file->loss == MODEL_SOFTMAX && file->n_labels == 2;
}

/* Rows longer than the model's own would be slower and larger. */
static bool is_folded(const struct model_file *file)
{
	return has_difference(file) || (file->loss != MODEL_HS && file->n_labels <= file->dim);
}

static unsigned width_of(const struct model_file *file)
{
	if (has_difference(file))
		return 1;
	return (unsigned)(is_folded(file) ? file->n_labels : file->dim);
}

uint64_t linear_size(const struct model_file *file)
{
	return ((uint64_t)file->n_words + (uint64_t)file->bucket) * width_of(file) * sizeof(float);
}

/* The output matrix as doubles, one row a folded column. */
static double *read_output(const struct model_file *file)
{
	const size_t dim = (size_t)file->dim, n = (size_t)file->n_labels * dim;
	double *out = mem_new(double, n);
	float value;

	for (size_t i = 0; i < n; i++) {
		memcpy(&value, file->output.data + i * sizeof value, sizeof value);
		out[i] = (double)value;
	}
	for (size_t i = 0; has_difference(file) && i < dim; i++)
		out[i] = out[dim + i] - out[i];
	return out;
}

/* Both matrices as they are. */
static int copy_rows(struct linear *m, const struct model_file *file, struct err *e)
{
	const size_t n = m->n_labels * m->width * sizeof *m->output;

	if (model_matrix_finite(file, &file->input, e) ||
	    model_matrix_finite(file, &file->output, e))
		return -1;
	m->output = mem_alloc(n);
	memcpy(m->output, file->output.data, n);
	memcpy(m->row, file->input.data, linear_size(file));
	return 0;
}

static int fold_rows(struct linear *m, const struct model_file *file, struct err *e)
{
	const size_t dim = (size_t)file->dim, n = m->n_words + m->bucket;
	double *const output = read_output(file);
	float *const in = mem_new(float, dim);
	bool finite = true;

	for (size_t row = 0; row < n; row++) {
		memcpy(in, file->input.data + row * dim * sizeof *in, dim * sizeof *in);
		for (unsigned c = 0; c < m->width; c++) {
			double sum = 0;

			for (size_t i = 0; i < dim; i++)
				sum += (double)in[i] * output[c * dim + i];
			m->row[row * m->width + c] = (float)sum;
			finite &= isfinite((float)sum);
		}
	}
	free(in);
	free(output);
	if (!finite)
		return err_set_rc(e, RC_INPUT,
		                  "%.*s: not a usable fastText model: a weight is not a finite "
		                  "number",
		                  SLICE(file->path));
	return 0;
}

/* Gives every word and label its slot. Of a word that is there twice the last one counts, as in
 * the library. */
static void add_words(struct linear *m, const struct model_file *file)
{
	struct slice rest = file->dictionary, text;
	uint32_t start = 0;

	for (uint32_t i = 0; model_file_entry(&rest, &text); i++) {
		const struct linear_token t = linear_token_of(text);
		struct linear_slot *s = linear_find(m, &t);

		memcpy(m->words + start, text.p, text.n);
		*s = (struct linear_slot){t.hash, (uint32_t)text.n, t.tail, i + 1, 1, 0, start};
		if (i < m->n_words)
			m->word[i] = (struct slice){m->words + start, text.n};
		start += (uint32_t)text.n;
	}
}

void linear_subwords(const struct linear *m, struct slice word,
                     void (*each)(void *user, uint32_t bucket), void *user)
{
	for (size_t i = 0; i < word.n; i++) {
		uint32_t h = LINEAR_HASH_START;
		size_t j = i;

		if ((word.p[i] & 0xc0) == 0x80)
			continue;
		for (int n = 1; j < word.n && n <= m->maxn; n++) {
			do
				h = linear_hash_step(h, word.p[j++]);
			while (j < word.n && (word.p[j] & 0xc0) == 0x80);
			if (n >= m->minn && !(n == 1 && (i == 0 || j == word.n)))
				each(user, h % m->bucket);
		}
	}
}

struct word_sum {
	const struct linear *m;
	double *sum;
	uint32_t features;
};

static void add_bucket(void *user, uint32_t bucket)
{
	struct word_sum *w = user;
	const float *row = w->m->row + (w->m->n_words + bucket) * w->m->width;

	for (unsigned c = 0; c < w->m->width; c++)
		w->sum[c] += (double)row[c];
	w->features++;
}

/* Adds to a word's row those of its character n-grams. </s> has none. */
static void fold_subwords(struct linear *m, struct linear_slot *s, struct buf *marked, double *sum)
{
	float *const row = m->row + (size_t)(s->word - 1) * m->width;
	const struct slice text = m->word[s->word - 1];
	struct word_sum w = {m, sum, 1};

	if (slice_equal(text, S("</s>")))
		return;
	for (unsigned c = 0; c < m->width; c++)
		sum[c] = (double)row[c];
	buf_reset(marked);
	buf_byte(marked, '<');
	buf_add(marked, text);
	buf_byte(marked, '>');
	linear_subwords(m, buf_slice(marked), add_bucket, &w);
	for (unsigned c = 0; c < m->width; c++)
		row[c] = (float)sum[c];
	s->features = w.features;
}

static void finish_words(struct linear *m)
{
	double *const sum = mem_new(double, m->width);
	struct buf marked = {0};

	for (size_t i = 0; i <= m->mask; i++) {
		struct linear_slot *s = &m->slot[i];

		if (s->word == 0 || s->word > m->n_words)
			continue;
		if (m->maxn > 0 && !m->output)
			fold_subwords(m, s, &marked, sum);
		s->score = m->row[(size_t)(s->word - 1) * m->width];
	}
	buf_free(&marked);
	free(sum);
}

/* Random single reads: fewer, larger pages save most of the address translation. */
static void *big_alloc(size_t n)
{
	enum { HUGE = 2 << 20 };
	void *p = aligned_alloc(HUGE, (n + HUGE - 1) / HUGE * HUGE);

	if (!p)
		mem_die(n);
	madvise(p, (n + HUGE - 1) / HUGE * HUGE, MADV_HUGEPAGE);
	return p;
}

/* The library's table (loss.cc): 512 steps over -8 .. 8. */
static void fill_sigmoid(float table[513])
{
	for (int i = 0; i < 513; i++) {
		const float x = (float)(i * 16) / 512 - 8;

		table[i] = (float)(1.0 / (1.0 + (double)expf(-x)));
	}
}

static struct linear_node *build_tree(const struct model_file *file)
{
	const size_t n = (size_t)file->n_labels;
	int64_t *const count = mem_new(int64_t, n);
	struct slice rest = file->dictionary, word;
	struct linear_node *tree;

	for (int32_t i = 0; i < file->n_words; i++)
		model_file_entry(&rest, &word);
	for (size_t i = 0; i < n; i++)
		model_file_counted_entry(&rest, &word, &count[i]);
	tree = linear_tree_build(count, n);
	free(count);
	return tree;
}

struct linear *linear_open(const struct model_file *file, struct err *e)
{
	struct linear *m = mem_new(struct linear, 1);
	size_t slots = 16;

	m->n_words = (size_t)file->n_words;
	m->n_labels = (size_t)file->n_labels;
	m->width = width_of(file);
	m->difference = has_difference(file);
	m->word_ngrams = file->word_ngrams;
	m->minn = file->minn;
	m->maxn = file->maxn;
	m->loss = file->loss;
	m->bucket = (uint32_t)file->bucket;
	m->bucket_inverse = m->bucket ? UINT64_MAX / m->bucket : 0;
	m->row = big_alloc(linear_size(file) + sizeof(float));
	m->words = mem_alloc(file->dictionary.n);
	m->word = mem_new(struct slice, m->n_words + 1);
	while (slots < (m->n_words + m->n_labels) * 2)
		slots *= 2;
	m->mask = (uint32_t)(slots - 1);
	m->slot = big_alloc(slots * sizeof *m->slot);
	memset(m->slot, 0, slots * sizeof *m->slot);
	fill_sigmoid(m->sigmoid);
	if (is_folded(file) ? fold_rows(m, file, e) : copy_rows(m, file, e)) {
		linear_close(m);
		return NULL;
	}
	if (m->loss == MODEL_HS)
		m->tree = build_tree(file);
	add_words(m, file);
	finish_words(m);
	return m;
}

void linear_close(struct linear *m)
{
	if (!m)
		return;
	free(m->row);
	free(m->output);
	free(m->tree);
	free(m->slot);
	free(m->words);
	free(m->word);
	free(m);
}

size_t linear_n_labels(const struct linear *m)
{
	return m->n_labels;
}

size_t linear_n_words(const struct linear *m)
{
	return m->n_words;
}

bool linear_has_scores(const struct linear *m)
{
	return m->tree == NULL;
}

struct slice linear_word(const struct linear *m, size_t i)
{
	return m->word[i];
}

void linear_word_scores(const struct linear *m, size_t i, double *score)
{
	const float *const row = m->row + i * m->width;

	if (m->difference) {
		score[0] = 0;
		score[1] = (double)row[0];
		return;
	}
	for (size_t label = 0; label < m->n_labels; label++) {
		score[label] = m->output ? 0 : (double)row[label];
		for (unsigned c = 0; m->output && c < m->width; c++)
			score[label] += (double)row[c] * (double)m->output[label * m->width + c];
	}
}
