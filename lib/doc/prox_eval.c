#include "lib/doc/prox_eval.h"

#include "lib/base/hash.h"
#include "lib/base/map.h"
#include "lib/base/utf8.h"

struct prox_f1 prox_f1(const struct prox_score *s)
{
	uint64_t called = s->hit + s->extra, true_ones = s->hit + s->missed;
	struct prox_f1 f = {
		called ? (double)s->hit / (double)called : 0,
		true_ones ? (double)s->hit / (double)true_ones : 0,
		0,
	};

	if (s->hit)
		f.f1 = 2 * f.precision * f.recall / (f.precision + f.recall);
	return f;
}

static void call(struct prox_score *s, bool called, bool is_true)
{
	s->hit += called && is_true;
	s->extra += called && !is_true;
	s->missed += !called && is_true;
	s->right_no += !called && !is_true;
}

void prox_outcome(const struct doc *d, const struct slice *chunk, size_t n,
                  const struct prox_options *o, struct prox_outcome *outcome, struct arena *mem)
{
	struct doc copy = {.id = d->id, .source = d->source, .stage = "prox", .mem = mem,
	                   .context = d->context};
	struct prox_program program;
	struct prox_result result;

	*outcome = (struct prox_outcome){.lines = slice_count(d->source, S("\n")) + 1};
	outcome->gone = arena_new(mem, bool, outcome->lines);
	if (n) {
		prox_parse(chunk, n, NULL, o, &program, mem);
		prox_exec(&copy, &program, o, &result, mem);
		doc_settle(&copy);
	}
	doc_lines(&copy);
	outcome->dropped = copy.dropped_by != NULL;
	memset(outcome->gone, true, outcome->lines);
	for (size_t i = 0; i < copy.n_lines && !outcome->dropped; i++)
		outcome->gone[copy.line[i].no] = false;
	outcome->text = outcome->dropped ? S("") : doc_text(&copy);
	outcome->words = utf8_count_words(outcome->text);
}

/* The words with one space between them and around. */
static struct slice squeeze(struct slice text, struct arena *mem)
{
	char *new = arena_alloc(mem, text.n + 2), *p = new;
	struct slice word;

	*p++ = ' ';
	while (utf8_split(&text, &word)) {
		memcpy(p, word.p, word.n);
		p += word.n;
		*p++ = ' ';
	}
	return (struct slice){new, (size_t)(p - new)};
}

bool prox_has_phrase(struct slice text, struct slice phrase, struct arena *mem)
{
	struct slice words = squeeze(phrase, mem);

	/* Phrases may begin and end inside a word. */
	if (words.n <= 2)
		return true;
	return slice_find(squeeze(text, mem), (struct slice){words.p + 1, words.n - 2}, 0) !=
	       SIZE_MAX;
}

/* Words of a squeezed text, one after the other; keeps the last three. */
struct triple {
	struct slice word[3];
	size_t n;
};

static bool next_triple(struct slice *rest, struct triple *t)
{
	struct slice word;

	do {
		if (!utf8_split(rest, &word))
			return false;
		t->word[0] = t->word[1];
		t->word[1] = t->word[2];
		t->word[2] = word;
	} while (++t->n < 3);
	return true;
}

static struct slice triple_text(const struct triple *t)
{
	return (struct slice){t->word[0].p, (size_t)(t->word[2].p - t->word[0].p) + t->word[2].n};
}

static bool line_belongs(struct slice line, struct slice gold, const struct map *triples)
{
	struct slice rest = line;
	struct triple t = {0};
	size_t all = 0, known = 0;

	while (next_triple(&rest, &t)) {
		all++;
		known += map_get(triples, triple_text(&t)) != NULL;
	}
	return all > 1 ? 2 * known >= all : slice_find(gold, line, 0) != SIZE_MAX;
}

void prox_gold_lines(struct slice text, struct slice gold, signed char *belongs, struct arena *mem)
{
	struct slice all = squeeze(gold, mem), rest = all;
	struct map triples = {0};
	struct triple t = {0};
	bool added;

	while (next_triple(&rest, &t))
		map_put(&triples, triple_text(&t), &added);
	for (size_t i = 0;; i++) {
		size_t n = slice_find(text, S("\n"), 0);
		struct slice line = squeeze(slice_head(text, n), mem);

		belongs[i] = line.n <= 1 ? -1 : line_belongs(line, all, &triples);
		if (n == SIZE_MAX)
			break;
		text = slice_tail(text, n + 1);
	}
	map_free(&triples);
}

void prox_eval_add(struct prox_eval *to, const struct prox_eval *from)
{
	uint64_t *sum = (uint64_t *)to;
	const uint64_t *more = (const uint64_t *)from;

	for (size_t i = 0; i < sizeof *to / sizeof *sum; i++)
		sum[i] += more[i];
}

/* The document's own F1, where there is something to be right or wrong about. */
static void add_document(struct prox_eval *v, const struct prox_score *s)
{
	v->line.hit += s->hit;
	v->line.extra += s->extra;
	v->line.missed += s->missed;
	v->line.right_no += s->right_no;
	if (s->hit + s->extra + s->missed == 0)
		return;
	v->f1_documents++;
	v->f1_sum += (uint64_t)(prox_f1(s).f1 * 1e6 + 0.5);
}

void prox_eval_pair(struct prox_eval *v, const struct prox_outcome *a, const struct prox_outcome *b)
{
	struct prox_score s = {0};

	call(&v->doc, a->dropped, b->dropped);
	for (size_t i = 0; i < a->lines; i++)
		call(&s, a->gone[i], b->gone[i]);
	add_document(v, &s);
	v->same += a->dropped == b->dropped && slice_equal(a->text, b->text);
	v->words_b += b->words;
}

void prox_eval_gold(struct prox_eval *v, const struct prox_outcome *a, struct slice source,
                    struct slice gold, struct arena *mem)
{
	signed char *belongs = arena_alloc(mem, a->lines);
	struct prox_score s = {0};

	prox_gold_lines(source, gold, belongs, mem);
	for (size_t i = 0; i < a->lines; i++)
		if (belongs[i] >= 0)
			call(&s, a->gone[i], belongs[i] == 0);
	add_document(v, &s);
}
