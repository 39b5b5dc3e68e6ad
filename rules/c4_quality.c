/* C4's rules (Raffel et al. 2020, section 2.2, as datatrove 0.10 applies them): lines without final
 * punctuation, with too few words, about JavaScript or cookies leave; documents with too few
 * sentences, lorem ipsum or a curly bracket are dropped. Lines are those of str.splitlines(). */
#include "lib/run/stage.h"

#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "lib/doc/literals.h"
#include "lib/doc/parts.h"
#include "lib/doc/splitlines.h"
#include "lib/doc/stats.h"

struct c4_quality {
	bool split_paragraph, remove_citations, filter_no_terminal_punct, filter_lorem_ipsum;
	bool filter_javascript, filter_curly_bracket, filter_policy;
	int64_t min_num_sentences, min_words_per_line, max_word_length;
	struct literals *phrases;
};

#define AT(field) offsetof(struct c4_quality, field)
#define FLAG(field, what)                                                                         \
	{.name = #field, .kind = PARAM_BOOL, .at = AT(field), .preset = "true", .help = what}

static const struct param params[] = {
	FLAG(split_paragraph, "judge lines; false: sentences of the whole text, joined by a space"),
	FLAG(remove_citations, "take [1], [], [edit] and [citation needed] out of lines"),
	FLAG(filter_no_terminal_punct, "remove lines that do not end with . ? ! \" or '"),
	{.name = "min_num_sentences", .kind = PARAM_INT, .at = AT(min_num_sentences),
	 .preset = "5", .min = -1, .max = 1e9, .help = "fewest sentences; -1: off"},
	{.name = "min_words_per_line", .kind = PARAM_INT, .at = AT(min_words_per_line),
	 .preset = "3", .min = -1, .max = 1e9, .help = "remove lines with fewer words; -1: off"},
	{.name = "max_word_length", .kind = PARAM_INT, .at = AT(max_word_length),
	 .preset = "1000", .min = -1, .max = 1e9,
	 .help = "remove lines with a word of more code points; -1: off"},
	FLAG(filter_lorem_ipsum, "drop documents that say lorem ipsum"),
	FLAG(filter_javascript, "remove lines that say javascript"),
	FLAG(filter_curly_bracket, "drop documents that hold a {"),
	FLAG(filter_policy, "remove lines about terms of use, privacy and cookies"),
	{0},
};

/* What Python's lower() turns into a phrase; of all characters outside ASCII only the Kelvin sign
 * matters, so ASCII alone is folded and phrases with a k are here twice. */
static const struct slice phrase[] = {
	S_INIT("lorem ipsum"), S_INIT("javascript"), S_INIT("terms of use"),
	S_INIT("privacy policy"), S_INIT("cookie policy"), S_INIT("uses cookies"),
	S_INIT("use of cookies"), S_INIT("use cookies"), S_INIT("coo\u212aie policy"),
	S_INIT("uses coo\u212aies"), S_INIT("use of coo\u212aies"), S_INIT("use coo\u212aies"),
};
enum { SAYS_LOREM = 1, SAYS_JAVASCRIPT = 2, SAYS_POLICY = 4 };

enum verdict { KEPT, LONG_WORD, NO_PUNCTUATION, FEW_WORDS, JAVASCRIPT, POLICY, VERDICTS };

/* Where phrases are, in order of their ends. */
struct hit {
	size_t from, to;
	unsigned says;
};
struct hits {
	struct arena *mem;
	struct hit *hit;
	size_t n, cap, next; /* next: the first that is not behind us */
};

struct work {
	const struct c4_quality *rule;
	struct doc *d;
	struct stats *stats;
	struct arena *scratch;
	struct slice text;  /* of the document */
	const struct marks *marks;
	struct hits hits;   /* of phrases in the text */
	int64_t sentences;
	size_t token; /* where doc_sentences_of left off */
	uint64_t count[VERDICTS];
	struct parts kept;
};

static int c4_quality_init(void *self, struct err *e)
{
	struct c4_quality *r = self;

	r->phrases = literals_open_caseless(phrase, sizeof phrase / sizeof phrase[0],
	                                    LITERALS_FASTEST, e);
	return r->phrases ? 0 : -1;
}

static void c4_quality_fini(void *self)
{
	struct c4_quality *r = self;

	literals_close(r->phrases);
}

static int note_phrase(void *user, uint32_t item, size_t end)
{
	struct hits *h = user;
	unsigned says = item == 0 ? SAYS_LOREM : item == 1 ? SAYS_JAVASCRIPT : SAYS_POLICY;

	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 16, size = sizeof *h->hit;

		h->hit = arena_grow(h->mem, h->hit, h->cap * size, cap * size);
		h->cap = cap;
	}
	h->hit[h->n++] = (struct hit){end - phrase[item].n, end, says};
	return 0;
}

