/* What a large run asks of a cluster, without data: the real planner on made-up shards, and a clock
 * over its tasks. Constants were measured (cmd/cluster.md says how) and may be given.
 *
 *   plan_sim [TERABYTES [TASKS [CORES_A_TASK [MB_A_SHARD [MB_PER_S_AND_CORE]]]]] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/run/run.h"

/* Calls a shard that name a path on the shared file system, by strace over 200 shards. */
static const double ops_collect = 43, ops_apply = 38, fsync_collect = 8, fsync_apply = 6;
static const double ops_check = 5, ops_report = 10;
/* Of real web text: bytes of a record, share of them that reaches dedup, bytes it writes of each. */
static const double bytes_a_document = 6300, share = 0.61, sketch = 330, part = 246;
enum { BANDS = 14 };

/* Uniform in [0, 1), the same for the same number. */
static double chance(uint64_t n)
{
	return (double)(hash_mix(n * 2 + 1) >> 11) / 9007199254740992.0;
}

static double normal(uint64_t n)
{
	return sqrt(-2 * log(1 - chance(2 * n))) * cos(2 * 3.14159265358979 * chance(2 * n + 1));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Nodes differ by 5 %, and one in a hundred runs at half speed. */
static double speed_of(uint64_t task)
{
	return exp(0.05 * normal(task + (1u << 30))) * (chance(task + (1u << 29)) < 0.01 ? 0.5 : 1);
}

/* The core of the cluster (or of one task) that is free first; cores are few enough to look at. */
static size_t earliest(const double *free_at, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (free_at[i] < free_at[best])
			best = i;
	return best;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void print_ends(const char *what, double *end, size_t n)
{
	double sum = 0;

	qsort(end, n, sizeof *end, by_value);
	for (size_t i = 0; i < n; i++)
		sum += end[i];
	printf("%-28s mean %7.1f min   median %7.1f   99 %% %7.1f   last %7.1f (%.2f of the mean)\n", what,
	       sum / (double)n / 60, end[n / 2] / 60, end[n * 99 / 100] / 60, end[n - 1] / 60,
	       end[n - 1] * (double)n / sum);
}

/* Each task does its own shards, largest first, a shard on a core. */
static double run_static(const struct shards *s, const uint32_t *owner, size_t tasks, size_t cores,
                         double speed)
{
	const size_t *order = shards_by_size(s);
	double *core = mem_new(double, tasks * cores), *end = mem_new(double, tasks), last = 0;

	for (size_t i = 0; i < s->n; i++) {
		double *own = core + owner[order[i]] * cores;

		own[earliest(own, cores)] += (double)s->item[order[i]].size / 1e6 / speed /
		                             speed_of(owner[order[i]]);
	}
	for (size_t t = 0; t < tasks; t++)
		for (size_t c = 0; c < cores; c++)
			if (core[t * cores + c] > end[t])
				end[t] = core[t * cores + c];
	print_ends("own share only", end, tasks);
	last = end[tasks - 1];
	free((void *)order);
	free(core);
	free(end);
	return last;
}

static void swap(double *a, double *b)
{
	double was = *a;

	*a = *b;
	*b = was;
}

/* With --steal whoever is free takes the next largest shard: a heap of (free at, speed). */
static void run_stealing(const struct shards *s, size_t tasks, size_t cores, double speed)
{
	const size_t *order = shards_by_size(s);
	size_t n = tasks * cores;
	double *at = mem_new(double, n), *pace = mem_new(double, n);

	for (size_t i = 0; i < n; i++)
		pace[i] = speed * speed_of(i / cores);
	for (size_t i = 0; i < s->n; i++) {
		at[0] += (double)s->item[order[i]].size / 1e6 / pace[0];
		for (size_t k = 0, child; (child = 2 * k + 1) < n; k = child) {
			child += child + 1 < n && at[child + 1] < at[child];
			if (at[k] <= at[child])
				break;
			swap(&at[k], &at[child]);
			swap(&pace[k], &pace[child]);
		}
	}
	print_ends("with --steal, by core", at, n);
	free((void *)order);
	free(at);
	free(pace);
}

int main(int argc, char **argv)
{
	double terabytes = argc > 1 ? atof(argv[1]) : 100, each = argc > 4 ? atof(argv[4]) : 250;
	double speed = argc > 5 ? atof(argv[5]) : 30;
	size_t tasks = argc > 2 ? (size_t)atoi(argv[2]) : 1000, cores = argc > 3 ? (size_t)atoi(argv[3]) : 4;
	size_t n = (size_t)(terabytes * 1e6 / each);
	struct shards s = {.item = mem_new(struct shard, n), .n = n};
	uint32_t *owner = mem_new(uint32_t, n);
	uint64_t *load = mem_new(uint64_t, tasks), least = UINT64_MAX, most = 0;
	double total = 0;

	for (size_t i = 0; i < n; i++) { /* log-normal, of this mean */
		s.item[i].size = (uint64_t)(each * 1e6 * exp(0.6 * normal(i) - 0.18));
		total += (double)s.item[i].size;
	}
	double began = seconds();

	run_assign(&s, tasks, owner);
	printf("plan: %zu shards, %.1f TB, %zu tasks of %zu cores: %.3f s of CPU\n", n, total / 1e12, tasks, cores,
	       seconds() - began);
	for (size_t i = 0; i < n; i++)
		load[owner[i]] += s.item[i].size;
	for (size_t t = 0; t < tasks; t++) {
		least = load[t] < least ? load[t] : least;
		most = load[t] > most ? load[t] : most;
	}
	printf("shares: %.3f to %.3f GB, %.5f %% apart\n", (double)least / 1e9, (double)most / 1e9,
	       100 * (double)(most - least) / (double)least);
	double last = run_static(&s, owner, tasks, cores, speed);

	run_stealing(&s, tasks, cores, speed);
	printf("metadata, first pass: %.0f calls/s and %.0f fsync/s over %.1f h; second pass: %.0f and %.0f\n",
	       (double)n * ops_collect / last, (double)n * fsync_collect / last, last / 3600,
	       (double)n * ops_apply / last, (double)n * fsync_apply / last);
	printf("one process: check %.1f M calls, report %.1f M; were there no roll, each task behind a barrier "
	       "would make check's: %.0f M in all\n", (double)n * ops_check / 1e6, (double)n * ops_report / 1e6,
	       (double)n * ops_check / 1e6 * (double)tasks);
	double documents = total / bytes_a_document * share;

	printf("near duplicates: %.1f G documents reach them, sketches %.2f TB, parts %.2f TB; match reads each sketch once, "
	       "%.2f TB, in %.1f M opens\n", documents / 1e9, documents * sketch / 1e12,
	       documents * part / 1e12, documents * sketch / 1e12,
	       (double)n * (BANDS + 1) / 1e6);
	free(s.item);
	free(owner);
	free(load);
	return 0;
}
