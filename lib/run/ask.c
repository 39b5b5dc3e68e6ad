#include "lib/run/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/io/file.h"
#include "lib/io/lines.h"
#include "lib/io/outfile.h"
#include "lib/run/feed.h"
#include "lib/run/interrupt.h"
#include "lib/run/progress.h"

enum { BLOCK = 1 << 20, SYNC_EVERY = 256, ROW_MAX = 256 << 20 };

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
	struct outfile *out;
	int lock; /* OUT.state, held while this process works on OUT */
	struct json *json;
	struct arena mem; /* of one record or reply */
	struct buf body, row;
	struct pending *first, *last; /* in the order of the documents */
	struct pending *sending;      /* the first one with chunks not yet sent */
	size_t bytes;
	uint64_t skip, written;       /* rows of the earlier run still to pass over; rows since */
	struct lines old;             /* the earlier run's rows */
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

/* Bytes up to the last whole row of the earlier run, and how many there are. */
static int whole_rows(const char *part, uint64_t *keep, uint64_t *rows, struct err *e)
{
	struct lines lines;
	struct slice line;
	struct stat st;
	int more;

	*keep = *rows = 0;
	if (stat(part, &st) != 0)
		return 0;
	if (lines_open(&lines, part, ROW_MAX, e) != 0)
		return -1;
	while ((more = lines_next(&lines, &line, e)) > 0)
		if (*keep + line.n < (uint64_t)st.st_size) { /* it has its LF */
			*keep += line.n + 1;
			++*rows;
		}
	lines_close(&lines);
	return more;
}

enum { HASH_TEXT = 16 };

/* Opens OUT.state for this process alone; *is_ours says whether it was made for the same task. */
static int open_state(struct asking *k, const char *hash, bool *is_ours, struct err *e)
{
	struct buf path = {0};
	char old[HASH_TEXT];

	buf_addf(&path, "%s.state", k->a->out);
	k->lock = file_open(buf_text(&path), O_RDWR | O_CREAT);
	int bad = k->lock < 0
	                  ? err_set_rc(e, RC_OUTPUT, "%s: %s", buf_text(&path), strerror(errno))
	          : flock(k->lock, LOCK_EX | LOCK_NB) != 0
	                  ? err_set_rc(e, RC_STATE, "%s: another process is at work on it", k->a->out)
	                  : 0;

	if (!bad)
		*is_ours = file_read_at(k->lock, 0, old, HASH_TEXT) == 0 &&
		           memcmp(old, hash, HASH_TEXT) == 0;
	buf_free(&path);
	return bad;
}

static int write_state(const struct asking *k, const char *hash, struct err *e)
{
	if (pwrite(k->lock, hash, HASH_TEXT, 0) == HASH_TEXT && fsync(k->lock) == 0)
		return 0;
	return err_set_rc(e, RC_OUTPUT, "%s.state: %s", k->a->out, strerror(errno));
}

/* 1: the programs are there already; 0: begun or taken up; -1. */
static int open_out(struct asking *k, struct err *e)
{
	struct ask *a = k->a;
	struct buf part = {0};
	char hash[HASH_TEXT + 1];
	uint64_t keep = 0;
	bool is_ours = false;
	int result = -1;

	hash64_text(task_hash(a), hash);
	buf_addf(&part, "%s.part", a->out);
	int bad = open_state(k, hash, &is_ours, e);
	bool is_whole = access(a->out, F_OK) == 0, is_begun = access(buf_text(&part), F_OK) == 0;

	if (bad)
		goto done;
	if ((is_whole || is_begun) && !is_ours && !a->force) {
		err_set_rc(e, RC_STATE, "%s is of other documents or another request; name another file, "
		           "or use --force to start again", a->out);
	} else if (is_whole && !a->force) {
		result = 1;
	} else if ((a->force || whole_rows(buf_text(&part), &keep, &k->skip, e) == 0) &&
	           (!keep || lines_open(&k->old, buf_text(&part), ROW_MAX, e) == 0) &&
	           write_state(k, hash, e) == 0) {
		k->out = outfile_open(a->out, buf_text(&part), keep, e);
		result = k->out ? 0 : -1;
	}
done:
	buf_free(&part);
	return result;
}

/* Whether the earlier run answered this document; -1 when its next row is of another one. */
static int was_answered(struct asking *k, struct slice id, struct err *e)
{
	static const struct slice key[] = {S_INIT("id")};
	const struct json_path path = {(struct slice *)key, 1, S("id")};
	struct slice line;

	if (k->skip == 0)
		return 0;
	if (lines_next(&k->old, &line, e) != 1)
		return err_set_rc(e, RC_STATE, "%s.part: rows are missing", k->a->out);
	struct json_value v = json_get(k->json, line, &path, &k->mem);

	if (v.kind != JSON_STRING || !slice_equal(v.text, id))
		return err_set_rc(e, RC_STATE,
		                  "%s.part: the documents are not those of the earlier run; use --force "
		                  "to start again",
		                  k->a->out);
	k->skip--;
	k->a->taken_up++;
	return 1;
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
	if (outfile_write(k->out, buf_slice(&k->row), e) != 0)
		return -1;
	return ++k->written % SYNC_EVERY ? 0 : outfile_sync(k->out, e);
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
	int answered = was_answered(k, d->id, e);

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

	if (feed_open(&feed, shard->path, NULL, NULL, &limits, e) != 0)
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
			struct doc d = {.file = shard->path, .record = record++, .raw = line};

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
	struct asking k = {.a = a, .lock = -1};
	uint64_t bytes = 0;
	int end = -1;

	for (size_t i = 0; i < a->shards->n; i++)
		bytes += a->shards->item[i].size;
	k.json = json_open();
	a->endpoint.is_interrupted = interrupt_came;
	k.endpoint = endpoint_open(&a->endpoint, e);
	int opened = k.endpoint ? open_out(&k, e) : -1;

	if (opened == 0) {
		progress_open(&k.progress, a->show_progress, "", bytes, a->shards->n);
		end = ask_all(&k, e);
		progress_close(&k.progress);
		a->counts = endpoint_counts(k.endpoint);
		if (end == 0)
			end = outfile_commit(k.out, e);
		else
			outfile_leave(k.out);
	}
	for (struct pending *p = k.first, *next; p; p = next) {
		next = p->next;
		pending_free(p);
	}
	if (k.lock >= 0)
		close(k.lock);
	lines_close(&k.old);
	endpoint_close(k.endpoint);
	json_close(k.json);
	arena_free(&k.mem);
	buf_free(&k.body);
	buf_free(&k.row);
	return opened == 1 || end == 0 ? RC_OK : e->rc;
}
