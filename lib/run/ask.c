#include "lib/run/ask.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/run/ask_file.h"
#include "lib/run/feed.h"
#include "lib/base/interrupt.h"
#include "lib/run/progress.h"

enum { BLOCK = 1 << 20 };

/* A document under way: read, perhaps asked about, not yet written. */
struct pending {
	struct pending *next;
	struct arena mem; /* owns all it points to */
	struct slice id;
	size_t bytes;
	struct prox_chunk *chunk;
	struct question *question;
	size_t n, sent, answered, failed;
};

/* One request. */
struct question {
	struct pending *of;
	struct slice program;
};

struct asking {
	struct ask *a;
	struct endpoint *endpoint;
	struct ask_file file;
	struct json *json;
	struct arena mem; /* of one record or reply */
	struct buf body, row;
	struct pending *first, *last; /* in the order of the documents */
	struct pending *sending;      /* the first one with chunks not yet sent */
	size_t bytes;
	struct progress progress;
};

static void pending_free(struct pending *p)
{
	arena_free(&p->mem);
	free(p);
}

/* Everything that decides the answers. */
static uint64_t task_hash(const struct ask *a)
{
	const struct prox_request *q = a->request;
	struct buf b = {0};

	buf_addf(&b, "%.*s|%d|%d|%d|%d|%lld|%lld|%lld|%g|%g|%d", SLICE(q->model), q->doc,
	         q->completions, q->bos, q->keep_end, (long long)q->chunk_tokens,
	         (long long)q->prompt_tokens, (long long)q->max_tokens, q->temperature, q->top_p,
	         (int)q->tokenizer.unit);
	for (size_t i = 0; i < a->shards->n; i++)
		buf_addf(&b, "|%s|%llu", a->shards->item[i].relative,
		         (unsigned long long)a->shards->item[i].size);
	uint64_t hash = hash64(buf_slice(&b));

	buf_free(&b);
	return hash;
}

static void admit(struct asking *k, const struct doc *d)
{
	struct pending *p = mem_new(struct pending, 1);
	struct slice text = arena_copy(&p->mem, d->source);

	p->id = arena_copy(&p->mem, d->id);
	p->bytes = text.n;
	p->n = prox_request_chunks(k->a->request, text, &p->chunk, &p->mem);
	p->question = arena_new(&p->mem, struct question, p->n);
	for (size_t i = 0; i < p->n; i++)
		p->question[i].of = p;
	*(k->last ? &k->last->next : &k->first) = p;
	k->last = p;
	if (!k->sending)
		k->sending = p;
	k->bytes += p->bytes;
}

static void send_some(struct asking *k)
{
	while (k->sending && endpoint_has_room(k->endpoint)) {
		struct pending *p = k->sending;

		buf_reset(&k->body);
		prox_request_body(k->a->request, &p->chunk[p->sent], &k->body);
		endpoint_add(k->endpoint, prox_request_path(k->a->request), buf_slice(&k->body),
		             &p->question[p->sent]);
		if (++p->sent == p->n)
			k->sending = p->next;
	}
}

static int write_row(struct asking *k, const struct pending *p, struct err *e)
{
	buf_reset(&k->row);
	buf_add(&k->row, S("{\"id\":"));
	json_write_text(&k->row, p->id);
	buf_add(&k->row, S(",\"program\":["));
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			buf_byte(&k->row, ',');
		json_write_text(&k->row, p->question[i].program);
	}
	buf_byte(&k->row, ']');
	if (p->failed)
		buf_addf(&k->row, ",\"failed\":%zu", p->failed);
	buf_add(&k->row, S("}\n"));
	return ask_file_add(&k->file, buf_slice(&k->row), e);
}

/* Writes the documents at the head of the line that have all their answers. */
static int write_some(struct asking *k, struct err *e)
{
	while (k->first && k->first->answered == k->first->n) {
		struct pending *p = k->first;

		if (write_row(k, p, e) != 0)
			return -1;
		progress_block(&k->progress, p->bytes, 1, 1);
		k->a->failed += p->failed;
		k->bytes -= p->bytes;
		k->first = p->next;
		if (!k->first)
			k->last = NULL;
		pending_free(p);
	}
	return 0;
}

