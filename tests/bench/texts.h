/* The texts of a folder of shards in memory, for benches that measure one part alone. Texts go
 * through in small blocks, each block all ways in turn, and the fastest of the rounds counts, so
 * that differences between the ways mean something on a busy machine. */
#ifndef CURATE_TESTS_BENCH_TEXTS_H
#define CURATE_TESTS_BENCH_TEXTS_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"
#include "lib/doc/json.h"
#include "lib/io/shards.h"
#include "lib/io/stream.h"

enum { BLOCK_BYTES = 250000, DEFAULT_ROUNDS = 5 };

static inline double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

struct texts {
	struct arena mem;
	struct slice *item;
	size_t n, cap, bytes, record_bytes;
};

static inline void add_text(struct texts *t, struct slice text)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->item = mem_grow(t->item, t->cap * sizeof *t->item);
	}
	t->item[t->n++] = arena_copy(&t->mem, text);
	t->bytes += text.n;
}

static inline void read_shard(const char *file, struct json *json, const struct json_path *path,
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

static inline void read_texts(const char *folder, size_t most, struct texts *out)
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

static inline void texts_free(struct texts *t)
{
	free(t->item);
	arena_free(&t->mem);
}

/* Adds to seconds[way] what each of the ways costs, by `run`, which does texts [from, to) one way:
 * block by block the fastest of the rounds, all ways in turn. */
static inline void time_ways(const struct texts *t, int rounds, int ways,
                             void (*run)(void *user, int way, size_t from, size_t to), void *user,
                             double *seconds)
{
	for (size_t from = 0, to; from < t->n; from = to) {
		size_t bytes = 0;

		for (to = from; to < t->n && bytes < BLOCK_BYTES; to++)
			bytes += t->item[to].n;
		double *const best = mem_new(double, (size_t)ways);

		for (int r = 0; r < rounds; r++)
			for (int way = 0; way < ways; way++) {
				const double start = cpu_seconds();

				run(user, way, from, to);
				const double s = cpu_seconds() - start;

				best[way] = r == 0 || s < best[way] ? s : best[way];
			}
		for (int way = 0; way < ways; way++)
			seconds[way] += best[way];
		free(best);
	}
}

/* A row of the table `make bench` prints; `floor` is the copy floor's MB/s of jsonl, or 0. */
static inline void row(const char *title, const struct texts *t, double seconds, double floor)
{
	printf("%-44s %8.1f MB/s/core of text", title, (double)t->bytes / 1e6 / seconds);
	if (floor > 0)
		printf("  %5.1f %% of the floor",
		       100 * (double)t->record_bytes / 1e6 / seconds / floor);
	printf("\n");
}

#endif
