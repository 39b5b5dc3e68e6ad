/* datatrove's FastTextClassifierFilter: keeps documents, or their paragraphs or sentences, whose
 * labels are sure enough. Semantics: datatrove 0.10.0, fasttext_filter.py and utils/text.py. */
#include "lib/run/stage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/analysis.h"
#include "scorers/classifier.h"
#include "scorers/rebuild.h"

enum unit_mode { MODE_DOCUMENT, MODE_PARAGRAPH, MODE_SENTENCE };

/* A label and the least score that counts. */
struct bar {
	size_t label;
	double least;
};

struct fasttext_filter {
	struct slice model, newline, score;
	struct list keep, remove;
	int mode, path;

	struct classifier *classifier;
	struct bar *bar;
	size_t n_bars;
	char **name; /* of each label's score */
};

#define AT(field) offsetof(struct fasttext_filter, field)

static const struct param params[] = {
	{.name = "model", .kind = PARAM_FILE, .at = AT(model),
	 .help = "a .bin or .ftz file; without it the built-in demo model"},
	{.name = "keep_labels", .kind = PARAM_LIST, .at = AT(keep),
	 .help = "LABEL:SCORE, … : keep what reaches the score of any of them"},
	{.name = "remove_labels", .kind = PARAM_LIST, .at = AT(remove),
	 .help = "LABEL:SCORE, … : keep what reaches the score of none of them"},
	{.name = "newline_replacement", .kind = PARAM_TEXT, .at = AT(newline), .preset = "",
	 .help = "what each LF becomes for the model; datatrove's default is nothing"},
	{.name = "filter_mode", .kind = PARAM_CHOICE, .at = AT(mode), .preset = "document",
	 .choices = "document|paragraph|sentence", .help = "what is judged and kept or removed"},
	{.name = "score", .kind = PARAM_TEXT, .at = AT(score), .preset = "__label__",
	 .help = "scores, means over all units, are named this and the label"},
	{.name = "scorer", .kind = PARAM_CHOICE, .at = AT(path), .preset = "auto",
	 .choices = CLASSIFIER_PATH_CHOICES, .help = "the folded fast path, or fastText's library"},
	{0},
};

static int add_bar(struct fasttext_filter *f, struct slice text, struct err *e)
{
	const char *const colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
	struct bar bar;

	if (!colon || !slice_to_real(slice_tail(text, (size_t)(colon - text.p) + 1), &bar.least))
		return err_set(e, "'%.*s': write it as LABEL:SCORE", SLICE(text));
	text = slice_head(text, (size_t)(colon - text.p));
	bar.label = classifier_find(f->classifier, text);
	if (bar.label == SIZE_MAX)
		return classifier_no_label(f->classifier, text, e);
	f->bar = mem_grow(f->bar, (f->n_bars + 1) * sizeof *f->bar);
	f->bar[f->n_bars++] = bar;
	return 0;
}

static int fasttext_filter_init(void *self, struct err *e)
{
	struct fasttext_filter *f = self;
	const struct list *const bars = f->keep.n ? &f->keep : &f->remove;

	if ((f->keep.n > 0) == (f->remove.n > 0))
		return err_set(e, "give one of keep_labels and remove_labels");
	f->classifier = classifier_open(f->model.n ? f->model.p : CLASSIFIER_DEMO,
	                                (enum classifier_path)f->path, e);
	if (!f->classifier)
		return -1;
	f->name = mem_new(char *, classifier_n_labels(f->classifier));
	for (size_t i = 0; i < classifier_n_labels(f->classifier); i++) {
		struct buf name = {0};

		buf_add(&name, f->score);
		buf_add(&name, classifier_label(f->classifier, i));
		f->name[i] = mem_text(name.p, name.n);
		buf_free(&name);
	}
	for (size_t i = 0; i < bars->n; i++)
		if (add_bar(f, bars->item[i], e))
			return -1;
	return 0;
}

static void fasttext_filter_fini(void *self)
{
	struct fasttext_filter *f = self;

	for (size_t i = 0; f->name && i < classifier_n_labels(f->classifier); i++)
		free(f->name[i]);
	free(f->name);
	free(f->bar);
	classifier_close(f->classifier);
}

/* One document being judged unit by unit. */
struct judging {
	const struct fasttext_filter *f;
	float *probability;
	double *sum;      /* of each label's scores */
	uint64_t *scored; /* units that have the label */
	struct arena *scratch;
};

