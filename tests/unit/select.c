/* Selection: the sorter, the cuts, the quotas and the sketch. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "rules/select_sketch.h"
#include "rules/select_solve.h"

enum { ROWS = 20000 };

static uint64_t chance(uint64_t *seed, uint64_t below)
{
	*seed = hash_mix(*seed);
	return *seed % below;
}

static struct select_row random_row(uint64_t *seed, uint64_t i)
{
	return (struct select_row){.score = (double)chance(seed, 500) / 64 - 3,
	                           .weight = chance(seed, 10) ? chance(seed, 1000)
	                                                      : chance(seed, 100000),
	                           .record = i / 7,
	                           .shard = i % 7,
	                           .domain = chance(seed, 50)};
}

static int by_score(const void *a, const void *b)
{
	const struct select_row *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->shard != y->shard)
		return x->shard < y->shard ? -1 : 1;
	return x->record < y->record ? -1 : 1;
}

/* All rows of a fixed corpus, best first. */
static struct select_row *sorted_rows(void)
{
	struct select_row *row = mem_new(struct select_row, ROWS);
	uint64_t seed = 1;

	for (uint64_t i = 0; i < ROWS; i++)
		row[i] = random_row(&seed, i);
	qsort(row, ROWS, sizeof *row, by_score);
	return row;
}

static void sorter_gives(uint64_t mem)
{
	struct select_sorter *s = select_sorter_open("/tmp", mem, SELECT_BY_SCORE);
	struct select_row *want = sorted_rows(), row;
	struct err e = {0};
	uint64_t seed = 1;

	for (uint64_t i = 0; i < ROWS; i++) {
		row = random_row(&seed, i);
		assert_int_equal(select_sorter_add(s, &row, &e), 0);
	}
	for (size_t i = 0; i < ROWS; i++) {
		assert_int_equal(select_sorter_next(s, &row, &e), 1);
		assert_memory_equal(&row, &want[i], sizeof row);
	}
	assert_int_equal(select_sorter_next(s, &row, &e), 0);
	select_sorter_close(s);
	free(want);
}

static void rows_come_sorted_from_memory_and_from_disk(void **state)
{
	(void)state;
	sorter_gives(1 << 30);
	sorter_gives(1); /* 1024 rows a run */
}

static void an_empty_sorter_ends_at_once(void **state)
{
	struct select_sorter *s = select_sorter_open("/tmp", 0, SELECT_BY_DOMAIN);
	struct select_row row;
	struct err e = {0};

	(void)state;
	assert_int_equal(select_sorter_next(s, &row, &e), 0);
	select_sorter_close(s);
}

