/* Gopher's quality rules (Rae et al. 2021, table A1, as datatrove 0.10 applies them): number and
 * length of words, symbols, bullets, ellipses, letters and stop words. A threshold of 0 is off. */
#include "lib/run/stage.h"

#include <stdlib.h>

#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/stats.h"
#include "lib/doc/wordlist.h"

struct gopher_quality {
	int64_t min_doc_words, max_doc_words, min_stop_words;
	double min_avg_word_length, max_avg_word_length, max_symbol_word_ratio;
	double max_bullet_lines_ratio, max_ellipsis_lines_ratio, max_non_alpha_words_ratio;
	struct list stop_words;
	struct slice stop_words_file;
	struct wordlist loaded;
	struct map stop; /* all of them, once */
};

#define AT(field) offsetof(struct gopher_quality, field)

static const struct param params[] = {
	{.name = "min_doc_words", .kind = PARAM_INT, .at = AT(min_doc_words), .preset = "50",
	 .min = 0, .max = 1e12, .help = "fewest words that are not mere punctuation"},
	{.name = "max_doc_words", .kind = PARAM_INT, .at = AT(max_doc_words), .preset = "100000",
	 .min = 0, .max = 1e12, .help = "most words that are not mere punctuation"},
	{.name = "min_avg_word_length", .kind = PARAM_REAL, .at = AT(min_avg_word_length),
	 .preset = "3", .min = 0, .max = 1e9, .help = "least mean length of those, code points"},
	{.name = "max_avg_word_length", .kind = PARAM_REAL, .at = AT(max_avg_word_length),
	 .preset = "10", .min = 0, .max = 1e9, .help = "largest mean length of those"},
	{.name = "max_symbol_word_ratio", .kind = PARAM_REAL, .at = AT(max_symbol_word_ratio),
	 .preset = "0.1", .min = 0, .max = 1e9, .help = "most '#', and most ellipses, a word"},
	{.name = "max_bullet_lines_ratio", .kind = PARAM_REAL, .at = AT(max_bullet_lines_ratio),
	 .preset = "0.9", .min = 0, .max = 1,
	 .help = "largest share of lines that start with a bullet"},
	{.name = "max_ellipsis_lines_ratio", .kind = PARAM_REAL,
	 .at = AT(max_ellipsis_lines_ratio), .preset = "0.3", .min = 0, .max = 1,
	 .help = "largest share of lines that end with an ellipsis"},
	{.name = "max_non_alpha_words_ratio", .kind = PARAM_REAL,
	 .at = AT(max_non_alpha_words_ratio), .preset = "0.8", .min = 0, .max = 1,
	 .help = "despite its name: least share of words with a letter"},
	{.name = "min_stop_words", .kind = PARAM_INT, .at = AT(min_stop_words), .preset = "2",
	 .min = 0, .max = 1e9, .help = "fewest different stop words"},
	{.name = "stop_words", .kind = PARAM_LIST, .at = AT(stop_words),
	 .preset = "the,be,to,of,and,that,have,with", .help = "the stop words, letter for letter"},
	{.name = "stop_words_file", .kind = PARAM_FILE, .at = AT(stop_words_file),
	 .help = "more of them, one a line"},
	{0},
};

static int gopher_quality_init(void *self, struct err *e)
{
	struct gopher_quality *r = self;

	for (size_t i = 0; i < r->stop_words.n; i++)
		map_put(&r->stop, r->stop_words.item[i], NULL);
	if (r->stop_words_file.n == 0)
		return 0;
	char *path = mem_text(r->stop_words_file.p, r->stop_words_file.n);
	int rc = wordlist_load(&r->loaded, path, e);

	for (size_t i = 0; i < r->loaded.n; i++)
		map_put(&r->stop, r->loaded.item[i], NULL);
	free(path);
	return rc;
}

static void gopher_quality_fini(void *self)
{
	struct gopher_quality *r = self;

	map_free(&r->stop);
	wordlist_free(&r->loaded);
}

/* Words that are not mere symbols, their code points, and words with a letter. */
struct word_counts {
	int64_t count, chars, alpha;
};

static struct word_counts count_words(const struct words *w)
{
	struct word_counts n = {0};

	for (size_t i = 0; i < w->n_distinct; i++) {
		const struct word *word = &w->distinct[i];
		int64_t text = word->flags & WORD_TEXT ? word->count : 0;

		n.count += text;
		n.chars += text * word->chars;
		n.alpha += word->flags & WORD_ALPHA ? word->count : 0;
	}
	return n;
}

static bool judge_length(const struct gopher_quality *r, const struct words *w,
                         struct word_counts n, struct stats *s)
{
	int64_t count = n.count, chars = n.chars;
	double mean = (double)chars / (double)count; /* NaN without words: fails nothing */

