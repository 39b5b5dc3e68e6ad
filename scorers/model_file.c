#include "scorers/model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"

enum {
	MAGIC = 793712314,
	VERSION = 12,
	SUPERVISED = 3,
	MAX_DIM = 1 << 16,
	MAX_NGRAM = 1 << 10,
	MAX_WORDS = 1 << 29, /* the library hashes them into size / 0.7 slots, counted in int32 */
	CENTROIDS = 256,
};

/* What is left of the file. Past the end every read gives zero and `good` falls. */
struct cursor {
	struct slice rest;
	bool good;
};

static void take(struct cursor *c, void *value, size_t n)
{
	if (c->rest.n < n) {
		c->good = false;
		c->rest.n = 0;
		memset(value, 0, n);
		return;
	}
	memcpy(value, c->rest.p, n);
	c->rest = slice_tail(c->rest, n);
}

static int32_t take_i32(struct cursor *c)
{
	int32_t value;

	take(c, &value, sizeof value);
	return value;
}

static int64_t take_i64(struct cursor *c)
{
	int64_t value;

	take(c, &value, sizeof value);
	return value;
}

/* A bool of C++: any byte but 0 and 1 is damage. */
static bool take_bool(struct cursor *c)
{
	uint8_t value;

	take(c, &value, 1);
	if (value > 1)
		c->good = false;
	return value == 1;
}

/* Steps over count * size bytes and returns where they start. */
static const char *skip(struct cursor *c, int64_t count, int64_t size)
{
	const char *start = c->rest.p;

	if (count < 0 || (uint64_t)count > c->rest.n / (uint64_t)size) {
		c->good = false;
		c->rest.n = 0;
		return start;
	}
	c->rest = slice_tail(c->rest, (size_t)(count * size));
	return start;
}

static int damaged(const struct model_file *m, const char *what, struct err *e)
{
	return err_set_rc(e, RC_INPUT, "%.*s: not a usable fastText model: %s", SLICE(m->path),
	                  what);
}

static int read_args(struct model_file *m, struct cursor *c, struct err *e)
{
	const int32_t magic = take_i32(c), version = take_i32(c);
	int32_t arg[12];

	if (!c->good || magic != MAGIC)
		return damaged(m, "it does not start as one", e);
	if (version < 1 || version > VERSION)
		return damaged(m, "unknown version", e);
	for (size_t i = 0; i < 12; i++)
		arg[i] = take_i32(c);
	take_i64(c); /* t, a double */
	if (!c->good)
		return damaged(m, "the file ends inside the arguments", e);
	m->dim = arg[0];
	m->word_ngrams = arg[5];
	m->loss = (enum model_loss)arg[6];
	m->bucket = arg[8];
	m->minn = arg[9];
	m->maxn = version == 11 ? 0 : arg[10];
	if (arg[7] != SUPERVISED)
		return damaged(m, "it is no classifier (not trained with labels)", e);
	if (m->dim < 1 || m->dim > MAX_DIM)
		return damaged(m, "dim is out of range", e);
	if (arg[6] < MODEL_HS || arg[6] > MODEL_OVA)
		return damaged(m, "unknown loss", e);
	if (m->word_ngrams < 0 || m->word_ngrams > MAX_NGRAM || m->minn < 0 ||
	    m->minn > MAX_NGRAM || m->maxn < 0 || m->maxn > MAX_NGRAM || m->bucket < 0)
		return damaged(m, "n-gram lengths or buckets are out of range", e);
	if (m->bucket == 0 && (m->word_ngrams > 1 || m->maxn > 0))
		return damaged(m, "it has n-grams but no buckets", e);
	return 0;
}

/* One entry: bytes, NUL, int64 count, int8 type. */
static bool read_entry(struct cursor *c, struct slice *word, int64_t *count, int8_t *type)
{
	const char *end = c->rest.n ? memchr(c->rest.p, 0, c->rest.n) : NULL;

	if (!end)
		return false;
	*word = slice_head(c->rest, (size_t)(end - c->rest.p));
	c->rest = slice_tail(c->rest, word->n + 1);
	*count = take_i64(c);
	take(c, type, 1);
	return c->good;
}

