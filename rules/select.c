/* Keeps the best part of the whole corpus by any number its documents carry: the top share or
 * amount, a band of it, its complement, or every part in a folder of its own. */
#include "lib/run/stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/url.h"
#include "rules/select_stage.h"

#define AT(field) offsetof(struct select_stage, field)

static const struct param params[] = {
	{.name = "score", .kind = PARAM_TEXT, .at = AT(score),
	 .help = "name of a score, or path of a numeric field"},
	{.name = "top", .kind = PARAM_REAL, .at = AT(top), .preset = "0", .min = 0, .max = 1,
	 .help = "keep this share of the corpus, such as 10%"},
	{.name = "amount", .kind = PARAM_REAL, .at = AT(amount), .preset = "0", .min = 0,
	 .max = 1e18, .help = "keep this much instead of a share, such as 5e9 tokens"},
	{.name = "from", .kind = PARAM_REAL, .at = AT(from), .preset = "0", .min = 0, .max = 1,
	 .help = "leave out this share at the better end: a band"},
	{.name = "buckets", .kind = PARAM_LIST, .at = AT(buckets),
	 .help = "rising shares such as 10%,30%,100%: each part goes to a folder top_10, top_30, "
	         "…"},
	{.name = "weight", .kind = PARAM_CHOICE, .at = AT(weight), .preset = "characters",
	 .choices = "documents|characters|bytes|tokens", .help = "what shares and amounts count"},
	{.name = "tokens", .kind = PARAM_TEXT, .at = AT(tokens),
	 .help = "score or field with a document's number of tokens (else words count)"},
	{.name = "order", .kind = PARAM_CHOICE, .at = AT(order), .preset = "highest",
	 .choices = "highest|lowest", .help = "which scores are the best"},
	{.name = "ties", .kind = PARAM_CHOICE, .at = AT(ties), .preset = "keep",
	 .choices = "keep|order",
	 .help = "keep: all with the threshold's score stay; order: never more than asked for"},
	{.name = "inverse", .kind = PARAM_BOOL, .at = AT(inverse), .preset = "false",
	 .help = "keep the others"},
	{.name = "domain_max", .kind = PARAM_REAL, .at = AT(domain_max), .preset = "0", .min = 0,
	 .max = 1e18, .help = "weight one registered domain may have, its best first (0: any)"},
	{.name = "approximate", .kind = PARAM_REAL, .at = AT(approximate), .preset = "0", .min = 0,
	 .max = 0.5, .help = "find thresholds by a sketch that is off by less than this share"},
	{.name = "missing", .kind = PARAM_CHOICE, .at = AT(missing), .preset = "drop",
	 .choices = "drop|keep", .help = "what becomes of a document without the number"},
	{0},
};

static void add_cut(struct select_plan *p, double share, double amount)
{
	p->cut[p->n_cuts++] = (struct select_cut){.share = share, .amount = amount};
}

/* "30%" or "0.3" gives the cut and its folder top_30. */
static int add_bucket(struct select_stage *s, struct slice text, struct err *e)
{
	static const struct param share = {.name = "buckets", .kind = PARAM_REAL, .max = 1};
	struct select_plan *p = &s->plan;
	double value;
	char name[64];

	if (param_set(&share, &value, text, e))
		return -1;
	if (p->n_cuts == SELECT_MAX_CUTS)
		return err_set(e, "buckets: more than %d", SELECT_MAX_CUTS);
	if (p->n_cuts && value <= p->cut[p->n_cuts - 1].share)
		return err_set(e, "buckets: shares must rise");
	snprintf(name, sizeof name, "top_%.10g", value * 100);
	s->route[p->n_cuts] = mem_text(name, strlen(name));
	add_cut(p, value, 0);
	return 0;
}

static int check(const struct select_stage *s, struct err *e)
{
	const int ways = (s->top > 0) + (s->amount > 0) + (s->buckets.n > 0);

	if (ways != 1)
		return err_set(e, "give one of top, amount and buckets");
	if (s->from > 0 && s->from >= s->top)
		return err_set(e, "from must be less than top");
	if (s->buckets.n && s->inverse)
		return err_set(e, "buckets have no inverse");
	if (s->approximate > 0 && (s->ties == TIES_ORDER || s->domain_max > 0))
		return err_set(e, "approximate goes with neither ties: order nor domain_max");
	return 0;
}

