/* Lines of a web page that are not its text, by rule: menus, bare addresses, footers. These are the
 * three things ProX's chunk-level models are taught to remove. */
#include <ctype.h>

#include "lib/base/map.h"
#include "lib/base/utf8.h"
#include "lib/run/stage.h"

struct boilerplate {
	bool navigation, urls, footers, repeats;
	int64_t run, prose_words, footer_words;
};

#define AT(field) offsetof(struct boilerplate, field)

static const struct param params[] = {
	{.name = "navigation", .kind = PARAM_BOOL, .at = AT(navigation), .preset = "true",
	 .help = "cut runs of lines that are no prose"},
	{.name = "run", .kind = PARAM_INT, .at = AT(run), .preset = "3", .min = 1, .max = 1e6,
	 .help = "lines without prose that make a run; blank lines do not count"},
	{.name = "prose_words", .kind = PARAM_INT, .at = AT(prose_words), .preset = "10", .min = 1,
	 .max = 1e6, .help = "words that make a line prose; half as many do if it ends like a "
	                     "sentence"},
	{.name = "urls", .kind = PARAM_BOOL, .at = AT(urls), .preset = "true",
	 .help = "cut lines that are little more than a web address"},
	{.name = "footers", .kind = PARAM_BOOL, .at = AT(footers), .preset = "true",
	 .help = "cut lines with a copyright notice"},
	{.name = "footer_words", .kind = PARAM_INT, .at = AT(footer_words), .preset = "40",
	 .min = 0,
	 .max = 1e6, .help = "words a copyright notice may have"},
	{.name = "repeats", .kind = PARAM_BOOL, .at = AT(repeats), .preset = "true",
	 .help = "cut short lines that stand in the document more than once"},
	{0},
};

/* Ends like a sentence, closing quotes and brackets aside. */
static bool ends_sentence(struct slice line)
{
	static const char *const ends[] = {".", "!", "?", ":", ";", "…", "。", "！", "？", "।", "؟"};
	static const char *const closing[] = {"\"", "'", ")", "”", "’", "»", "」"};

	for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
		if (slice_ends(line, slice_of(closing[i]))) {
			line.n -= strlen(closing[i]);
			break;
		}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (slice_ends(line, slice_of(ends[i])))
			return true;
	return false;
}

/* Whether `what` (lower case ASCII or other bytes) stands in the line, ASCII case aside. */
static bool holds(struct slice line, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= line.n; i++) {
		size_t k = 0;

		while (k < n && tolower((unsigned char)line.p[i + k]) == (unsigned char)what[k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static bool is_footer(struct slice line)
{
	return holds(line, "©") || holds(line, "copyright") || holds(line, "all rights reserved") ||
	       holds(line, "(c) 20");
}

static bool is_url(struct slice line, size_t words)
{
	return words <= 2 && (holds(line, "://") || holds(line, "www."));
}

static bool is_prose(const struct boilerplate *b, struct slice line, size_t words)
{
	return (int64_t)words >= b->prose_words ||
	       (2 * (int64_t)words >= b->prose_words && ends_sentence(line));
}

/* How often each short line stands in the document. */
static struct map count_lines(const struct boilerplate *b, const struct doc *d)
{
	struct map count = {0};

	for (size_t i = 0; i < d->n_lines && b->repeats; i++) {
		struct slice line = utf8_strip(d->line[i].text);
		bool added;

		if (line.n && (int64_t)utf8_count_words(line) < b->prose_words)
			++*map_put(&count, line, &added);
	}
	return count;
}

/* Cuts lines from to to - 1 when enough of them are not blank. */
static void end_run(const struct boilerplate *b, struct doc *d, size_t from, size_t to,
                    int64_t lines)
{
	if (!b->navigation || lines < b->run)
		return;
	for (size_t i = from; i < to; i++)
		doc_cut(d, i);
}

static void boilerplate_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct boilerplate *b = self;
	size_t from = 0;
	int64_t lines = 0;

	(void)scratch;
	doc_lines(d);
	struct map count = count_lines(b, d);

	for (size_t i = 0; i < d->n_lines; i++) {
		struct slice line = utf8_strip(d->line[i].text);
		size_t words = utf8_count_words(line);
		const uint64_t *times = words ? map_get(&count, line) : NULL;

		if (is_prose(b, line, words) && !(b->footers && is_footer(line) &&
		                                  (int64_t)words <= b->footer_words)) {
			end_run(b, d, from, i, lines);
			from = i + 1;
			lines = 0;
			continue;
		}
		lines += words > 0;
		if ((b->urls && is_url(line, words)) || (times && *times > 1) ||
		    (b->footers && is_footer(line)))
			doc_cut(d, i);
	}
	end_run(b, d, from, d->n_lines, lines);
	map_free(&count);
}

const struct stage_type boilerplate_stage = {
	.name = "boilerplate",
	.help = "removes menus, bare addresses and footers, line by line",
	.params = params,
	.size = sizeof(struct boilerplate),
	.doc = boilerplate_doc,
	.edits = true,
};
