/* curate-score inspect: how scores spread over documents, domains and words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/number.h"
#include "lib/doc/url.h"
#include "scorers/classifier.h"
#include "scorers/features.h"
#include "scorers/survey.h"

struct options {
	struct common common;
	struct slice score, model, label;
	double threshold, top;
	int64_t bins, samples, domains, features;
	bool json;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{0, "NAME", {"score", PARAM_TEXT, AT(score),
	             .help = "a score, or the path of a numeric field; reads records"}},
	{0, "X", {"threshold", PARAM_REAL, AT(threshold), "-1e308",
	          .help = "for kept shares: documents from X up"}},
	{0, "SHARE", {"top", PARAM_REAL, AT(top), "0", .min = 0, .max = 1,
	              .help = "instead: the best share of documents"}},
	{0, "N", {"bins", PARAM_INT, AT(bins), "20", .min = 1, .max = SURVEY_BINS,
	          .help = "of the histogram"}},
	{0, "N", {"samples", PARAM_INT, AT(samples), "3", .min = 0, .max = SURVEY_SAMPLES,
	          .help = "documents to show at each end"}},
	{0, "N", {"domains", PARAM_INT, AT(domains), "10", .min = 0, .max = 1e9,
	          .help = "domains to show, largest first"}},
	{'M', "PATH", {"model", PARAM_TEXT, AT(model),
	               .help = "show the words that weigh most in a .bin model, or in demo"}},
	{0, "LABEL", {"label", PARAM_TEXT, AT(label),
	              .help = "for which label (the model's first)"}},
	{0, "N", {"features", PARAM_INT, AT(features), "15", .min = 0, .max = 1e9,
	          .help = "words to show at each end"}},
	{0, NULL, {"json", PARAM_BOOL, AT(json), .help = "one JSON object instead of tables"}},
	COMMON_INPUT(AT(common)),
	{0},
};

static const char *const examples[] = {
	"curate-score inspect --score quality --top 10% scored.jsonl.zst",
	"curate-score inspect -M model.bin --label 1 --json",
	NULL,
};

static const struct program program = {
        "curate-score inspect",
        "--score NAME [options] [FILE…] | -M MODEL",
        "Histogram of a score, kept share by domain, samples from both ends, and the words that "
        "weigh "
        "most in a model.",
        examples,
        options,
};

struct inspection {
	const struct options *o;
	struct doc_number number;
	struct survey survey;
	uint64_t missing;
	struct buf out;
};

static int look(void *user, struct doc *d, struct arena *scratch, struct err *e)
{
	struct inspection *w = user;
	double score;

	(void)e;
	if (!doc_number_get(&w->number, d, scratch, &score)) {
		w->missing++;
		return 0;
	}

	const struct slice host = url_host(d->url, scratch);
	const struct url_name name = url_split(host);
	const struct slice domain = url_registered(&name), text = doc_text(d);

	survey_add(&w->survey, score, utf8_count(text), domain.n ? domain : host, d->id, text);
	return 0;
}

static void json_samples(struct buf *out, const char *key, const struct survey_sample *s, size_t n)
{
	json_write_key(out, slice_of(key));
	buf_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_add(out, i ? S(",{") : S("{"));
		json_write_key(out, S("id"));
		json_write_text(out, s[i].id);
		json_write_key(out, S("score"));
		json_write_real(out, s[i].score);
		json_write_key(out, S("text"));
		json_write_text(out, s[i].text);
		buf_byte(out, '}');
	}
	buf_byte(out, ']');
}

static void json_domains(struct buf *out, const struct survey *s, size_t n)
{
	json_write_key(out, S("domains"));
	buf_byte(out, '[');
	for (size_t i = 0; i < n && i < s->n_domains; i++) {
		const struct survey_domain *d = &s->domain[i];

		buf_add(out, i ? S(",{") : S("{"));
		json_write_key(out, S("domain"));
		json_write_text(out, d->name);
		buf_addf(out, ",\"documents\":%llu,\"kept\":%llu,\"characters\":%llu,"
		         "\"kept_characters\":%llu}",
		         (unsigned long long)d->documents, (unsigned long long)d->kept,
		         (unsigned long long)d->weight, (unsigned long long)d->kept_weight);
	}
	buf_byte(out, ']');
}

static void json_survey(struct inspection *w, double threshold, const uint64_t *count)
{
	const struct survey *s = &w->survey;
	const size_t bins = (size_t)w->o->bins;
	struct buf *out = &w->out;

	buf_byte(out, '{');
	json_write_key(out, S("documents"));
	buf_addf(out, "%zu,\"missing\":%llu,\"characters\":%llu", s->n,
	         (unsigned long long)w->missing, (unsigned long long)s->weight);
	json_write_key(out, S("least"));
	json_write_real(out, s->least);
	json_write_key(out, S("most"));
	json_write_real(out, s->most);
	json_write_key(out, S("mean"));
	json_write_real(out, s->n ? s->sum / (double)s->n : 0);
	json_write_key(out, S("threshold"));
	json_write_real(out, threshold > -1e308 ? threshold : -HUGE_VAL);
	json_write_key(out, S("histogram"));
	for (size_t i = 0; i < bins; i++)
		buf_addf(out, "%c%llu", i ? ',' : '[', (unsigned long long)count[i]);
	buf_byte(out, ']');
	json_domains(out, s, (size_t)w->o->domains);
	json_samples(out, "best", s->best, s->n_samples);
	json_samples(out, "worst", s->worst, s->n_samples);
	buf_byte(out, '}');
}

static void text_samples(struct buf *out, const char *title, const struct survey_sample *s,
                         size_t n)
{
	if (n)
		buf_addf(out, "\n%s\n", title);
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%12.6g  %.*s  ", s[i].score, SLICE(s[i].id));
		for (size_t k = 0; k < s[i].text.n; k++) /* one line, no terminal controls */
			buf_byte(out, (unsigned char)s[i].text.p[k] < ' ' ? ' ' : s[i].text.p[k]);
		buf_byte(out, '\n');
	}
}

