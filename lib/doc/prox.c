#include "lib/doc/prox.h"

#include "lib/base/json_write.h"
#include "lib/base/utf8.h"
#include "lib/doc/prox_view.h"

enum { FAULTS_WRITTEN = 16 }; /* of one program */

struct prox_options prox_defaults(void)
{
	return (struct prox_options){
		.threshold_2 = 0.95,
		.error_op = 2,
		.min_words = 10,
		.limits = {4 << 20, 100000, 1 << 30, 8},
	};
}

const char *prox_error_name(enum prox_error kind)
{
	static const char *const name[PROX_ERRORS] = {"no_paren", "bad_int", "bad_param",
	                                              "out_of_range", "syntax"};

	return name[kind];
}

const char *prox_verdict_name(enum prox_verdict verdict)
{
	static const char *const name[] = {"kept", "edited", "dropped", "refused"};

	return name[verdict];
}

/* The place for one more element of an array in the arena that grows by doubling. */
static void *one_more(void *array, size_t *n, size_t *cap, size_t size, struct arena *mem)
{
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 8;

		array = arena_grow(mem, array, *cap * size, more * size);
		*cap = more;
	}
	++*n;
	return array;
}

void prox_add_range(struct prox_program *program, struct prox_range range, struct arena *mem)
{
	program->range = one_more(program->range, &program->n_ranges, &program->range_cap,
	                          sizeof *program->range, mem);
	program->range[program->n_ranges - 1] = range;
}

void prox_add_replace(struct prox_program *program, struct prox_replace replace, struct arena *mem)
{
	program->replace = one_more(program->replace, &program->n_replaces, &program->replace_cap,
	                            sizeof *program->replace, mem);
	program->replace[program->n_replaces - 1] = replace;
}

void prox_add_fault(struct prox_program *program, struct prox_fault fault, struct arena *mem)
{
	program->fault = one_more(program->fault, &program->n_faults, &program->fault_cap,
	                          sizeof *program->fault, mem);
	program->fault[program->n_faults - 1] = fault;
}

static struct slice join_chunks(const struct slice *chunk, size_t n, struct arena *mem)
{
	struct slice all = {NULL, n ? n - 1 : 0};

	if (n == 1)
		return chunk[0];
	for (size_t i = 0; i < n; i++)
		all.n += chunk[i].n;
	char *p = arena_alloc(mem, all.n);

	all.p = p;
	for (size_t i = 0; i < n; i++) {
		if (i)
			*p++ = '\n';
		if (chunk[i].n)
			memcpy(p, chunk[i].p, chunk[i].n);
		p += chunk[i].n;
	}
	return all;
}

void prox_parse(const struct slice *chunk, size_t n, const struct prox_scope *scope,
                const struct prox_options *o, struct prox_program *program, struct arena *mem)
{
	const struct prox_scope whole = {0, UINT64_MAX, 0};

	*program = (struct prox_program){0};
	if (o->mode == PROX_STRICT && scope) {
		for (size_t i = 0; i < n; i++)
			prox_strict_parse(chunk[i], o, scope[i], program, mem);
		return;
	}
	struct slice all = join_chunks(chunk, n, mem);

	if (o->mode == PROX_STRICT)
		prox_strict_parse(all, o, whole, program, mem);
	else if (o->level == PROX_CHUNK)
		prox_compat_parse(all, o, program, mem);
	else
		program->drop = slice_find(all, S("drop"), 0) != SIZE_MAX;
}

static void drop(struct doc *d, struct prox_result *r, const char *why)
{
	r->verdict = PROX_DROPPED;
	r->why = why;
	doc_drop(d, slice_of(why));
}

static void count_faults(const struct prox_program *program, struct prox_result *r)
{
	r->n_errors = program->n_faults;
	for (size_t i = 0; i < program->n_faults; i++)
		r->errors[program->fault[i].kind]++;
}

