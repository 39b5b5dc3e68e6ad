/* curate-score loss: asks an OpenAI-compatible server for each document's log-probability. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/io/endpoint.h"

enum ask { ASK_ECHO, ASK_PROMPT_LOGPROBS };

struct options {
	struct common common;
	struct slice url, model, name, token_env, have;
	int64_t concurrency, retries, max_tokens, max_chars;
	double timeout;
	int ask;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{'u', "URL", {"url", PARAM_TEXT, AT(url), "http://localhost:8000/v1",
	              .help = "of the API"}},
	{'M', "NAME", {"model", PARAM_TEXT, AT(model), .help = "what the server calls the model"}},
	{0, "NAME", {"name", PARAM_TEXT, AT(name), .help = "what rows call it (the model's name)"}},
	{0, "HOW", {"ask", PARAM_CHOICE, AT(ask), "echo", .choices = "echo|prompt-logprobs",
	            .help = "how log-probabilities are asked for (vLLM knows both)"}},
	{0, "N", {"max-tokens", PARAM_INT, AT(max_tokens), "0", .min = 0, .max = 1,
	          .help = "tokens to generate: 1 for servers that refuse 0; they are not counted"}},
	{0, "N", {"max-chars", PARAM_INT, AT(max_chars), "0", .min = 0, .max = 1e15,
	          .help = "score the first N characters only; 0: all"}},
	{0, "N", {"concurrency", PARAM_INT, AT(concurrency), "8", .min = 1, .max = 4096,
	          .help = "requests under way"}},
	{0, "N", {"retries", PARAM_INT, AT(retries), "5", .min = 0, .max = 1000,
	          .help = "after the first try"}},
	{0, "TIME", {"timeout", PARAM_SECONDS, AT(timeout), "10m", .help = "for one try"}},
	{0, "NAME", {"token-env", PARAM_TEXT, AT(token_env),
	             .help = "environment variable with the bearer token"}},
	{0, "FILE", {"have", PARAM_TEXT, AT(have),
	             .help = "rows of an earlier run; their documents are not asked again"}},
	COMMON_INPUT(AT(common)),
	{0},
};

static const char *const examples[] = {
	"curate-score loss -u http://host:8000/v1 -M llama-7b -i sample/ > llama-7b.jsonl",
	NULL,
};

static const struct program program = {
	"curate-score loss", "-M MODEL -u URL [options] < IN > OUT",
	"Writes id, Model, total_loss (nats), tokens, chars and bpc (bits per character) of every "
	"document, each scored on its own.",
	examples, options,
};

/* A document whose row is not written yet, in input order. */
struct waiting {
	struct waiting *next;
	struct buf id, row;
	uint64_t chars;
	bool done;
};

struct asking {
	const struct options *o;
	struct endpoint *endpoint;
	struct waiting *first, **last;
	struct json *json;
	struct json_path path[3]; /* echo's log-probabilities and offsets; the other way's */
	struct arena scratch;
	struct map have;
	struct arena have_mem;
	uint64_t rows, failed, skipped;
	bool output_bad;
};

static void write_ready(struct asking *a)
{
	while (a->first && a->first->done) {
		struct waiting *w = a->first;

		if (w->row.n && fwrite(w->row.p, 1, w->row.n, stdout) != w->row.n)
			a->output_bad = true;
		a->first = w->next;
		if (!a->first)
			a->last = &a->first;
		buf_free(&w->id);
		buf_free(&w->row);
		free(w);
	}
}

struct sum {
	struct asking *a;
	const double *offset; /* code points at which each token starts, or NULL */
	size_t n_offsets, i;
	uint64_t chars, tokens;
	double loss;
	bool bad;
};

static int read_offset(void *user, struct slice key, const struct json_value *v)
{
	struct buf *out = user;

	(void)key;
	buf_add(out, (struct slice){(const char *)&v->number, sizeof v->number});
	return v->kind != JSON_NUMBER;
}

static void add_logprob(struct sum *s, double logprob)
{
	if (isfinite(logprob)) {
		s->loss -= logprob;
		s->tokens++;
	} else {
		s->bad = true;
	}
}

/* The first token has no log-probability: null. Tokens behind the text were generated. */
static int add_echoed(void *user, struct slice key, const struct json_value *v)
{
	struct sum *s = user;
	const size_t i = s->i++;

	(void)key;
	if (i < s->n_offsets && s->offset[i] >= (double)s->chars)
		return 1;
	if (v->kind == JSON_NUMBER)
		add_logprob(s, v->number);
	return 0;
}