static int select_init(void *self, struct err *e)
{
	struct select_stage *s = self;

	if (check(s, e))
		return -1;
	s->plan.lowest = s->order == 1;
	s->plan.never_more = s->ties == TIES_ORDER;
	s->plan.domain_max = (uint64_t)s->domain_max;
	s->plan.epsilon = s->approximate;
	for (size_t i = 0; i < s->buckets.n; i++)
		if (add_bucket(s, s->buckets.item[i], e))
			return -1;
	if (s->from > 0)
		add_cut(&s->plan, s->from, 0);
	if (s->buckets.n == 0)
		add_cut(&s->plan, s->top > 0 ? s->top : -1, s->amount);
	if (s->tokens.n && doc_number_parse(&s->token_count, s->tokens, e))
		return err_prefix(e, "tokens");
	return doc_number_parse(&s->number, s->score, e) ? err_prefix(e, "score") : 0;
}

static void select_fini(void *self)
{
	struct select_stage *s = self;

	for (size_t i = 0; i < SELECT_MAX_CUTS; i++)
		free(s->route[i]);
	select_unload(s);
	doc_number_free(&s->number);
	doc_number_free(&s->token_count);
}

static uint64_t weigh(const struct select_stage *s, struct doc *d, struct arena *scratch)
{
	double tokens;

	switch ((enum weight)s->weight) {
	case WEIGHT_DOCUMENTS:
		return 1;
	case WEIGHT_CHARACTERS:
		return utf8_count(doc_text(d));
	case WEIGHT_BYTES:
		return doc_text(d).n;
	case WEIGHT_TOKENS:
		if (s->tokens.n && doc_number_get(&s->token_count, d, scratch, &tokens) &&
		    tokens >= 0 && tokens < 0x1p53)
			return (uint64_t)tokens;
		return utf8_count_words(doc_text(d));
	}
	return 0;
}

/* A hash of the registered domain, or of the host that has none; 0 without address. */
static uint64_t domain_of(const struct doc *d, struct arena *scratch)
{
	const struct slice host = url_host(d->url, scratch);
	const struct url_name name = url_split(host);
	const struct slice registered = url_registered(&name);
	const uint64_t h = hash64(registered.n ? registered : host);

	return host.n == 0 ? 0 : h == 0 || h == UINT64_MAX ? 1 : h;
}

bool select_row_of(const struct select_stage *s, struct doc *d, struct select_row *row,
                   struct arena *scratch)
{
	*row = (struct select_row){.record = d->record};
	if (!doc_number_get(&s->number, d, scratch, &row->score))
		return false;
	row->weight = weigh(s, d, scratch);
	row->domain = s->plan.domain_max ? domain_of(d, scratch) : 0;
	return true;
}

static void collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	struct select_row row;

	if (select_row_of(self, d, &row, scratch))
		buf_add(out, (struct slice){(const char *)&row, sizeof row});
}

static void select_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct select_stage *s = self;
	const uint8_t place = s->place[s->first[d->shard] + d->record];
	const size_t cut = (size_t)place - PLACE_CUT;

	(void)scratch;
	if (place == PLACE_MISSING) {
		if (s->missing == MISSING_DROP)
			doc_drop(d, S("missing_score"));
		return;
	}

	const bool chosen = place >= PLACE_CUT && (s->buckets.n || cut == s->plan.n_cuts - 1);

	if (chosen == s->inverse)
		doc_drop(d, S("not_selected"));
	else if (s->buckets.n)
		doc_route(d, s->route[cut]);
}

static const struct barrier barrier = {
	.collect = collect, .solve = select_solve, .load = select_load};

const struct stage_type select_stage = {
	.name = "select",
	.help = "keeps the best part of the whole corpus by score",
	.params = params,
	.size = sizeof(struct select_stage),
	.init = select_init,
	.fini = select_fini,
	.doc = select_doc,
	.barrier = &barrier,
};
