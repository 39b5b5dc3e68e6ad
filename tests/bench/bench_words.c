/* Tokenization alone, and what Gopher's repetition measures cost on top of it, on the texts of a
 * corpus.
 *
 *   build/bench/bench_words [FOLDER_OF_SHARDS [ROUNDS [MOST_BYTES]]]
 *
 * `make bench` sets BENCH_CORPUS, the folder it measures everything on, and BENCH_FLOOR, the copy
 * floor's MB/s of jsonl per core. MB are 1e6 bytes of text; time is CPU time of this process. Texts
 * go through in small blocks, each block all ways in turn, and the fastest of the rounds counts, so
 * that differences between the ways mean something on a busy machine. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/doc/analysis.h"
#include "lib/doc/chunks.h"
#include "lib/doc/json.h"
#include "lib/doc/tokens.h"
#include "lib/io/shards.h"
#include "lib/io/stream.h"

enum { BLOCK_BYTES = 250000, DEFAULT_ROUNDS = 5 };

/* Each way does what the one before it does, and more. */
enum way { TOKENS, WORDS, NGRAMS, REPETITION, WAYS };

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_words: %s\n", what);
	exit(1);
}

struct texts {
	struct arena mem;
	struct slice *item;
	size_t n, cap, bytes, record_bytes;
};

static void add_text(struct texts *t, struct slice text)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->item = mem_grow(t->item, t->cap * sizeof *t->item);
	}
	t->item[t->n++] = arena_copy(&t->mem, text);
	t->bytes += text.n;
}

static void read_shard(const char *file, struct json *json, const struct json_path *path,
                       size_t most, struct texts *out)
{
	struct err e = {0};
	struct stream *in = stream_open(file, NULL, &e);
	struct buf raw = {0};
	struct arena scratch = {0};
	size_t got;

	if (!in)
		die(e.msg);
	while (stream_read(in, buf_reserve(&raw, 1 << 20), 1 << 20, &got, &e) > 0)
		raw.n += got;
	memset(buf_reserve(&raw, JSON_PADDING), 0, JSON_PADDING);
	for (struct slice rest = buf_slice(&raw), line; slice_cut(&rest, '\n', &line);) {
		if (!line.n || out->bytes >= most)
			continue;
		add_text(out, json_get(json, line, path, &scratch).text);
		out->record_bytes += line.n + 1;
		arena_reset(&scratch, 1 << 20);
	}
	arena_free(&scratch);
	buf_free(&raw);
	stream_close(in);
}

static void read_texts(const char *folder, size_t most, struct texts *out)
{
	struct shards shards = {0};
	struct json *json = json_open();
	struct json_path path;
	struct err e = {0};

	if (json_path_parse(&path, S("text"), &e) || shards_list(&shards, &folder, 1, NULL, &e))
		die(e.msg);
	for (size_t i = 0; i < shards.n; i++)
		read_shard(shards.item[i].path, json, &path, most, out);
	json_path_free(&path);
	json_close(json);
	shards_free(&shards);
	if (!out->n)
		die("no texts");
}

static void note(uint64_t *sum, uint64_t value)
{
	*sum = hash_mix(*sum ^ value);
}

/* A sum of all results, the same for every version that is right. */
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

/* Seconds for texts [from, to). */
static double time_block(enum way way, const struct texts *t, size_t from, size_t to,
                         const struct doc_context *context, struct arena *mem, uint64_t *sum)
{
	const double start = cpu_seconds();

	for (size_t i = from; i < to; i++) {
		go(way, t->item[i], context, mem, sum);
		arena_reset(mem, 1 << 20);
	}
	return cpu_seconds() - start;
}

static void measure(const struct texts *t, int rounds, double seconds[WAYS], uint64_t sum[WAYS])
{
	struct arena mem = {0};
	struct chunks *chunks = mem_new(struct chunks, 1);
	struct doc_context context = {.chunks = chunks, .words = WORDS_SPACY};

	for (size_t from = 0, to; from < t->n; from = to) {
		double best[WAYS];
		size_t bytes = 0;

		for (to = from; to < t->n && bytes < BLOCK_BYTES; to++)
			bytes += t->item[to].n;
		for (int r = 0; r < rounds; r++)
			for (enum way way = TOKENS; way < WAYS; way++) {
				uint64_t once = sum[way];
				double s = time_block(way, t, from, to, &context, &mem, &once);

				best[way] = r == 0 || s < best[way] ? s : best[way];
				sum[way] = r == rounds - 1 ? once : sum[way];
			}
		for (enum way way = TOKENS; way < WAYS; way++)
			seconds[way] += best[way];
	}
	arena_free(&mem);
	free(chunks);
}

static void row(const char *title, const struct texts *t, double seconds, double floor)
{
	printf("%-44s %8.1f MB/s/core of text", title, (double)t->bytes / 1e6 / seconds);
	if (floor > 0)
		printf("  %5.1f %% of the floor",
		       100 * (double)t->record_bytes / 1e6 / seconds / floor);
	printf("\n");
}

int main(int argc, char **argv)
{
	const char *folder = getenv("BENCH_CORPUS"), *floor_text = getenv("BENCH_FLOOR");
	const double floor = floor_text ? atof(floor_text) : 0;
	const int rounds = argc > 2 ? atoi(argv[2]) : DEFAULT_ROUNDS;
	const size_t most = argc > 3 ? strtoull(argv[3], NULL, 10) : SIZE_MAX;
	double seconds[WAYS] = {0};
	uint64_t sum[WAYS] = {0};
	struct texts t = {0};

	folder = argc > 1 ? argv[1] : folder ? folder : "../shared/corpus/web";
	read_texts(folder, most, &t);
	measure(&t, rounds > 0 ? rounds : 1, seconds, sum);
	row("tokens alone", &t, seconds[TOKENS], floor);
	row("tokenization alone, equal words numbered", &t, seconds[WORDS], floor);
	row("Gopher repetition on top of it", &t, seconds[REPETITION] - seconds[WORDS], floor);
	row("  of which its n-grams", &t, seconds[NGRAMS] - seconds[WORDS], floor);
	printf("%zu texts, %zu bytes; sum of the results %016llx\n", t.n, t.bytes,
	       (unsigned long long)sum[REPETITION]);
	free(t.item);
	arena_free(&t.mem);
	return 0;
}
