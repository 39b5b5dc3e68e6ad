/* curate-score select and threshold: the stage select over a folder, and its thresholds alone. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/json_write.h"
#include "rules/select_stage.h"

/* The stage's parameters as options: text that the stage's own table checks. */
struct choice {
	struct slice score, top, amount, from, buckets, weight, tokens, order, ties, inverse,
		domain_max, approximate, missing;
};

#define CHOICE(base, name_, field, arg, text)                                                      \
	{0, arg, {name_, PARAM_TEXT, (base) + offsetof(struct choice, field), .help = text}}

#define CHOICES(base)                                                                              \
	CHOICE(base, "score", score, "NAME", "a score, or the path of a numeric field"),           \
	CHOICE(base, "top", top, "SHARE", "keep this share, such as 10%"),                         \
	CHOICE(base, "amount", amount, "N", "keep this much instead, such as 5e9"),                \
	CHOICE(base, "from", from, "SHARE", "leave out this share at the better end"),             \
	CHOICE(base, "weight", weight, "WHAT",                                                     \
	       "documents, characters, bytes or tokens (characters)"),                             \
	CHOICE(base, "tokens", tokens, "NAME", "score or field that counts tokens (words)"),       \
	CHOICE(base, "order", order, "WHICH", "highest or lowest scores are best (highest)"),      \
	CHOICE(base, "ties", ties, "HOW", "keep, or order: never more than asked for (keep)"),     \
	CHOICE(base, "domain-max", domain_max, "N", "most one domain may have"),                   \
	CHOICE(base, "approximate", approximate, "SHARE", "by a sketch that is off by less")

struct options {
	struct common common;
	struct folder_job job;
	struct choice choice;
};

#define AT(field) offsetof(struct options, field)

static const struct option select_options[] = {
	CHOICES(AT(choice)),
	CHOICE(AT(choice), "buckets", buckets, "SHARES", "10%,30%,100%: a folder for each part"),
	CHOICE(AT(choice), "inverse", inverse, "BOOL", "true keeps the others"),
	CHOICE(AT(choice), "missing", missing, "HOW", "documents without it: drop or keep (drop)"),
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_FOLDER(AT(job)),
	{0},
};

static const char *const select_examples[] = {
	"curate-score select -i scored/ -o best/ --score quality --top 10%",
	"curate-score select -i scored/ -o best/ --score quality --amount 5e9 --weight tokens",
	"curate-score select -i scored/ -o parts/ --score quality --buckets 10%,30%,100%",
	NULL,
};

static const struct program select_program = {
	"curate-score select", "-i PATH… -o DIR --score NAME --top SHARE [options]",
	"Keeps the best part of the documents of a folder by any number they carry, exactly: two "
	"passes over the shards.",
	select_examples, select_options,
};

static int set_all(const struct choice *c, const struct param *params, void *self, struct err *e)
{
	const struct {
		const char *name;
		struct slice value;
	} given[] = {
		{"score", c->score},   {"top", c->top},         {"amount", c->amount},
		{"from", c->from},     {"buckets", c->buckets}, {"weight", c->weight},
		{"tokens", c->tokens}, {"order", c->order},     {"ties", c->ties},
		{"inverse", c->inverse}, {"domain_max", c->domain_max},
		{"approximate", c->approximate}, {"missing", c->missing},
	};

	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].value.n &&
		    param_set(param_find(params, slice_of(given[i].name)), self, given[i].value, e))
			return -1;
	return 0;
}

static enum rc select_work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct recipe recipe;
	struct stage *s;
	enum rc rc = RC_USAGE;

	if (rest->n)
		return err_set_rc(e, RC_USAGE, "'%.*s'? inputs go behind -i", SLICE(rest->item[0])),
		       rc;
	recipe_defaults(&recipe);
	s = chain_add(&recipe.chain, stage_find(S("select")), S(""));
	if (set_all(&o->choice, s->type->params, s->self, e) == 0 &&
	    common_options(&o->common, &recipe, e) == 0)
		rc = job_folder(&recipe, &o->common, &o->job, e);
	recipe_free(&recipe);
	return rc;
}

int score_select(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&select_program, &o, argc, argv, select_work);
}

struct threshold_options {
	struct common common;
	struct choice choice;
};

#define TAT(field) offsetof(struct threshold_options, field)