static void text_histogram(const struct inspection *w, struct buf *out, const uint64_t *count)
{
	const struct survey *s = &w->survey;
	const size_t bins = (size_t)w->o->bins;
	uint64_t highest = 1;

	for (size_t i = 0; i < bins; i++)
		highest = count[i] > highest ? count[i] : highest;
	for (size_t i = 0; i < bins; i++) {
		buf_addf(out, "%12.6g %9llu ",
		         s->least + (s->most - s->least) * (double)i / (double)bins,
		         (unsigned long long)count[i]);
		for (uint64_t k = 0; k < (count[i] * 50 + highest - 1) / highest; k++)
			buf_byte(out, '#');
		buf_byte(out, '\n');
	}
}

static void text_survey(struct inspection *w, double threshold, const uint64_t *count)
{
	const struct survey *s = &w->survey;
	struct buf *out = &w->out;
	uint64_t kept = 0;

	for (size_t i = 0; i < s->n_domains; i++)
		kept += s->domain[i].kept;
	buf_addf(out, "%zu documents, %llu without the score; from %.6g to %.6g, mean %.6g\n\n",
	         s->n, (unsigned long long)w->missing, s->least, s->most,
	         s->n ? s->sum / (double)s->n : 0);
	text_histogram(w, out, count);
	if (threshold > -1e308)
		buf_addf(out, "\n%.9g and more: %llu documents (%.1f %%)\n", threshold,
		         (unsigned long long)kept, 100 * (double)kept / (s->n ? (double)s->n : 1));
	if (w->o->domains)
		buf_addf(out, "\n documents      kept  domain\n");
	for (size_t i = 0; i < (size_t)w->o->domains && i < s->n_domains; i++)
		buf_addf(out, "%10llu %7.1f %%  %.*s\n", (unsigned long long)s->domain[i].documents,
		         100 * (double)s->domain[i].kept / (double)s->domain[i].documents,
		         SLICE(s->domain[i].name.n ? s->domain[i].name : S("(no address)")));
	text_samples(out, "highest", s->best, s->n_samples);
	text_samples(out, "lowest", s->worst, s->n_samples);
}