static void exec_doc(struct doc *d, const struct prox_program *program,
                     const struct prox_options *o, struct prox_result *r)
{
	count_faults(program, r);
	if (program->over || (r->n_errors && (int64_t)r->n_errors >= o->error_op)) {
		r->verdict = PROX_REFUSED;
		r->why = program->over ? "prox_limit" : "prox_errors";
	} else if (program->drop || doc_text(d).n == 0) {
		drop(d, r, program->drop ? "prox_drop_doc" : "prox_empty");
	}
}

/* Section by section the reference's decision about a chunk-level program. */
static void decide(struct prox_view *v, const struct prox_program *program,
                   const struct prox_options *o, struct prox_result *r, struct arena *scratch)
{
	double ratio = (double)r->words_after / (double)r->words_before;
	bool sound = !program->over && (int64_t)r->n_errors < o->error_op;

	if (r->words_before == 0) {
		drop(v->d, r, "prox_empty");
	} else if (sound && ratio <= 1 - o->threshold_2) {
		drop(v->d, r, "prox_removed");
	} else if ((int64_t)r->words_after <= o->min_words) {
		drop(v->d, r, "prox_short");
	} else if (sound && ratio >= o->threshold_1) {
		r->verdict = prox_view_edit(v, scratch) ? PROX_EDITED : PROX_KEPT;
	} else {
		r->verdict = PROX_REFUSED;
		r->why = program->over ? "prox_limit" : sound ? "prox_ratio" : "prox_errors";
	}
	if (r->verdict != PROX_EDITED)
		r->lines_removed = r->bytes_removed = 0;
}

void prox_exec(struct doc *d, struct prox_program *program, const struct prox_options *o,
               struct prox_result *r, struct arena *scratch)
{
	struct prox_view v = {.d = d};

	*r = (struct prox_result){.operations = program->operations, .repeated = program->repeated};
	if (o->level == PROX_DOC) {
		exec_doc(d, program, o, r);
		return;
	}
	r->words_before = r->words_after = utf8_count_words(doc_text(d));
	if (!program->over && (program->n_ranges || program->n_replaces || program->all)) {
		prox_view_open(&v, d, o, scratch);
		program->over = prox_view_replace(&v, program, &o->limits, r, scratch);
		if (!program->over) {
			prox_view_remove(&v, program, scratch);
			prox_view_measure(&v, r);
		}
	}
	count_faults(program, r);
	decide(&v, program, o, r, scratch);
}

static void member(struct buf *out, const char *name, uint64_t value)
{
	if (value == 0)
		return;
	json_write_key(out, slice_of(name));
	buf_addf(out, "%llu", (unsigned long long)value);
}

void prox_result_write(const struct prox_result *r, const struct prox_program *program,
                       struct buf *out)
{
	buf_addf(out, "{\"verdict\":\"%s\"", prox_verdict_name(r->verdict));
	if (r->why)
		buf_addf(out, ",\"why\":\"%s\"", r->why);
	if (program->over)
		buf_addf(out, ",\"limit\":\"%s\"", program->over);
	member(out, "operations", r->operations);
	member(out, "repeated", r->repeated);
	member(out, "not_found", r->not_found);
	member(out, "lines_removed", r->lines_removed);
	member(out, "bytes_removed", r->bytes_removed);
	member(out, "faults", r->n_errors);
	if (program->n_faults) {
		buf_add(out, S(",\"errors\":["));
		for (size_t i = 0; i < program->n_faults && i < FAULTS_WRITTEN; i++) {
			const struct prox_fault *fault = &program->fault[i];

			buf_addf(out, "%s{\"error\":\"%s\"", i ? "," : "",
			         prox_error_name(fault->kind));
			member(out, "line", fault->line);
			member(out, "column", fault->column);
			buf_add(out, S(",\"message\":"));
			json_write_text(out, fault->message);
			buf_byte(out, '}');
		}
		buf_byte(out, ']');
	}
	buf_byte(out, '}');
}
