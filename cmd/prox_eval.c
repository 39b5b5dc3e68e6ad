/* curate-prox eval: two sets of programs compared, or one with the truth. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/prox_commands.h"
#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/doc/prox_eval.h"
#include "lib/base/utf8.h"

enum { A, B, GOLD, WITH, WITHOUT, STORES };

struct options {
	struct common common;
	struct slice truth, program, index_dir;
	bool strict, doc;
	int64_t min_words;

	struct prox_options how;
	struct prox_store *store[STORES];
	pthread_mutex_t lock;
	struct prox_eval sum;
	struct err failure;
};

#define AT(field) offsetof(struct options, field)

static const struct option options[] = {
	{0, "FILE", {"truth", PARAM_TEXT, AT(truth),
	             .help = "rows with `gold`, the main content, or the lists `gold_with` and "
	                     "`gold_without`"}},
	{0, "FIELD", {"program", PARAM_TEXT, AT(program), "program",
	              .help = "field of the programs in A and B"}},
	{0, NULL, {"doc", PARAM_BOOL, AT(doc), .help = "document-level programs"}},
	{0, NULL, {"strict", PARAM_BOOL, AT(strict), .help = "read programs as they are meant"}},
	{0, "N", {"min-words", PARAM_INT, AT(min_words), "10",
	          .help = "drop documents left with so many words or fewer; -1: none"}},
	{0, "DIR", {"index-dir", PARAM_TEXT, AT(index_dir),
	            .help = "for the indexes of A, B and the truth, made and removed (TMPDIR)"}},
	COMMON_INPUT(AT(common)),
	COMMON_RUN(AT(common)),
	{0},
};

static const char *const examples[] = {
	"curate-prox eval mine.jsonl theirs.jsonl -i docs/",
	"curate-prox eval mine.jsonl -i docs/ --truth truth.jsonl.zst",
	NULL,
};

static const struct program program = {
	"curate-prox eval", "A [B] -i DOCS… [--truth FILE] [options]",
	"Runs the programs of A, and of B taken as right or against the truth, and prints the F1 "
	"over dropped documents and removed lines and the share of words left, as JSON.",
	examples, options,
};

static int find(struct options *o, int store, const struct doc *d, struct prox_found *found,
                struct err *e)
{
	*found = (struct prox_found){0};
	return o->store[store] ? prox_store_find(o->store[store], d->id, found, d->mem, e) : 0;
}

static void add_phrases(struct slice raw, struct slice left, const struct prox_found *phrase,
                        struct arena *mem, uint64_t *n, uint64_t *in_raw, uint64_t *in_left)
{
	for (size_t i = 0; i < phrase->n; i++) {
		++*n;
		*in_raw += prox_has_phrase(raw, phrase->chunk[i], mem);
		*in_left += prox_has_phrase(left, phrase->chunk[i], mem);
	}
}

static void add_truth(struct doc *d, const struct prox_outcome *a,
                      const struct prox_found found[STORES], struct prox_eval *v)
{
	if (found[GOLD].n)
		prox_eval_gold(v, a, d->source, found[GOLD].chunk[0], d->mem);
	add_phrases(d->source, a->text, &found[WITH], d->mem, &v->with, &v->with_raw,
	            &v->with_a_kept);
	add_phrases(d->source, a->text, &found[WITHOUT], d->mem, &v->without, &v->without_raw,
	            &v->without_a);
}

static void evaluate(void *user, struct doc *d, struct buf *out)
{
	struct options *o = user;
	struct prox_eval v = {.documents = 1};
	struct prox_found found[STORES];
	struct prox_outcome outcome[2];
	struct err e = {0};
	bool failed = false;

	(void)out;
	for (int i = 0; i < STORES && !failed; i++)
		failed = find(o, i, d, &found[i], &e) != 0;
	bool judged = !o->truth.n || found[GOLD].n || found[WITH].n || found[WITHOUT].n;

	if (!failed && judged) {
		for (int i = A; i <= B; i++)
			prox_outcome(d, found[i].chunk, found[i].n, &o->how, &outcome[i], d->mem);
		v.with_a = found[A].n > 0;
		v.with_b = found[B].n > 0;
		v.words = utf8_count_words(d->source);
		v.words_a = outcome[A].words;
		if (o->store[B])
			prox_eval_pair(&v, &outcome[A], &outcome[B]);
		else
			v.doc.extra += outcome[A].dropped;
		if (o->truth.n)
			add_truth(d, &outcome[A], found, &v);
	}
	pthread_mutex_lock(&o->lock);
	if (failed)
		o->failure = e;
	else if (judged)
		prox_eval_add(&o->sum, &v);
	pthread_mutex_unlock(&o->lock);
}

static void add_number(struct buf *out, const char *name, uint64_t value)
{
	json_write_key(out, slice_of(name));
	buf_addf(out, "%llu", (unsigned long long)value);
}

static void add_share(struct buf *out, const char *name, uint64_t part, uint64_t whole)
{
	json_write_key(out, slice_of(name));
	if (whole)
		buf_addf(out, "%.4f", (double)part / (double)whole);
	else
		buf_add(out, S("null"));
}

static void add_score(struct buf *out, const char *name, const struct prox_score *s)
{
	struct prox_f1 f = prox_f1(s);

	json_write_key(out, slice_of(name));
	buf_addf(out, "{\"precision\":%.4f,\"recall\":%.4f,\"f1\":%.4f", f.precision, f.recall,
	         f.f1);
	add_number(out, "hit", s->hit);
	add_number(out, "extra", s->extra);
	add_number(out, "missed", s->missed);
	add_number(out, "neither", s->right_no);
	buf_byte(out, '}');
}

static enum rc print(const struct options *o)
{
	const struct prox_eval *v = &o->sum;
	/* Where most lines must go, removing all scores well: the other side tells. */
	const struct prox_score kept = {v->line.right_no, v->line.missed, v->line.extra,
	                                v->line.hit};
	struct buf out = {0};

	buf_byte(&out, '{');
	add_number(&out, "documents", v->documents);
	add_number(&out, "with_program", v->with_a);
	add_share(&out, "words_left", v->words_a, v->words);
	if (o->store[B]) {
		add_number(&out, "with_program_b", v->with_b);
		add_share(&out, "words_left_b", v->words_b, v->words);
		add_share(&out, "same_text", v->same, v->documents);
		add_score(&out, "dropped_documents", &v->doc);
	} else {
		add_number(&out, "dropped_documents", v->doc.extra);
	}
	add_score(&out, "removed_lines", &v->line);
	add_score(&out, "kept_lines", &kept);
	add_share(&out, "removed_lines_mean_f1", v->f1_sum, v->f1_documents * 1000000);
	if (v->with + v->without) {
		add_share(&out, "wanted_phrases_before", v->with_raw, v->with);
		add_share(&out, "wanted_phrases_left", v->with_a_kept, v->with);
		add_share(&out, "unwanted_phrases_before", v->without_raw, v->without);
		add_share(&out, "unwanted_phrases_left", v->without_a, v->without);
	}
	buf_add(&out, S("}\n"));
	bool bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);

	buf_free(&out);
	return bad ? RC_OUTPUT : RC_OK;
}

