/* Describes a text by numbers, as datatrove's DocStats, LineStats, ParagraphStats, WordStats and
 * SentenceStats do (specs/rules section 17), under curate.text_stats; drops nothing. A ratio whose
 * denominator is 0 is null. */
#include "lib/run/stage.h"

#include <unictype.h>

#include "lib/base/json_write.h"
#include "lib/base/map.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/punct.h"
#include "lib/doc/tokens.h"

struct text_stats {
	struct list stop_words;
};

static const struct param params[] = {
	{.name = "stop_words", .kind = PARAM_LIST, .at = offsetof(struct text_stats, stop_words),
	 .preset = "the,be,to,of,and,that,have,with", .help = "the words stop_word_ratio counts"},
	{0},
};

static void add_number(struct buf *out, const char *name, double value)
{
	json_write_key(out, slice_of(name));
	json_write_real(out, value);
}

static void add_ratio(struct buf *out, const char *name, double part, double whole)
{
	add_number(out, name, part / whole);
}

/* Python's str.isdigit of a character that is neither a letter nor decimal. */
static bool is_other_digit(uint32_t c, unsigned flags)
{
	return c >= 0x80 && flags & UNICODE_WORD && uc_digit_value(c) >= 0;
}

static void describe_characters(struct slice text, struct buf *out)
{
	size_t chars = 0, spaces = 0, other = 0, digits = 0, capitals = 0, marks = 0;
	unsigned size;

	for (size_t i = 0; i < text.n; i += size, chars++) {
		uint32_t c = utf8_at(text.p + i, &size);
		unsigned flags = unicode_flags(c);
		bool digit = flags & UNICODE_DECIMAL ||
		             (!(flags & UNICODE_ALPHA) && is_other_digit(c, flags));

		spaces += utf8_is_space(c);
		digits += digit;
		other += !digit && !(flags & UNICODE_ALPHA);
		capitals += (flags & UNICODE_UPPER) != 0;
		marks += punct_is(c, PUNCT_LISTED);
	}
	double n = (double)chars;
	size_t ellipses = 3 * slice_count(text, S("...")) + slice_count(text, S("…"));

	add_number(out, "length", n);
	add_ratio(out, "white_space_ratio", (double)spaces, n);
	add_ratio(out, "non_alpha_digit_ratio", (double)other, n);
	add_ratio(out, "digit_ratio", (double)digits, n);
	add_ratio(out, "uppercase_ratio", (double)capitals, n);
	add_ratio(out, "elipsis_ratio", (double)ellipses, n);
	add_ratio(out, "punctuation_ratio", (double)marks, n);
}

/* Pieces of a text, counted: those of at most or at least so many code points, repeated ones. */
struct pile {
	size_t some[2], many[2]; /* thresholds: at most, at least */
	size_t n, chars, brief[2], lengthy[2], repeats, repeated_chars;
	struct map seen;
};

static void pile_add(struct pile *p, struct slice piece)
{
	size_t chars = utf8_count(piece);
	bool added;

	p->n++;
	p->chars += chars;
	for (int i = 0; i < 2; i++) {
		p->brief[i] += chars <= p->some[i];
		p->lengthy[i] += chars >= p->many[i];
	}
	map_put(&p->seen, piece, &added);
	if (!added) {
		p->repeats++;
		p->repeated_chars += chars;
	}
}

/* The next piece of text.split(separator); `more` starts true. */
static bool next_piece(struct slice *rest, bool *more, struct slice separator, struct slice *piece)
{
	size_t at = slice_find(*rest, separator, 0);

	if (!*more)
		return false;
	*more = at != SIZE_MAX;
	*piece = slice_head(*rest, at);
	*rest = slice_tail(*rest, *more ? at + separator.n : rest->n);
	return true;
}

static void describe_lines(struct slice text, struct buf *out)
{
	struct pile p = {.some = {10, 30}, .many = {2000, 10000}};
	size_t ended = 0, bullets = 0;
	struct slice line;
	bool more = true;

	while (next_piece(&text, &more, S("\n"), &line)) {
		struct slice bare = utf8_strip(line);

		pile_add(&p, line);
		ended += line.n && line.p[line.n - 1] && strchr(".?!\"'", line.p[line.n - 1]);
		bullets += slice_starts(bare, S("-")) || slice_starts(bare, S("*")) ||
		           slice_starts(bare, S("•"));
	}
	double n = (double)p.n;

	add_number(out, "n_lines", n);
	add_ratio(out, "avg_line_length", (double)p.chars, n);
	add_ratio(out, "short_line_ratio_chars_10", (double)p.brief[0], n);
	add_ratio(out, "short_line_ratio_chars_30", (double)p.brief[1], n);
	add_ratio(out, "long_line_ratio_chars_2000", (double)p.lengthy[0], n);
	add_ratio(out, "long_line_ratio_chars_10000", (double)p.lengthy[1], n);
	add_ratio(out, "lines_ending_with_terminal_mark_ratio", (double)ended, n);
	add_ratio(out, "bullet_point_lines_ratio", (double)bullets, n);
	add_ratio(out, "line_duplicates", (double)p.repeats, n);
	add_ratio(out, "line_char_duplicates", (double)p.repeated_chars, (double)p.chars);
	map_free(&p.seen);
}

