/* The out-of-core part of dedup: sketches, match, cluster and verdict against a straightforward
 * computation in memory, with memory for everything and for almost nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/dedup/cluster.h"
#include "lib/dedup/exchange.h"
#include "lib/dedup/index.h"
#include "lib/dedup/match.h"
#include "lib/dedup/radix.h"
#include "lib/dedup/shuffle.h"
#include "lib/dedup/stars.h"

enum { LISTS = 3, FILES = 3, DOCS = 3000, PATHS = 64 };

static char scratch[] = "/tmp/curate-unit-dedup-XXXXXX", work[PATHS];

static void sorting_equals_comparison(void **state)
{
	(void)state;
	for (unsigned width = 2; width <= 6; width++)
		for (size_t n = 0; n < 6000; n = n * 3 + 5) {
			uint64_t *const a = mem_alloc((n + 1) * width * 8),
			                *const spare = mem_alloc((n + 1) * width * 8);
			uint64_t sum = 0;

			for (size_t i = 0; i < n * width; i++)
				a[i] = hash_mix(i * 77 + width) >> (i % 3 ? 61 : n % 2 * 40);
			for (size_t i = 0; i < n; i++)
				sum += hash64((struct slice){(char *)(a + i * width), width * 8});
			radix_sort(a, spare, n, width);
			for (size_t i = 1; i < n; i++)
				assert_true(radix_compare(a + (i - 1) * width, a + i * width,
				                          width) <= 0);
			for (size_t i = 0; i < n; i++)
				sum -= hash64((struct slice){(char *)(a + i * width), width * 8});
			assert_true(sum == 0);
			free(a);
			free(spare);
		}
}

static void check_shuffle(uint64_t mem, size_t partitions)
{
	enum { N = 20000 };
	struct err e = {0};
	struct shuffle *const s = shuffle_open(scratch, "test", 3, N, partitions, 2, mem, &e);
	uint64_t last[3] = {0}, record[3], n = 0, sum = 0;

	assert_non_null(s);
	for (uint64_t i = 0; i < N; i++) {
		const uint64_t r[3] = {hash_mix(i) % N / 7 * 7, hash_mix(i + N) % 3, i};

		sum += hash_mix(r[0] * 31 + r[2]);
		assert_int_equal(shuffle_add(s, i % 2, r, &e), 0);
	}
	assert_int_equal(shuffle_end(s, &e), 0);
	assert_true(shuffle_records(s) == N);
	for (size_t p = 0; p < partitions; p++)
		for (unsigned again = 0; again < 2; again++) { /* a second reader sees the same */
			struct shuffle_in *const in = shuffle_read(s, p, mem, &e);

			assert_non_null(in);
			while (shuffle_next(in, record, &e) == 1) {
				if (again)
					continue;
				assert_true(n == 0 || radix_compare(last, record, 3) < 0);
				memcpy(last, record, sizeof last);
				sum -= hash_mix(record[0] * 31 + record[2]);
				n++;
			}
			shuffle_done(in);
		}
	assert_true(n == N && sum == 0);
	shuffle_close(s);
}

static void a_shuffle_sorts_in_any_memory(void **state)
{
	(void)state;
	check_shuffle(64 << 20, 1);
	check_shuffle(64 << 20, 7);
	check_shuffle(4096, 1);
	check_shuffle(1000, 5);
}

/* A made-up corpus: keys from a small range, so that clusters are large and chained. */
struct world {
	uint64_t key[FILES * DOCS][LISTS], order[FILES * DOCS];
	uint64_t root[FILES * DOCS];
	size_t n;
	char path[FILES][PATHS];
};

static uint64_t find(struct world *w, uint64_t i)
{
	while (w->root[i] != i)
		i = w->root[i];
	return i;
}

