/* Requests to a refining model, and its answers, in the OpenAI API's form: bodies for a server, or
 * rows of a batch file. */
#ifndef CURATE_DOC_PROX_REQUEST_H
#define CURATE_DOC_PROX_REQUEST_H

#include "lib/doc/json.h"
#include "lib/doc/prox_chunk.h"

struct prox_request {
	struct slice model;    /* the name the server knows it by */
	bool doc;              /* document level: one request with the raw text, else one a chunk */
	bool completions; /* the rendered Llama-2 prompt for /completions, else chat messages */
	bool bos;              /* write "<s>" before the rendered prompt */
	bool keep_end; /* where a document is too long its text is cut, not the prompt's end */
	int64_t chunk_tokens;  /* of a chunk */
	int64_t prompt_tokens; /* document level: of the rendered prompt; 0: no limit */
	int64_t max_tokens;    /* of the answer; 0: 2000 at document level, 256 at chunk level */
	double temperature, top_p;
	struct prox_tokenizer tokenizer;
};

/* The chunks a document is asked about: at document level one, the whole text. */
size_t prox_request_chunks(const struct prox_request *q, struct slice text,
                           struct prox_chunk **chunk, struct arena *mem);

/* "/chat/completions" or "/completions". */
const char *prox_request_path(const struct prox_request *q);

/* Adds the JSON body of one request. */
void prox_request_body(const struct prox_request *q, const struct prox_chunk *chunk,
                       struct buf *out);

/* Adds {"custom_id":"ID#K/N","method":"POST","url":…,"body":…} and a LF. */
void prox_request_row(const struct prox_request *q, struct slice id, size_t k, size_t n,
                      const struct prox_chunk *chunk, struct buf *out);

/* The program in a server's reply, spaces stripped at its ends as the reference does; false when
 * the reply is none. `body` has JSON_PADDING bytes behind it; the program may lie in `mem`. */
bool prox_reply_program(struct json *j, struct slice body, struct slice *program,
                        struct arena *mem);

#endif
