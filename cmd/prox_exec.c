/* curate-prox exec and join. The options are those of the stage `prox`, by its own table. */
#include <pthread.h>
#include <stdlib.h>

#include "cmd/prox_commands.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"

/* The stage's parameters lie behind this, filled by the command line. */
struct options {
	struct common common;
	struct stream_job stream;
	struct folder_job folder;
	bool strict, compat, as_programs, joins;
	struct prox_store *store; /* as_programs; with the first failure to read it */
	pthread_mutex_t lock;
	struct err failure;
};

#define AT(field) offsetof(struct options, field)

static const struct option own[] = {
	{0, NULL, {"strict", PARAM_BOOL, AT(strict), .help = "the same as --grammar strict"}},
	{0, NULL, {"compat", PARAM_BOOL, AT(compat), .help = "the same as --grammar compat"}},
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	JOB_STREAM(AT(stream)),
	{0, "DIR", {"output-dir", PARAM_TEXT, AT(folder.out),
	            .help = "run over folders instead, with a run state that can be taken up "
	                    "again"}},
	{0, "I/N", {"task", PARAM_TEXT, AT(folder.task), .help = "output-dir: do share I of N"}},
	{'n', NULL, {"dry-run", PARAM_BOOL, AT(folder.dry_run),
	             .help = "output-dir: print the plan"}},
	{0, NULL, {"force", PARAM_BOOL, AT(folder.force), .help = "output-dir: redo what is done"}},
	{0, NULL, {"as-programs", PARAM_BOOL, AT(as_programs),
	           .help = "write {\"id\", \"program\"} for each document and run nothing"}},
};

enum { OWN = sizeof own / sizeof *own };

/* The command's rows, then one for each parameter of the stage: --threshold-1 for threshold_1. */
static struct option *all_options(const struct stage_type *stage, struct arena *mem)
{
	size_t n = 0;

	while (stage->params[n].name)
		n++;
	struct option *all = arena_new(mem, struct option, OWN + n + 1);

	memcpy(all, own, sizeof own);
	for (size_t i = 0; i < n; i++) {
		char *name = (char *)arena_addf(mem, "%s%c", stage->params[i].name, 0).p;

		for (char *p = name; *p; p++)
			*p = *p == '_' ? '-' : *p;
		all[OWN + i].arg = stage->params[i].kind == PARAM_BOOL ? NULL : "VALUE";
		all[OWN + i].param = stage->params[i];
		all[OWN + i].param.name = name;
		all[OWN + i].param.at += sizeof(struct options);
	}
	return all;
}

static int set(const struct stage_type *type, void *self, const char *name, struct slice value,
               struct err *e)
{
	return param_set(param_find(type->params, slice_of(name)), self, value, e);
}

/* Hands the parameters over to a stage of the recipe. */
static int add_stage(struct options *o, const struct list *rest, struct recipe *r, struct err *e)
{
	const struct stage_type *type = stage_find(S("prox"));
	struct stage *stage = chain_add(&r->chain, type, S(""));
	void *from = o + 1;

	if (o->strict && o->compat)
		return err_set(e, "--strict and --compat: one of them");
	if (rest->n != o->joins)
		return err_set(e, o->joins ? "name one file of replies (see --help)"
		                           : "documents are named with -i (see --help)");
	if ((o->strict && set(type, from, "grammar", S("strict"), e)) ||
	    (o->joins && set(type, from, "sidecar", rest->item[0], e)))
		return -1;
	param_free(type->params, stage->self);
	memcpy(stage->self, from, type->size);
	memset(from, 0, type->size);
	return 0;
}

static void write_programs(void *user, struct doc *d, struct buf *out)
{
	struct options *o = user;
	struct prox_found found;
	struct err e = {0};

	if (prox_store_find(o->store, d->id, &found, d->mem, &e) != 0) {
		pthread_mutex_lock(&o->lock);
		o->failure = e;
		pthread_mutex_unlock(&o->lock);
		return;
	}
	buf_add(out, S("{\"id\":"));
	json_write_text(out, d->id);
	buf_add(out, S(",\"program\":["));
	for (size_t i = 0; i < found.n; i++) {
		if (i)
			buf_byte(out, ',');
		json_write_text(out, found.chunk[i]);
	}
	buf_addf(out, "],\"missing\":%zu}\n", found.missing);
}