/* text.strip().replace("\n", replacement) */
static struct slice fed(const struct judging *j, struct slice text)
{
	const struct slice with = j->f->newline;
	struct slice rest = utf8_strip(text), piece;
	char *const out = arena_alloc(j->scratch, rest.n + slice_count(rest, S("\n")) * with.n + 1);
	size_t n = 0;

	while (rest.n) {
		const bool more = memchr(rest.p, '\n', rest.n) != NULL;

		slice_cut(&rest, '\n', &piece);
		if (piece.n)
			memcpy(out + n, piece.p, piece.n);
		n += piece.n;
		if (more && with.n)
			memcpy(out + n, with.p, with.n);
		n += more ? with.n : 0;
	}
	return (struct slice){out, n};
}

static bool keeps(struct judging *j, struct slice unit)
{
	const struct fasttext_filter *f = j->f;
	const size_t n = classifier_n_labels(f->classifier);
	bool hit = false;

	if (!classifier_predict(f->classifier, fed(j, unit), j->probability, j->scratch))
		return f->keep.n == 0;
	for (size_t i = 0; i < n; i++) {
		if (isnan(j->probability[i]))
			continue;
		j->sum[i] += (double)j->probability[i];
		j->scored[i]++;
	}
	for (size_t i = 0; i < f->n_bars; i++)
		hit |= (double)j->probability[f->bar[i].label] >= f->bar[i].least;
	return hit == (f->keep.n > 0);
}

/* A paragraph is a line with text and the blank lines behind it (blank ones before the first make
 * one too). Line ends become LF; the last line has none. */
static void judge_paragraphs(struct judging *j, struct slice text, struct rebuild *r)
{
	struct slice rest = text, line;
	struct buf unit = {0};
	bool more = utf8_splitline(&rest, &line);

	while (more) {
		struct slice kept = line, behind = rest;
		size_t lines = 0;

		buf_reset(&unit);
		do {
			buf_add(&unit, line);
			if (rest.n)
				buf_byte(&unit, '\n');
			lines++;
			more = utf8_splitline(&rest, &line);
		} while (more && utf8_strip(line).n == 0);
		if (!keeps(j, buf_slice(&unit)))
			continue;
		while (lines-- > 0) {
			rebuild_add(r, kept, (size_t)(kept.p - text.p));
			if (behind.n)
				rebuild_add(r, S("\n"), (size_t)(kept.p + kept.n - text.p));
			if (lines)
				utf8_splitline(&behind, &kept);
		}
	}
	buf_free(&unit);
}

static void judge_sentences(struct judging *j, struct doc *d, struct rebuild *r)
{
	const struct sentences *const s = doc_sentences(d);
	const char *const start = doc_text(d).p;

	for (size_t i = 0; i < s->n; i++)
		if (keeps(j, s->text[i]))
			rebuild_add(r, s->text[i], (size_t)(s->text[i].p - start));
}

static void fasttext_filter_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct fasttext_filter *f = self;
	const size_t n = classifier_n_labels(f->classifier);
	struct judging j = {.f = f, .scratch = scratch};
	struct rebuild r;
	bool kept;

	j.probability = arena_new(scratch, float, n);
	j.sum = arena_new(scratch, double, n);
	j.scored = arena_new(scratch, uint64_t, n);
	if (f->mode == MODE_DOCUMENT) {
		kept = keeps(&j, doc_text(d)) && utf8_strip(doc_text(d)).n;
	} else {
		rebuild_open(&r, d, scratch);
		if (f->mode == MODE_PARAGRAPH)
			judge_paragraphs(&j, doc_text(d), &r);
		else
			judge_sentences(&j, d, &r);
		kept = utf8_strip(rebuild_text(&r)).n > 0;
	}
	for (size_t i = 0; i < n; i++)
		if (j.scored[i])
			doc_score(d, f->name[i], j.sum[i] / (double)j.scored[i]);
	if (!kept)
		doc_drop(d, S("fasttext_filter"));
	else if (f->mode != MODE_DOCUMENT)
		rebuild_apply(&r, d);
}

const struct stage_type fasttext_filter_stage = {
	.name = "fasttext_filter",
	.help = "keeps documents, paragraphs or sentences by the labels of a fastText model",
	.params = params,
	.size = sizeof(struct fasttext_filter),
	.init = fasttext_filter_init,
	.fini = fasttext_filter_fini,
	.doc = fasttext_filter_doc,
	.edits = true,
};
