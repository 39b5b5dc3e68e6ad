#include "lib/doc/stats.h"

#include "lib/base/json_write.h"

void stats_add_always(struct stats *s, const char *name, double value)
{
	if (s->json.n == 0)
		buf_byte(&s->json, '{');
	json_write_key(&s->json, slice_of(name));
	json_write_real(&s->json, value);
}

bool stats_drop(struct stats *s, struct slice why)
{
	s->failed = true;
	doc_drop(s->d, why);
	if (!s->d->complete)
		return true;
	buf_byte(&s->fails, s->fails.n ? ',' : '[');
	json_write_text(&s->fails, why);
	return false;
}

void stats_close(struct stats *s)
{
	if (s->fails.n) {
		buf_byte(&s->fails, ']');
		if (s->json.n == 0)
			buf_byte(&s->json, '{');
		json_write_key(&s->json, S("fails"));
		buf_add(&s->json, buf_slice(&s->fails));
	}
	if (s->json.n) {
		buf_byte(&s->json, '}');
		doc_note(s->d, s->d->stage, buf_slice(&s->json));
	}
	buf_free(&s->json);
	buf_free(&s->fails);
}
