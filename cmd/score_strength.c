/* curate-score strength and label: from the losses of several models to labelled documents. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "scorers/strength.h"

struct options {
	struct list loss, ability, order;
	struct slice id, field, model_field;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{'l', "[MODEL=]FILE", {"loss", PARAM_LIST, AT(loss),
	                       .help = "rows with an id and a loss; without MODEL= rows name it"}},
	{'a', "MODEL=NUMBER", {"ability", PARAM_LIST, AT(ability),
	                       .help = "a model's benchmark score; once for each model"}},
	{0, "MODEL", {"order", PARAM_LIST, AT(order),
	               .help = "instead: each model once, the weakest first"}},
	{0, "FIELD", {"id", PARAM_TEXT, AT(id), "id", .help = "path of the id"}},
	{0, "FIELD", {"field", PARAM_TEXT, AT(field), "total_loss", .help = "path of the loss"}},
	{0, "FIELD", {"model-field", PARAM_TEXT, AT(model_field), "Model",
	              .help = "path of the model's name"}},
	{0},
};

static const char *const examples[] = {
	"curate-score strength -l 7b=a.jsonl -l 13b=b.jsonl -a 7b=75.4 -a 13b=77.3 > "
	"strength.jsonl",
	"curate-score strength -l losses.jsonl --order 7b --order 13b --order 65b > strength.jsonl",
	NULL,
};

static const struct program program = {
	"curate-score strength", "-l [MODEL=]FILE… -a MODEL=NUMBER… > OUT",
	"Predictive strength (PreSelect, Eq. 1) of every document that has a loss of every model.",
	examples, options,
};

/* All losses, one row of n_models a document; NaN with a mark where there is none. */
struct table {
	struct slice *model;
	double *ability;
	size_t n_models;
	struct map ids;
	struct arena mem; /* owns ids */
	struct slice *id;
	double *loss;
	bool *known;
	size_t n, cap;
	uint64_t bad, strange, repeated;

	struct json *json;
	struct json_path path[3]; /* id, loss, model */
	struct arena scratch;
	size_t file_model; /* of the file being read; SIZE_MAX: rows name it */
};

static size_t find_model(const struct table *t, struct slice name)
{
	for (size_t i = 0; i < t->n_models; i++)
		if (slice_equal(t->model[i], name))
			return i;
	return SIZE_MAX;
}

static size_t row_of(struct table *t, struct slice id)
{
	bool added;
	uint64_t *at = map_get(&t->ids, id);

	if (at)
		return (size_t)*at;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->id = mem_grow(t->id, t->cap * sizeof *t->id);
		t->loss = mem_grow(t->loss, t->cap * t->n_models * sizeof *t->loss);
		t->known = mem_grow(t->known, t->cap * t->n_models * sizeof *t->known);
	}
	t->id[t->n] = arena_copy(&t->mem, id);
	for (size_t i = 0; i < t->n_models; i++) {
		t->loss[t->n * t->n_models + i] = NAN;
		t->known[t->n * t->n_models + i] = false;
	}
	*map_put(&t->ids, t->id[t->n], &added) = t->n;
	return t->n++;
}

/* A loss is a number, null (NaN: it agrees with nothing), or one of these words. */
static bool loss_of(const struct json_value *v, double *loss)
{
	static const struct {
		struct slice word;
		double value;
	} words[] = {
		{S_INIT("inf"), HUGE_VAL},   {S_INIT("Infinity"), HUGE_VAL}, {S_INIT("nan"), NAN},
		{S_INIT("-inf"), -HUGE_VAL}, {S_INIT("-Infinity"), -HUGE_VAL}, {S_INIT("NaN"), NAN},
	};

	*loss = v->kind == JSON_NUMBER ? v->number : NAN;
	for (size_t i = 0; v->kind == JSON_STRING && i < sizeof words / sizeof *words; i++)
		if (slice_equal(v->text, words[i].word))
			return *loss = words[i].value, true;
	return v->kind == JSON_NUMBER || v->kind == JSON_NULL;
}

static int read_loss(void *user, struct slice line, uint64_t number, struct err *e)
{
	struct table *t = user;
	struct json_value v[3];
	const char *why;
	size_t model = t->file_model;
	double loss;

	(void)number;
	(void)e;
	arena_reset(&t->scratch, 1 << 20);
	if (json_read(t->json, line, t->path, 3, v, &t->scratch, &why) || !loss_of(&v[1], &loss) ||
	    (v[0].kind != JSON_STRING && v[0].kind != JSON_NUMBER)) {
		t->bad++;
		return 0;
	}
	if (model == SIZE_MAX && v[2].kind == JSON_STRING)
		model = find_model(t, v[2].text);
	if (model == SIZE_MAX) {
		t->strange++;
		return 0;
	}

	const size_t row = row_of(t, v[0].kind == JSON_STRING ? v[0].text : v[0].span);

	t->repeated += t->known[row * t->n_models + model];
	t->known[row * t->n_models + model] = true;
	t->loss[row * t->n_models + model] = loss;
	return 0;
}

