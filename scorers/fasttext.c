/* Scores a document with a fastText classifier: curate.scores.NAME is the probability of a label.
 * Several models in one pass are several stages with different names. */
#include "lib/run/stage.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "scorers/classifier.h"
#include "scorers/line_text.h"

enum preset { PRESET_CUSTOM, PRESET_DCLM, PRESET_PRESELECT };
enum { NEWLINE_BY_PRESET }; /* then enum newline, one up */

/* What a preset stands for; specs: DCLM's baselines_configs/fasttext_filter.yaml and PreSelect's
 * fasttext/filter.py. */
static const struct {
	const char *label, *score;
	enum newline newline;
} presets[] = {
	[PRESET_CUSTOM] = {NULL, "fasttext", NEWLINE_SPACE},
	[PRESET_DCLM] = {"hq", "dclm", NEWLINE_SPLITLINES},
	[PRESET_PRESELECT] = {"1", "preselect", NEWLINE_DELETE},
};

/* One score that is written. */
struct wanted {
	size_t label;
	char *name;
};

struct fasttext_stage {
	struct slice model, score;
	struct list labels;
	int preset, newline, path;
	bool strip;
	int64_t k;

	struct classifier *classifier;
	struct wanted *wanted;
	size_t n_wanted;
};

#define AT(field) offsetof(struct fasttext_stage, field)

static const struct param params[] = {
	{.name = "model", .kind = PARAM_FILE, .at = AT(model),
	 .help = "a .bin or .ftz file; without it the built-in demo model"},
	{.name = "preset", .kind = PARAM_CHOICE, .at = AT(preset), .preset = "custom",
	 .choices = "custom|dclm|preselect",
	 .help = "labels, line breaks and score name of a published classifier"},
	{.name = "newline", .kind = PARAM_CHOICE, .at = AT(newline), .preset = "preset",
	 .choices = "preset|" NEWLINE_CHOICES,
	 .help = "what becomes of line breaks (custom: space; dclm: splitlines; preselect: "
	         "delete)"},
	{.name = "strip", .kind = PARAM_BOOL, .at = AT(strip), .preset = "true",
	 .help = "strip white space from both ends first"},
	{.name = "label", .kind = PARAM_LIST, .at = AT(labels),
	 .help = "labels to write (custom: all; dclm: hq; preselect: 1)"},
	{.name = "score", .kind = PARAM_TEXT, .at = AT(score),
	 .help = "name of the score; with several labels NAME_LABEL"},
	{.name = "k", .kind = PARAM_INT, .at = AT(k), .preset = "0", .min = 0, .max = 1e6,
	 .help = "write a label only when it is among the k best; 0: always"},
	{.name = "scorer", .kind = PARAM_CHOICE, .at = AT(path), .preset = "auto",
	 .choices = CLASSIFIER_PATH_CHOICES, .help = "the folded fast path, or fastText's library"},
	{0},
};

static void want(struct fasttext_stage *s, size_t label, bool several)
{
	const struct slice base = s->score.n ? s->score : slice_of(presets[s->preset].score);
	const struct slice name = classifier_label(s->classifier, label);
	struct buf text = {0};

	buf_addf(&text, "%.*s", SLICE(base));
	if (several)
		buf_addf(&text, "_%.*s", SLICE(name));
	s->wanted = mem_grow(s->wanted, (s->n_wanted + 1) * sizeof *s->wanted);
	s->wanted[s->n_wanted++] = (struct wanted){label, mem_text(text.p, text.n)};
	buf_free(&text);
}

static int want_named(struct fasttext_stage *s, struct slice name, bool several, struct err *e)
{
	const size_t label = classifier_find(s->classifier, name);

	if (label == SIZE_MAX)
		return classifier_no_label(s->classifier, name, e);
	want(s, label, several);
	return 0;
}

static int fasttext_init(void *self, struct err *e)
{
	struct fasttext_stage *s = self;
	const char *const preset = presets[s->preset].label;

	s->classifier = classifier_open(s->model.n ? s->model.p : CLASSIFIER_DEMO,
	                                (enum classifier_path)s->path, e);
	if (!s->classifier)
		return -1;
	for (size_t i = 0; i < s->labels.n; i++)
		if (want_named(s, s->labels.item[i], s->labels.n > 1, e))
			return -1;
	if (s->n_wanted)
		return 0;
	if (preset)
		return want_named(s, slice_of(preset), false, e);
	for (size_t i = 0; i < classifier_n_labels(s->classifier); i++)
		want(s, i, true);
	return 0;
}

static void fasttext_fini(void *self)
{
	struct fasttext_stage *s = self;

	for (size_t i = 0; i < s->n_wanted; i++)
		free(s->wanted[i].name);
	free(s->wanted);
	classifier_close(s->classifier);
}

/* How many labels are more probable. */
static size_t rank_of(const float *probability, size_t n, size_t label)
{
	size_t better = 0;

	for (size_t i = 0; i < n; i++)
		better += probability[i] > probability[label];
	return better;
}

/* DCLM asks for the best label alone: when that is another one, the score is 1 - its probability.
 */
static double against_best(const float *probability, size_t n, size_t label)
{
	size_t best = label;

	for (size_t i = 0; i < n; i++)
		if (probability[i] > probability[best])
			best = i;
	return best == label ? (double)probability[label] : 1 - (double)probability[best];
}

static void fasttext_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct fasttext_stage *s = self;
	const size_t n = classifier_n_labels(s->classifier);
	const enum newline mode = s->newline == NEWLINE_BY_PRESET ? presets[s->preset].newline
	                                                          : (enum newline)(s->newline - 1);
	float *const probability = arena_new(scratch, float, n);
	struct slice text = doc_text(d);

	if (s->strip)
		text = utf8_strip(text);
	if (!classifier_predict(s->classifier, line_text(text, mode, scratch), probability,
	                        scratch))
		return;
	for (size_t i = 0; i < s->n_wanted; i++) {
		const size_t label = s->wanted[i].label;

		if (isnan(probability[label]) ||
		    (s->k && rank_of(probability, n, label) >= (size_t)s->k))
			continue;
		doc_score(d, s->wanted[i].name,
		          s->preset == PRESET_DCLM ? against_best(probability, n, label)
		                                   : (double)probability[label]);
	}
}

const struct stage_type fasttext_stage = {
	.name = "fasttext",
	.help = "scores documents with a fastText classifier (quality, domain, language)",
	.params = params,
	.size = sizeof(struct fasttext_stage),
	.init = fasttext_init,
	.fini = fasttext_fini,
	.doc = fasttext_doc,
};
