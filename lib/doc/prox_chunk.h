/* What a refining model is shown of a document: its numbered lines in chunks that fit its window,
 * and the prompt around them (section 1 of ProX: trunc_text, apply_chat_template). */
#ifndef CURATE_DOC_PROX_CHUNK_H
#define CURATE_DOC_PROX_CHUNK_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"

enum prox_unit { PROX_WORDS, PROX_BYTES, PROX_BYTES_PLUS_BOS, PROX_PIECES };

/* How tokens are counted: white-space words (as the paper says), bytes, bytes and one for BOS, or
 * the pieces of a SentencePiece model and one for BOS (as the released code does). */
struct prox_tokenizer {
	enum prox_unit unit;
	struct prox_spm *model; /* PROX_PIECES only */
};

/* `model` is a path, used by PROX_PIECES alone. */
int prox_tokenizer_open(struct prox_tokenizer *t, enum prox_unit unit, const char *model,
                        struct err *e);
void prox_tokenizer_close(struct prox_tokenizer *t);

size_t prox_tokens(const struct prox_tokenizer *t, struct slice text);

/* The longest head of the text, in whole characters, that has at most `max` tokens. */
struct slice prox_tokens_head(const struct prox_tokenizer *t, struct slice text, size_t max);

/* Lines of the text, by number. */
struct prox_chunk {
	struct slice text; /* without the last line's LF */
	size_t first, lines, tokens;
};

/* Cuts the text at LFs into chunks of at most `max` tokens each; a line that alone has more is a
 * chunk of its own. Returns how many, at least one. */
size_t prox_chunk_split(struct slice text, const struct prox_tokenizer *t, size_t max,
                        struct prox_chunk **chunk, struct arena *mem);

/* Adds "[000]first line\n[001]second line": numbered from 0 through the document. */
void prox_chunk_write(const struct prox_chunk *chunk, struct buf *out);

/* Adds what the user says at chunk level: the numbered lines between [doc] and [/doc]. */
void prox_chunk_message(const struct prox_chunk *chunk, struct buf *out);

/* What the system says at both levels. */
#define PROX_SYSTEM "You are a helpful, respectful and honest assistant."

/* Adds the conversation as Llama-2-chat's template renders it. `bos` writes "<s>" before it, which
 * servers that add a BOS of their own must not be sent. */
void prox_llama2_prompt(struct slice user, bool bos, struct buf *out);

#endif