static int add_model(struct table *t, struct slice name, double ability, struct err *e)
{
	if (find_model(t, name) != SIZE_MAX)
		return err_set_rc(e, RC_USAGE, "the model '%.*s' is named twice", SLICE(name));
	t->model = mem_grow(t->model, (t->n_models + 1) * sizeof *t->model);
	t->ability = mem_grow(t->ability, (t->n_models + 1) * sizeof *t->ability);
	t->model[t->n_models] = name;
	t->ability[t->n_models++] = ability;
	return 0;
}

static int read_models(struct table *t, const struct options *o, struct err *e)
{
	struct slice name;
	double ability;

	for (size_t i = 0; i < o->order.n; i++)
		if (add_model(t, o->order.item[i], (double)i, e))
			return -1;
	for (size_t i = 0; i < o->ability.n; i++) {
		struct slice rest = o->ability.item[i];

		slice_cut(&rest, '=', &name);
		if (!slice_to_real(rest, &ability))
			return err_set_rc(e, RC_USAGE, "--ability %.*s: write it as MODEL=NUMBER",
			                  SLICE(o->ability.item[i]));
		if (add_model(t, name, ability, e))
			return -1;
	}
	if (t->n_models < 2)
		return err_set_rc(e, RC_USAGE,
		                  "name at least two models with --ability or --order");
	return 0;
}

static int read_files(struct table *t, const struct options *o, struct err *e)
{
	struct slice name;

	if (json_path_parse(&t->path[0], o->id, e) || json_path_parse(&t->path[1], o->field, e) ||
	    json_path_parse(&t->path[2], o->model_field, e))
		return -1;
	for (size_t i = 0; i < o->loss.n; i++) {
		struct slice file = o->loss.item[i];

		t->file_model = SIZE_MAX;
		if (slice_find(file, S("="), 0) != SIZE_MAX) {
			slice_cut(&file, '=', &name);
			t->file_model = find_model(t, name);
			if (t->file_model == SIZE_MAX)
				return err_set_rc(e, RC_USAGE,
				                  "--loss %.*s: no ability of '%.*s' is given",
				                  SLICE(o->loss.item[i]), SLICE(name));
		}
		if (lines_each(file.p, read_loss, t, e))
			return -1;
	}
	return 0;
}

/* Rows in the order their ids came up; documents that lack a model are counted and passed over. */
static enum rc write_rows(const struct table *t)
{
	const unsigned pairs = strength_pairs(t->n_models);
	struct buf out = {0};
	size_t missing = 0;
	bool bad = false;

	for (size_t i = 0; i < t->n && !bad; i++) {
		const bool *known = t->known + i * t->n_models;
		bool complete = true;

		for (size_t k = 0; k < t->n_models; k++)
			complete &= known[k];
		missing += !complete;
		if (!complete)
			continue;

		const unsigned count =
		        strength_count(t->loss + i * t->n_models, t->ability, t->n_models);

		buf_reset(&out);
		buf_add(&out, S("{\"id\":"));
		json_write_text(&out, t->id[i]);
		buf_addf(&out, ",\"agree\":%u,\"pairs\":%u,\"strength\":", count, pairs);
		json_write_real(&out, (double)count / pairs);
		buf_add(&out, S("}\n"));
		bad = fwrite(out.p, 1, out.n, stdout) != out.n;
	}
	buf_free(&out);
	log_note("%zu models, %zu documents, %zu of them without a loss of every model",
	         t->n_models, t->n, missing);
	return bad || fflush(stdout) ? RC_OUTPUT : RC_OK;
}

static void say_counts(const struct table *t)
{
	if (t->bad)
		log_warning("%llu rows have no id or no loss", (unsigned long long)t->bad);
	if (t->strange)
		log_warning("%llu rows are of models that were not named",
		            (unsigned long long)t->strange);
	if (t->repeated)
		log_warning("%llu rows repeat a document: the last one counts",
		            (unsigned long long)t->repeated);
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	const struct options *o = user;
	struct table t = {.json = json_open()};
	enum rc rc = RC_INPUT;

	if (rest->n || o->loss.n == 0)
		err_set_rc(e, RC_USAGE, "loss files go behind --loss");
	else if (read_models(&t, o, e) == 0 && read_files(&t, o, e) == 0) {
		say_counts(&t);
		rc = write_rows(&t);
	}
	for (int i = 0; i < 3; i++)
		json_path_free(&t.path[i]);
	json_close(t.json);
	map_free(&t.ids);
	arena_free(&t.mem);
	arena_free(&t.scratch);
	free(t.model);
	free(t.ability);
	free(t.id);
	free(t.loss);
	free(t.known);
	return rc;
}

int score_strength(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
