/* Drops documents that hold a word of a user's list (datatrove's C4BadWordsFilter). One instance
 * serves one language; the recipe's `lang:` gives other languages their own list. */
#include "lib/run/stage.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/chance.h"
#include "lib/doc/literals.h"
#include "lib/doc/stats.h"
#include "lib/doc/wordlist.h"

enum whole_words { WHOLE_AUTO, WHOLE_TRUE, WHOLE_FALSE };
enum missing { MISSING_FAIL, MISSING_KEEP };

struct c4_badwords {
	struct slice list, language, default_language;
	double keep_fraction;
	int64_t seed;
	int draw, whole_words, missing;
	struct wordlist words;
	struct literals *literals;
	bool bounded; /* a match needs non-word characters around it */
};

#define AT(field) offsetof(struct c4_badwords, field)

static const struct param params[] = {
	{.name = "list", .kind = PARAM_FILE, .at = AT(list),
	 .help = "the words, one a line, plain or packed, in lower case"},
	{.name = "language", .kind = PARAM_TEXT, .at = AT(language), .preset = "en",
	 .help = "what language they are"},
	{.name = "default_language", .kind = PARAM_TEXT, .at = AT(default_language),
	 .preset = "en", .help = "language of documents that do not say theirs"},
	{.name = "missing_language", .kind = PARAM_CHOICE, .at = AT(missing), .preset = "fail",
	 .choices = "fail|keep",
	 .help = "a document in a language without a list ends the run, or is kept"},
	{.name = "whole_words", .kind = PARAM_CHOICE, .at = AT(whole_words), .preset = "auto",
	 .choices = "auto|true|false",
	 .help = "match only between non-word characters; auto: not for ja, th and zh"},
	{.name = "keep_fraction", .kind = PARAM_REAL, .at = AT(keep_fraction), .preset = "0",
	 .min = 0, .max = 1, .help = "share of matching documents that stay all the same"},
	{.name = "seed", .kind = PARAM_INT, .at = AT(seed), .preset = "0", .min = 0, .max = 0x1p62,
	 .help = "another seed, another choice of those"},
	{.name = "draw", .kind = PARAM_CHOICE, .at = AT(draw), .preset = "hash",
	 .choices = CHANCE_DRAWS,
	 .help = "chance from the document's id, or numpy's PCG64, a draw a matching document"},
	{0},
};

/* Common parts of words in languages without spaces; datatrove takes them out of every list. */
static bool is_allowed(struct slice word)
{
	static const struct slice allowed[] = {S_INIT("sm"), S_INIT("グロ"), S_INIT("女の子"),
	                                       S_INIT("性")};

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (slice_equal(word, allowed[i]))
			return true;
	return false;
}

static bool has_no_spaces(struct slice language)
{
	return slice_equal(language, S("ja")) || slice_equal(language, S("th")) ||
	       slice_equal(language, S("zh"));
}

static int c4_badwords_init(void *self, struct err *e)
{
	struct c4_badwords *r = self;
	char *path = mem_text(r->list.p, r->list.n);
	size_t kept = 0;
	int result = -1;

	if (r->list.n == 0) {
		err_set_rc(e, RC_USAGE, "list: a file of words is needed");
		goto done;
	}
	if (wordlist_load(&r->words, path, e))
		goto done;
	for (size_t i = 0; i < r->words.n; i++) {
		struct slice word = utf8_strip(r->words.item[i]);

		if (!is_allowed(word))
			r->words.item[kept++] = word;
	}
	r->words.n = kept;
	r->bounded = r->whole_words == WHOLE_AUTO ? !has_no_spaces(r->language)
	                                          : r->whole_words == WHOLE_TRUE;
	r->literals = literals_open(r->words.item, r->words.n, LITERALS_FASTEST, e);
	result = r->literals ? 0 : -1;
done:
	free(path);
	return result;
}

static void c4_badwords_fini(void *self)
{
	struct c4_badwords *r = self;

	literals_close(r->literals);
	wordlist_free(&r->words);
}

struct search {
	const struct c4_badwords *rule;
	struct slice text; /* in lower case */
};

static int is_whole_word(void *user, uint32_t item, size_t end)
{
	const struct search *s = user;
	size_t start = end - s->rule->words.item[item].n;
	unsigned size;

	if (start > 0 &&
	    unicode_flags(utf8_last(slice_head(s->text, start), &size)) & UNICODE_WORD)
		return 0;
	return end == s->text.n || !(unicode_flags(utf8_at(s->text.p + end, &size)) & UNICODE_WORD);
}

static bool has_badword(const struct c4_badwords *r, struct slice text, struct arena *scratch)
{
	char *lower = arena_alloc(scratch, 2 * text.n);
	struct search s = {r, {lower, unicode_lower_text(text, lower)}};

	if (!r->bounded)
		return literals_any(r->literals, s.text);
	return literals_each(r->literals, s.text, is_whole_word, &s) != 0;
}

static size_t c4_badwords_state(const void *self)
{
	const struct c4_badwords *r = self;

	return r->keep_fraction > 0 && r->draw == DRAW_SEQUENCE ? sizeof(struct pcg64) : 0;
}

static void c4_badwords_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct c4_badwords *r = self;
	struct slice language = d->lang.n ? d->lang : r->default_language;
	struct stats s = stats_open(d);

	if (!slice_equal(language, r->language)) {
		if (r->missing == MISSING_FAIL)
			doc_fail(d, S("there is no list of words for its language"));
		return;
	}
	bool found = has_badword(r, doc_text(d), scratch);

	stats_add(&s, "has_badword", found);
	if (found && !(r->keep_fraction > 0 &&
	               chance_of(d, (enum chance_draw)r->draw, r->seed) < r->keep_fraction))
		stats_drop(&s, S("document_removed_with_badwords"));
	stats_close(&s);
}

const struct stage_type c4_badwords_stage = {
	.name = "c4_badwords",
	.help = "drops documents that hold a word of a list",
	.params = params,
	.size = sizeof(struct c4_badwords),
	.init = c4_badwords_init,
	.fini = c4_badwords_fini,
	.doc = c4_badwords_doc,
	.state = c4_badwords_state,
};
