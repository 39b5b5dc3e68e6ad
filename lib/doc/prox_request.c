#include "lib/doc/prox_request.h"

#include "lib/base/json_write.h"
#include "lib/doc/prox.h"

size_t prox_request_chunks(const struct prox_request *q, struct slice text,
                           struct prox_chunk **chunk, struct arena *mem)
{
	if (!q->doc)
		return prox_chunk_split(text, &q->tokenizer, (size_t)q->chunk_tokens, chunk, mem);
	*chunk = arena_new(mem, struct prox_chunk, 1);
	(*chunk)->text = text;
	return 1;
}

const char *prox_request_path(const struct prox_request *q)
{
	return q->completions ? "/completions" : "/chat/completions";
}

/* The head of the text that leaves the rendered prompt within its limit. */
static struct slice fitting_text(const struct prox_request *q, struct slice text)
{
	struct buf frame = {0};

	prox_llama2_prompt(S(""), q->bos, &frame);
	size_t around = prox_tokens(&q->tokenizer, buf_slice(&frame));
	size_t limit = (size_t)q->prompt_tokens;

	buf_free(&frame);
	return prox_tokens_head(&q->tokenizer, text, limit > around ? limit - around : 0);
}

/* What the user says, or the whole rendered prompt. */
static void add_prompt(const struct prox_request *q, const struct prox_chunk *chunk,
                       struct buf *out)
{
	bool cuts = q->doc && q->prompt_tokens > 0;
	struct slice user = chunk->text;
	struct buf message = {0};

	if (!q->doc) {
		prox_chunk_message(chunk, &message);
		user = buf_slice(&message);
	} else if (cuts && (q->keep_end || !q->completions)) {
		user = fitting_text(q, user);
	}
	if (!q->completions) {
		buf_add(out, user);
	} else {
		size_t from = out->n;

		prox_llama2_prompt(user, q->bos, out);
		if (cuts && !q->keep_end) {
			struct slice all = {out->p + from, out->n - from};

			out->n = from + prox_tokens_head(&q->tokenizer, all,
			                                 (size_t)q->prompt_tokens).n;
		}
	}
	buf_free(&message);
}

void prox_request_body(const struct prox_request *q, const struct prox_chunk *chunk,
                       struct buf *out)
{
	int64_t answer = q->max_tokens ? q->max_tokens : q->doc ? 2000 : 256;
	struct buf prompt = {0};

	add_prompt(q, chunk, &prompt);
	buf_add(out, S("{\"model\":"));
	json_write_text(out, q->model);
	if (q->completions) {
		buf_add(out, S(",\"prompt\":"));
		json_write_text(out, buf_slice(&prompt));
	} else {
		buf_add(out, S(",\"messages\":[{\"role\":\"system\",\"content\":\"" PROX_SYSTEM
		               "\"},{\"role\":\"user\",\"content\":"));
		json_write_text(out, buf_slice(&prompt));
		buf_add(out, S("}]"));
	}
	buf_add(out, S(",\"temperature\":"));
	json_write_real(out, q->temperature);
	buf_add(out, S(",\"top_p\":"));
	json_write_real(out, q->top_p);
	buf_addf(out, ",\"max_tokens\":%lld}", (long long)answer);
	buf_free(&prompt);
}

void prox_request_row(const struct prox_request *q, struct slice id, size_t k, size_t n,
                      const struct prox_chunk *chunk, struct buf *out)
{
	buf_add(out, S("{\"custom_id\":\""));
	json_write_escaped(out, id);
	buf_addf(out, "#%zu/%zu\",\"method\":\"POST\",\"url\":\"/v1%s\",\"body\":", k, n,
	         prox_request_path(q));
	prox_request_body(q, chunk, out);
	buf_add(out, S("}\n"));
}

bool prox_reply_program(struct json *j, struct slice body, struct slice *program, struct arena *mem)
{
	static const struct slice chat[] = {S_INIT("choices"), S_INIT("0"), S_INIT("message"),
	                                    S_INIT("content")};
	static const struct slice plain[] = {S_INIT("choices"), S_INIT("0"), S_INIT("text")};
	const struct json_path path[] = {
		{(struct slice *)chat, 4, S("choices.0.message.content")},
		{(struct slice *)plain, 3, S("choices.0.text")},
	};
	struct json_value v[2];
	const char *why;

	if (json_read(j, body, path, 2, v, mem, &why) != JSON_GOOD)
		return false;
	const struct json_value *text = v[0].kind == JSON_STRING ? &v[0] : &v[1];

	*program = prox_strip(text->text, ' ');
	return text->kind == JSON_STRING;
}
