/* A regular expression searched in every document: drop those that match (datatrove's RegexFilter),
 * require a match, or replace each match within its line. */
#include "lib/run/stage.h"

#include "lib/base/pattern.h"
#include "lib/doc/splices.h"

enum action { ACTION_DROP, ACTION_REQUIRE, ACTION_REPLACE };
enum on_limit { LIMIT_NO_MATCH, LIMIT_DROP };

struct regex {
	struct slice text, with, reason;
	int action, on_limit;
	int64_t match_limit;
	struct pattern *pattern;
};

#define AT(field) offsetof(struct regex, field)

static const struct param params[] = {
	{.name = "regex", .kind = PARAM_TEXT, .at = AT(text),
	 .help = "PCRE2 pattern; flags go inside, as in (?i)lorem"},
	{.name = "action", .kind = PARAM_CHOICE, .at = AT(action), .preset = "drop",
	 .choices = "drop|require|replace",
	 .help = "what a match means: the document leaves, may stay, or each match is replaced"},
	{.name = "with", .kind = PARAM_TEXT, .at = AT(with),
	 .help = "replace: what each match becomes, taken literally; a match lies in one line"},
	{.name = "reason", .kind = PARAM_TEXT, .at = AT(reason),
	 .help = "what the log and the report call a drop"},
	{.name = "match_limit", .kind = PARAM_INT, .at = AT(match_limit), .preset = "10000000",
	 .min = 1, .max = 4294967295., .help = "most backtracking steps of one search"},
	{.name = "on_limit", .kind = PARAM_CHOICE, .at = AT(on_limit), .preset = "no_match",
	 .choices = "no_match|drop",
	 .help = "a search that hits the limit found nothing, or drops the document (match_limit)"},
	{0},
};

static int regex_init(void *self, struct err *e)
{
	struct regex *r = self;

	if (r->text.n == 0)
		return err_set_rc(e, RC_USAGE, "regex: a pattern is needed");
	r->pattern = pattern_open(r->text, (uint64_t)r->match_limit, e);
	return r->pattern ? 0 : err_prefix(e, "regex");
}

static void regex_fini(void *self)
{
	struct regex *r = self;

	pattern_close(r->pattern);
}

static void limit_hit(const struct regex *r, struct doc *d)
{
	doc_count(d, "match_limit", 1);
	if (r->on_limit == LIMIT_DROP)
		doc_drop(d, S("match_limit"));
}

/* All matches in one line, as Python's re.sub finds them: an empty one counts unless it stands at
 * the place where the search has just been. False when a search was given up. */
static bool find_in_line(struct pattern_search *s, struct slice line, struct slice with,
                         struct splices *out, struct arena *scratch)
{
	bool not_empty = false;

	for (size_t from = 0; from <= line.n; from = s->at + s->n) {
		enum pattern_found found = pattern_find(s, line, from, not_empty);

		if (found != PATTERN_FOUND)
			return found == PATTERN_NONE;
		if (s->at < from) /* \K and lookbehind can step back: no way forward from there */
			return true;
		splices_add(out, (struct splice){s->at, s->n, with}, scratch);
		not_empty = s->n == 0;
	}
	return true;
}

static void replace(const struct regex *r, struct doc *d, struct arena *scratch)
{
	struct pattern_search s = pattern_begin(r->pattern, scratch);
	struct splices splices = {0};
	bool complete = true;

	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		complete &= find_in_line(&s, d->line[i].text, r->with, &splices, scratch);
		doc_splice_all(d, i, splices.item, splices.n);
		splices.n = 0;
	}
	if (!complete)
		limit_hit(r, d);
}

static void regex_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct regex *r = self;

	if (r->action == ACTION_REPLACE) {
		replace(r, d, scratch);
		return;
	}
	struct pattern_search s = pattern_begin(r->pattern, scratch);
	enum pattern_found found = pattern_find(&s, doc_text(d), 0, false);

	if (found == PATTERN_LIMIT)
		limit_hit(r, d);
	if ((found == PATTERN_FOUND) == (r->action == ACTION_DROP))
		doc_drop(d, r->reason);
}

const struct stage_type regex_stage = {
	.name = "regex",
	.help = "drops, requires or replaces what a regular expression matches",
	.params = params,
	.size = sizeof(struct regex),
	.init = regex_init,
	.fini = regex_fini,
	.doc = regex_doc,
	.edits = true,
};
