/* FineWeb's own rules (Penedo et al. 2024, as datatrove 0.10 applies them): lines without final
 * punctuation, short lines, repeated lines, lists. */
#include "lib/run/stage.h"

#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/punct.h"
#include "lib/doc/stats.h"

struct fineweb_quality {
	double line_punct_thr, short_line_thr, char_duplicates_ratio, new_line_ratio;
	bool line_punct_exclude_zero;
	struct slice stop_chars;
	int64_t short_line_length;
};

#define AT(field) offsetof(struct fineweb_quality, field)

static const struct param params[] = {
	{.name = "line_punct_thr", .kind = PARAM_REAL, .at = AT(line_punct_thr), .preset = "0.12",
	 .min = 0, .max = 1, .help = "least share of lines that end with a stop character"},
	{.name = "line_punct_exclude_zero", .kind = PARAM_BOOL, .at = AT(line_punct_exclude_zero),
	 .preset = "false", .help = "a document where no line does passes"},
	{.name = "stop_chars", .kind = PARAM_TEXT, .at = AT(stop_chars),
	 .help = "the stop characters, one after the other; empty: 159 of all scripts"},
	{.name = "short_line_thr", .kind = PARAM_REAL, .at = AT(short_line_thr), .preset = "0.67",
	 .min = 0, .max = 1, .help = "largest share of short lines"},
	{.name = "short_line_length", .kind = PARAM_INT, .at = AT(short_line_length),
	 .preset = "30", .min = 0, .max = 1e9, .help = "code points a short line has at most"},
	{.name = "char_duplicates_ratio", .kind = PARAM_REAL, .at = AT(char_duplicates_ratio),
	 .preset = "0.01", .min = 0, .max = 1, .help = "largest share of text in repeated lines"},
	{.name = "new_line_ratio", .kind = PARAM_REAL, .at = AT(new_line_ratio), .preset = "0.3",
	 .min = 0, .max = 1e9, .help = "most line breaks a word"},
	{0},
};

static bool ends_with_stop(const struct fineweb_quality *r, struct slice line)
{
	unsigned size;
	uint32_t last = utf8_last(line, &size);

	if (r->stop_chars.n == 0)
		return punct_is(last, PUNCT_TERMINAL);
	return slice_find(r->stop_chars, slice_tail(line, line.n - size), 0) != SIZE_MAX;
}

/* Code points of a line, as far as it takes to know: they are at least a quarter of its bytes. */
static bool is_short(const struct fineweb_quality *r, struct slice line)
{
	size_t most = (size_t)r->short_line_length;

	return line.n <= most || (line.n / 4 <= most && utf8_count(line) <= most);
}

static bool judge_lines(const struct fineweb_quality *r, const struct pieces *lines,
                        struct stats *s)
{
	double n = (double)lines->n; /* 0 gives NaN shares, which fail nothing */
	size_t stopped = 0, brief = 0;

	for (size_t i = 0; i < lines->n; i++) {
		stopped += ends_with_stop(r, lines->piece[i].text);
		brief += is_short(r, lines->piece[i].text);
	}
	double ratio = (double)stopped / n, short_ratio = (double)brief / n;

	return stats_check(s, "line_punct_ratio", ratio,
	                   ratio < r->line_punct_thr &&
	                           !(stopped == 0 && r->line_punct_exclude_zero),
	                   S("line_punct_ratio")) ||
	       stats_check(s, "short_line_ratio", short_ratio, short_ratio > r->short_line_thr,
	                   S("short_line_ratio"));
}

/* Every run of non-space is at least one word, unless it is the one string the tokenizer loses:
 * most documents pass by that alone, and their words need not be told apart. */
static bool has_surely_words(struct doc *d, double least)
{
	const struct marks *m = doc_marks(d);

	return d->context && d->context->words != WORDS_UNICODE && (double)m->words >= least &&
	       (!m->underscore || slice_find(doc_text(d), S("IS_ALPHA"), 0) == SIZE_MAX);
}

static void judge(const struct fineweb_quality *r, struct doc *d, struct stats *s)
{
	const struct pieces *lines = doc_pieces(d, PIECES_FILLED);
	size_t breaks = doc_newlines(d);

	if (stats_check(s, "lines", (double)lines->n, lines->n == 0, S("empty")))
		return;
	if (judge_lines(r, lines, s))
		return;
	double repeated = (double)lines->repeated_chars / (double)(doc_chars(d) - breaks);

	if (stats_check(s, "char_dup_ratio", repeated, repeated > r->char_duplicates_ratio,
	                S("char_dup_ratio")))
		return;
	if (!d->complete && has_surely_words(d, (double)breaks / r->new_line_ratio * 1.001 + 1))
		return;
	double list = (double)breaks / (double)doc_word_count(d);

	stats_check(s, "list_ratio", list, list > r->new_line_ratio, S("list_ratio"));
}

static void fineweb_quality_doc(const void *self, struct doc *d, struct arena *scratch)
{
	struct stats s = stats_open(d);

	(void)scratch;
	judge(self, d, &s);
	stats_close(&s);
}

const struct stage_type fineweb_quality_stage = {
	.name = "fineweb_quality",
	.help = "FineWeb's rules: final punctuation, short and repeated lines, lists",
	.params = params,
	.size = sizeof(struct fineweb_quality),
	.doc = fineweb_quality_doc,
};