static void make_world(struct world *w, uint64_t spread)
{
	struct err e = {0};
	const struct sketch_shape shape = {.lists = LISTS, .width = 1, .sig_bytes = 4};

	w->n = 0;
	for (size_t f = 0; f < FILES; f++) {
		struct sketch_out *o;

		snprintf(w->path[f], PATHS, "%s/%zu.sketch", scratch, f);
		o = sketch_create(w->path[f], &shape, S("made up"), S("shard"),
		                  f == 1 ? 20000 : 1 << 20, &e);
		assert_non_null(o);
		for (size_t i = 0; i < DOCS; i++, w->n++) {
			char id[32];
			const uint8_t sig[4] = {1, 2, 3, (uint8_t)w->n};
			struct sketch_row row = {.record = i * 2, .keys = LISTS, .sig = sig};

			for (unsigned k = 0; k < LISTS; k++)
				w->key[w->n][k] = hash_mix(hash_mix(w->n * LISTS + k) % spread);
			w->order[w->n] = 1 + hash_mix(w->n) % 50;
			row.key = w->key[w->n];
			row.order = w->order[w->n];
			row.id = (struct slice){id,
			                        (size_t)snprintf(id, sizeof id, "doc-%zu", w->n)};
			assert_int_equal(sketch_add(o, &row, &e), 0);
		}
		assert_int_equal(sketch_commit(o, &e), 0);
	}
	for (size_t i = 0; i < w->n; i++)
		w->root[i] = i;
	for (unsigned k = 0; k < LISTS; k++)
		for (size_t i = 0; i < w->n; i++)
			for (size_t j = i + 1; j < w->n; j++)
				if (w->key[i][k] == w->key[j][k]) {
					const uint64_t a = find(w, i), b = find(w, j);

					w->root[a > b ? a : b] = a < b ? a : b;
					break;
				}
}

static void remove_scratch(const char *what)
{
	char command[200];

	snprintf(command, sizeof command, "rm -rf %s/%s", scratch, what);
	assert_int_equal(system(command), 0);
}

/* Match and cluster; compares the verdict with the world. */
static void check_world(struct world *w, uint64_t mem, unsigned threads)
{
	const char *const path[FILES] = {w->path[0], w->path[1], w->path[2]};
	struct err e = {0};
	struct sketches s;
	struct verdict_stats stats;
	struct verdict v;
	const struct match_options m = {.dir = scratch, .tasks = 1, .threads = threads, .mem = mem};
	struct share share = {.dir = work, .tasks = 1, .threads = threads};
	const struct cluster_options c = {.edges = scratch,
	                                  .dir = scratch,
	                                  .mem = mem,
	                                  .share = &share};
	uint64_t dropped = 0;

	assert_int_equal(sketches_open(&s, path, FILES, 0, &e), 0);
	assert_int_equal(sketches_check(&s, threads, 0, 1, &e), 0);
	if (match_run(&s, &m, &e))
		fail_msg("match: %s", e.msg);
	assert_int_equal(share_open(&share, &e), 0);
	if (cluster_run(&s, &c, &stats, &e))
		fail_msg("cluster: %s", e.msg);
	share_close(&share, true);
	assert_true(verdict_is_done(scratch, cluster_key(&s, &c)));
	assert_int_equal(verdict_open(&v, scratch, NULL, &e), 0);
	for (size_t i = 0; i < w->n; i++) {
		const uint64_t root = find(w, i);
		uint64_t best = i, size = 0;
		const struct verdict_entry *entry = verdict_find(&v, i / DOCS, i % DOCS * 2);
		char name[32];

		for (size_t k = 0; k < w->n; k++)
			if (find(w, k) == root) {
				size++;
				if (w->order[k] < w->order[best] ||
				    (w->order[k] == w->order[best] && k < best))
					best = k;
			}
		assert_true((entry != NULL) == (size > 1));
		if (!entry)
			continue;
		assert_true(entry->doc == i && entry->survivor == best && entry->size == size &&
		            entry->cluster == root);
		dropped += best != i;
		if (best == i)
			continue;
		snprintf(name, sizeof name, "doc-%zu", (size_t)best);
		assert_true(slice_equal(verdict_name(&v, entry), slice_of(name)));
		assert_true(entry->similarity >= 0.74 && entry->similarity <= 1);
	}
	assert_null(verdict_find(&v, 0, 1));
	assert_null(verdict_find(&v, FILES, 0));
	assert_true(stats.dropped == dropped && stats.docs == w->n);
	verdict_close(&v);
	sketches_close(&s);
	remove_scratch("*.edge");
	remove_scratch("*.part");
	remove_scratch("*.name");
	remove_scratch("verdict");
}

