/* Tokenization alone, and what Gopher's repetition measures cost on top of it, on the texts of a
 * corpus.
 *
 *   build/bench/bench_words [FOLDER_OF_SHARDS [ROUNDS [MOST_BYTES]]]
 *
 * `make bench` sets BENCH_CORPUS, the folder it measures everything on, and BENCH_FLOOR, the copy
 * floor's MB/s of jsonl per core. MB are 1e6 bytes of text; time is CPU time of this process. Texts
 * go through in small blocks, each block all ways in turn, and the fastest of the rounds counts, so
 * that differences between the ways mean something on a busy machine. */
#include "lib/base/hash.h"
#include "lib/doc/analysis.h"
#include "lib/doc/chunks.h"
#include "lib/doc/tokens.h"
#include "tests/bench/texts.h"

/* Each way does what the one before it does, and more. */
enum way { TOKENS, WORDS, NGRAMS, REPETITION, WAYS };

static void note(uint64_t *sum, uint64_t value)
{
	*sum = hash_mix(*sum ^ value);
}

/* A sum of all results and rounds, the same for every version that is right. */
static void go(enum way way, struct slice text, const struct doc_context *context,
               struct arena *mem, uint64_t *sum)
{
	struct doc d = {.mem = mem, .source = text, .context = context};

	if (way == TOKENS) {
		struct tokens t = {.mem = mem, .chunks = context->chunks};

		tokens_split(WORDS_SPACY, text, &t);
		note(sum, t.n);
		return;
	}
	note(sum, doc_words(&d)->n_distinct);
	for (unsigned n = 2; way >= NGRAMS && n <= 4; n++)
		note(sum, doc_top_ngram(&d, n));
	for (unsigned n = 5; way >= NGRAMS && n <= 10; n++)
		note(sum, doc_repeated_ngrams(&d, n));
	if (way < REPETITION)
		return;
	note(sum, doc_chars(&d));
	for (enum piece_kind kind = PIECES_LINES; kind <= PIECES_PARAGRAPHS; kind++) {
		const struct pieces *p = doc_pieces(&d, kind);

		note(sum, p->n);
		note(sum, p->repeats);
		note(sum, p->repeated_chars);
	}
}

struct bench {
	struct texts texts;
	struct doc_context context;
	struct arena mem;
	uint64_t sum[WAYS];
};

static void run_block(void *user, int way, size_t from, size_t to)
{
	struct bench *b = user;

	for (size_t i = from; i < to; i++) {
		go((enum way)way, b->texts.item[i], &b->context, &b->mem, &b->sum[way]);
		arena_reset(&b->mem, 1 << 20);
	}
}

int main(int argc, char **argv)
{
	const char *folder = getenv("BENCH_CORPUS"), *floor_text = getenv("BENCH_FLOOR");
	const double floor = floor_text ? atof(floor_text) : 0;
	const int rounds = argc > 2 ? atoi(argv[2]) : DEFAULT_ROUNDS;
	const size_t most = argc > 3 ? strtoull(argv[3], NULL, 10) : SIZE_MAX;
	struct chunks *chunks = mem_new(struct chunks, 1);
	struct bench b = {.context = {.chunks = chunks, .words = WORDS_SPACY}};
	struct texts *t = &b.texts;
	double seconds[WAYS] = {0};

	folder = argc > 1 ? argv[1] : folder ? folder : "../shared/corpus/web";
	read_texts(folder, most, t);
	time_ways(t, rounds > 0 ? rounds : 1, WAYS, run_block, &b, seconds);
	row("tokens alone", t, seconds[TOKENS], floor);
	row("tokenization alone, equal words numbered", t, seconds[WORDS], floor);
	row("Gopher repetition on top of it", t, seconds[REPETITION] - seconds[WORDS], floor);
	row("  of which its n-grams", t, seconds[NGRAMS] - seconds[WORDS], floor);
	printf("%zu texts, %zu bytes; sum of the results %016llx\n", t->n, t->bytes,
	       (unsigned long long)b.sum[REPETITION]);
	texts_free(t);
	arena_free(&b.mem);
	free(chunks);
	return 0;
}