static const struct option threshold_options[] = {
	CHOICES(TAT(choice)),
	COMMON_INPUT(TAT(common)),
	{'m', "SIZE", {"mem", PARAM_SIZE, TAT(common) + offsetof(struct common, mem), "1G",
	               .help = "memory for scores; more are sorted in TMPDIR"}},
	{0},
};

static const char *const threshold_examples[] = {
	"curate-score threshold --score preselect --top 10% scored/*.jsonl.zst",
	"zstdcat scored/*.zst | curate-score threshold --score q --top 10% --approximate 0.1%",
	NULL,
};

static const struct program threshold_program = {
        "curate-score threshold",
        "--score NAME --top SHARE [options] [FILE…]",
        "Prints, as one JSON object, the score at which the best documents weigh more than the "
        "share: "
        "PreSelect's find_threshold.py over all input, in one pass.",
        threshold_examples,
        threshold_options,
};

struct finding {
	const struct select_stage *stage;
	struct select_solver *solver;
	uint64_t documents, missing;
};

static int add(void *user, struct doc *d, struct arena *scratch, struct err *e)
{
	struct finding *f = user;
	struct select_row row;

	if (!select_row_of(f->stage, d, &row, scratch)) {
		f->missing++;
		return 0;
	}
	row.shard = d->shard;
	f->documents++;
	return select_solver_add(f->solver, &row, e);
}

/* What falls to each cut is known without a sketch only. */
static int finish(struct finding *f, struct select_plan *plan, struct err *e)
{
	struct select_row row;
	size_t cut;
	int rc = 0;

	if (plan->epsilon > 0)
		select_solver_finish(f->solver);
	else
		while ((rc = select_solver_next(f->solver, &row, &cut, e)) > 0)
			;
	return rc;
}

static enum rc print(const struct finding *f, const struct select_plan *plan)
{
	struct buf out = {0};
	uint64_t documents = 0, weight = 0;

	for (size_t i = 0; i < plan->n_cuts; i++) {
		documents += plan->cut[i].documents;
		weight += plan->cut[i].weight;
	}
	buf_add(&out, S("{\"threshold\":"));
	json_write_real(&out, plan->cut[plan->n_cuts - 1].threshold);
	if (plan->n_cuts > 1) {
		buf_add(&out, S(",\"from\":"));
		json_write_real(&out, plan->cut[0].threshold);
	}
	buf_addf(&out, ",\"documents\":%llu,\"missing\":%llu,\"weight\":%.0f",
	         (unsigned long long)f->documents, (unsigned long long)f->missing,
	         select_solver_total(f->solver));
	if (plan->epsilon > 0)
		buf_addf(&out, ",\"error\":%.0f}\n", select_solver_error(f->solver));
	else
		buf_addf(&out, ",\"chosen\":%llu,\"chosen_weight\":%llu}\n",
		         (unsigned long long)documents, (unsigned long long)weight);

	const bool bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);

	buf_free(&out);
	return bad ? RC_OUTPUT : RC_OK;
}

static enum rc find(const struct threshold_options *o, struct select_stage *s,
                    const struct list *rest, struct err *e)
{
	const char *const tmp = getenv("TMPDIR");
	struct records records;
	struct finding f = {.stage = s};
	enum rc rc = RC_INPUT;
	uint64_t mem;

	if (common_mem(&o->common, &mem, e))
		return e->rc;
	f.solver = select_solver_open(&s->plan, tmp ? tmp : "/tmp", mem);
	if (records_open(&records, &o->common, rest, e) == 0 &&
	    records_each(&records, add, &f, e) == 0 && finish(&f, &s->plan, e) == 0) {
		records_warn(&records);
		rc = print(&f, &s->plan);
	}
	records_close(&records);
	select_solver_close(f.solver);
	return rc;
}

static enum rc threshold_work(void *user, const struct list *rest, struct err *e)
{
	const struct threshold_options *o = user;
	const struct stage_type *type = stage_find(S("select"));
	struct select_stage s = {0};
	enum rc rc = RC_USAGE;

	param_presets(type->params, &s);
	if (set_all(&o->choice, type->params, &s, e) == 0 && type->init(&s, e) == 0)
		rc = find(o, &s, rest, e);
	type->fini(&s);
	param_free(type->params, &s);
	return rc;
}

int score_threshold(int argc, char **argv)
{
	struct threshold_options o = {0};

	return job_main(&threshold_program, &o, argc, argv, threshold_work);
}