/* {"token id": {"logprob": …}}: the text's own token comes first. */
static int add_first_token(void *user, struct slice key, const struct json_value *v)
{
	struct sum *s = user;
	struct json_path path = {.key = &(struct slice)S_INIT("logprob"), .n = 1,
	                         .whole = S_INIT("logprob")};

	(void)key;
	if (v->kind == JSON_OBJECT) {
		const char *why;
		struct json_value logprob;
		char *copy = arena_zero(&s->a->scratch, v->span.n + JSON_PADDING, 1);

		memcpy(copy, v->span.p, v->span.n);
		if (json_read(s->a->json, (struct slice){copy, v->span.n}, &path, 1, &logprob,
		              &s->a->scratch, &why) == 0 &&
		    logprob.kind == JSON_NUMBER)
			add_logprob(s, logprob.number);
		else
			s->bad = true;
	}
	return 1;
}

static int add_prompt_token(void *user, struct slice key, const struct json_value *v)
{
	struct sum *s = user;

	(void)key;
	if (v->kind == JSON_OBJECT)
		json_each(s->a->json, v->span, &s->a->scratch, add_first_token, s);
	return 0;
}

/* False when the reply does not hold what was asked for. */
static bool read_reply(struct asking *a, struct slice body, struct sum *s)
{
	char *const copy = arena_zero(&a->scratch, body.n + JSON_PADDING, 1);
	struct buf offset = {0};
	struct json_value v[3];
	const char *why;

	memcpy(copy, body.p, body.n);
	if (json_read(a->json, (struct slice){copy, body.n}, a->path, 3, v, &a->scratch, &why))
		return false;
	if (a->o->ask == ASK_PROMPT_LOGPROBS) {
		if (v[2].kind != JSON_ARRAY)
			return false;
		json_each(a->json, v[2].span, &a->scratch, add_prompt_token, s);
		return !s->bad;
	}
	if (v[0].kind != JSON_ARRAY)
		return false;
	if (v[1].kind == JSON_ARRAY)
		json_each(a->json, v[1].span, &a->scratch, read_offset, &offset);
	s->offset = (const double *)(const void *)offset.p;
	s->n_offsets = offset.n / sizeof(double);
	json_each(a->json, v[0].span, &a->scratch, add_echoed, s);
	buf_free(&offset);
	return !s->bad;
}

static void write_row(struct asking *a, struct waiting *w, const struct sum *s)
{
	const struct options *o = a->o;

	buf_add(&w->row, S("{\"id\":"));
	json_write_text(&w->row, buf_slice(&w->id));
	buf_add(&w->row, S(",\"Model\":"));
	json_write_text(&w->row, o->name.n ? o->name : o->model);
	buf_add(&w->row, S(",\"total_loss\":"));
	json_write_real(&w->row, s->loss);
	buf_addf(&w->row, ",\"tokens\":%llu,\"chars\":%llu,\"bpc\":",
	         (unsigned long long)s->tokens, (unsigned long long)w->chars);
	json_write_real(&w->row, s->loss / ((double)w->chars * log(2)));
	buf_add(&w->row, S("}\n"));
	a->rows++;
}

/* Takes one reply: 1, 0 when none is under way, -1. */
static int take_reply(struct asking *a, struct err *e)
{
	struct endpoint_reply reply;
	const int rc = endpoint_next(a->endpoint, &reply, e);

	if (rc <= 0)
		return rc;

	struct waiting *w = reply.user;
	struct sum s = {.a = a, .chars = w->chars};

	w->done = true;
	arena_reset(&a->scratch, 1 << 20);
	if (reply.status == 200 && read_reply(a, reply.body, &s)) {
		write_row(a, w, &s);
	} else {
		if (a->failed++ == 0)
			log_warning("%.*s: status %ld: %.*s", SLICE(buf_slice(&w->id)),
			            reply.status, SLICE(slice_head(reply.body, 300)));
	}
	write_ready(a);
	return 1;
}

static struct slice first_chars(struct slice text, uint64_t chars)
{
	size_t at = 0;

	while (at < text.n && chars-- > 0)
		at += utf8_size((unsigned char)text.p[at]);
	return slice_head(text, at);
}

