/* Keeps documents whose words are common enough: the mean log frequency of their words (datatrove's
 * UnigramLogProbFilter, after peS2o). */
#include "lib/run/stage.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/doc/analysis.h"
#include "lib/doc/stats.h"
#include "lib/doc/wordlist.h"

struct unigram_logprob {
	struct slice frequencies;
	double threshold;
	struct wordlist rows;
	struct map logprob; /* the bits of a double */
};

#define AT(field) offsetof(struct unigram_logprob, field)

static const struct param params[] = {
	{.name = "frequencies", .kind = PARAM_FILE, .at = AT(frequencies),
	 .help = "CSV file with the columns word (in lower case) and count, plain or packed"},
	{.name = "logprobs_threshold", .kind = PARAM_REAL, .at = AT(threshold), .preset = "-10",
	 .help = "the mean natural logarithm of the words' frequencies must be above this"},
	{0},
};

/* Takes the next field off a CSV row; quotes are taken away in place. */
static bool take_field(struct slice *row, struct slice *field)
{
	char *out = (char *)row->p;
	size_t n = 0, i = 1;

	if (row->n == 0 || row->p[0] != '"')
		return slice_cut(row, ',', field);
	for (; i < row->n; i++) {
		if (row->p[i] == '"' && (i + 1 == row->n || row->p[++i] != '"'))
			break;
		out[n++] = row->p[i];
	}
	*field = (struct slice){out, n};
	*row = slice_tail(*row, i + 1);
	return true;
}

/* Finds the fields of two columns in a row. */
static bool take_columns(struct slice row, const size_t column[2], struct slice value[2])
{
	struct slice field;
	unsigned found = 0;

	for (size_t i = 0; take_field(&row, &field); i++)
		for (unsigned k = 0; k < 2; k++)
			if (column[k] == i) {
				value[k] = field;
				found |= 1u << k;
			}
	return found == 3;
}

static bool find_columns(struct slice header, size_t column[2])
{
	static const struct slice name[2] = {S_INIT("word"), S_INIT("count")};
	struct slice field;
	unsigned found = 0;

	for (size_t i = 0; take_field(&header, &field); i++)
		for (unsigned k = 0; k < 2; k++)
			if (slice_equal(field, name[k])) {
				column[k] = i;
				found |= 1u << k;
			}
	return found == 3;
}

static int read_rows(struct unigram_logprob *r, const char *path, struct err *e)
{
	size_t column[2] = {0, 0};
	struct slice value[2];
	uint64_t count, total = 0;

	if (r->rows.n == 0 || !find_columns(r->rows.item[0], column))
		return err_set_rc(e, RC_INPUT, "%s: no header with the columns word and count",
		                  path);
	for (size_t i = 1; i < r->rows.n; i++) {
		if (!take_columns(r->rows.item[i], column, value) ||
		    !slice_to_u64(value[1], &count) || count == 0)
			return err_set_rc(e, RC_INPUT, "%s: row %zu is not WORD,COUNT", path, i);
		total += count;
		*map_put(&r->logprob, value[0], NULL) = count;
	}
	for (size_t i = 0; i < r->logprob.cap; i++)
		if (r->logprob.slot[i].hash) {
			double logprob = log((double)r->logprob.slot[i].value / (double)total);

			memcpy(&r->logprob.slot[i].value, &logprob, sizeof logprob);
		}
	return 0;
}

static int unigram_logprob_init(void *self, struct err *e)
{
	struct unigram_logprob *r = self;

	if (r->frequencies.n == 0)
		return err_set_rc(e, RC_USAGE, "frequencies: a CSV file is needed");
	char *path = mem_text(r->frequencies.p, r->frequencies.n);
	int rc = wordlist_load(&r->rows, path, e) || read_rows(r, path, e) ? -1 : 0;

	free(path);
	return rc;
}

static void unigram_logprob_fini(void *self)
{
	struct unigram_logprob *r = self;

	map_free(&r->logprob);
	wordlist_free(&r->rows);
}

static double word_logprob(const struct unigram_logprob *r, struct slice word, char *lower)
{
	const uint64_t *bits = map_get(
		&r->logprob, (struct slice){lower, unicode_lower_text(word, lower)});
	double logprob;

	if (!bits)
		return log(1e-9);
	memcpy(&logprob, bits, sizeof logprob);
	return logprob;
}

static void unigram_logprob_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct unigram_logprob *r = self;
	const struct words *w = doc_words(d);
	double *logprob = arena_new(scratch, double, w->n_distinct), sum = 0;
	struct stats s = stats_open(d);
	size_t longest = 0;

	for (size_t i = 0; i < w->n_distinct; i++)
		if (w->distinct[i].text.n > longest)
			longest = w->distinct[i].text.n;
	char *lower = arena_alloc(scratch, 2 * longest);

	for (size_t i = 0; i < w->n_distinct; i++)
		logprob[i] = word_logprob(r, w->distinct[i].text, lower);
	/* In the order of the text: the sum rounds as published. */
	for (size_t i = 0; i < w->n; i++)
		sum += logprob[w->id[i]];
	double mean = w->n ? sum / (double)w->n : 0;

	stats_check(&s, "mean_logprob", mean, !(mean > r->threshold), S(""));
	stats_close(&s);
}

const struct stage_type unigram_logprob_stage = {
	.name = "unigram_logprob",
	.help = "keeps documents whose words are common enough",
	.params = params,
	.size = sizeof(struct unigram_logprob),
	.init = unigram_logprob_init,
	.fini = unigram_logprob_fini,
	.doc = unigram_logprob_doc,
};
