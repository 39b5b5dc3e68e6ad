#include "cmd/explain.h"

#include "lib/doc/json.h"

static int add_measure(void *user, struct slice key, const struct json_value *value)
{
	buf_addf(user, "    %-32.*s %.*s\n", SLICE(key), SLICE(value->span));
	return 0;
}

static void explain_stage(const struct stage *s, struct doc *d, struct buf *out)
{
	bool dropped = d->dropped_by && strcmp(d->dropped_by, s->name) == 0;
	size_t edits = 0;

	for (size_t i = 0; i < d->n_edits; i++)
		edits += strcmp(d->edit[i].by, s->name) == 0;
	buf_addf(out, "%s", s->name);
	if (s->is_left_out)
		buf_add(out, S(": its verdict needs the whole corpus: ask a finished run, "
		               "curate-replay RUN "
		               "-i SOURCE --why ID"));
	if (dropped)
		buf_addf(out, ": drops it: %.*s", SLICE(d->why));
	if (edits)
		buf_addf(out, ": %zu edits", edits);
	buf_byte(out, '\n');
	for (size_t i = 0; i < d->n_notes; i++) {
		struct slice json = d->note[i].json;

		if (strcmp(d->note[i].key, s->name) != 0 || json.n == 0 || json.p[0] != '{')
			continue;
		char *padded = arena_zero(d->mem, 1, json.n + JSON_PADDING);

		memcpy(padded, json.p, json.n);
		json_each(d->context->json, (struct slice){padded, json.n}, d->mem, add_measure,
		          out);
	}
	for (const struct param *p = s->type->params; p && p->name; p++) {
		buf_addf(out, "    parameter %-22s ", p->name);
		param_json(p, s->self, out);
		buf_byte(out, '\n');
	}
}

void explain_document(void *user, struct doc *d, struct buf *out)
{
	struct explain *x = user;

	if (!slice_equal(d->id, x->id))
		return;
	x->found = true;
	buf_addf(out, "%.*s: record %llu of %s at byte %llu, %zu bytes of text: %s\n", SLICE(d->id),
	         (unsigned long long)d->record, d->file, (unsigned long long)d->offset, d->source.n,
	         d->dropped_by ? "dropped" : "kept");
	for (size_t i = 0; i < x->recipe->chain.n; i++)
		explain_stage(&x->recipe->chain.stage[i], d, out);
	for (size_t i = 0; i < d->n_scores; i++)
		buf_addf(out, "score %s %.9g\n", d->score[i].name, d->score[i].value);
}
