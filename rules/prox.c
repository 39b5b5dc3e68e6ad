#include <stdlib.h>

#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/doc/json.h"
#include "lib/doc/prox.h"
#include "lib/doc/prox_chunk.h"
#include "lib/doc/prox_store.h"
#include "lib/run/stage.h"

enum { MISSING_KEEP, MISSING_DROP, MISSING_EMPTY, MISSING_ERROR };
enum { NOTE_NONE, NOTE_PROBLEMS, NOTE_ALL };

struct prox {
	struct slice program, sidecar, sidecar_id, sidecar_program, index, model;
	struct prox_options options;
	int on_missing, note, tokenizer;
	int64_t chunk_tokens, max_operations;
	bool keep_programs, keep_raw;

	struct json_path path;
	struct prox_store *store;
	struct prox_tokenizer tokens;
};

#define AT(field) offsetof(struct prox, field)

static const struct param params[] = {
	{"program", PARAM_TEXT, AT(program), "program", 0, 0,
         "field of the record that holds the program: a text, or a list of one text a chunk", NULL},
	{"sidecar", PARAM_FILE, AT(sidecar), NULL, 0, 0,
         "file of programs or batch replies by document id, in any order; the field is not read",
         NULL},
	{"sidecar_id", PARAM_TEXT, AT(sidecar_id), "id", 0, 0, "field of its rows", NULL},
	{"sidecar_program", PARAM_TEXT, AT(sidecar_program), "program", 0, 0, "field of its rows",
	 NULL},
	{"index", PARAM_TEXT, AT(index), NULL, 0, 0,
         "where the sidecar's index is made; beside it as SIDECAR.index when empty", NULL},
	{"level", PARAM_CHOICE, AT(options.level), "chunk", 0, 0,
         "programs edit lines (chunk) or keep and drop documents (doc)", "chunk|doc"},
	{"grammar", PARAM_CHOICE, AT(options.mode), "compat", 0, 0,
         "read programs as the ProX code does, or as they are meant", "compat|strict"},
	{"numbering", PARAM_CHOICE, AT(options.numbering), "source", 0, 0,
         "line numbers are those of the record's text, or of what earlier stages left",
         "source|current"},
	{"threshold_1", PARAM_REAL, AT(options.threshold_1), "0", -10, 10,
         "refuse programs that leave a smaller share of the words", NULL},
	{"threshold_2", PARAM_REAL, AT(options.threshold_2), "0.95", -10, 10,
         "drop documents that lose at least this share of their words", NULL},
	{"error_op", PARAM_INT, AT(options.error_op), "2", 0, 0,
	 "refuse programs with so many errors", NULL},
	{"min_words", PARAM_INT, AT(options.min_words), "10", 0, 0,
         "drop documents left with so many words or fewer", NULL},
	{"on_missing", PARAM_CHOICE, AT(on_missing), "keep", 0, 0,
         "documents without a program: keep, drop, run an empty program, or end the run",
         "keep|drop|empty|error"},
	{"note", PARAM_CHOICE, AT(note), "none", 0, 0,
         "write curate.prox for no document, those with errors or refusals, or all",
         "none|problems|all"},
	{"keep_programs", PARAM_BOOL, AT(keep_programs), "false", 0, 0, "write curate.prox_program",
	 NULL},
	{"keep_raw", PARAM_BOOL, AT(keep_raw), "false", 0, 0,
         "write the text as it came to curate.raw_content", NULL},
	{"tokenizer", PARAM_CHOICE, AT(tokenizer), "words", 0, 0,
         "strict: what chunks were counted in; gives each chunk's program its lines",
         "words|bytes|bytes_plus_bos|pieces"},
	{"model", PARAM_FILE, AT(model), NULL, 0, 0, "SentencePiece model, for pieces", NULL},
	{"chunk_tokens", PARAM_INT, AT(chunk_tokens), "1500", 1, 1e9, "strict: tokens of a chunk",
	 NULL},
	{"max_program", PARAM_SIZE, AT(options.limits.program), "4M", 1, 1e12,
         "refuse longer programs", NULL},
	{"max_operations", PARAM_INT, AT(max_operations), "100000", 1, 1e12,
         "refuse programs with more calls", NULL},
	{"max_work", PARAM_SIZE, AT(options.limits.work), "1G", 1, 1e15,
         "refuse programs whose normalize calls search more text", NULL},
	{"max_growth", PARAM_REAL, AT(options.limits.growth), "8", 1, 1e6,
         "refuse programs that grow the text to more than so many times its size (64 KiB are free)",
         NULL},
	{0},
};

