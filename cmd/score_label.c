/* curate-score label: positive and negative documents by predictive strength. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "scorers/strength.h"

struct options {
	struct slice id, field;
	double positive, ratio;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{0, "S", {"positive", PARAM_REAL, AT(positive), "1",
	          .help = "documents of this strength and more are positive"}},
	{0, "R", {"ratio", PARAM_REAL, AT(ratio), "1", .min = 0, .max = 1e9,
	          .help = "negative documents for each positive one, weakest first"}},
	{0, "FIELD", {"id", PARAM_TEXT, AT(id), "id", .help = "path of the id"}},
	{0, "FIELD", {"field", PARAM_TEXT, AT(field), "strength", .help = "path of the strength"}},
	{0},
};

static const char *const examples[] = {
	"curate-score label < strength.jsonl > labels.jsonl",
	NULL,
};

static const struct program program = {
	"curate-score label", "[options] [FILE] > OUT",
	"Labels documents as PreSelect does: positive are those of full strength, negative as many "
	"from the weakest up. Writes id, label and strength, positive ones first.",
	examples, options,
};

struct rows {
	struct slice *id;
	double *strength;
	size_t n, cap;
	uint64_t bad;
	struct json *json;
	struct json_path path[2];
	struct arena mem, scratch;
};

static int read_row(void *user, struct slice line, uint64_t number, struct err *e)
{
	struct rows *r = user;
	struct json_value v[2];
	const char *why;

	(void)number;
	(void)e;
	arena_reset(&r->scratch, 1 << 20);
	if (json_read(r->json, line, r->path, 2, v, &r->scratch, &why) ||
	    v[0].kind != JSON_STRING || v[1].kind != JSON_NUMBER) {
		r->bad++;
		return 0;
	}
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 1024;
		r->id = mem_grow(r->id, r->cap * sizeof *r->id);
		r->strength = mem_grow(r->strength, r->cap * sizeof *r->strength);
	}
	r->id[r->n] = arena_copy(&r->mem, v[0].text);
	r->strength[r->n++] = v[1].number;
	return 0;
}

static enum rc write_rows(struct rows *r, const struct options *o)
{
	size_t *const chosen = mem_new(size_t, r->n + 1), negatives;
	const size_t positives =
		strength_choose(r->strength, r->n, o->positive, o->ratio, chosen, &negatives);
	struct buf out = {0};

	for (size_t i = 0; i < positives + negatives; i++) {
		buf_add(&out, S("{\"id\":"));
		json_write_text(&out, r->id[chosen[i]]);
		buf_addf(&out, ",\"label\":\"%d\",\"strength\":", i < positives);
		json_write_real(&out, r->strength[chosen[i]]);
		buf_add(&out, S("}\n"));
	}
	log_note("%zu documents: %zu positive, %zu negative", r->n, positives, negatives);
	if (r->bad)
		log_warning("%llu rows have no id or no strength", (unsigned long long)r->bad);

	const bool bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);

	buf_free(&out);
	free(chosen);
	return bad ? RC_OUTPUT : RC_OK;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct rows r = {.json = json_open()};
	enum rc rc = RC_INPUT;
	int bad = json_path_parse(&r.path[0], o->id, e) || json_path_parse(&r.path[1], o->field, e);

	for (size_t i = 0; i < (rest->n ? rest->n : 1) && !bad; i++)
		bad = lines_each(rest->n ? rest->item[i].p : "-", read_row, &r, e);
	if (!bad)
		rc = write_rows(&r, o);
	for (int i = 0; i < 2; i++)
		json_path_free(&r.path[i]);
	json_close(r.json);
	arena_free(&r.mem);
	arena_free(&r.scratch);
	free(r.id);
	free(r.strength);
	return rc;
}

int score_label(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
