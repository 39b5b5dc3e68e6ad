/* curate-score train: labelled documents to a fastText classifier. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/job.h"
#include "cmd/records.h"
#include "cmd/score.h"
#include "lib/base/hash.h"
#include "lib/base/log.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"
#include "scorers/fasttext_shim.h"
#include "scorers/train_text.h"

struct options {
	struct common common;
	struct slice output, labels, label_field, text_out;
	double lr, t;
	int64_t epoch, dim, word_ngrams, min_count, minn, maxn, bucket, neg, lr_update_rate,
	        threads, seed, shuffle;
	int loss, newline;
	bool zero_eos;
};

#define AT(field) offsetof(struct options, field)
#define INTEGER(name, field, preset, low, high, text)                                              \
	{0, "N", {name, PARAM_INT, AT(field), preset, low, high, text, NULL}}

static const struct option options[] = {
	{'o', "FILE", {"output", PARAM_TEXT, AT(output), .help = "the model, a .bin file"}},
	{0, "FILE", {"labels", PARAM_TEXT, AT(labels),
	             .help = "rows with id and label; documents without one are left out"}},
	{0, "FIELD", {"label-field", PARAM_TEXT, AT(label_field), "label",
	              .help = "where the label is, in the rows or in the documents"}},
	{0, "FILE", {"text-out", PARAM_TEXT, AT(text_out), .help = "keep the training text here"}},
	{0, "HOW", {"newline", PARAM_CHOICE, AT(newline), "space", .choices = NEWLINE_CHOICES,
	            .help = "line breaks of documents"}},
	{0, NULL, {"zero-eos", PARAM_BOOL, AT(zero_eos),
	           .help = "zero the weight of </s>, against a bias to length (PreSelect, A.2)"}},
	INTEGER("shuffle", shuffle, "-1", -1, 9e15,
	        "order documents by this seed; -1: label by label"),
	{0, "X", {"lr", PARAM_REAL, AT(lr), "0.1", 0, 100, "learning rate", NULL}},
	INTEGER("epoch", epoch, "3", 1, 10000, "passes over the text"),
	INTEGER("dim", dim, "100", 1, 10000, "size of vectors"),
	INTEGER("word-ngrams", word_ngrams, "2", 1, 20, "longest n-gram of words"),
	INTEGER("min-count", min_count, "1", 1, 1000000000, "words rarer than this are unknown"),
	INTEGER("minn", minn, "0", 0, 50, "shortest n-gram of characters"),
	INTEGER("maxn", maxn, "0", 0, 50, "longest n-gram of characters; 0: none"),
	INTEGER("bucket", bucket, "2000000", 1, 1000000000, "buckets for n-grams"),
	{0, "NAME", {"loss", PARAM_CHOICE, AT(loss), "softmax", .choices = "hs|ns|softmax|ova",
	             .help = "loss"}},
	INTEGER("neg", neg, "5", 1, 1000, "negatives sampled, for ns"),
	INTEGER("lr-update-rate", lr_update_rate, "100", 1, 1000000,
	        "tokens between updates of lr"),
	{0, "X", {"sampling", PARAM_REAL, AT(t), "0.0001", 0, 1, "sampling threshold", NULL}},
	INTEGER("seed", seed, "0", 0, 2147483647, "of the first weights"),
	{'j', "N", {"threads", PARAM_INT, AT(threads), "1", 1, 1024,
	            "threads; with more than 1 no two models are the same", NULL}},
	COMMON_INPUT(AT(common)),
	{0},
};

static const char *const examples[] = {
	"curate-score train --labels labels.jsonl -i docs/ -o model.bin --zero-eos",
	"curate-score train --label-field metadata.quality -i docs/ -o model.bin --epoch 5",
	NULL,
};

static const struct program program = {
        "curate-score train",
        "--labels FILE -i PATH… -o MODEL [options]",
        "Trains a fastText classifier; the presets are PreSelect's. One thread trains the same "
        "model "
        "every time.",
        examples,
        options,
};

/* The training text: lines in a file, sorted by label, then by key. */
struct spooled {
	uint64_t key, at;
	uint32_t n; /* bytes */
	uint32_t label;
};