/* What the piece [from, to) of the text says; pieces are asked for one behind the other. */
static unsigned what_it_says(struct hits *h, size_t from, size_t to)
{
	unsigned says = 0;

	while (h->next < h->n && h->hit[h->next].to <= from)
		h->next++;
	for (size_t i = h->next; i < h->n && h->hit[i].to <= to; i++)
		if (h->hit[i].from >= from)
			says |= h->hit[i].says;
	return says;
}

/* The same for a piece that is not the text's own: taking a citation out may make a phrase. */
static unsigned what_changed_says(const struct work *w, struct slice piece)
{
	struct hits hits = {.mem = w->scratch};

	literals_each(w->rule->phrases, piece, note_phrase, &hits);
	return what_it_says(&hits, 0, piece.n);
}

/* Whether a word has more than `max` code points. Steps from space to space, `max` bytes at a time,
 * and looks closely only where a stretch of that many bytes has no ASCII space. */
static bool has_long_word(struct slice line, size_t max)
{
	struct slice word;

	while (line.n > max) {
		const char *space = memrchr(line.p, ' ', max + 1);

		if (!space) {
			while (utf8_split(&line, &word))
				if (word.n > max && utf8_count(word) > max)
					return true;
			return false;
		}
		line = slice_tail(line, (size_t)(space - line.p) + 1);
	}
	return false;
}

/* Bytes of \[\d*]|\[edit]|\[citation needed] at the head of s, which starts with '['. */
static size_t citation(struct slice s)
{
	static const struct slice words[] = {S_INIT("[edit]"), S_INIT("[citation needed]")};
	unsigned size;
	size_t n = 1;

	for (size_t i = 0; i < 2; i++)
		if (slice_starts(s, words[i]))
			return words[i].n;
	while (n < s.n && unicode_is_decimal(utf8_at(s.p + n, &size)))
		n += size;
	return n < s.n && s.p[n] == ']' ? n + 1 : 0;
}

/* The line without citations: itself when it has none. */
static struct slice without_citations(struct slice line, struct arena *scratch)
{
	char *out = NULL, *p = NULL;
	size_t from = 0;
	const char *bracket;

	for (size_t at = 0; at < line.n && (bracket = memchr(line.p + at, '[', line.n - at));) {
		at = (size_t)(bracket - line.p);
		size_t n = citation(slice_tail(line, at));

		if (n) {
			if (!out)
				out = p = arena_alloc(scratch, line.n);
			p = mempcpy(p, line.p + from, at - from);
			from = at + n;
		}
		at += n ? n : 1;
	}
	if (!out)
		return line;
	p = mempcpy(p, line.p + from, line.n - from);
	return (struct slice){out, (size_t)(p - out)};
}

static bool ends_a_sentence(struct slice line)
{
	return line.n && strchr(".?!\"'", line.p[line.n - 1]) && line.p[line.n - 1] &&
	       !slice_ends(line, S("..."));
}

/* Of a stripped line or sentence, which begins at `at` of the text, be it within a word. */
static bool has_words(const struct work *w, struct slice whole, size_t at)
{
	int64_t least = w->rule->min_words_per_line;

	return least <= 0 ||
	       (whole.n && marks_has_words(w->marks, at + 1, at + whole.n, (size_t)least - 1));
}

/* Judges one line or sentence, which begins at `at` of the text, and keeps it, perhaps. False: the
 * document was dropped. */
static bool judge_line(struct work *w, size_t number, struct slice line, size_t at,
                       enum verdict *verdict)
{
	const struct c4_quality *r = w->rule;
	struct slice text, whole = utf8_strip(line);
	unsigned says = 0;

	*verdict = LONG_WORD;
	if (r->max_word_length >= 0 && has_long_word(whole, (size_t)r->max_word_length))
		return true;
	text = r->remove_citations && w->marks->opens_square ? without_citations(whole, w->scratch)
	                                                     : whole;
	*verdict = NO_PUNCTUATION;
	if (r->filter_no_terminal_punct && !ends_a_sentence(text))
		return true;
	*verdict = FEW_WORDS;
	if (!has_words(w, whole, at + (size_t)(whole.p - line.p)))
		return true;
	if (text.p != whole.p)
		says = what_changed_says(w, text);
	else if (w->hits.n)
		says = what_it_says(&w->hits, at, at + line.n);
	if (r->filter_lorem_ipsum && says & SAYS_LOREM && stats_drop(w->stats, S("lorem_ipsum")))
		return false;
	*verdict = JAVASCRIPT;
	if (r->filter_javascript && says & SAYS_JAVASCRIPT)
		return true;
	if (r->filter_curly_bracket && w->marks->opens_curly && text.n &&
	    memchr(text.p, '{', text.n) &&
	    stats_drop(w->stats, S("curly_bracket")))
		return false;
	*verdict = POLICY;
	if (r->filter_policy && says & SAYS_POLICY)
		return true;
	*verdict = KEPT;
	if (!r->split_paragraph)
		w->sentences++;
	else if (w->sentences < r->min_num_sentences || w->d->complete)
		w->sentences += (int64_t)doc_sentences_of(w->d, text, &w->token, w->scratch);
	parts_add(&w->kept, number, text);
	return true;
}

