/* Says what language a document is in: CLD2, which needs no model file, or a fastText model such as
 * lid.176 or GlotLID. Writes curate.language_id.language and the score language_score, and sets the
 * document's language for the stages behind it. The rule `language` turns this into a verdict. */
#include "lib/run/stage.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "scorers/classifier.h"
#include "scorers/language_shim.h"
#include "scorers/line_text.h"

enum backend { BACKEND_FT176, BACKEND_GLOTLID };

struct language_id {
	struct slice model;
	struct list languages;
	double keep_top_pairs_threshold;
	uint64_t max_bytes;
	int backend, path;

	struct classifier *classifier; /* NULL: CLD2 */
	char **score;                  /* name of each label's score */
};

#define AT(field) offsetof(struct language_id, field)

static const struct param params[] = {
	{.name = "model", .kind = PARAM_FILE, .at = AT(model),
	 .help = "a fastText model (lid.176.bin, .ftz, GlotLID); without it CLD2"},
	{.name = "backend", .kind = PARAM_CHOICE, .at = AT(backend), .preset = "ft176",
	 .choices = "ft176|glotlid",
	 .help = "what the model's labels are: a language, or LANGUAGE_SCRIPT"},
	{.name = "keep_top_pairs_threshold", .kind = PARAM_REAL,
	 .at = AT(keep_top_pairs_threshold), .preset = "-1", .min = -1, .max = 2,
	 .help = "also write top_language_L_score of each language above this; -1: none"},
	{.name = "languages", .kind = PARAM_LIST, .at = AT(languages),
	 .help = "only these get a top_language_L_score; empty: all"},
	{.name = "max_bytes", .kind = PARAM_SIZE, .at = AT(max_bytes), .preset = "2K",
	 .help = "CLD2 reads so much of the text; 0: all of it"},
	{.name = "scorer", .kind = PARAM_CHOICE, .at = AT(path), .preset = "library",
	 .choices = CLASSIFIER_PATH_CHOICES,
	 .help = "fastText's library, or the folded path: faster with few labels, "
	         "not to the last bit"},
	{0},
};

static int language_id_init(void *self, struct err *e)
{
	struct language_id *s = self;

	if (s->model.n == 0)
		return 0;
	s->classifier = classifier_open(s->model.p, (enum classifier_path)s->path, e);
	if (!s->classifier)
		return -1;
	size_t n = classifier_n_labels(s->classifier);

	s->score = mem_new(char *, n);
	for (size_t i = 0; i < n; i++) {
		struct buf name = {0};

		buf_addf(&name, "top_language_%.*s_score",
		         SLICE(classifier_label(s->classifier, i)));
		s->score[i] = mem_text(name.p, name.n);
		buf_free(&name);
	}
	return 0;
}

static void language_id_fini(void *self)
{
	struct language_id *s = self;

	for (size_t i = 0; s->score && i < classifier_n_labels(s->classifier); i++)
		free(s->score[i]);
	free(s->score);
	classifier_close(s->classifier);
}

static bool is_listed(const struct list *list, struct slice language)
{
	for (size_t i = 0; i < list->n; i++)
		if (slice_equal(list->item[i], language))
			return true;
	return list->n == 0;
}

static bool is_written(const struct language_id *s, struct slice language, double score)
{
	return s->keep_top_pairs_threshold != -1 && score > s->keep_top_pairs_threshold &&
	       is_listed(&s->languages, language);
}

static void settle_on(const struct language_id *s, struct doc *d, struct slice label, double score)
{
	struct slice script = S(""), language = label;
	struct buf note = {0};

	if (s->backend == BACKEND_GLOTLID) {
		script = label;
		slice_cut(&script, '_', &language);
	}
	buf_byte(&note, '{');
	if (script.n) {
		json_write_key(&note, S("script"));
		json_write_text(&note, script);
	}
	json_write_key(&note, S("language"));
	json_write_text(&note, language);
	buf_byte(&note, '}');
	doc_note(d, d->stage, buf_slice(&note));
	buf_free(&note);
	doc_score(d, "language_score", score);
	d->lang = arena_copy(d->mem, language);
}

static void by_model(const struct language_id *s, struct doc *d, struct arena *scratch)
{
	const size_t n = classifier_n_labels(s->classifier);
	float *const p = arena_new(scratch, float, n);
	const struct slice line = line_text(doc_text(d), NEWLINE_SPACE, scratch);
	size_t best = n;

	if (classifier_predict(s->classifier, line, p, scratch))
		for (size_t i = 0; i < n; i++) {
			const struct slice label = classifier_label(s->classifier, i);

			if (isnan(p[i]))
				continue;
			if (best == n || p[i] > p[best])
				best = i;
			if (is_written(s, label, (double)p[i]))
				doc_score(d, s->score[i], (double)p[i]);
		}
	if (best < n)
		settle_on(s, d, classifier_label(s->classifier, best), (double)p[best]);
	else
		settle_on(s, d, S("un"), 0);
}

/* Names of scores outlive the run, CLD2's languages are its own static texts: the document's memory
 * will do, since its scores go when it goes. */
static void by_cld2(const struct language_id *s, struct doc *d)
{
	struct language_guess guess[LANGUAGE_GUESSES];
	struct slice text = doc_text(d);

	if (s->max_bytes && text.n > s->max_bytes) {
		text.n = s->max_bytes;
		while (text.n && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	const int n = language_guess(text, guess);

	for (int i = 0; i < n; i++)
		if (is_written(s, slice_of(guess[i].code), guess[i].score))
			doc_score(d, arena_addf(d->mem, "top_language_%s_score", guess[i].code).p,
			          guess[i].score);
	if (n)
		settle_on(s, d, slice_of(guess[0].code), guess[0].score);
	else
		settle_on(s, d, S("un"), 0);
}

static void language_id_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct language_id *const s = self;

	if (s->classifier)
		by_model(s, d, scratch);
	else
		by_cld2(s, d);
}

const struct stage_type language_id_stage = {
	.name = "language_id",
	.help = "says what language a document is in, by CLD2 or a fastText model",
	.params = params,
	.size = sizeof(struct language_id),
	.init = language_id_init,
	.fini = language_id_fini,
	.doc = language_id_doc,
};