static int inspect_records(struct inspection *w, const struct list *rest, struct err *e)
{
	const struct options *o = w->o;
	struct records r = {0};
	int rc = -1;

	w->survey.samples = (size_t)o->samples;
	if (doc_number_parse(&w->number, o->score, e))
		err_prefix(e, "score");
	else if (records_open(&r, &o->common, rest, e) == 0)
		rc = records_each(&r, look, w, e);
	if (rc == 0) {
		uint64_t *const count = mem_new(uint64_t, (size_t)o->bins);
		const double threshold =
		        o->top > 0 ? survey_quantile(&w->survey, o->top) : o->threshold;

		survey_keep(&w->survey, threshold);
		survey_histogram(&w->survey, (size_t)o->bins, count);
		if (o->json)
			json_survey(w, threshold, count);
		else
			text_survey(w, threshold, count);
		free(count);
		records_warn(&r);
	}
	records_close(&r);
	doc_number_free(&w->number);
	return rc;
}

static void write_features(struct inspection *w, const struct feature *f, size_t n,
                           struct slice label)
{
	const size_t show = (size_t)w->o->features < n ? (size_t)w->o->features : n;
	struct buf *out = &w->out;

	if (!w->o->json)
		buf_addf(out, "words for and against %.*s\n", SLICE(label));
	for (size_t side = 0; side < 2; side++) {
		if (w->o->json)
			buf_add(out, side ? S("],\"against\":[") : S("{\"for\":["));
		for (size_t i = 0; i < show; i++) {
			const struct feature *x = side ? &f[n - 1 - i] : &f[i];

			if (!w->o->json) {
				buf_addf(out, "%+12.5g  %.*s\n", x->weight, SLICE(x->word));
				continue;
			}
			buf_add(out, i ? S(",[") : S("["));
			json_write_text(out, utf8_valid(x->word) ? x->word : S("?"));
			buf_byte(out, ',');
			json_write_real(out, x->weight);
			buf_byte(out, ']');
		}
		if (!w->o->json)
			buf_byte(out, '\n');
	}
	if (w->o->json)
		buf_add(out, S("]}"));
}

static int inspect_model(struct inspection *w, struct err *e)
{
	const struct options *o = w->o;
	struct classifier *c = classifier_open(o->model.p, CLASSIFIER_FOLDED, e);
	int rc = -1;

	if (!c)
		return -1;

	const size_t label = o->label.n ? classifier_find(c, o->label) : 0;

	if (label == SIZE_MAX) {
		classifier_no_label(c, o->label, e);
	} else if (classifier_n_labels(c) < 2 || !linear_has_scores(classifier_linear(c))) {
		err_set_rc(e, RC_USAGE,
		           "%s: its words have no scores of their own: it has one label, "
		           "or a tree of labels",
		           o->model.p);
	} else {
		struct feature *f = features_of(classifier_linear(c), label);

		write_features(w, f, linear_n_words(classifier_linear(c)),
		               classifier_label(c, label));
		free(f);
		rc = 0;
	}
	classifier_close(c);
	return rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct inspection w = {.o = user};
	enum rc rc = RC_INPUT;
	int bad = 0;

	if (w.o->score.n == 0 && w.o->model.n == 0)
		bad = err_set_rc(e, RC_USAGE, "name a --score of records or a --model");
	if (!bad && w.o->score.n)
		bad = inspect_records(&w, rest, e);
	if (!bad && w.o->model.n) {
		if (w.out.n && w.o->json)
			buf_byte(&w.out, '\n');
		bad = inspect_model(&w, e);
	}
	if (!bad) {
		if (w.o->json)
			buf_byte(&w.out, '\n');
		rc = fwrite(w.out.p, 1, w.out.n, stdout) != w.out.n || fflush(stdout) ? RC_OUTPUT
		                                                                      : RC_OK;
	}
	survey_free(&w.survey);
	buf_free(&w.out);
	return rc;
}

int score_inspect(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