static void a_sorter_without_room_on_disk_says_so(void **state)
{
	struct select_sorter *s = select_sorter_open("/nonexistent", 0, SELECT_BY_SCORE);
	const struct select_row row = {0};
	struct err e = {0};
	int rc = 0;

	(void)state;
	for (int i = 0; i < 2000 && rc == 0; i++)
		rc = select_sorter_add(s, &row, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(e.rc, RC_OUTPUT);
	assert_non_null(strstr(e.msg, "/nonexistent"));
	select_sorter_close(s);
}

static void add_rows(struct select_solver *s, const struct select_row *row, size_t n)
{
	struct err e = {0};

	for (size_t i = n; i-- > 0;) /* the worst first: order must not matter */
		assert_int_equal(select_solver_add(s, &row[i], &e), 0);
}

static void solve(struct select_plan *plan, const struct select_row *row, size_t n, size_t *cut)
{
	struct select_solver *s = select_solver_open(plan, "/tmp", 0);
	struct select_row got;
	struct err e = {0};
	size_t one;

	add_rows(s, row, n);
	while (select_solver_next(s, &got, &one, &e) > 0)
		for (size_t i = 0; cut && i < n; i++)
			if (row[i].shard == got.shard && row[i].record == got.record)
				cut[i] = one;
	select_solver_close(s);
}

/* find_threshold.py, on rows that are sorted. */
static double reference(const struct select_row *row, size_t n, double share)
{
	double total = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		total += (double)row[i].weight;
	for (size_t i = 0; i < n; i++)
		if ((sum += (double)row[i].weight) > share * total)
			return row[i].score;
	return -HUGE_VAL;
}

static void thresholds_are_those_of_the_reference(void **state)
{
	struct select_row *row = sorted_rows();
	const double share[] = {0, 1e-9, 0.1, 0.3, 0.5, 0.999, 1};

	(void)state;
	for (size_t i = 0; i < sizeof share / sizeof *share; i++) {
		struct select_plan plan = {.cut = {{.share = share[i]}}, .n_cuts = 1};
		uint64_t documents = 0;

		solve(&plan, row, ROWS, NULL);
		assert_true(plan.cut[0].threshold == reference(row, ROWS, share[i]));
		for (size_t k = 0; k < ROWS; k++)
			documents += row[k].score >= plan.cut[0].threshold;
		assert_int_equal(plan.cut[0].documents, documents);
	}
	free(row);
}

static const struct select_row four[] = {
	{.score = 4, .weight = 10, .record = 0, .domain = 7},
	{.score = 3, .weight = 10, .record = 1, .domain = 7},
	{.score = 3, .weight = 10, .record = 2, .domain = 8},
	{.score = 1, .weight = 10, .record = 3},
};

static void ties_stay_together_or_are_broken_by_place(void **state)
{
	struct select_plan plan = {.cut = {{.share = 0.5}}, .n_cuts = 1};
	size_t cut[4];

	(void)state;
	solve(&plan, four, 4, cut); /* 20 is not more than 20: the third row sets the threshold */
	assert_true(plan.cut[0].threshold == 3);
	assert_int_equal(plan.cut[0].documents, 3);
	assert_int_equal(cut[3], 1);

	plan = (struct select_plan){.cut = {{.share = 0.5}}, .n_cuts = 1, .never_more = true};
	solve(&plan, four, 4, cut);
	assert_int_equal(plan.cut[0].weight, 20);
	assert_int_equal(cut[1], 0);
	assert_int_equal(cut[2], 1);
}

static void amounts_bands_and_the_lowest_end(void **state)
{
	struct select_plan plan = {.cut = {{.share = -1, .amount = 9}, {.share = -1, .amount = 35}},
	                           .n_cuts = 2};
	size_t cut[4];

	(void)state;
	solve(&plan, four, 4, cut);
	assert_int_equal(cut[0], 0);
	assert_int_equal(cut[1], 1);
	assert_int_equal(cut[2], 1);
	assert_int_equal(cut[3], 1);

	plan = (struct select_plan){.cut = {{.share = 0.25}}, .n_cuts = 1, .lowest = true};
	solve(&plan, four, 4, cut); /* 10 is not more than 10: both threes come along */
	assert_true(plan.cut[0].threshold == 3);
	assert_int_equal(cut[0], 1);
	assert_int_equal(cut[3], 0);
}

static void a_domain_has_no_more_than_its_quota(void **state)
{
	struct select_plan plan = {.cut = {{.share = 1}}, .n_cuts = 1, .domain_max = 19};
	size_t cut[4];

	(void)state;
	solve(&plan, four, 4, cut);
	assert_int_equal(cut[0], 0); /* its best document */
	assert_int_equal(cut[1], 1);
	assert_int_equal(cut[2], 0);
	assert_int_equal(cut[3], 0); /* no domain, no quota */
	plan = (struct select_plan){.cut = {{.share = 1}}, .n_cuts = 1, .domain_max = 20};
	solve(&plan, four, 4, cut);
	assert_int_equal(cut[1], 0);
}

static void the_sketch_stays_within_its_bound(void **state)
{
	struct select_row *row = sorted_rows();
	const double epsilon = 0.02;

	(void)state;
	for (int skew = 0; skew < 2; skew++) {
		struct select_plan plan = {.n_cuts = 9, .epsilon = epsilon};
		double total = 0;

		for (size_t i = 0; i < ROWS; i++) {
			row[i].score = skew ? exp(-(double)i / 50) : row[i].score;
			total += (double)row[i].weight;
		}
		for (size_t i = 0; i < 9; i++)
			plan.cut[i].share = 0.1 * (double)(i + 1);

		struct select_solver *s = select_solver_open(&plan, "/tmp", 0);

		add_rows(s, row, ROWS);
		select_solver_finish(s);
		const double bound = select_solver_error(s);
		assert_true(bound <= epsilon * total);
		assert_true(select_solver_total(s) == total);
		for (size_t i = 0; i < 9; i++) {
			double above = 0, at = 0;

			for (size_t k = 0; k < ROWS; k++) {
				above += row[k].score > plan.cut[i].threshold
				                 ? (double)row[k].weight
				                 : 0;
				at += row[k].score == plan.cut[i].threshold ? (double)row[k].weight
				                                            : 0;
			}
			const double target = plan.cut[i].share * total;
			assert_true(above <= target + bound);
			assert_true(above + at >= target - bound);
		}
		select_solver_close(s);
	}
	free(row);
}

static void a_sketch_of_few_distinct_scores_is_exact(void **state)
{
	struct select_sketch *s = select_sketch_open(0.5);

	(void)state;
	for (int i = 0; i < 100000; i++)
		select_sketch_add(s, i % 3, 1);
	assert_true(select_sketch_total(s) == 100000);
	assert_true(select_sketch_error(s) == 0);
	assert_true(select_sketch_threshold(s, 33332) == 2);
	assert_true(select_sketch_threshold(s, 33333) == 1);
	assert_true(select_sketch_threshold(s, 100000) == -HUGE_VAL);
	select_sketch_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_sorted_from_memory_and_from_disk),
		cmocka_unit_test(an_empty_sorter_ends_at_once),
		cmocka_unit_test(a_sorter_without_room_on_disk_says_so),
		cmocka_unit_test(thresholds_are_those_of_the_reference),
		cmocka_unit_test(ties_stay_together_or_are_broken_by_place),
		cmocka_unit_test(amounts_bands_and_the_lowest_end),
		cmocka_unit_test(a_domain_has_no_more_than_its_quota),
		cmocka_unit_test(the_sketch_stays_within_its_bound),
		cmocka_unit_test(a_sketch_of_few_distinct_scores_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
