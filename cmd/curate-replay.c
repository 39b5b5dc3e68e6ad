/* curate-replay: source + edit log -> the same output, or what a stage did. */
#include <stdlib.h>

#include "cmd/job.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/doc/prox_write.h"

struct options {
	struct common common;
	struct slice out, without, show, why;
	bool found;
	bool force, as_prox, strict;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	{'o', "DIR", {"output", PARAM_TEXT, AT(out),
	              .help = "folder for the rebuilt shards; -: stdout"}},
	{0, "STAGE", {"without", PARAM_TEXT, AT(without),
	              .help = "leave out this stage's edits and drops"}},
	{0, "ID", {"why", PARAM_TEXT, AT(why),
	           .help = "say what became of one document, by which stage and why"}},
	{0, "STAGE", {"show", PARAM_TEXT, AT(show),
	              .help = "list what this stage did instead (all: every stage)"}},
	{0, NULL, {"as-prox", PARAM_BOOL, AT(as_prox),
	           .help = "write what became of each document as a ProX program instead"}},
	{0, NULL, {"strict", PARAM_BOOL, AT(strict),
	           .help = "as-prox: for the strict reader, which can say more"}},
	{0, NULL, {"force", PARAM_BOOL, AT(force), .help = "write over an earlier replay"}},
	{0},
};

static const char *const examples[] = {
	"curate-replay clean/ -i raw/ -o again/                    the same bytes as clean/",
	"curate-replay clean/ -i raw/ -o lenient/ --without c4_quality",
	"curate-replay clean/ -i raw/ --show c4_quality | less",
	"curate-replay clean/ -i raw/ --why 615d3995b4755032",
	"curate-replay clean/ -i raw/ --as-prox > programs.jsonl",
	NULL,
};

static const struct program program = {
	"curate-replay", "RUN -i SOURCE… [-o DIR] [options]",
	"Rebuilds the output of the run in folder RUN from its source and its edit log.", examples,
	options,
};

static struct slice excerpt(struct slice s)
{
	size_t n = 200;

	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return slice_head(s, n);
}

/* Line `no` of the text as it came. */
static struct slice source_line(const struct doc *d, uint32_t no)
{
	struct slice rest = d->source, line = {0};

	for (uint32_t i = 0; i <= no; i++)
		if (!slice_cut(&rest, '\n', &line))
			return S("");
	return line;
}

static void show_edit(const struct doc *d, const struct edit *edit, struct buf *out)
{
	buf_addf(out, "%.*s\t%s\t", SLICE(d->id), edit->by);
	if (edit->op == EDIT_PUT) {
		buf_addf(out, "put\t%u\t%u+%u\t%.*s\n", edit->line, edit->at, edit->len,
		         SLICE(excerpt(edit->text)));
		return;
	}
	buf_addf(out, "cut\t%u\t%u\t%.*s\n", edit->line, edit->count,
	         SLICE(excerpt(source_line(d, edit->line))));
}

static void show(void *user, struct doc *d, struct buf *out)
{
	const char *stage = user;
	bool all = strcmp(stage, "all") == 0;

	for (size_t i = 0; i < d->n_edits; i++)
		if (all || strcmp(d->edit[i].by, stage) == 0)
			show_edit(d, &d->edit[i], out);
	if (d->dropped_by && (all || strcmp(d->dropped_by, stage) == 0))
		buf_addf(out, "%.*s\t%s\tdrop\t%.*s\n", SLICE(d->id), d->dropped_by, SLICE(d->why));
}

/* What became of one document, for people. */
static void show_why(void *user, struct doc *d, struct buf *out)
{
	struct options *o = user;

	if (!slice_equal(d->id, o->why))
		return;
	o->found = true;
	buf_addf(out, "%.*s: record %llu of %s: ", SLICE(d->id), (unsigned long long)d->record,
	         d->file);
	if (d->dropped_by)
		buf_addf(out, "dropped by %s: %.*s\n", d->dropped_by, SLICE(d->why));
	else
		buf_addf(out, "kept, with %zu edits\n", d->n_edits);
	for (size_t i = 0; i < d->n_notes; i++)
		buf_addf(out, "%.*s\t%s\tnote\t%.*s\n", SLICE(d->id), d->note[i].key,
		         SLICE(d->note[i].json));
	for (size_t i = 0; i < d->n_scores; i++)
		buf_addf(out, "%.*s\t%s\tscore\t%.9g\n", SLICE(d->id), d->score[i].name,
		         d->score[i].value);
	for (size_t i = 0; i < d->n_edits; i++)
		show_edit(d, &d->edit[i], out);
}

