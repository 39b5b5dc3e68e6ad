/* The folded path against the library: a two-label model with 2M buckets, dim 100 and bigrams is
 * trained on the head of a file of documents (one a line), then scores the file both ways.
 *
 *   cc -std=c11 -D_GNU_SOURCE -O2 -I. tests/bench/bench_score.c build/libcurate.a LDLIBS \
 *      -o build/bench/bench_score && build/bench/bench_score DOCS.txt [SCRATCH_DIR]
 *
 * LDLIBS as in the Makefile. Needs 2 GB of memory and 0.9 GB of scratch space. MB are 1e6 bytes of
 * text; time is CPU time of this process. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "scorers/classifier.h"
#include "scorers/fasttext_shim.h"

enum { TRAIN_BYTES = 6000000, LIBRARY_BYTES = 12000000, THREADS = 4 };

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double peak_mb(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_score: %s\n", what);
	exit(1);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		die(path);
	while ((n = fread(buf_reserve(out, 1 << 20), 1, 1 << 20, f)) > 0)
		out->n += n;
	fclose(f);
}

static void train(struct slice docs, const char *text_path, const char *model_path)
{
	struct fasttext_training t;
	struct slice rest = slice_head(docs, TRAIN_BYTES), line;
	struct err e = {0};
	FILE *f = fopen(text_path, "wb");

	if (!f)
		die(text_path);
	while (slice_cut(&rest, '\n', &line))
		fprintf(f, "__label__%d %.*s\n", (int)(hash64(line) & 1), SLICE(line));
	fclose(f);
	fasttext_train_presets(&t);
	t.epoch = 1;
	if (fasttext_train(&t, text_path, model_path, &e))
		die(e.msg);
}

/* Scores documents up to `limit` bytes; p (may be NULL) gets label 1's probability of each. */
static double score(const struct classifier *c, struct slice docs, size_t limit, float *p)
{
	struct slice rest = slice_head(docs, limit), line;
	struct arena scratch = {0};
	const double start = cpu_seconds();
	float two[2];
	size_t i = 0;

	while (slice_cut(&rest, '\n', &line)) {
		classifier_predict(c, line, two, &scratch);
		if (p)
			p[i++] = two[1];
		arena_reset(&scratch, 1 << 20);
	}
	arena_free(&scratch);
	return (double)(docs.n < limit ? docs.n : limit) / 1e6 / (cpu_seconds() - start);
}

struct job {
	const struct classifier *c;
	struct slice docs;
};

static void *score_all(void *user)
{
	const struct job *job = user;

	score(job->c, job->docs, SIZE_MAX, NULL);
	return NULL;
}

static double thread_cost(const struct classifier *c, struct slice docs)
{
	struct job job = {c, docs};
	const double before = peak_mb();
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, score_all, &job);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return (peak_mb() - before) / THREADS;
}

int main(int argc, char **argv)
{
	struct buf text = {0};
	struct err e = {0};
	char text_path[4096], model_path[4096];
	double folded = 0, worst = 0;

	if (argc < 2)
		die("usage: bench_score DOCS.txt [SCRATCH_DIR]");
	snprintf(text_path, sizeof text_path, "%s/bench_score.txt", argc > 2 ? argv[2] : "/tmp");
	snprintf(model_path, sizeof model_path, "%s/bench_score.bin", argc > 2 ? argv[2] : "/tmp");
	read_file(argv[1], &text);
	const struct slice docs = buf_slice(&text);
	const size_t n = slice_count(docs, S("\n")) + 1;
	float *const p = mem_new(float, n), *const q = mem_new(float, n);

	train(docs, text_path, model_path);
	struct classifier *c = classifier_open(model_path, CLASSIFIER_FOLDED, &e);
	if (!c)
		die(e.msg);
	for (int i = 0; i < 5; i++)
		folded = fmax(folded, score(c, docs, SIZE_MAX, p));
	const double cost = thread_cost(c, docs);
	classifier_close(c);
	c = classifier_open(model_path, CLASSIFIER_LIBRARY, &e);
	if (!c)
		die(e.msg);
	double library = 0;
	for (int i = 0; i < 2; i++)
		library = fmax(library, score(c, docs, LIBRARY_BYTES, q));
	classifier_close(c);
	for (size_t i = 0; i < n && q[i] != 0; i++)
		worst = fmax(worst, fabs((double)p[i] - (double)q[i]));
	printf("score folded   %7.1f MB/s per core\n", folded);
	printf("score library  %7.1f MB/s per core\n", library);
	printf("score ratio    %7.1f x\n", folded / library);
	printf("score differs  %9.2g at most\n", worst);
	printf("score memory   %7.1f MB per extra thread\n", cost);
	unlink(text_path);
	unlink(model_path);
	buf_free(&text);
	return 0;
}
