/* RefinedWeb's line-wise corrections (Penedo et al. 2023, appendix G.2): lines in capitals,
 * numbers, counters and single words leave, calls to action in short lines are taken out, and a
 * document that loses too many of its words so is dropped. Blank lines stay. */
#include "lib/run/stage.h"

#include <strings.h>

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/parts.h"
#include "lib/doc/stats.h"

struct refinedweb_lines {
	double max_uppercase_ratio, max_removed_words;
	bool remove_numeric, remove_counters;
	int64_t min_words_per_line, max_pattern_words;
	struct list at_start, at_end, anywhere;
};

#define AT(field) offsetof(struct refinedweb_lines, field)

static const struct param params[] = {
	{.name = "max_uppercase_ratio", .kind = PARAM_REAL, .at = AT(max_uppercase_ratio),
	 .preset = "0.5", .min = 0, .max = 1,
	 .help = "remove lines with a larger share of capital letters"},
	{.name = "remove_numeric", .kind = PARAM_BOOL, .at = AT(remove_numeric), .preset = "true",
	 .help = "remove lines of digits alone"},
	{.name = "remove_counters", .kind = PARAM_BOOL, .at = AT(remove_counters),
	 .preset = "true", .help = "remove lines such as 3 likes, 1.2K views"},
	{.name = "min_words_per_line", .kind = PARAM_INT, .at = AT(min_words_per_line),
	 .preset = "2", .min = 0, .max = 1e9, .help = "remove lines with fewer words"},
	{.name = "max_pattern_words", .kind = PARAM_INT, .at = AT(max_pattern_words),
	 .preset = "10", .min = 0, .max = 1e9,
	 .help = "only lines of at most so many words are searched for the following"},
	{.name = "at_start", .kind = PARAM_LIST, .at = AT(at_start), .preset = "sign-in",
	 .help = "taken out at the start of a line, in any case of letters"},
	{.name = "at_end", .kind = PARAM_LIST, .at = AT(at_end), .preset = "read more...",
	 .help = "taken out at the end of a line"},
	{.name = "anywhere", .kind = PARAM_LIST, .at = AT(anywhere), .preset = "items in cart",
	 .help = "taken out anywhere in a line"},
	{.name = "max_removed_words", .kind = PARAM_REAL, .at = AT(max_removed_words),
	 .preset = "0.05", .min = 0, .max = 1,
	 .help = "drop documents that lose a larger share of their words"},
	{0},
};

/* Shares of the line's code points. */
static void measure(struct slice line, double *capitals, double *digits)
{
	size_t chars = 0, upper = 0, decimal = 0;
	unsigned size;

	for (size_t i = 0; i < line.n; i += size, chars++) {
		unsigned flags = unicode_flags(utf8_at(line.p + i, &size));

		upper += (flags & UNICODE_UPPER) != 0;
		decimal += (flags & UNICODE_DECIMAL) != 0;
	}
	*capitals = (double)upper / (double)chars;
	*digits = (double)decimal / (double)chars;
}

static bool is_ascii_mark(char c)
{
	return c > ' ' && c < 0x7f && !(unicode_ascii[(unsigned char)c] & UNICODE_WORD);
}

/* A number with an optional K, M or B, and a word for what people do to a post; marks around. */
static bool is_counter(struct slice line)
{
	static const struct slice counted[] = {
		S_INIT("like"),     S_INIT("share"),  S_INIT("comment"),  S_INIT("retweet"),
		S_INIT("repost"),   S_INIT("quote"),  S_INIT("bookmark"), S_INIT("upvote"),
		S_INIT("downvote"), S_INIT("download"), S_INIT("view"),   S_INIT("follower"),
	};
	struct slice number, word, rest = line;

	while (rest.n && is_ascii_mark(rest.p[0]))
		rest = slice_tail(rest, 1);
	while (rest.n && is_ascii_mark(rest.p[rest.n - 1]))
		rest.n--;
	if (!utf8_split(&rest, &number) || !utf8_split(&rest, &word) || rest.n)
		return false;
	if (number.n > 1 && strchr("KkMmBb", number.p[number.n - 1]))
		number.n--;
	for (size_t i = 0; i < number.n; i++)
		if (!(number.p[i] >= '0' && number.p[i] <= '9') &&
		    (i == 0 || (number.p[i] != ',' && number.p[i] != '.')))
			return false;
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
		size_t n = counted[i].n;

		if (word.n - n <= 1 && strncasecmp(word.p, counted[i].p, n) == 0 &&
		    (word.n == n || (word.p[n] | 0x20) == 's'))
			return true;
	}
	return false;
}

static bool is_removed(const struct refinedweb_lines *r, struct slice line, size_t words)
{
	double capitals, digits;

	measure(line, &capitals, &digits);
	return capitals > r->max_uppercase_ratio || (r->remove_numeric && digits == 1) ||
	       (r->remove_counters && is_counter(line)) || (int64_t)words < r->min_words_per_line;
}

static bool is_at(struct slice line, size_t at, struct slice what)
{
	return what.n && at <= line.n && what.n <= line.n - at &&
	       strncasecmp(line.p + at, what.p, what.n) == 0;
}

/* The line without any occurrence of `what`: itself when there is none. */
static struct slice without(struct slice line, struct slice what, struct arena *scratch)
{
	char *out = NULL, *p = NULL;

	for (size_t at = 0; at < line.n;) {
		bool hit = is_at(line, at, what);

		if (hit && !out) {
			out = arena_alloc(scratch, line.n);
			p = mempcpy(out, line.p, at);
		} else if (!hit && out) {
			*p++ = line.p[at];
		}
		at += hit ? what.n : 1;
	}
	return out ? (struct slice){out, (size_t)(p - out)} : line;
}

/* The line, stripped, without the calls to action; itself when there are none. */
static struct slice without_calls(const struct refinedweb_lines *r, struct slice line,
                                  struct arena *scratch)
{
	struct slice left = line;

	for (size_t k = 0; k < r->at_start.n; k++)
		if (is_at(left, 0, r->at_start.item[k]))
			left = slice_tail(left, r->at_start.item[k].n);
	for (size_t k = 0; k < r->at_end.n; k++) {
		struct slice end = r->at_end.item[k];

		if (end.n <= left.n && is_at(left, left.n - end.n, end))
			left.n -= end.n;
	}
	for (size_t k = 0; k < r->anywhere.n; k++)
		left = without(left, r->anywhere.item[k], scratch);
	return left.n == line.n ? line : utf8_strip(left);
}

static void refinedweb_lines_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct refinedweb_lines *r = self;
	struct parts kept = {.mem = scratch};
	struct stats s = stats_open(d);
	size_t before = 0, after = 0;

	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		struct slice line = d->line[i].text;
		size_t words = utf8_count_words(line);

		before += words;
		if (words && is_removed(r, utf8_strip(line), words))
			continue;
		if (words && (int64_t)words <= r->max_pattern_words)
			line = without_calls(r, line, scratch);
		if (words && line.n == 0)
			continue;
		after += utf8_count_words(line);
		parts_add(&kept, i, line);
	}
	double removed = before ? (double)(before - after) / (double)before : 0;

	stats_check(&s, "removed_words_ratio", removed, removed > r->max_removed_words,
	            S("too_many_words_removed"));
	if (!s.failed)
		parts_write(&kept, d);
	stats_close(&s);
}

const struct stage_type refinedweb_lines_stage = {
	.name = "refinedweb_lines",
	.help = "removes lines of capitals, numbers, counters and calls to action",
	.params = params,
	.size = sizeof(struct refinedweb_lines),
	.doc = refinedweb_lines_doc,
	.edits = true,
};