static void verdicts_are_those_of_a_simple_computation(void **state)
{
	struct world *const w = mem_new(struct world, 1);

	(void)state;
	make_world(w, 20000);
	check_world(w, 64 << 20, 1);
	check_world(w, 64 << 20, 8);
	check_world(w, 100000, 2); /* components out of core, units in many pieces */
	make_world(w, 60000);
	check_world(w, 1 << 20, 3);
	make_world(w, 3); /* everything is one cluster; keys too frequent for the memory */
	check_world(w, 60000, 2);
	free(w);
}

static void damaged_files_are_refused(void **state)
{
	struct world *const w = mem_new(struct world, 1);
	const char *path[FILES];
	struct err e = {0};
	struct sketches s;
	struct sealed file;
	struct stat st;
	struct share share = {.dir = work, .tasks = 1, .threads = 1};
	const struct cluster_options c = {.edges = scratch,
	                                  .dir = scratch,
	                                  .mem = 1 << 20,
	                                  .share = &share};
	struct match_options m = {.dir = scratch, .tasks = 1, .threads = 1, .mem = 1 << 20};
	struct verdict_stats stats;
	FILE *f;

	(void)state;
	make_world(w, 1000000);
	for (size_t i = 0; i < FILES; i++)
		path[i] = w->path[i];
	/* one bit */
	assert_int_equal(sketches_open(&s, path, FILES, 0, &e), 0);
	f = fopen(path[1], "r+");
	assert_int_equal(fseek(f, 500, SEEK_SET), 0);
	fputc('!', f);
	fclose(f);
	assert_int_equal(sketches_check(&s, 1, 0, 1, &e), -1);
	assert_int_equal(e.rc, RC_STATE);
	/* an edge file that is missing */
	assert_int_equal(match_run(&s, &m, &e), 0);
	remove_scratch("001-000000.edge");
	assert_int_equal(share_open(&share, &e), 0);
	assert_int_equal(cluster_run(&s, &c, &stats, &e), -1);
	share_close(&share, true);
	assert_non_null(strstr(e.msg, "1 of 3 files missing"));
	assert_non_null(strstr(e.msg, "001-000000.edge"));
	sketches_close(&s);
	/* cut short, extended */
	assert_int_equal(stat(path[2], &st), 0);
	assert_int_equal(truncate(path[2], st.st_size - 1), 0);
	assert_int_equal(sealed_open(&file, path[2], SKETCH_MAGIC, &e), -1);
	assert_int_equal(truncate(path[2], st.st_size + 8), 0);
	assert_int_equal(sealed_open(&file, path[2], SKETCH_MAGIC, &e), -1);
	assert_int_equal(sealed_open(&file, path[0], MATCH_MAGIC, &e), -1);
	assert_int_equal(unlink(path[0]), 0);
	memset(&e, 0, sizeof e);
	assert_int_equal(sketches_open(&s, path, FILES, 0, &e), -1);
	assert_int_equal(e.rc, RC_STATE);
	assert_non_null(strstr(e.msg, "2 of 3 files missing"));
	remove_scratch("*");
	free(w);
}

