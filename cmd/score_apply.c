/* curate-score apply: the stage fasttext on a stream of records, once for each model. */
#include "cmd/job.h"
#include "cmd/score.h"

struct options {
	struct common common;
	struct stream_job job;
	struct list model;
	struct slice preset, newline, label, score, k, scorer, min, max;
	bool no_strip;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{'M', "[NAME=]PATH", {"model", PARAM_LIST, AT(model),
	                      .help = "a .bin or .ftz file; may be repeated (the demo model)"}},
	{0, "NAME", {"preset", PARAM_TEXT, AT(preset), .help = "dclm, preselect or custom"}},
	{0, "HOW", {"newline", PARAM_TEXT, AT(newline),
	            .help = "line breaks: delete, space or splitlines"}},
	{0, "LABELS", {"label", PARAM_TEXT, AT(label), .help = "labels to write, a,b,c (all)"}},
	{0, "NAME", {"score", PARAM_TEXT, AT(score), .help = "name of the score (fasttext)"}},
	{0, "K", {"k", PARAM_TEXT, AT(k), .help = "write only the K best labels"}},
	{0, "HOW", {"scorer", PARAM_TEXT, AT(scorer), .help = "auto, library or folded"}},
	{0, NULL, {"no-strip", PARAM_BOOL, AT(no_strip), .help = "leave white space at the ends"}},
	{0, "X", {"min", PARAM_TEXT, AT(min), .help = "drop documents below X (needs one label)"}},
	{0, "X", {"max", PARAM_TEXT, AT(max), .help = "drop documents above X"}},
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_STREAM(AT(job)),
	{0},
};

static const char *const examples[] = {
	"curate-score -i raw/ --score quality --label hq > scored.jsonl",
	"zstdcat x.jsonl.zst | curate-score -M preselect.bin --preset preselect --min 0.5",
	"curate-score -M edu=edu.bin -M math=math.ftz --label 1 -i raw/ -o scored.jsonl.zst",
	NULL,
};

static const struct program program = {
	"curate-score", "[apply] [-M [NAME=]PATH]… [options] < IN > OUT",
	"Scores documents with fastText models; scores go to curate.scores.NAME.",
	examples, options,
};

static int set(struct stage *s, const char *name, struct slice value, struct err *e)
{
	return value.n ? param_set(param_find(s->type->params, slice_of(name)), s->self, value, e)
	               : 0;
}

/* "NAME=PATH" or "PATH"; a path that holds '=' is written as "NAME=PATH". */
static int add_model(const struct options *o, struct recipe *r, struct slice model, struct err *e)
{
	struct stage *s = chain_add(&r->chain, stage_find(S("fasttext")), S(""));
	struct slice name = o->score, path = model;

	if (slice_find(model, S("="), 0) != SIZE_MAX)
		slice_cut(&path, '=', &name);
	return set(s, "model", path, e) || set(s, "preset", o->preset, e) ||
	       set(s, "newline", o->newline, e) || set(s, "label", o->label, e) ||
	       set(s, "score", name, e) || set(s, "k", o->k, e) ||
	       set(s, "scorer", o->scorer, e) || (o->no_strip && set(s, "strip", S("false"), e));
}

/* --min and --max judge the only score there is. */
static int add_range(const struct options *o, struct recipe *r, struct err *e)
{
	const bool dclm = slice_equal(o->preset, S("dclm"));
	const bool preselect = slice_equal(o->preset, S("preselect"));
	struct stage *s;

	if (!o->min.n && !o->max.n)
		return 0;
	if (o->model.n > 1 || slice_find(o->label, S(","), 0) != SIZE_MAX ||
	    (!o->label.n && !dclm && !preselect))
		return err_set_rc(e, RC_USAGE, "--min and --max need one model and one --label");
	s = chain_add(&r->chain, stage_find(S("score_range")), S(""));
	return set(s, "score", o->score.n ? o->score : dclm ? S("dclm")
	           : preselect ? S("preselect") : S("fasttext"), e) ||
	       set(s, "min", o->min, e) || set(s, "max", o->max, e);
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;
	int bad = 0;

	if (rest->n)
		return err_set_rc(e, RC_USAGE, "'%.*s'? inputs go behind -i", SLICE(rest->item[0])),
		       rc;
	recipe_defaults(&recipe);
	for (size_t i = 0; i < o->model.n && !bad; i++)
		bad = add_model(o, &recipe, o->model.item[i], e);
	if (o->model.n == 0)
		bad = add_model(o, &recipe, S(""), e);
	if (!bad && add_range(o, &recipe, e) == 0 && common_options(&o->common, &recipe, e) == 0)
		rc = job_stream(&recipe, &o->common, &o->job, e);
	recipe_free(&recipe);
	return rc;
}

int score_apply(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