static void describe_paragraphs(struct slice text, struct buf *out)
{
	struct pile p = {.some = {100}, .many = {1000}};
	struct slice paragraph;
	bool more = true;

	while (next_piece(&text, &more, S("\n\n"), &paragraph))
		if (utf8_strip(paragraph).n)
			pile_add(&p, paragraph);
	double n = (double)p.n;

	add_number(out, "n_paragraphs", n);
	add_ratio(out, "avg_paragraph_length", (double)p.chars, n);
	add_ratio(out, "short_paragraph_ratio_100", (double)p.brief[0], n);
	add_ratio(out, "long_paragraph_ratio_1000", (double)p.lengthy[0], n);
	add_ratio(out, "paragraph_duplicates", (double)p.repeats, n);
	add_ratio(out, "paragraph_char_duplicates", (double)p.repeated_chars, (double)p.chars);
	map_free(&p.seen);
}

/* Python's str.isupper and str.istitle. */
static void letter_case(struct slice word, bool *is_upper, bool *is_title)
{
	bool cased = false, behind_cased = false;
	unsigned size;

	*is_upper = *is_title = true;
	for (size_t i = 0; i < word.n; i += size) {
		unsigned flags = unicode_flags(utf8_at(word.p + i, &size));
		bool small = flags & UNICODE_LOWER, title = flags & UNICODE_TITLE;
		bool capital = flags & UNICODE_UPPER || title;

		if (small || title)
			*is_upper = false;
		if ((capital && behind_cased) || (small && !behind_cased))
			*is_title = false;
		behind_cased = capital || small;
		cased |= behind_cased;
	}
	*is_upper &= cased;
	*is_title &= cased;
}

static void describe_words(const struct text_stats *r, struct doc *d, struct buf *out)
{
	const struct words *w = doc_words(d);
	uint64_t chars = 0, brief = 0, lengthy = 0, upper = 0, title = 0, stop = 0, lines = 0;
	struct slice rest = doc_text(d), line;

	for (size_t i = 0; i < w->n_distinct; i++) {
		const struct word *word = &w->distinct[i];
		bool is_upper, is_title;

		letter_case(word->text, &is_upper, &is_title);
		chars += (uint64_t)word->chars * word->count;
		brief += word->chars <= 3 ? word->count : 0;
		lengthy += word->chars >= 7 ? word->count : 0;
		upper += is_upper ? word->count : 0;
		title += is_title ? word->count : 0;
	}
	for (size_t i = 0; i < r->stop_words.n; i++) {
		const struct word *word = words_find(w, r->stop_words.item[i]);

		stop += word ? word->count : 0;
	}
	while (utf8_splitline(&rest, &line))
		lines++;
	double n = (double)w->n;

	add_number(out, "n_words", n);
	add_ratio(out, "avg_word_length", (double)chars, n);
	add_ratio(out, "avg_words_per_line", n, (double)lines);
	add_ratio(out, "short_word_ratio_3", (double)brief, n);
	add_ratio(out, "long_word_ratio_7", (double)lengthy, n);
	add_ratio(out, "type_token_ratio", (double)w->n_distinct, n);
	add_ratio(out, "uppercase_word_ratio", (double)upper, n);
	add_ratio(out, "capitalized_word_ratio", (double)title, n);
	add_ratio(out, "stop_word_ratio", (double)stop, n);
}

/* Unlike split_into_sentences, sent_tokenize shows the text as the tokenizer left it. */
static const struct sentences *tokenized_sentences(struct doc *d)
{
	struct tokens tokens = {.mem = d->mem};
	struct slice text = doc_text(d);

	if (slice_find(text, S("IS_ALPHA"), 0) == SIZE_MAX)
		return doc_sentences(d);
	struct sentences *s = arena_new(d->mem, struct sentences, 1);

	tokens_split(WORDS_SPACY, text, &tokens);
	sentences_split(tokens.text, s, d->mem);
	return s;
}

static void describe_sentences(struct doc *d, struct buf *out)
{
	const struct sentences *s = tokenized_sentences(d);
	size_t n = 0, chars = 0, brief = 0, lengthy = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t length = utf8_count(utf8_strip(s->text[i]));

		if (length == 0)
			continue;
		n++;
		chars += length;
		brief += length <= 20;
		lengthy += length >= 75;
	}
	add_number(out, "n_sentences", (double)n);
	add_ratio(out, "avg_sentence_length", (double)chars, (double)n);
	add_ratio(out, "short_sentence_ratio_20", (double)brief, (double)n);
	add_ratio(out, "long_sentence_ratio_75", (double)lengthy, (double)n);
}

static void text_stats_doc(const void *self, struct doc *d, struct arena *scratch)
{
	struct buf out = {0};
	struct slice text = doc_text(d);

	(void)scratch;
	buf_byte(&out, '{');
	describe_characters(text, &out);
	describe_lines(text, &out);
	describe_paragraphs(text, &out);
	describe_words(self, d, &out);
	describe_sentences(d, &out);
	buf_byte(&out, '}');
	doc_note(d, d->stage, buf_slice(&out));
	buf_free(&out);
}

const struct stage_type text_stats_stage = {
	.name = "text_stats",
	.help = "describes a text by numbers: characters, lines, paragraphs, words, sentences",
	.params = params,
	.size = sizeof(struct text_stats),
	.doc = text_stats_doc,
};