/* {"id":…,"doc_program":…,"program":…}, and "unsaid":N when N changed lines are not in it. */
static void show_prox(void *user, struct doc *d, struct buf *out)
{
	const struct options *o = user;
	struct buf text = {0};
	struct arena scratch = {0};
	size_t unsaid = prox_write(d, o->strict ? PROX_STRICT : PROX_COMPAT, &text, &scratch);

	buf_add(out, S("{\"id\":"));
	json_write_text(out, d->id);
	buf_addf(out, ",\"doc_program\":\"%s_doc()\",\"program\":",
	         d->dropped_by ? "drop" : "keep");
	json_write_text(out, buf_slice(&text));
	if (unsaid)
		buf_addf(out, ",\"unsaid\":%zu", unsaid);
	buf_add(out, S("}\n"));
	buf_free(&text);
	arena_free(&scratch);
}

static int check_stage(const struct recipe *r, const char *option, struct slice name, struct err *e)
{
	struct buf names = {0};
	bool is_there = name.n == 0;

	for (size_t i = 0; i < r->chain.n && !is_there; i++) {
		is_there = slice_equal(name, slice_of(r->chain.stage[i].name));
		buf_addf(&names, " %s", r->chain.stage[i].name);
	}
	if (!is_there)
		err_set_rc(e, RC_USAGE, "%s %.*s: the run has no such stage; its stages:%s", option,
		           SLICE(name), names.n ? buf_text(&names) : " none");
	buf_free(&names);
	return is_there ? 0 : -1;
}

/* The recipe of the finished run, without its stages: what they did is in the log. */
static int load_run(const struct options *o, const char *folder, struct recipe *r, struct err *e)
{
	struct buf path = {0};

	buf_addf(&path, "%s/_curate/recipe.json", folder);
	int bad = recipe_load(r, buf_text(&path), e);

	buf_free(&path);
	if (bad)
		return err_prefix(e, "%s is not the output folder of a run", folder);
	if (check_stage(r, "--without", o->without, e) ||
	    (!slice_equal(o->show, S("all")) && check_stage(r, "--show", o->show, e)))
		bad = -1;
	chain_free(&r->chain);
	return bad;
}

static enum rc replay(struct options *o, struct recipe *r, const char *folder, struct err *e)
{
	struct buf log = {0};
	enum rc rc;

	buf_addf(&log, "%s/log", folder);
	const char *log_from = buf_text(&log);

	if (o->as_prox) {
		struct stream_job j = {.out = o->out, .log_from = log_from, .show = show_prox,
		                       .show_user = o,
		                       .without = o->without.n ? o->without.p : NULL};

		rc = job_stream(r, &o->common, &j, e);
	} else if (o->why.n) {
		struct stream_job j = {.log_from = log_from, .show = show_why, .show_user = o};

		rc = job_stream(r, &o->common, &j, e);
		if (!o->found && e->rc == RC_OK)
			err_set_rc(e, RC_INPUT, "no document has the id '%.*s'", SLICE(o->why));
	} else if (o->show.n || o->out.n == 0 || slice_equal(o->out, S("-"))) {
		struct stream_job j = {.log_from = log_from,
		                       .without = o->without.n ? o->without.p : NULL};

		if (o->show.n) {
			j.show = show;
			j.show_user = (void *)o->show.p;
		}
		rc = job_stream(r, &o->common, &j, e);
	} else {
		struct folder_job j = {.out = o->out, .force = o->force, .log_from = log_from,
		                       .without = o->without.n ? o->without.p : NULL};

		rc = job_folder(r, &o->common, &j, e);
	}
	buf_free(&log);
	return rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	if (rest->n != 1)
		err_set_rc(e, RC_USAGE, "name the output folder of one finished run (see --help)");
	else if (load_run(o, rest->item[0].p, &recipe, e) == 0 &&
	         common_options(&o->common, &recipe, e) == 0)
		rc = replay(o, &recipe, rest->item[0].p, e);
	recipe_free(&recipe);
	return rc;
}

int main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