/* One store, its index in `dir`. */
static int open_store(struct options *o, int which, const char *dir, struct slice path,
                      struct slice field, struct err *e)
{
	struct buf index = {0};

	buf_addf(&index, "%s/%d.index", dir, which);
	const struct prox_store_options columns = {buf_text(&index), S("id"), field};

	o->store[which] = prox_store_open(path.p, &columns, e);
	buf_free(&index);
	return o->store[which] ? 0 : -1;
}

static int open_stores(struct options *o, const char *dir, const struct list *rest, struct err *e)
{
	static const struct slice field[STORES] = {[GOLD] = S_INIT("gold"),
	                                           [WITH] = S_INIT("gold_with"),
	                                           [WITHOUT] = S_INIT("gold_without")};

	for (size_t i = 0; i < rest->n; i++)
		if (open_store(o, (int)i, dir, rest->item[i], o->program, e) != 0)
			return -1;
	for (int i = GOLD; i < STORES && o->truth.n; i++)
		if (open_store(o, i, dir, o->truth, field[i], e) != 0)
			return -1;
	return 0;
}

static void close_stores(struct options *o, const char *dir)
{
	struct buf path = {0};

	for (int i = 0; i < STORES; i++) {
		prox_store_close(o->store[i]);
		buf_reset(&path);
		buf_addf(&path, "%s/%d.index", dir, i);
		unlink(buf_text(&path));
	}
	rmdir(dir);
	buf_free(&path);
}

static enum rc compare(struct options *o, struct recipe *r, const struct list *rest, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	struct buf dir = {0};
	struct stream_job job = {.out = S("-"), .show = evaluate, .show_user = o};
	enum rc rc = RC_OUTPUT;

	buf_addf(&dir, "%s/curate-prox-XXXXXX",
	         o->index_dir.n ? o->index_dir.p : tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp((char *)buf_text(&dir))) {
		err_set_rc(e, RC_OUTPUT, "%s: %m", buf_text(&dir));
	} else {
		pthread_mutex_init(&o->lock, NULL);
		if (open_stores(o, buf_text(&dir), rest, e) == 0)
			rc = job_stream(r, &o->common, &job, e);
		if (o->failure.rc != RC_OK)
			*e = o->failure;
		if (e->rc == RC_OK && rc == RC_OK)
			rc = print(o);
		close_stores(o, buf_text(&dir));
		pthread_mutex_destroy(&o->lock);
	}
	buf_free(&dir);
	return e->rc != RC_OK ? e->rc : rc;
}

static enum rc work(void *user, const struct list *rest, struct err *e)
{
	struct options *o = user;
	struct recipe recipe;
	enum rc rc = RC_USAGE;

	o->how = prox_defaults();
	o->how.mode = o->strict ? PROX_STRICT : PROX_COMPAT;
	o->how.level = o->doc ? PROX_DOC : PROX_CHUNK;
	o->how.min_words = o->min_words;
	recipe_defaults(&recipe);
	if (rest->n < 1 || rest->n > 2 || (rest->n == 2) == (o->truth.n > 0))
		err_set(e, "name one file of programs and --truth, or two files (see --help)");
	else if (common_options(&o->common, &recipe, e) == 0) {
		prox_fit_records(&o->common, &recipe);
		rc = compare(o, &recipe, rest, e);
	}
	recipe_free(&recipe);
	return rc;
}

int prox_eval_main(int argc, char **argv)
{
	struct options o = {0};

	return job_main(&program, &o, argc, argv, work);
}
