/* curate-prox generate: the live loop against a model server. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/prox_commands.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/run/ask.h"
#include "lib/base/interrupt.h"

struct options {
	struct common common;
	struct stream_job stream;
	struct folder_job folder;
	struct prox_request_options request;
	struct slice endpoint, token_env, programs;
	int64_t concurrency, retries;
	double timeout, backoff;
	uint64_t window;
	bool force;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{'e', "URL", {"endpoint", PARAM_TEXT, AT(endpoint),
	              .help = "of an OpenAI-compatible server: http://host:8000/v1"}},
	{'p', "FILE", {"programs", PARAM_TEXT, AT(programs),
	               .help = "where the programs go; run again with it to go on"}},
	{'o', "FILE", {"output", PARAM_TEXT, AT(stream.out),
	               .help = "run the programs, too, and write the edited documents (- for "
	                       "stdout)"}},
	{0, "DIR", {"output-dir", PARAM_TEXT, AT(folder.out),
	            .help = "the same, folder to folder"}},
	PROX_REQUEST(AT(request)),
	{'c', "N", {"concurrency", PARAM_INT, AT(concurrency), "8", .min = 1, .max = 4096,
	          .help = "requests under way"}},
	{0, "N", {"retries", PARAM_INT, AT(retries), "5", .min = 0, .max = 1000,
	          .help = "of a request, when the server is busy (429), fails (5xx) or is silent"}},
	{0, "TIME", {"timeout", PARAM_SECONDS, AT(timeout), "10m", .min = 0.1, .max = 86400,
	             .help = "of one try"}},
	{0, "TIME", {"backoff", PARAM_SECONDS, AT(backoff), "1s", .min = 0.01, .max = 60,
	             .help = "before the second try; doubles, and Retry-After is heeded"}},
	{0, "NAME", {"token-env", PARAM_TEXT, AT(token_env),
	             .help = "environment variable that holds the bearer token"}},
	{0, "SIZE", {"in-flight", PARAM_SIZE, AT(window), "16M", .min = 1, .max = 1e12,
	             .help = "text of documents under way at once"}},
	{0, NULL, {"force", PARAM_BOOL, AT(force), .help = "start again, whatever is there"}},
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	{0},
};

static const char *const examples[] = {
	"curate-prox generate -i docs/ -e http://localhost:8000/v1 -p programs.jsonl -o "
	"edited.jsonl",
	"curate-prox generate -i docs/ -e https://host/v1 --token-env KEY -p verdicts.jsonl "
	"--level doc",
	NULL,
};

static const struct program program = {
	"curate-prox generate", "-i DOCS… -e URL -p FILE [-o OUT] [options]",
	"Asks a server for the programs of all documents, and runs them when told where to.",
	examples,
	options,
};

static enum rc ask_server(const struct options *o, const struct recipe *r, struct err *e)
{
	struct shards shards = {0};
	struct record_fields fields = {0};
	struct ask a = {
		.shards = &shards,
		.fields = &fields,
		.request = &o->request.request,
		.endpoint = endpoint_defaults(),
		.out = o->programs.p,
		.window = o->window,
		.force = o->force,
		.show_progress = !o->common.no_progress,
	};
	enum rc rc = RC_USAGE;

	a.endpoint.url = o->endpoint.p;
	a.endpoint.token_env = o->token_env.n ? o->token_env.p : NULL;
	a.endpoint.concurrency = (unsigned)o->concurrency;
	a.endpoint.retries = (unsigned)o->retries;
	a.endpoint.timeout = o->timeout;
	a.endpoint.backoff = o->backoff;
	interrupt_install(0);
	if (record_fields_open(&fields, &r->input, e) == 0 &&
	    common_shards(&o->common, r, NULL, &shards, e) == 0) {
		rc = ask_run(&a, e);
		log_note("documents %llu, of them answered before %llu; bad records %llu; requests "
		         "%llu, retries %llu, failed %llu",
		         (unsigned long long)a.documents, (unsigned long long)a.taken_up,
		         (unsigned long long)a.bad, (unsigned long long)a.counts.requests,
		         (unsigned long long)a.counts.retries, (unsigned long long)a.failed);
		if (rc != RC_OK)
			err_prefix(e, "%s.part keeps what was answered", o->programs.p);
	}
	record_fields_close(&fields);
	shards_free(&shards);
	return e->rc != RC_OK ? e->rc : rc;
}

static int set(struct recipe *r, const char *name, struct slice value, struct err *e)
{
	struct buf b = {0};

	buf_addf(&b, "prox.%s=%.*s", name, SLICE(value));
	int bad = recipe_set(r, buf_slice(&b), e);

	buf_free(&b);
	return bad;
}

/* A stage that runs what was generated, chunks counted alike. */
static int add_stage(const struct options *o, struct recipe *r, struct err *e)
{
	static const char *const level[] = {"chunk", "doc"};
	static const char *const unit[] = {"words", "bytes", "bytes_plus_bos", "pieces"};
	char tokens[32];

	snprintf(tokens, sizeof tokens, "%lld", (long long)o->request.request.chunk_tokens);
	chain_add(&r->chain, stage_find(S("prox")), S(""));
	return set(r, "sidecar", o->programs, e) ||
	                       set(r, "level", slice_of(level[o->request.level]), e) ||
	                       set(r, "tokenizer", slice_of(unit[o->request.unit]), e) ||
	                       set(r, "chunk_tokens", slice_of(tokens), e) ||
	                       set(r, "on_missing", S("error"), e) ||
	                       (o->request.tokens_model.n &&
	                        set(r, "model", o->request.tokens_model, e))
	               ? -1
	               : 0;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	if (rest->n || !o->endpoint.n || !o->programs.n ||
	    (!o->common.input.n && !o->common.file_list.n))
		err_set(e, "name documents (-i), a server (-e) and a file for the programs (-p)");
	else if (add_stage(o, &recipe, e) == 0 && common_options(&o->common, &recipe, e) == 0 &&
	         prox_request_open(&o->request, e) == 0) {
		prox_fit_records(&o->common, &recipe);
		rc = ask_server(o, &recipe, e);
	}
	prox_request_close(&o->request);
	if (rc == RC_OK && o->folder.out.n)
		rc = job_folder(&recipe, &o->common, &o->folder, e);
	else if (rc == RC_OK && o->stream.out.n)
		rc = job_stream(&recipe, &o->common, &o->stream, e);
	recipe_free(&recipe);
	return rc;
}

int prox_generate_main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
