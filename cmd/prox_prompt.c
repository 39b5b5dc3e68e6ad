/* curate-prox prompt: requests for a refining model, offline. */
#include <stdlib.h>

#include "cmd/prox_commands.h"
#include "lib/base/mem.h"

struct options {
	struct common common;
	struct stream_job stream;
	struct prox_request_options request;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	PROX_REQUEST(AT(request)),
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	{'o', "FILE", {"output", PARAM_TEXT, AT(stream.out), "-", .help = "where the requests go"}},
	{0, "NAME", {"codec", PARAM_TEXT, AT(stream.codec),
	             .help = "none, gz or zst (by the name)"}},
	{0},
};

static const char *const examples[] = {
	"curate-prox prompt -i docs/ --tokenizer pieces --tokenizer-model llama.model > "
	"batch.jsonl",
	"curate-prox prompt -i docs/ --level doc --format completions -o batch.jsonl",
	NULL,
};

static const struct program program = {
	"curate-prox prompt", "[-i DOCS]… [options] > BATCH",
	"Writes the requests of ProX's document or chunk stage as an OpenAI or vLLM batch file; "
	"custom_id is ID#CHUNK/CHUNKS.",
	examples, options,
};

int prox_request_open(struct prox_request_options *o, struct err *e)
{
	o->request.doc = o->level == 1;
	o->request.completions = o->format == 1;
	if (o->unit == PROX_PIECES && o->tokens_model.n == 0)
		return err_set(e, "--tokenizer pieces needs --tokenizer-model FILE");
	char *model = mem_text(o->tokens_model.p, o->tokens_model.n);
	int bad = prox_tokenizer_open(&o->request.tokenizer, (enum prox_unit)o->unit, model, e);

	free(model);
	return bad;
}

void prox_request_close(struct prox_request_options *o)
{
	prox_tokenizer_close(&o->request.tokenizer);
}

static void write_requests(void *user, struct doc *d, struct buf *out)
{
	const struct prox_request *q = user;
	struct prox_chunk *chunk;
	size_t n = prox_request_chunks(q, doc_text(d), &chunk, d->mem);

	for (size_t k = 0; k < n; k++)
		prox_request_row(q, d->id, k, n, &chunk[k], out);
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	recipe_defaults(&recipe);
	o->stream.show = write_requests;
	o->stream.show_user = &o->request.request;
	if (rest->n)
		err_set(e, "documents are named with -i (see --help)");
	else if (common_options(&o->common, &recipe, e) == 0 &&
	         prox_request_open(&o->request, e) == 0) {
		prox_fit_records(&o->common, &recipe);
		rc = job_stream(&recipe, &o->common, &o->stream, e);
	}
	prox_request_close(&o->request);
	recipe_free(&recipe);
	return rc;
}

int prox_prompt_main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