static int ask(void *user, struct doc *d, struct arena *scratch, struct err *e)
{
	struct asking *a = user;
	const struct options *o = a->o;
	const struct slice text = o->max_chars ? first_chars(doc_text(d), (uint64_t)o->max_chars)
	                                       : doc_text(d);
	struct waiting *w;
	struct buf body = {0};

	(void)scratch;
	if (map_get(&a->have, d->id)) {
		a->skipped++;
		return 0;
	}
	while (!endpoint_has_room(a->endpoint))
		if (take_reply(a, e) < 0)
			return -1;
	w = mem_new(struct waiting, 1);
	w->chars = utf8_count(text);
	buf_add(&w->id, d->id);
	*a->last = w;
	a->last = &w->next;
	buf_add(&body, S("{\"model\":"));
	json_write_text(&body, o->model);
	buf_add(&body, S(",\"prompt\":"));
	json_write_text(&body, text);
	buf_addf(&body, ",\"max_tokens\":%d,\"temperature\":0,%s}", (int)o->max_tokens,
	         o->ask == ASK_ECHO ? "\"echo\":true,\"logprobs\":1" : "\"prompt_logprobs\":0");
	endpoint_add(a->endpoint, "/completions", buf_slice(&body), w);
	buf_free(&body);
	return a->output_bad ? err_set_rc(e, RC_OUTPUT, "stdout: %m") : 0;
}

static int read_have(void *user, struct slice line, uint64_t number, struct err *e)
{
	struct asking *a = user;
	struct json_path path = {.key = &(struct slice)S_INIT("id"), .n = 1, .whole = S_INIT("id")};
	struct json_value id;
	const char *why;
	bool added;

	(void)number;
	(void)e;
	arena_reset(&a->scratch, 1 << 20);
	if (json_read(a->json, line, &path, 1, &id, &a->scratch, &why) == 0 &&
	    id.kind == JSON_STRING)
		map_put(&a->have, arena_copy(&a->have_mem, id.text), &added);
	return 0;
}

static int prepare(struct asking *a, struct err *e)
{
	const struct options *o = a->o;
	struct endpoint_options how = endpoint_defaults();

	if (o->model.n == 0)
		return err_set_rc(e, RC_USAGE, "which model? name it with -M");
	how.url = o->url.p;
	how.token_env = o->token_env.n ? o->token_env.p : NULL;
	how.concurrency = (unsigned)o->concurrency;
	how.retries = (unsigned)o->retries;
	how.timeout = o->timeout;
	a->endpoint = endpoint_open(&how, e);
	if (!a->endpoint ||
	    json_path_parse(&a->path[0], S("choices.0.logprobs.token_logprobs"), e) ||
	    json_path_parse(&a->path[1], S("choices.0.logprobs.text_offset"), e) ||
	    json_path_parse(&a->path[2], S("choices.0.prompt_logprobs"), e))
		return -1;
	return o->have.n ? lines_each(o->have.p, read_have, a, e) : 0;
}

static enum rc finish(struct asking *a, struct err *e)
{
	int rc;

	while ((rc = take_reply(a, e)) > 0)
		;
	if (rc == 0 && (a->output_bad || fflush(stdout)))
		rc = err_set_rc(e, RC_OUTPUT, "stdout: %m");
	log_note("%llu documents scored, %llu failed, %llu were there already",
	         (unsigned long long)a->rows, (unsigned long long)a->failed,
	         (unsigned long long)a->skipped);
	return rc ? e->rc : a->failed ? RC_PARTIAL : RC_OK;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct asking a = {.o = user, .json = json_open()};
	struct records r = {0};
	enum rc rc = RC_INPUT;

	a.last = &a.first;
	if (prepare(&a, e) == 0 && records_open(&r, &a.o->common, rest, e) == 0 &&
	    records_each(&r, ask, &a, e) == 0) {
		records_warn(&r);
		rc = finish(&a, e);
	}
	if (a.endpoint)
		endpoint_close(a.endpoint);
	for (struct waiting *w = a.first; w; w = w->next)
		w->done = true;
	write_ready(&a);
	records_close(&r);
	for (int i = 0; i < 3; i++)
		json_path_free(&a.path[i]);
	json_close(a.json);
	map_free(&a.have);
	arena_free(&a.have_mem);
	arena_free(&a.scratch);
	return rc;
}

int score_loss(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
