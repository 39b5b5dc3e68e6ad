/* The folded path against the library: a two-label model with 2M buckets, dim 100 and bigrams is
 * trained on the head of a corpus, then scores the corpus both ways.
 *
 *   build/bench/bench_score [FOLDER_OF_SHARDS [SCRATCH_DIR]]
 *
 * `make bench` runs it on ../shared/corpus/web. Needs 3 GB of memory and 0.9 GB of scratch space.
 * MB are 1e6 bytes of text; time is CPU time of this process. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/doc/json.h"
#include "lib/io/shards.h"
#include "lib/io/stream.h"
#include "scorers/classifier.h"
#include "scorers/fasttext_shim.h"
#include "scorers/line_text.h"

enum { TRAIN_BYTES = 6000000, LIBRARY_BYTES = 12000000, THREADS = 4 };

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void die(const char *what)
{
	fprintf(stderr, "bench_score: %s\n", what);
	exit(1);
}

static void read_shard(const char *path, struct buf *out)
{
	struct err e = {0};
	struct stream *in = stream_open(path, NULL, &e);
	size_t got;

	if (!in)
		die(e.msg);
	while (stream_read(in, buf_reserve(out, 1 << 20), 1 << 20, &got, &e) > 0)
		out->n += got;
	stream_close(in);
}

/* The texts of all shards, one a line. */
static void read_texts(const char *folder, struct buf *out)
{
	struct shards shards = {0};
	struct json *json = json_open();
	struct json_path path;
	struct arena mem = {0};
	struct err e = {0};

	if (json_path_parse(&path, S("text"), &e) || shards_list(&shards, &folder, 1, NULL, &e))
		die(e.msg);
	for (size_t i = 0; i < shards.n; i++) {
		struct buf raw = {0};

		read_shard(shards.item[i].path, &raw);
		memset(buf_reserve(&raw, JSON_PADDING), 0, JSON_PADDING);
		for (struct slice rest = buf_slice(&raw), line; slice_cut(&rest, '\n', &line);) {
			buf_add(out, line_text(json_get(json, line, &path, &mem).text,
			                       NEWLINE_SPACE, &mem));
			buf_byte(out, '\n');
			arena_reset(&mem, 1 << 20);
		}
		buf_free(&raw);
	}
	json_path_free(&path);
	json_close(json);
	shards_free(&shards);
	arena_free(&mem);
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

/* VmHWM of this process in MB. */
static double peak_of_self(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	double kb = 0;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %lf", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb / 1000;
}

/* Forgets the peak so far: folding reads the whole model file through a mapping. */
static void forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (!f || fputs("5", f) < 0 || fclose(f))
		die("cannot reset the peak of memory");
}

/* Peak memory of a process that scores all documents on so many threads, once it has the model. */
static double peak_mb(const char *model_path, struct slice docs, int threads)
{
	double peak = 0;
	int status, end[2];

	if (pipe(end))
		die("no pipe");

	const pid_t child = fork();

	if (child == 0) {
		struct err e = {0};
		struct job job = {classifier_open(model_path, CLASSIFIER_FOLDED, &e), docs};
		pthread_t thread[1 + THREADS];

		if (!job.c)
			_exit(1);
		forget_peak();
		for (int i = 0; i < threads; i++)
			pthread_create(&thread[i], NULL, score_all, &job);
		for (int i = 0; i < threads; i++)
			pthread_join(thread[i], NULL);
		peak = peak_of_self();
		_exit(write(end[1], &peak, sizeof peak) != sizeof peak);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0 ||
	    read(end[0], &peak, sizeof peak) != sizeof peak)
		die("a measuring process failed");
	close(end[0]);
	close(end[1]);
	return peak;
}

static void train_apart(struct slice docs, const char *text_path, const char *model_path)
{
	int status;
	const pid_t child = fork();

	if (child == 0) {
		train(docs, text_path, model_path);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		die("training failed");
}

int main(int argc, char **argv)
{
	struct buf text = {0};
	struct err e = {0};
	char text_path[4096], model_path[4096];
	double folded = 0, worst = 0;

	const char *const folder = argc > 1 ? argv[1] : "../shared/corpus/web";
	const char *const scratch = argc > 2 ? argv[2] : "/tmp";

	if (access(folder, R_OK))
		return printf("skip bench_score: %s is not here\n", folder) < 0;
	snprintf(text_path, sizeof text_path, "%s/bench_score.txt", scratch);
	snprintf(model_path, sizeof model_path, "%s/bench_score.bin", scratch);
	read_texts(folder, &text);
	const struct slice docs = buf_slice(&text);
	const size_t n = slice_count(docs, S("\n")) + 1;
	float *const p = mem_new(float, n), *const q = mem_new(float, n);

	train_apart(docs, text_path, model_path);
	const double alone = peak_mb(model_path, docs, 1);
	const double cost = (peak_mb(model_path, docs, 1 + THREADS) - alone) / THREADS;
	struct classifier *c = classifier_open(model_path, CLASSIFIER_FOLDED, &e);
	if (!c)
		die(e.msg);
	for (int i = 0; i < 5; i++)
		folded = fmax(folded, score(c, docs, SIZE_MAX, p));
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
	printf("score memory   %7.1f MB with one thread, %.1f MB more per extra thread\n", alone,
	       cost);
	unlink(text_path);
	unlink(model_path);
	buf_free(&text);
	return 0;
}