static enum rc programs(struct options *o, const struct list *rest, struct recipe *r, struct err *e)
{
	const struct prox_store_options columns = {NULL, S("id"), S("program")};
	enum rc rc;

	if (rest->n != 1)
		return err_set(e, "--as-programs: name one file of replies"), RC_USAGE;
	o->store = prox_store_open(rest->item[0].p, &columns, e);
	if (!o->store)
		return e->rc;
	o->stream.show = write_programs;
	o->stream.show_user = o;
	pthread_mutex_init(&o->lock, NULL);
	rc = job_stream(r, &o->common, &o->stream, e);
	pthread_mutex_destroy(&o->lock);
	prox_store_close(o->store);
	if (o->failure.rc != RC_OK)
		*e = o->failure;
	return o->failure.rc != RC_OK ? o->failure.rc : rc;
}

/* A record may need many times its size while it is worked on: in a small budget the default limit
 * of its length must come down. */
void prox_fit_records(const struct common *c, struct recipe *r)
{
	const uint64_t mem = r->limits.mem, most = mem / 64;

	if (mem == 0 || c->max_record.n || r->input.max_record <= most)
		return;
	r->input.max_record = most;
	log_note("--mem %llu MiB: records of more than %llu MiB are bad; see --max-record",
	         (unsigned long long)mem >> 20, (unsigned long long)most >> 20);
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	if (common_options(&o->common, &recipe, e) == 0) {
		prox_fit_records(&o->common, &recipe);
		if (o->as_programs)
			rc = programs(o, rest, &recipe, e);
		else if (add_stage(o, rest, &recipe, e) == 0)
			rc = o->folder.out.n ? job_folder(&recipe, &o->common, &o->folder, e)
			                     : job_stream(&recipe, &o->common, &o->stream, e);
	}
	recipe_free(&recipe);
	return rc;
}

static int run(struct program *program, bool joins, int argc, char **argv)
{
	const struct stage_type *stage = stage_find(S("prox"));
	struct options *o = mem_zero(1, sizeof *o + stage->size);
	struct arena mem = {0};
	struct option *options = all_options(stage, &mem);

	/* Replies that are missing are empty programs: the document is still judged. */
	for (struct option *p = options; joins && p->param.name; p++)
		if (slice_equal(slice_of(p->param.name), S("on-missing")))
			p->param.preset = "empty";
	o->joins = joins;
	program->options = options;
	int code = job_main(program, o, argc, argv, work);

	arena_free(&mem);
	free(o);
	return code;
}

int prox_exec_main(int argc, char **argv)
{
	static const char *const examples[] = {
		"curate-prox exec -i docs/ --program chunk_program > edited.jsonl",
		"curate-prox exec -i docs/ --sidecar programs.jsonl.zst --output-dir edited/",
		"curate-prox exec -i docs/ --sidecar verdicts.jsonl --level doc --dropped "
		"dropped.jsonl",
		NULL,
	};
	struct program program = {
		"curate-prox exec", "[-i DOCS]… [options] < IN > OUT",
		"Runs ProX programs on documents, by default exactly as the ProX code does.",
		examples,
		NULL,
	};

	return run(&program, false, argc, argv);
}

int prox_join_main(int argc, char **argv)
{
	static const char *const examples[] = {
		"curate-prox join replies.jsonl -i docs/ > edited.jsonl",
		"curate-prox join replies.jsonl -i docs/ --as-programs > programs.jsonl",
		NULL,
	};
	struct program program = {
		"curate-prox join", "REPLIES -i DOCS… [options] > OUT",
		"Matches the replies of a batch made by `curate-prox prompt`, in any order, to "
		"their documents, and runs them.",
		examples, NULL,
	};

	return run(&program, true, argc, argv);
}
