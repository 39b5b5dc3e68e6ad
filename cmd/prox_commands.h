/* The commands of curate-prox, each with a main function and an option table of its own. */
#ifndef CURATE_CMD_PROX_COMMANDS_H
#define CURATE_CMD_PROX_COMMANDS_H

#include "cmd/job.h"
#include "lib/doc/prox_request.h"
#include "lib/doc/prox_store.h"

int prox_exec_main(int argc, char **argv);
int prox_join_main(int argc, char **argv);
int prox_prompt_main(int argc, char **argv);
int prox_generate_main(int argc, char **argv);
int prox_eval_main(int argc, char **argv);

/* In a small --mem the default limit of a record's length comes down, and that is said. */
void prox_fit_records(const struct common *c, struct recipe *r);

/* How requests are made: part of the options of prompt and generate. */
struct prox_request_options {
	struct prox_request request;
	int level, format, unit; /* chunk|doc, chat|completions, enum prox_unit */
	struct slice tokens_model;
};

#define PROX_REQUEST_AT(base, field) ((base) + offsetof(struct prox_request_options, field))
#define PROX_REQUEST(base)                                                                         \
	{0, "LEVEL", {"level", PARAM_CHOICE, PROX_REQUEST_AT(base, level), "chunk",                \
	              .help = "ask about lines or about whole documents",                          \
	              .choices = "chunk|doc"}},                                                    \
	{0, "FORM", {"format", PARAM_CHOICE, PROX_REQUEST_AT(base, format), "chat",                \
	             .help = "chat messages, or the rendered Llama-2 prompt",                     \
	             .choices = "chat|completions"}},                                             \
	{0, "NAME", {"model", PARAM_TEXT, PROX_REQUEST_AT(base, request.model), "refiner",         \
	             .help = "the model's name on the server"}},                                  \
	{0, "UNIT", {"tokenizer", PARAM_CHOICE, PROX_REQUEST_AT(base, unit), "words",              \
	             .help = "what tokens are counted in",                                        \
	             .choices = "words|bytes|bytes_plus_bos|pieces"}},                            \
	{0, "FILE", {"tokenizer-model", PARAM_TEXT, PROX_REQUEST_AT(base, tokens_model),           \
	             .help = "SentencePiece model, for pieces"}},                                 \
	{0, "N", {"chunk-tokens", PARAM_INT, PROX_REQUEST_AT(base, request.chunk_tokens), "1500",  \
	          .min = 1, .max = 1e9, .help = "tokens of a chunk"}},                            \
	{0, "N", {"prompt-tokens", PARAM_INT, PROX_REQUEST_AT(base, request.prompt_tokens),        \
	          "2000", .min = 0, .max = 1e9,                                                   \
	          .help = "level doc: tokens of the prompt, 0 for any number"}},                  \
	{0, NULL, {"keep-end", PARAM_BOOL, PROX_REQUEST_AT(base, request.keep_end),                \
	           .help = "level doc: cut long texts, not the end of the prompt"}},              \
	{0, NULL, {"bos", PARAM_BOOL, PROX_REQUEST_AT(base, request.bos),                          \
	           .help = "begin rendered prompts with <s>; most servers add it themselves"}},   \
	{0, "N", {"max-tokens", PARAM_INT, PROX_REQUEST_AT(base, request.max_tokens), "0",         \
	          .min = 0, .max = 1e9,                                                           \
	          .help = "tokens of an answer (256, or 2000 at level doc)"}},                    \
	{0, "X", {"temperature", PARAM_REAL, PROX_REQUEST_AT(base, request.temperature), "0",      \
	          .min = 0, .max = 100, .help = "of sampling"}},                                  \
	{0, "X", {"top-p", PARAM_REAL, PROX_REQUEST_AT(base, request.top_p), "0.9",                \
	          .min = 0, .max = 1, .help = "of sampling"}}

/* Makes o->request ready; prox_request_close frees the tokenizer. */
int prox_request_open(struct prox_request_options *o, struct err *e);
void prox_request_close(struct prox_request_options *o);

#endif
