/* Exact copies over the whole corpus: of the text, of its words, or of any field. */
#include "rules/dedup_stage.h"

#include "lib/base/hash.h"
#include "lib/dedup/fold.h"
#include "lib/doc/json.h"

enum { OF_TEXT, OF_WORDS, OF_FIELD };

struct exact {
	struct dedup_stage common;
	int of;
	struct slice field;
	struct json_path path; /* OF_FIELD */
	struct buf method;
};

#define AT(field) offsetof(struct exact, field)

static const struct param params[] = {
        {.name = "of",
         .kind = PARAM_CHOICE,
         .at = AT(of),
         .preset = "text",
         .choices = "text|words|field",
         .help = "what is compared: the text, its words folded as minhash folds them, or a field"},
        {.name = "field", .kind = PARAM_TEXT, .at = AT(field), .help = "path of that field"},
        DEDUP_PARAMS(AT(common)),
        {0},
};

static const struct sketch_shape shape = {.lists = 1, .width = 2};

static int exact_init(void *self, struct err *e)
{
	struct exact *const x = self;

	if ((x->of == OF_FIELD) != (x->field.n > 0))
		return err_set(e, x->of == OF_FIELD ? "of: field needs field: PATH"
		                                    : "field needs of: field");
	if (x->of == OF_FIELD && json_path_parse(&x->path, x->field, e) != 0)
		return -1;
	buf_addf(&x->method, "exact %s %.*s",
	         x->of == OF_TEXT    ? "text"
	         : x->of == OF_WORDS ? "words"
	                             : "field",
	         SLICE(x->field));
	buf_text(&x->method);
	return dedup_stage_init(&x->common, e);
}

static void exact_fini(void *self)
{
	struct exact *const x = self;

	if (x->of == OF_FIELD)
		json_path_free(&x->path);
	buf_free(&x->method);
	dedup_stage_fini(&x->common);
}

/* The folded words, joined by spaces. */
static struct slice folded(struct slice text, struct arena *mem)
{
	struct fold f;
	char *const out = arena_alloc(mem, 2 * text.n + 1);
	size_t n = 0;

	fold_text(&f, text, signature_best(), mem);
	for (size_t at = 0, size; fold_next(&f, &at, &size); at += size) {
		if (n)
			out[n++] = ' ';
		memcpy(out + n, f.text + at, size);
		n += size;
	}
	return (struct slice){out, n};
}

/* False when there is nothing to compare: a field that is missing, null or empty text. */
static bool content(const struct exact *x, struct doc *d, struct slice *s, struct arena *mem)
{
	struct json_value v;

	switch (x->of) {
	case OF_TEXT:
		*s = doc_text(d);
		return true;
	case OF_WORDS:
		*s = folded(doc_text(d), mem);
		return true;
	default:
		v = json_get(d->context->json, d->raw, &x->path, mem);
		*s = v.kind == JSON_STRING ? v.text : v.span;
		return v.kind != JSON_MISSING && v.kind != JSON_NULL && s->n > 0;
	}
}

static void exact_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct exact *const x = self;
	struct sketch_row row = {.record = d->record, .id = d->id, .keys = 1};
	struct slice s;
	struct hash128 h;

	if (!content(x, d, &s, scratch))
		return;
	h = hash128(s);
	row.key = (const uint64_t[2]){h.hi, h.lo};
	row.order = policy_order(&x->common.policy, d, scratch);
	sketch_row_write(&shape, &row, out);
}

static int exact_solve(void *self, const struct corpus *c, struct err *e)
{
	struct exact *const x = self;

	return dedup_stage_solve(&x->common, c, &shape, x->method.p, 0, e);
}

static int exact_load(void *self, const struct corpus *c, struct err *e)
{
	struct exact *const x = self;

	return dedup_stage_load(&x->common, c, e);
}

static void exact_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct exact *const x = self;

	(void)scratch;
	dedup_judge(&x->common.verdict, d);
}

static int exact_depends(const void *self, struct buf *out, struct err *e)
{
	return dedup_stage_depends(&((const struct exact *)self)->common, out, e);
}

static const struct barrier barrier = {
        .in_steps = true,
        .is_shared = true,
        .depends = exact_depends,
        .collect = exact_collect,
        .solve = exact_solve,
        .load = exact_load,
};

const struct stage_type exact_dedup_stage = {
        .name = "exact_dedup",
        .help = "drops exact copies over the whole corpus, by XXH3-128",
        .params = params,
        .size = sizeof(struct exact),
        .init = exact_init,
        .fini = exact_fini,
        .doc = exact_doc,
        .barrier = &barrier,
};