static void say_counts(const char *path, const struct prox_store *store)
{
	struct prox_store_counts c = prox_store_counts(store);

	log_note("%s: %llu programs; rows left aside: %llu duplicates, %llu failed replies, %llu "
	         "bad",
	         path, (unsigned long long)(c.rows - c.duplicates),
	         (unsigned long long)c.duplicates,
	         (unsigned long long)c.failed, (unsigned long long)c.bad);
}

static int prox_init(void *self, struct err *e)
{
	struct prox *p = self;

	p->options.limits.operations = (uint64_t)p->max_operations;
	if (prox_tokenizer_open(&p->tokens, PROX_WORDS, NULL, e) != 0 ||
	    json_path_parse(&p->path, p->program, e) != 0)
		return -1;
	if (p->tokenizer == PROX_PIECES && p->model.n == 0)
		return err_set(e, "tokenizer: pieces needs a model");
	if (p->tokenizer != PROX_WORDS) {
		char *model = mem_text(p->model.p, p->model.n);
		int bad = prox_tokenizer_open(&p->tokens, (enum prox_unit)p->tokenizer, model, e);

		free(model);
		if (bad)
			return -1;
	}
	if (p->sidecar.n == 0)
		return 0;
	char *path = mem_text(p->sidecar.p, p->sidecar.n);
	char *index = p->index.n ? mem_text(p->index.p, p->index.n) : NULL;
	const struct prox_store_options o = {index, p->sidecar_id, p->sidecar_program};

	p->store = prox_store_open(path, &o, e);
	if (p->store)
		say_counts(path, p->store);
	free(path);
	free(index);
	return p->store ? 0 : -1;
}

static void prox_fini(void *self)
{
	struct prox *p = self;

	json_path_free(&p->path);
	prox_store_close(p->store);
	prox_tokenizer_close(&p->tokens);
}

static int add_chunk(void *user, struct slice key, const struct json_value *v)
{
	struct prox_found *found = user;

	(void)key;
	if (v->kind == JSON_STRING)
		found->chunk[found->n++] = v->text;
	return v->kind != JSON_STRING;
}

static int count_chunk(void *user, struct slice key, const struct json_value *v)
{
	(void)key;
	(void)v;
	++*(size_t *)user;
	return 0;
}

/* The program in the record; n is 0 when there is none, or it is neither text nor list of texts. */
static struct prox_found field_program(const struct prox *p, const struct doc *d, struct arena *mem)
{
	struct json *json = d->context->json;
	struct json_value v = json_get(json, d->raw, &p->path, mem);
	struct prox_found found = {0};
	size_t n = 0;

	if (v.kind == JSON_ARRAY)
		json_each(json, v.span, mem, count_chunk, &n);
	found.chunk = arena_new(mem, struct slice, n + 1);
	if (v.kind == JSON_STRING)
		found.chunk[found.n++] = v.text;
	else if (v.kind == JSON_ARRAY && json_each(json, v.span, mem, add_chunk, &found) != 0)
		found.n = 0;
	else if (v.kind == JSON_ARRAY && n == 0)
		found.chunk[found.n++] = S("");
	return found;
}

/* In strict mode, the lines each chunk's program may speak about: NULL for programs of one piece.
 * A list of another length than the text has chunks was not made for it: *n becomes 0. */
static struct prox_scope *scopes(const struct prox *p, struct doc *d, size_t *n,
                                 struct arena *mem)
{
	struct prox_chunk *chunk;

	if (p->options.mode != PROX_STRICT || p->options.level == PROX_DOC || *n == 1)
		return NULL;
	struct slice text = p->options.numbering == PROX_SOURCE ? d->source : doc_text(d);
	size_t chunks = prox_chunk_split(text, &p->tokens, (size_t)p->chunk_tokens, &chunk, mem);
	struct prox_scope *scope = arena_alloc(mem, chunks * sizeof *scope);