struct training {
	const struct options *o;
	struct map ids; /* id to label + 1 */
	struct map names;
	struct slice *label;
	size_t n_labels;
	struct arena mem;
	struct json *json;
	struct json_path path[2]; /* id and label of a row */
	struct arena scratch;

	FILE *spool;
	struct spooled *line;
	size_t n, cap;
	uint64_t at, left_out, bad;
	struct buf text;
};

/* The number of a label; new ones follow. SIZE_MAX: it cannot be one. */
static size_t label_of(struct training *t, struct slice name)
{
	bool added;

	if (!train_label_is_good(name))
		return SIZE_MAX;
	if (!map_get(&t->names, name)) {
		const struct slice own = arena_copy(&t->mem, name);

		t->label = mem_grow(t->label, (t->n_labels + 1) * sizeof *t->label);
		t->label[t->n_labels] = own;
		*map_put(&t->names, own, &added) = t->n_labels++;
	}
	return (size_t)*map_get(&t->names, name);
}

/* A label is a string, a number as it is spelled, or a truth. */
static struct slice label_text(const struct json_value *v)
{
	if (v->kind == JSON_STRING)
		return v->text;
	return v->kind == JSON_NUMBER || v->kind == JSON_BOOL ? v->span : S("");
}

static int read_label(void *user, struct slice row, uint64_t number, struct err *e)
{
	struct training *t = user;
	struct json_value v[2];
	const char *why;
	bool added;

	(void)number;
	(void)e;
	arena_reset(&t->scratch, 1 << 20);
	if (json_read(t->json, row, t->path, 2, v, &t->scratch, &why)) {
		t->bad++;
		return 0;
	}

	const struct slice id = v[0].kind == JSON_STRING ? v[0].text : v[0].span;
	const size_t label = label_of(t, label_text(&v[1]));

	if (label == SIZE_MAX || id.n == 0)
		t->bad++;
	else
		*map_put(&t->ids, arena_copy(&t->mem, id), &added) = label + 1;
	return 0;
}

/* The label of a document, or SIZE_MAX. */
static size_t find_label(struct training *t, const struct doc *d, struct arena *scratch)
{
	if (t->o->labels.n) {
		const uint64_t *label = map_get(&t->ids, d->id);

		return label ? (size_t)*label - 1 : SIZE_MAX;
	}

	const struct json_value v = json_get(d->context->json, d->raw, &t->path[1], scratch);

	return label_of(t, label_text(&v));
}

static int add_document(void *user, struct doc *d, struct arena *scratch, struct err *e)
{
	struct training *t = user;
	const size_t label = find_label(t, d, scratch);

	if (label == SIZE_MAX)
		return 0;
	buf_reset(&t->text);
	t->left_out += train_text_add(&t->text, t->label[label], doc_text(d),
	                              (enum newline)t->o->newline, scratch);
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->line = mem_grow(t->line, t->cap * sizeof *t->line);
	}
	t->line[t->n] =
	        (struct spooled){.at = t->at, .n = (uint32_t)t->text.n, .label = (uint32_t)label};
	t->line[t->n].key = t->o->shuffle < 0 ? t->n : hash64_seed(d->id, (uint64_t)t->o->shuffle);
	t->n++;
	t->at += t->text.n;
	if (fwrite(t->text.p, 1, t->text.n, t->spool) != t->text.n)
		return err_set_rc(e, RC_OUTPUT, "training text: %s", strerror(errno));
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct spooled *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_label(const void *a, const void *b)
{
	const struct spooled *x = a, *y = b;

	return x->label != y->label ? (x->label > y->label) - (x->label < y->label) : by_key(a, b);
}

/* Copies the spooled lines in training order. */
static int write_text(struct training *t, const char *path, struct err *e)
{
	FILE *f = fopen(path, "wb");
	int bad = f == NULL || fflush(t->spool);

	qsort(t->line, t->n, sizeof *t->line, t->o->shuffle < 0 ? by_label : by_key);
	for (size_t i = 0; i < t->n && !bad; i++) {
		char *to = (buf_reset(&t->text), buf_reserve(&t->text, t->line[i].n));

		bad = pread(fileno(t->spool), to, t->line[i].n, (off_t)t->line[i].at) !=
		              (ssize_t)t->line[i].n ||
		      fwrite(to, 1, t->line[i].n, f) != t->line[i].n;
	}
	if (bad)
		err_set_rc(e, RC_OUTPUT, "%s: %s", path, strerror(errno));
	if (f && fclose(f) && !bad)
		bad = err_set_rc(e, RC_OUTPUT, "%s: %s", path, strerror(errno));
	return bad ? -1 : 0;
}