/* The library builds its tree of labels from their counts: it needs them positive, falling, and
 * summing to less than the 1e15 it marks unbuilt nodes with, or it would build a loop. */
static bool count_fits_tree(int64_t count, int64_t before, int64_t *sum)
{
	if (count < 1 || count > before || count > 100000000000000)
		return false;
	*sum += count;
	return *sum < 1000000000000000;
}

static int read_dictionary(struct model_file *m, struct cursor *c, struct err *e)
{
	const int32_t size = take_i32(c);
	int64_t count, before = INT64_MAX, sum = 0;
	struct slice word;
	int8_t type;

	m->n_words = take_i32(c);
	m->n_labels = take_i32(c);
	take_i64(c); /* tokens seen in training */
	const int64_t pruned = take_i64(c);
	if (!c->good)
		return damaged(m, "the file ends inside the dictionary", e);
	if (m->n_words < 0 || m->n_labels < 1 || size > MAX_WORDS ||
	    (int64_t)m->n_words + m->n_labels != size)
		return damaged(m, "the numbers of words and labels do not add up", e);

	const char *const start = c->rest.p;
	for (int32_t i = 0; i < size; i++) {
		if (!read_entry(c, &word, &count, &type))
			return damaged(m, "the file ends inside the dictionary", e);
		if (type != (i >= m->n_words))
			return damaged(m, "words and labels are mixed up", e);
		if (type == 1 && !utf8_valid(word))
			return damaged(m, "a label is not valid UTF-8", e);
		if (type == 1 && m->loss == MODEL_HS && !count_fits_tree(count, before, &sum))
			return damaged(m, "the counts of its labels cannot be right", e);
		before = type == 1 ? count : INT64_MAX;
	}
	m->dictionary = (struct slice){start, (size_t)(c->rest.p - start)};
	if (pruned < -1 || pruned > m->bucket)
		return damaged(m, "the table of kept n-grams has an impossible size", e);
	m->pruned = pruned >= 0;
	return 0;
}

/* Pairs (bucket, row behind the words); `table` comes before the matrix it points into. */
static bool prune_table_fits(const struct model_file *m, struct slice table)
{
	while (table.n) {
		int32_t pair[2];

		memcpy(pair, table.p, sizeof pair);
		if (pair[0] < 0 || pair[1] < 0 || (int64_t)m->n_words + pair[1] >= m->input.rows)
			return false;
		table = slice_tail(table, sizeof pair);
	}
	return true;
}

/* int32 dim, parts, part, last; float[dim * 256]. */
static bool read_quantizer(struct cursor *c, int64_t dim, int64_t *parts)
{
	const int32_t n = take_i32(c), n_parts = take_i32(c), part = take_i32(c),
		      last = take_i32(c);

	if (!c->good || n != dim || n_parts < 1 || part < 1 || last < 1 || last > part ||
	    (int64_t)(n_parts - 1) * part + last != dim)
		return false;
	*parts = n_parts;
	skip(c, dim * CENTROIDS, sizeof(float));
	return c->good;
}

static bool read_quantized(struct model_matrix *x, struct cursor *c)
{
	const bool norms = take_bool(c);
	int64_t parts, one;

	x->rows = take_i64(c);
	x->columns = take_i64(c);
	const int32_t codes = take_i32(c);
	x->data = skip(c, codes, 1);
	if (!c->good || x->columns < 1 || x->columns > MAX_DIM || x->rows < 0 ||
	    !read_quantizer(c, x->columns, &parts) || x->rows > INT32_MAX / parts ||
	    codes != x->rows * parts)
		return false;
	if (norms) {
		skip(c, x->rows, 1);
		if (!c->good || !read_quantizer(c, 1, &one))
			return false;
	}
	return c->good;
}

static bool read_dense(struct model_matrix *x, struct cursor *c)
{
	x->rows = take_i64(c);
	x->columns = take_i64(c);
	if (!c->good || x->columns < 1 || x->columns > MAX_DIM || x->rows > INT32_MAX)
		return false;
	x->data = skip(c, x->rows, x->columns * (int64_t)sizeof(float));
	return c->good;
}

static bool read_matrix(struct model_matrix *x, struct cursor *c, bool quantized)
{
	x->quantized = quantized;
	return quantized ? read_quantized(x, c) : read_dense(x, c);
}

