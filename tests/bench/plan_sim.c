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
#include "lib/run/steal.h"

/* Calls a shard that name a path on the shared file system, by strace over 200 shards. */
static const double ops_collect = 43, ops_apply = 38, fsync_collect = 8, fsync_apply = 6;
static const double ops_check = 5, ops_report = 10, ops_inspect = 6;
/* Of real web text: bytes of a record, share of them that reaches dedup, bytes it writes of each.
 */
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
	printf("%-28s mean %7.1f min   median %7.1f   99 %% %7.1f   last %7.1f (%.2f of the "
	       "mean)\n",
	       what, sum / (double)n / 60, end[n / 2] / 60, end[n * 99 / 100] / 60, end[n - 1] / 60,
	       end[n - 1] * (double)n / sum);
}

/* Each task does its own shards, largest first, a shard on a core. */
static double run_static(const struct shards *s, const uint32_t *owner, size_t tasks, size_t cores,
                         double speed)
{
	const size_t *order = shards_by_size(s);
	double *core = mem_new(double, tasks *cores), *end = mem_new(double, tasks), last = 0;

	for (size_t i = 0; i < s->n; i++) {
		double *own = core + owner[order[i]] * cores;

		own[earliest(own, cores)] +=
		        (double)s->item[order[i]].size / 1e6 / speed / speed_of(owner[order[i]]);
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

/* What the simulated cluster is. */
struct cluster {
	size_t tasks, cores; /* of a task */
	double speed;        /* MB/s of a core */
};

/* A task that does its own share and then steals, as lib/run/steal.c does. */
struct thief {
	const size_t *own;
	size_t n_own, at_own;
	size_t list[STEAL_ROUND], n_list, at_list; /* what nobody had begun when it was listed */
	size_t waiting;                            /* cores that have found nothing more */
};

struct theft {
	const struct shards *s;
	const struct cluster *c;
	const size_t *order;
	struct thief *thief;
	bool *begun;
	double listings, looks, stolen;
	/* A heap of cores by the time they are free. */
	struct core {
		double at;
		size_t task;
	} * core;
	size_t n_cores;
};

static void push_core(struct theft *x, double at, size_t task)
{
	size_t k = x->n_cores++;

	for (; k && x->core[(k - 1) / 2].at > at; k = (k - 1) / 2)
		x->core[k] = x->core[(k - 1) / 2];
	x->core[k] = (struct core){at, task};
}

static struct core pop_core(struct theft *x)
{
	struct core first = x->core[0], last = x->core[--x->n_cores];
	size_t k = 0;

	for (size_t child; (child = 2 * k + 1) < x->n_cores; k = child) {
		child += child + 1 < x->n_cores && x->core[child + 1].at < x->core[child].at;
		if (last.at <= x->core[child].at)
			break;
		x->core[k] = x->core[child];
	}
	x->core[k] = last;
	return first;
}

/* Lists what nobody has begun, from the task's own place on. */
static void list_again(struct theft *x, struct thief *t)
{
	size_t n = 0,
	       first = (size_t)((double)(t - x->thief) / (double)x->c->tasks * (double)x->s->n);

	x->listings++;
	for (size_t i = 0; i < x->s->n; i++)
		n += !x->begun[i];
	t->n_list = t->at_list = 0;
	for (size_t i = 0; i < x->s->n && n && t->n_list < STEAL_ROUND; i++) {
		size_t shard = x->order[(first + i) % x->s->n];

		if (!x->begun[shard])
			t->list[t->n_list++] = shard;
	}
}

/* The next shard that a core of the task begins; SIZE_MAX: it finds none. */
static size_t next_shard(struct theft *x, struct thief *t)
{
	while (t->at_own < t->n_own)
		if (!x->begun[t->own[t->at_own++]])
			return t->own[t->at_own - 1];
	for (; t->at_list < t->n_list; x->looks++)
		if (!x->begun[t->list[t->at_list++]]) {
			x->stolen++;
			return t->list[t->at_list - 1];
		}
	return SIZE_MAX;
}

static void step(struct theft *x, double *end, size_t *n_ends)
{
	struct core core = pop_core(x);
	struct thief *t = &x->thief[core.task];
	size_t shard = next_shard(x, t);

	if (shard != SIZE_MAX) {
		x->begun[shard] = true;
		push_core(x,
		          core.at + (double)x->s->item[shard].size / 1e6 / x->c->speed /
		                            speed_of(core.task),
		          core.task);
		return;
	}
	end[(*n_ends)++] = core.at;
	if (++t->waiting < x->c->cores)
		return; /* it helps those that still work */
	list_again(x, t);
	if (t->n_list == 0)
		return;
	*n_ends -= t->waiting;
	for (; t->waiting; t->waiting--)
		push_core(x, core.at, core.task);
}

static void print_theft(const struct theft *x, double last)
{
	double entries = 680; /* that one call of getdents64 gives */
	double calls = x->listings * (6 + (double)x->s->n / entries) + x->looks * 2;

	printf("--steal: %.0f of %zu shards stolen, %.0f listings, %.2f M looks at what was begun "
	       "since: %.2f M calls, "
	       "%.0f/s\n",
	       x->stolen, x->s->n, x->listings, x->looks / 1e6, calls / 1e6, calls / last);
	printf("         to read the records of all shards, each task, would be %.0f M calls\n",
	       (double)x->s->n * (double)x->c->tasks * ops_inspect / 1e6);
}

static void run_stealing(const struct shards *s, const uint32_t *owner, const struct cluster *c)
{
	size_t n = c->tasks * c->cores, *order = shards_by_size(s), *own = mem_new(size_t, s->n),
	       n_ends = 0;
	double *end = mem_new(double, 2 * n);
	struct theft x = {.s = s,
	                  .c = c,
	                  .order = order,
	                  .thief = mem_new(struct thief, c->tasks),
	                  .begun = mem_new(bool, s->n),
	                  .core = mem_new(struct core, n)};

	for (size_t i = 0; i < s->n; i++)
		x.thief[owner[i]].n_own++;
	for (size_t t = 0, at = 0; t < c->tasks; at += x.thief[t++].n_own)
		x.thief[t].own = own + at;
	for (size_t i = 0; i < s->n; i++) {
		struct thief *t = &x.thief[owner[order[i]]];

		own[(size_t)(t->own - own) + t->at_own++] = order[i];
	}
	for (size_t i = 0; i < n; i++) {
		x.thief[i / c->cores].at_own = 0;
		push_core(&x, 0, i / c->cores);
	}
	while (x.n_cores)
		step(&x, end, &n_ends);
	print_ends("with --steal, by core", end, n_ends);
	print_theft(&x, end[n_ends - 1]);
	free(x.thief);
	free(x.begun);
	free(x.core);
	free(order);
	free(own);
	free(end);
}

/* The plan of the shards and its shares; owner[i] is shard i's task. */
static void print_plan(const struct shards *s, const struct cluster *c, uint32_t *owner)
{
	uint64_t *load = mem_new(uint64_t, c->tasks), least = UINT64_MAX, most = 0;
	double began = seconds(), total = 0;
	size_t idle = 0;

	run_assign(s, c->tasks, owner);
	double took = seconds() - began;

	for (size_t i = 0; i < s->n; i++) {
		load[owner[i]] += s->item[i].size;
		total += (double)s->item[i].size;
	}
	for (size_t t = 0; t < c->tasks; t++) {
		least = load[t] < least ? load[t] : least;
		most = load[t] > most ? load[t] : most;
		idle += load[t] == 0;
	}
	printf("plan: %zu shards, %.1f TB, %zu tasks of %zu cores: %.3f s of CPU\n", s->n,
	       total / 1e12, c->tasks, c->cores, took);
	printf("shares: %.3f to %.3f GB", (double)least / 1e9, (double)most / 1e9);
	if (least)
		printf(", %.5f %% apart\n", 100 * (double)(most - least) / (double)least);
	else
		printf("; %zu tasks have nothing to do\n", idle);
	free(load);
}

static void print_calls(size_t n, double last, const struct cluster *c)
{
	printf("metadata, first pass: %.0f calls/s and %.0f fsync/s over %.1f h; second pass: %.0f "
	       "and %.0f\n",
	       (double)n * ops_collect / last, (double)n * fsync_collect / last, last / 3600,
	       (double)n * ops_apply / last, (double)n * fsync_apply / last);
	printf("one process: check %.1f M calls, report %.1f M; were there no roll, each task "
	       "behind a barrier "
	       "would make check's: %.0f M in all\n",
	       (double)n * ops_check / 1e6, (double)n * ops_report / 1e6,
	       (double)n * ops_check / 1e6 * (double)c->tasks);
}

static void print_dedup(double total, size_t n)
{
	double documents = total / bytes_a_document * share;

	printf("near duplicates: %.1f G documents reach them, sketches %.2f TB, parts %.2f TB; "
	       "match reads each sketch once, "
	       "%.2f TB, in %.1f M opens\n",
	       documents / 1e9, documents * sketch / 1e12, documents * part / 1e12,
	       documents * sketch / 1e12, (double)n * (BANDS + 1) / 1e6);
}

/* Shards of log-normal size, of this mean. */
static void many_files(double terabytes, double each, const struct cluster *c)
{
	size_t n = (size_t)(terabytes * 1e6 / each);
	struct shards s = {.item = mem_new(struct shard, n), .n = n};
	uint32_t *owner = mem_new(uint32_t, n);

	for (size_t i = 0; i < n; i++)
		s.item[i].size = (uint64_t)(each * 1e6 * exp(0.6 * normal(i) - 0.18));
	print_plan(&s, c, owner);
	double last = run_static(&s, owner, c->tasks, c->cores, c->speed);

	run_stealing(&s, owner, c);
	print_calls(n, last, c);
	print_dedup(terabytes * 1e12, n);
	free(s.item);
	free(owner);
}

/* Files of 500 GB, and the same cut at `split` megabytes as lib/io/range.c cuts plain ones; 0:
 * uncut. */
static void few_files(double terabytes, double split, const struct cluster *c)
{
	const uint64_t file = 500000000000, cut = split > 0 ? (uint64_t)(split * 1e6) : file;
	const size_t files = (size_t)(terabytes * 1e12 / (double)file),
	             parts = (file + cut - 1) / cut;
	struct shards s = {.item = mem_new(struct shard, files * parts), .n = files * parts};
	uint32_t *owner = mem_new(uint32_t, s.n);

	for (size_t i = 0; i < s.n; i++)
		s.item[i].size = (i + 1) % parts ? cut : file - (parts - 1) * cut;
	printf("\n%zu files of 500 GB, ", files);
	printf(split > 0 ? "in parts of %.0f MB\n" : "uncut\n", split);
	print_plan(&s, c, owner);
	/* All cores of a task work on one file together when there are no more. */
	double last = run_static(&s, owner, c->tasks, split > 0 ? c->cores : 1,
	                         split > 0 ? c->speed : c->speed * (double)c->cores);

	if (split > 0)
		print_calls(s.n, last, c);
	free(s.item);
	free(owner);
}

int main(int argc, char **argv)
{
	double terabytes = argc > 1 ? atof(argv[1]) : 100, each = argc > 4 ? atof(argv[4]) : 250;
	const struct cluster c = {.tasks = argc > 2 ? (size_t)atoi(argv[2]) : 1000,
	                          .cores = argc > 3 ? (size_t)atoi(argv[3]) : 4,
	                          .speed = argc > 5 ? atof(argv[5]) : 30};

	many_files(terabytes, each, &c);
	few_files(terabytes, 0, &c);
	few_files(terabytes, 256, &c);
	return 0;
}