	stats_add(s, "words", (double)w->n);
	stats_add(s, "text_words", (double)count);
	stats_add(s, "mean_word_length", mean);
	if (r->min_doc_words && count < r->min_doc_words && stats_drop(s, S("gopher_short_doc")))
		return true;
	if (r->max_doc_words && count > r->max_doc_words && stats_drop(s, S("gopher_long_doc")))
		return true;
	if (r->min_avg_word_length != 0 && mean < r->min_avg_word_length &&
	    stats_drop(s, S("gopher_below_avg_threshold")))
		return true;
	return r->max_avg_word_length != 0 && mean > r->max_avg_word_length &&
	       stats_drop(s, S("gopher_above_avg_threshold"));
}

static bool judge_symbols(const struct gopher_quality *r, const struct marks *m, double n_words,
                          struct stats *s)
{
	double limit = r->max_symbol_word_ratio;
	double hashes = (double)m->hashes / n_words;

	if (stats_check(s, "hash_word_ratio", hashes, limit != 0 && hashes > limit,
	                S("gopher_too_many_hashes")))
		return true;
	double ellipses = (double)m->ellipses / n_words;

	return stats_check(s, "ellipsis_word_ratio", ellipses, limit != 0 && ellipses > limit,
	                   S("gopher_too_many_ellipsis"));
}

struct line_counts {
	size_t lines, bullets, ellipses;
};

static void count_line(struct slice line, struct line_counts *n)
{
	struct slice head = utf8_strip_head(line), tail = utf8_strip_tail(line);

	n->lines++;
	n->bullets += slice_starts(head, S("-")) || slice_starts(head, S("•"));
	n->ellipses += slice_ends(tail, S("...")) || slice_ends(tail, S("…"));
}

/* Those of str.splitlines(). */
static struct line_counts count_lines(struct slice text, const struct marks *m)
{
	struct line_counts n = {0};
	struct slice line;
	size_t from = 0;

	if (m->odd_breaks) {
		while (utf8_splitline(&text, &line))
			count_line(line, &n);
		return n;
	}
	for (size_t i = 0; i < m->n_lf; from = m->lf[i++] + 1)
		count_line((struct slice){text.p + from, m->lf[i] - from}, &n);
	if (from < text.n)
		count_line(slice_tail(text, from), &n);
	return n;
}

static bool judge_lines(const struct gopher_quality *r, struct slice text, const struct marks *m,
                        struct stats *s)
{
	struct line_counts n = count_lines(text, m);
	double bullet = (double)n.bullets / (double)n.lines;
	double ellipsis = (double)n.ellipses / (double)n.lines;

	return stats_check(s, "bullet_lines_ratio", bullet,
	                   r->max_bullet_lines_ratio != 0 && bullet > r->max_bullet_lines_ratio,
	                   S("gopher_too_many_bullets")) ||
	       stats_check(s, "ellipsis_lines_ratio", ellipsis,
	                   r->max_ellipsis_lines_ratio != 0 &&
	                           ellipsis > r->max_ellipsis_lines_ratio,
	                   S("gopher_too_many_end_ellipsis"));
}

static bool judge_letters(const struct gopher_quality *r, const struct words *w, int64_t alpha,
                          struct stats *s)
{
	double limit = r->max_non_alpha_words_ratio, ratio = (double)alpha / (double)w->n;

	return stats_check(s, "alpha_words_ratio", ratio, limit != 0 && ratio < limit,
	                   S("gopher_below_alpha_threshold"));
}

static bool judge_stop_words(const struct gopher_quality *r, const struct words *w,
                             struct stats *s)
{
	int64_t found = 0;

	for (size_t i = 0; i < r->stop.cap && (found < r->min_stop_words || s->d->complete); i++)
		if (r->stop.slot[i].hash)
			found += words_find(w, r->stop.slot[i].key) != NULL;
	return stats_check(s, "stop_words", (double)found, found < r->min_stop_words,
	                   S("gopher_enough_stop_words"));
}

static void gopher_quality_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct gopher_quality *r = self;
	const struct words *w = doc_words(d);
	const struct marks *m = doc_marks(d);
	struct word_counts n = count_words(w);
	struct stats s = stats_open(d);

	(void)scratch;
	(void)(judge_length(r, w, n, &s) || judge_symbols(r, m, (double)w->n, &s) ||
	       judge_lines(r, doc_text(d), m, &s) || judge_letters(r, w, n.alpha, &s) ||
	       judge_stop_words(r, w, &s));
	stats_close(&s);
}

const struct stage_type gopher_quality_stage = {
	.name = "gopher_quality",
	.help = "Gopher's quality rules: words, symbols, bullets, letters, stop words",
	.params = params,
	.size = sizeof(struct gopher_quality),
	.init = gopher_quality_init,
	.fini = gopher_quality_fini,
	.doc = gopher_quality_doc,
};
