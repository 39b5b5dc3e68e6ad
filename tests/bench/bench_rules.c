/* What each of FineWeb's rules costs alone, and on top of those before it, on the texts of a
 * corpus.
 *
 *   build/bench/bench_rules [FOLDER_OF_SHARDS [ROUNDS [MOST_BYTES]]]
 *
 * BENCH_CORPUS and BENCH_FLOOR as for bench_words. Every rule is asked about every text, also those
 * that are dropped; words are spaCy's. MB are 1e6 bytes of text as it came, CPU time. */
#include "lib/doc/analysis.h"
#include "lib/doc/chunks.h"
#include "lib/run/chain.h"
#include "tests/bench/texts.h"

static const struct {
	const char *name, *param, *value;
} rule[] = {
	{"gopher_repetition", NULL, NULL}, {"gopher_quality", NULL, NULL},
	{"c4_quality", "filter_no_terminal_punct", "false"},
	{"fineweb_quality", NULL, NULL},   {"pii", NULL, NULL},
};
enum { RULES = sizeof rule / sizeof rule[0] };

/* The words alone, each rule alone, and the first one, two … rules one behind the other. */
enum way { WORDS, ALONE, CHAIN = ALONE + RULES, WAYS = CHAIN + RULES };

struct bench {
	struct chain chain;
	struct doc_context context;
	struct texts texts;
	struct arena mem, scratch;
	struct tally tally;
};

static void open_rules(struct chain *c)
{
	struct err e = {0};

	c->judge_all = true;
	for (int i = 0; i < RULES; i++) {
		struct stage *s = chain_add(c, stage_find(slice_of(rule[i].name)), S(""));
		const struct param *p = s->type->params;

		while (rule[i].param && strcmp(p->name, rule[i].param) != 0)
			p++;
		if (rule[i].param && param_set(p, s->self, slice_of(rule[i].value), &e))
			die(e.msg);
	}
	if (chain_open(c, &e))
		die(e.msg);
}

static void run_block(void *user, int way, size_t from, size_t to)
{
	struct bench *b = user;
	size_t first = way < CHAIN ? (size_t)(way - ALONE) : 0;
	size_t last = way < CHAIN ? first + 1 : (size_t)(way - CHAIN) + 1;

	for (size_t i = from; i < to; i++) {
		struct doc d = {.mem = &b->mem, .source = b->texts.item[i], .context = &b->context};

		if (way == WORDS)
			doc_words(&d);
		else
			chain_apply(&b->chain, first, last, &d, NULL, &b->scratch, &b->tally);
		arena_reset(&b->mem, 4 << 20);
	}
}

static void report(const struct bench *b, const double seconds[WAYS], double floor)
{
	char title[64];

	for (int i = 0; i < RULES; i++) {
		snprintf(title, sizeof title, "%s alone", rule[i].name);
		row(title, &b->texts, seconds[ALONE + i], floor);
	}
	row("gopher_quality alone, without its "
	    "words", &b->texts, seconds[ALONE + 1] - seconds[WORDS],
	    floor);
	for (int i = 1; i < RULES; i++) {
		snprintf(title, sizeof title, "%s on top of those before", rule[i].name);
		row(title, &b->texts, seconds[CHAIN + i] - seconds[CHAIN + i - 1], floor);
	}
	row("all of them", &b->texts, seconds[WAYS - 1], floor);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("BENCH_CORPUS"), *floor_text = getenv("BENCH_FLOOR");
	const int rounds = argc > 2 ? atoi(argv[2]) : DEFAULT_ROUNDS;
	const size_t most = argc > 3 ? strtoull(argv[3], NULL, 10) : SIZE_MAX;
	struct chunks *chunks = mem_new(struct chunks, 1); /* as each thread of a run has one */
	struct bench b = {.context = {.chunks = chunks, .words = WORDS_SPACY}};
	double seconds[WAYS] = {0};

	folder = argc > 1 ? argv[1] : folder ? folder : "../shared/corpus/web";
	read_texts(folder, most, &b.texts);
	open_rules(&b.chain);
	time_ways(&b.texts, rounds > 0 ? rounds : 1, WAYS, run_block, &b, seconds);
	report(&b, seconds, floor_text ? atof(floor_text) : 0);
	chain_free(&b.chain);
	tally_free(&b.tally);
	texts_free(&b.texts);
	arena_free(&b.mem);
	arena_free(&b.scratch);
	free(chunks);
	return 0;
}
