#include "lib/doc/number.h"

#include <math.h>

int doc_number_parse(struct doc_number *n, struct slice text, struct err *e)
{
	const struct slice ours = S("curate.scores.");

	*n = (struct doc_number){.name = text};
	if (slice_starts(text, ours))
		n->name = slice_tail(text, ours.n);
	if (n->name.n == 0)
		return err_set(e, "the name of a score or numeric field is missing");
	return json_path_parse(&n->path, text, e);
}

void doc_number_free(struct doc_number *n)
{
	json_path_free(&n->path);
}

bool doc_number_get(const struct doc_number *n, const struct doc *d, struct arena *scratch,
                    double *value)
{
	if (doc_score_get(d, n->name, value))
		return isfinite(*value);

	const struct json_value found = json_get(d->context->json, d->raw, &n->path, scratch);

	*value = found.number;
	return found.kind == JSON_NUMBER && isfinite(found.number);
}