static int read_matrices(struct model_file *m, struct cursor *c, struct err *e)
{
	struct slice table = c->rest;
	const int64_t needed = (int64_t)m->n_words + (m->pruned ? 0 : m->bucket);

	if (m->pruned) { /* its length is the int64 before the entries */
		int64_t pairs;

		memcpy(&pairs, m->dictionary.p - sizeof pairs, sizeof pairs);
		skip(c, pairs, 2 * sizeof(int32_t));
		if (!c->good)
			return damaged(m, "the file ends inside the table of kept n-grams", e);
	}
	table.n -= c->rest.n;

	const bool quantized = take_bool(c);
	if (!c->good || !read_matrix(&m->input, c, quantized))
		return damaged(m, "the input matrix does not fit the file", e);
	const bool quantized_output = take_bool(c);
	if (!c->good || !read_matrix(&m->output, c, quantized && quantized_output))
		return damaged(m, "the output matrix does not fit the file", e);
	if (c->rest.n)
		return damaged(m, "bytes are left behind its end", e);
	if (m->pruned && !quantized)
		return damaged(m, "it is pruned but not quantized", e);
	if (m->input.columns != m->dim || m->output.columns != m->dim ||
	    m->input.rows < needed || m->output.rows != m->n_labels)
		return damaged(m, "its matrices do not fit its dictionary", e);
	if (!prune_table_fits(m, table))
		return damaged(m, "the table of kept n-grams points outside", e);
	return 0;
}

int model_file_parse(struct model_file *m, struct slice bytes, const char *name, struct err *e)
{
	struct cursor c = {bytes, true};

	*m = (struct model_file){.bytes = bytes};
	m->path = slice_of(mem_text(name, strlen(name)));
	if (read_args(m, &c, e) || read_dictionary(m, &c, e) || read_matrices(m, &c, e)) {
		free((char *)m->path.p);
		*m = (struct model_file){0};
		return -1;
	}
	return 0;
}

static int map_file(const char *path, struct slice *bytes, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc = -1;

	if (fd < 0 || fstat(fd, &st)) {
		err_set_rc(e, RC_INPUT, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		err_set_rc(e, RC_INPUT, "%s: not a usable fastText model: %s", path,
		           S_ISREG(st.st_mode) ? "the file is empty" : "it is not a file");
	} else {
		void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (p == MAP_FAILED) {
			err_set_rc(e, RC_INPUT, "%s: %s", path, strerror(errno));
		} else {
			*bytes = (struct slice){p, (size_t)st.st_size};
			rc = 0;
		}
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

int model_file_open(struct model_file *m, const char *path, struct err *e)
{
	struct slice bytes;

	*m = (struct model_file){0};
	if (map_file(path, &bytes, e))
		return -1;
	if (model_file_parse(m, bytes, path, e)) {
		munmap((void *)bytes.p, bytes.n);
		return -1;
	}
	m->mapped = true;
	return 0;
}

void model_file_close(struct model_file *m)
{
	if (m->mapped)
		munmap((void *)m->bytes.p, m->bytes.n);
	free((char *)m->path.p);
	*m = (struct model_file){0};
}

bool model_file_counted_entry(struct slice *rest, struct slice *word, int64_t *count)
{
	struct cursor c = {*rest, true};
	int8_t type;

	if (!read_entry(&c, word, count, &type))
		return false;
	*rest = c.rest;
	return true;
}

bool model_file_entry(struct slice *rest, struct slice *word)
{
	int64_t count;

	return model_file_counted_entry(rest, word, &count);
}

struct slice model_label_name(struct slice label)
{
	const struct slice mark = S("__label__");

	return slice_starts(label, mark) ? slice_tail(label, mark.n) : label;
}

int model_matrix_finite(const struct model_file *m, const struct model_matrix *x, struct err *e)
{
	const size_t n = (size_t)(x->rows * x->columns);

	for (size_t i = 0; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, x->data + i * sizeof bits, sizeof bits);
		if ((bits & 0x7f800000u) == 0x7f800000u)
			return damaged(m, "a weight is not a finite number", e);
	}
	return 0;
}