static bool judge_pieces(struct work *w, size_t i, size_t at)
{
	struct slice line = w->d->line[i].text, piece;
	struct splitlines pieces = splitlines_of(line, i + 1 == w->d->n_lines);
	enum verdict verdict = KEPT;

	while (splitlines_next(&pieces, &piece)) {
		if (!judge_line(w, i, piece, at + (size_t)(piece.p - line.p), &verdict))
			return false;
		w->count[verdict]++;
	}
	return true;
}

static bool judge_lines(struct work *w)
{
	struct doc *d = w->d;
	enum verdict verdict = KEPT;
	size_t at = 0;

	doc_lines(d);
	/* Lines may hold LFs, put there by an earlier stage. */
	bool simple = !w->marks->odd_breaks && w->marks->n_lf + 1 == d->n_lines;

	for (size_t i = 0; i < d->n_lines; i++) {
		struct slice line = d->line[i].text;

		if (!simple) {
			if (!judge_pieces(w, i, at))
				return false;
		} else if (line.n || i + 1 < d->n_lines) {
			if (!judge_line(w, i, line, at, &verdict))
				return false;
			w->count[verdict]++;
		}
		at += line.n + 1;
	}
	return true;
}

/* Here a part's line counts the LFs of the text before it, see parts_join. */
static bool judge_sentences(struct work *w)
{
	const struct sentences *s = doc_sentences(w->d);
	enum verdict verdict = KEPT;
	size_t breaks = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct slice body = utf8_strip_head(s->text[i]);
		struct slice head = slice_head(s->text[i], s->text[i].n - body.n);

		if (!judge_line(w, breaks + slice_count(head, S("\n")), body,
		                (size_t)(body.p - w->text.p), &verdict))
			return false;
		w->count[verdict]++;
		breaks += slice_count(s->text[i], S("\n"));
	}
	return true;
}

static void write_counts(struct work *w)
{
	static const char *const name[VERDICTS] = {
		[KEPT] = "lines_kept",
		[LONG_WORD] = "lines_with_long_word",
		[NO_PUNCTUATION] = "lines_without_final_punctuation",
		[FEW_WORDS] = "lines_with_few_words",
		[JAVASCRIPT] = "lines_about_javascript",
		[POLICY] = "lines_about_policy",
	};

	for (int i = 0; i < VERDICTS; i++) {
		stats_add(w->stats, name[i], (double)w->count[i]);
		if (w->count[i])
			doc_count(w->d, name[i], w->count[i]);
	}
}

static void judge(struct work *w)
{
	const struct c4_quality *r = w->rule;

	if (w->text.n && (r->filter_lorem_ipsum || r->filter_javascript || r->filter_policy))
		literals_each(r->phrases, w->text, note_phrase, &w->hits);
	if (!(r->split_paragraph ? judge_lines(w) : judge_sentences(w)))
		return;
	write_counts(w);
	bool few = r->min_num_sentences >= 0 && w->sentences < r->min_num_sentences;

	if (stats_check(w->stats, "sentences", (double)w->sentences, few, S("too_few_sentences")) ||
	    w->stats->failed)
		return;
	if (!r->split_paragraph)
		parts_join(&w->kept, w->d);
	parts_strip(&w->kept);
	parts_write(&w->kept, w->d);
}

static void c4_quality_doc(const void *self, struct doc *d, struct arena *scratch)
{
	struct stats s = stats_open(d);
	struct work w = {.rule = self, .d = d, .stats = &s, .scratch = scratch,
	                 .text = doc_text(d), .marks = doc_marks(d),
	                 .hits = {.mem = scratch}, .kept = {.mem = scratch}};

	judge(&w);
	stats_close(&s);
}

const struct stage_type c4_quality_stage = {
	.name = "c4_quality",
	.help = "C4's rules: removes poor lines, drops documents with little left",
	.params = params,
	.size = sizeof(struct c4_quality),
	.init = c4_quality_init,
	.fini = c4_quality_fini,
	.doc = c4_quality_doc,
	.edits = true,
};