/* One answer; 0 when none is under way. */
static int receive(struct asking *k, struct err *e)
{
	struct endpoint_reply reply;
	int more = endpoint_next(k->endpoint, &reply, e);

	if (more != 1)
		return more;
	struct question *q = reply.user;
	struct slice program;

	buf_reset(&k->body);
	buf_add(&k->body, reply.body);
	buf_reserve(&k->body, JSON_PADDING);
	if (reply.status == 200 &&
	    prox_reply_program(k->json, buf_slice(&k->body), &program, &k->mem)) {
		q->program = arena_copy(&q->of->mem, program);
	} else {
		q->program = S("");
		q->of->failed++;
		log_warning("%.*s: a request failed with HTTP status %ld: %.*s", SLICE(q->of->id),
		            reply.status, SLICE(slice_head(slice_trim(reply.body), 160)));
	}
	q->of->answered++;
	arena_reset(&k->mem, BLOCK);
	return write_some(k, e) == 0 ? 1 : -1;
}

/* Makes room for one more document. */
static int make_room(struct asking *k, struct err *e)
{
	do {
		send_some(k);
		if (interrupt_came())
			return err_set_rc(e, RC_AGAIN, "interrupted");
		if (!k->first || (!k->sending && k->bytes < k->a->window))
			return 0;
	} while (receive(k, e) > 0);
	return -1;
}

static int take_record(struct asking *k, struct doc *d, struct err *e)
{
	const char *detail;
	struct doc_context context = {.json = k->json};

	d->mem = &k->mem;
	d->context = &context;
	if (record_parse(d, k->a->fields, &detail) != RECORD_GOOD) {
		k->a->bad++;
		return 0;
	}
	k->a->documents++;
	int answered = ask_file_has(&k->file, d->id, k->json, &k->mem, e);

	k->a->taken_up += answered > 0;
	if (answered == 0)
		admit(k, d);
	arena_reset(&k->mem, BLOCK);
	return answered < 0 ? -1 : make_room(k, e);
}

static int take_shard(struct asking *k, const struct shard *shard, struct err *e)
{
	struct feed feed;
	struct feed_limits limits = {BLOCK, k->a->fields->max_record};
	struct block block = {0};
	int more;

	if (feed_open(&feed, shard, NULL, NULL, &limits, e) != 0)
		return -1;
	while ((more = feed_fill(&feed, &block, NULL, NULL, e)) > 0) {
		struct slice rest = buf_slice(&block.raw), line;
		uint64_t record = block.record;
		size_t skipped;

		if (block.too_long) {
			k->a->bad++;
			continue;
		}
		while (more > 0 && feed_line(&rest, &line, &skipped)) {
			struct doc d = {.file = shard->name, .record = record++, .raw = line};

			if (take_record(k, &d, e) != 0)
				more = -1;
		}
		if (more < 0)
			break;
	}
	if (more == 0 && feed.damaged) {
		*e = feed.damage;
		more = -1;
	}
	block_free(&block);
	feed_close(&feed);
	progress_shard(&k->progress, shard->size);
	return more;
}

static int ask_all(struct asking *k, struct err *e)
{
	int more = 1;

	for (size_t i = 0; i < k->a->shards->n; i++)
		if (take_shard(k, &k->a->shards->item[i], e) != 0)
			return -1;
	while (more > 0) {
		send_some(k);
		more = receive(k, e);
	}
	return more;
}

enum rc ask_run(struct ask *a, struct err *e)
{
	struct asking k = {.a = a, .file = {.lock = -1}};
	uint64_t bytes = 0;
	int end = -1;

	for (size_t i = 0; i < a->shards->n; i++)
		bytes += a->shards->item[i].size;
	k.json = json_open();
	a->endpoint.is_interrupted = interrupt_came;
	k.endpoint = endpoint_open(&a->endpoint, e);
	int opened = k.endpoint ? ask_file_open(&k.file, a->out, task_hash(a), a->force, e) : -1;

	if (opened == 0) {
		progress_open(&k.progress, a->show_progress, "", bytes, a->shards->n);
		end = ask_all(&k, e);
		progress_close(&k.progress);
		a->counts = endpoint_counts(k.endpoint);
	}
	if (ask_file_close(&k.file, end == 0, e) != 0)
		end = -1;
	for (struct pending *p = k.first, *next; p; p = next) {
		next = p->next;
		pending_free(p);
	}
	endpoint_close(k.endpoint);
	json_close(k.json);
	arena_free(&k.mem);
	buf_free(&k.body);
	buf_free(&k.row);
	return opened == 1 || end == 0 ? RC_OK : e->rc;
}