static struct fasttext_training settings(const struct options *o)
{
	static const enum model_loss loss[] = {MODEL_HS, MODEL_NS, MODEL_SOFTMAX, MODEL_OVA};
	struct fasttext_training t;

	fasttext_train_presets(&t);
	t.lr = o->lr;
	t.t = o->t;
	t.epoch = (int)o->epoch;
	t.dim = (int)o->dim;
	t.word_ngrams = (int)o->word_ngrams;
	t.min_count = (int)o->min_count;
	t.minn = (int)o->minn;
	t.maxn = (int)o->maxn;
	t.bucket = (int)o->bucket;
	t.neg = (int)o->neg;
	t.lr_update_rate = (int)o->lr_update_rate;
	t.loss = loss[o->loss];
	t.threads = (int)o->threads;
	t.seed = (int)o->seed;
	t.zero_eos = o->zero_eos;
	return t;
}

static int train(struct training *t, struct err *e)
{
	const struct options *o = t->o;
	const struct fasttext_training how = settings(o);
	struct buf path = {0};
	int rc = -1;

	buf_addf(&path, "%.*s%s", SLICE(o->text_out.n ? o->text_out : o->output),
	         o->text_out.n ? "" : ".txt.tmp");
	if (t->n_labels < 2)
		err_set_rc(e, RC_INPUT, "%zu documents with %zu labels: two labels are needed",
		           t->n, t->n_labels);
	else if (write_text(t, buf_text(&path), e) == 0)
		rc = fasttext_train(&how, buf_text(&path), o->output.p, e);
	if (!o->text_out.n)
		unlink(buf_text(&path));
	buf_free(&path);
	if (rc == 0)
		log_note("%zu documents, %zu labels; %llu tokens left out that were labels or </s>",
		         t->n, t->n_labels, (unsigned long long)t->left_out);
	return rc;
}

/* A file beside the model that is gone when it is closed, however the program ends. */
static int open_spool(struct training *t, struct err *e)
{
	struct buf path = {0};

	buf_addf(&path, "%.*s.spool.tmp", SLICE(t->o->output));
	t->spool = fopen(buf_text(&path), "w+b");
	if (t->spool)
		unlink(buf_text(&path));
	else
		err_set_rc(e, RC_OUTPUT, "%s: %s", buf_text(&path), strerror(errno));
	buf_free(&path);
	return t->spool ? 0 : -1;
}

static int gather(struct training *t, struct records *r, const struct list *rest, struct err *e)
{
	const struct options *o = t->o;

	if (o->output.n == 0)
		return err_set_rc(e, RC_USAGE, "where to? name the model with -o");
	if (json_path_parse(&t->path[0], o->common.id.n ? o->common.id : S("id"), e) ||
	    json_path_parse(&t->path[1], o->label_field, e) ||
	    (o->labels.n && lines_each(o->labels.p, read_label, t, e)))
		return -1;
	if (open_spool(t, e))
		return -1;
	if (records_open(r, &o->common, rest, e) || records_each(r, add_document, t, e))
		return -1;
	records_warn(r);
	if (t->bad)
		log_warning("%llu rows of %.*s have no id or no usable label",
		            (unsigned long long)t->bad, SLICE(o->labels));
	return 0;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct training t = {.o = user, .json = json_open()};
	struct records r = {0};
	const bool good = gather(&t, &r, rest, e) == 0 && train(&t, e) == 0;

	if (t.spool)
		fclose(t.spool);
	records_close(&r);
	map_free(&t.ids);
	map_free(&t.names);
	json_path_free(&t.path[0]);
	json_path_free(&t.path[1]);
	json_close(t.json);
	arena_free(&t.mem);
	arena_free(&t.scratch);
	buf_free(&t.text);
	free(t.label);
	free(t.line);
	return good ? RC_OK : RC_INPUT;
}

int score_train(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