	for (size_t i = 0; i < chunks; i++)
		scope[i] =
		        (struct prox_scope){chunk[i].first, chunk[i].first + chunk[i].lines - 1, 0};
	if (chunks != *n)
		*n = 0;
	return scope;
}

static void add_texts(const struct slice *text, size_t n, struct buf *out)
{
	buf_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_byte(out, ',');
		json_write_text(out, text[i]);
	}
	buf_byte(out, ']');
}

static void write_notes(const struct prox *p, struct doc *d, const struct prox_result *r,
                        const struct prox_program *program, const struct prox_found *found)
{
	struct buf json = {0};

	if (p->note == NOTE_ALL || (p->note == NOTE_PROBLEMS && (r->n_errors || r->why))) {
		prox_result_write(r, program, &json);
		doc_note(d, "prox", buf_slice(&json));
	}
	if (p->keep_programs) {
		buf_reset(&json);
		if (found->n == 1)
			json_write_text(&json, found->chunk[0]);
		else
			add_texts(found->chunk, found->n, &json);
		doc_note(d, "prox_program", buf_slice(&json));
	}
	if (p->keep_raw) {
		buf_reset(&json);
		json_write_text(&json, d->source);
		doc_note(d, "raw_content", buf_slice(&json));
	}
	buf_free(&json);
}

static void count_result(struct doc *d, const struct prox_result *r)
{
	static const char *const error[PROX_ERRORS] = {"errors_no_paren", "errors_bad_int",
	                                               "errors_bad_param", "errors_out_of_range",
	                                               "errors_syntax"};

	doc_count(d, prox_verdict_name(r->verdict), 1);
	for (int i = 0; i < PROX_ERRORS; i++)
		doc_count(d, error[i], r->errors[i]);
	doc_count(d, "calls", r->operations);
	doc_count(d, "calls_repeated", r->repeated);
	doc_count(d, "normalize_not_found", r->not_found);
	doc_count(d, "lines_removed", r->lines_removed);
	doc_count(d, "bytes_removed", r->bytes_removed);
	doc_count(d, "words_before", r->words_before);
	if (r->verdict != PROX_DROPPED)
		doc_count(d, "words_after",
		          r->verdict == PROX_REFUSED ? r->words_before : r->words_after);
}

/* 1 when there is a program to run, 0 when the document is done with, -1 when it has failed. */
static int find_program(const struct prox *p, struct doc *d, struct prox_found *found,
                        struct arena *scratch)
{
	struct err e = {0};

	if (!p->store) {
		*found = field_program(p, d, scratch);
	} else if (prox_store_find(p->store, d->id, found, scratch, &e) != 0) {
		doc_fail(d, arena_copy(d->mem, slice_of(e.msg)));
		return -1;
	}
	doc_count(d, "chunks", found->n);
	doc_count(d, "chunks_missing", found->missing);
	if (found->n)
		return 1;
	doc_count(d, "missing", 1);
	if (p->on_missing == MISSING_DROP)
		doc_drop(d, S("prox_missing"));
	else if (p->on_missing == MISSING_ERROR)
		doc_fail(d, S("prox: this document has no program"));
	if (p->on_missing != MISSING_EMPTY)
		return 0;
	found->chunk = arena_new(scratch, struct slice, 1);
	found->chunk[0] = S("");
	found->n = 1;
	return 1;
}

static void prox_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct prox *p = self;
	struct prox_found found;
	struct prox_program program;
	struct prox_result result;

	if (find_program(p, d, &found, scratch) != 1)
		return;
	size_t n = found.n;
	const struct prox_scope *scope = scopes(p, d, &n, scratch);

	prox_parse(found.chunk, n, scope, &p->options, &program, scratch);
	if (n == 0)
		program.over = "chunks";
	prox_exec(d, &program, &p->options, &result, scratch);
	count_result(d, &result);
	write_notes(p, d, &result, &program, &found);
}

const struct stage_type prox_stage = {
	.name = "prox",
	.help = "executes ProX edit programs, from a field of the record or from a file of any "
	        "size",
	.params = params,
	.size = sizeof(struct prox),
	.init = prox_init,
	.fini = prox_fini,
	.doc = prox_doc,
	.edits = true,
};