static void an_index_has_the_files_it_claims(void **state)
{
	const uint64_t claims[] = {3, UINT64_C(1) << 40, UINT64_MAX};
	char path[PATHS], **paths = NULL;
	struct sealed_out out;
	struct err e = {0};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		snprintf(path, sizeof path, "%s/index", scratch);
		assert_int_equal(sealed_create(&out, path, INDEX_MAGIC, &e), 0);
		assert_int_equal(sealed_write(&out, &claims[i], sizeof claims[i], &e), 0);
		assert_int_equal(sealed_commit(&out, &e), 0);
		assert_int_equal(index_paths(scratch, &paths, &n, &e), -1);
		assert_true(n == 0 && e.rc == RC_INPUT);
	}
	free(paths);
	remove_scratch("index");
}

/* Three makers, some with several runs; each part in memory and through scratch. */
static void an_exchange_sorts_in_any_memory(void **state)
{
	enum { RECORDS = 5000, MAKERS = 3, PARTS = 8 };
	struct exchange x = {.dir = scratch,
	                     .name = "test",
	                     .key = 7,
	                     .width = 3,
	                     .top = RECORDS,
	                     .makers = MAKERS,
	                     .parts = PARTS,
	                     .run = 1000};
	uint64_t sums[EXCHANGE_SUMS], record[3], last[3];
	char path[PATHS];
	struct err e = {0};

	(void)state;
	for (uint64_t maker = 0; maker < MAKERS; maker++) {
		struct exchange_out *const o = exchange_create(&x, maker, &e);

		for (uint64_t i = maker; i < RECORDS; i += MAKERS)
			assert_int_equal(
			        exchange_add(o, (uint64_t[3]){hash_mix(i) % RECORDS, i, maker}, &e),
			        0);
		assert_false(exchange_is_made(&x, maker));
		assert_int_equal(
		        exchange_commit(o, (uint64_t[EXCHANGE_SUMS]){maker, 1, 0, maker}, &e), 0);
		assert_true(exchange_is_made(&x, maker));
	}
	assert_int_equal(exchange_sum(&x, sums, &e), 0);
	assert_true(sums[0] == 3 && sums[1] == 3 && sums[3] == 2);
	for (uint64_t mem = 2000; mem < 1 << 20; mem *= 100) {
		uint64_t n = 0, sum = 0;

		memset(last, 0, sizeof last);
		for (size_t part = 0; part < PARTS; part++) {
			struct shuffle *const all = exchange_gather(&x, part, mem, &e);
			struct shuffle_in *const in = shuffle_read(all, 0, mem, &e);

			for (; shuffle_next(in, record, &e) == 1; n++, sum += record[1]) {
				assert_true(n == 0 || radix_compare(last, record, 3) < 0);
				assert_true(record[0] * PARTS / RECORDS == part);
				memcpy(last, record, sizeof last);
			}
			shuffle_done(in);
			shuffle_close(all);
		}
		assert_true(n == RECORDS && sum == (uint64_t)RECORDS * (RECORDS - 1) / 2);
	}
	x.key = 8;
	assert_false(exchange_is_made(&x, 0));
	assert_null(exchange_gather(&x, 0, 1 << 20, &e));
	x.key = 7;
	snprintf(path, sizeof path, "%s/test-0001.x", scratch);
	FILE *const f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, 1000, SEEK_SET), 0);
	fputc('!', f);
	fclose(f);
	unsigned refused = 0;

	for (size_t part = 0; part < PARTS; part++) {
		struct shuffle *const all = exchange_gather(&x, part, 1 << 20, &e);

		refused += !all && e.rc == RC_STATE && strstr(e.msg, "test-0001.x: damaged");
		shuffle_close(all);
	}
	assert_int_equal(refused, 1);
	remove_scratch("test-*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(sorting_equals_comparison),
	        cmocka_unit_test(a_shuffle_sorts_in_any_memory),
	        cmocka_unit_test(verdicts_are_those_of_a_simple_computation),
	        cmocka_unit_test(damaged_files_are_refused),
	        cmocka_unit_test(an_exchange_sorts_in_any_memory),
	        cmocka_unit_test(an_index_has_the_files_it_claims),
	};
	int failed;

	if (!mkdtemp(scratch))
		return 1;
	snprintf(work, sizeof work, "%s/work", scratch);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(scratch);
	return failed;
}
