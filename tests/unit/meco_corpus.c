/* What MeCo learns of a corpus is what plain counting and sorting say, in any amount of memory. */
#include "rules/meco_corpus.h"

#include "lib/base/mem.h"
#include "lib/io/outfile.h"
#include "tests/unit/chance.h"
#include "tests/unit/scratch.h"

enum { ROWS = 20000, PARTS = 3, KEYS = 500 };

static const char *const part[PARTS] = {"part-0", "part-1", "part-2"};
static const uint64_t records[PARTS] = {ROWS, ROWS, ROWS};
static uint64_t count[KEYS], key[KEYS];
static uint64_t value[ROWS], weight[ROWS]; /* of column 1, ascending by value below */

static int value_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Column 0: keys of very different frequency. Column 1: values with weights that grow with them. */
static int write_parts(void **state)
{
	struct buf rows[PARTS] = {{0}};
	struct err e = {0};

	if (scratch_enter(state))
		return -1;
	for (size_t i = 0; i < KEYS; i++)
		key[i] = hash_mix(i);
	for (size_t i = 0; i < ROWS; i++) {
		size_t k = chance(1 + chance(KEYS));

		count[k]++;
		meco_row_add(&rows[chance(PARTS)], 0, key[k], 1);
		value[i] = hash_mix(i + 77);
		meco_row_add(&rows[chance(PARTS)], 1, value[i], 1 + (value[i] >> 56));
		meco_row_add(&rows[chance(PARTS)], 2, meco_order(-3 + (double)chance(7)), 1);
	}
	qsort(value, ROWS, sizeof *value, value_order);
	for (size_t i = 0; i < ROWS; i++)
		weight[i] = 1 + (value[i] >> 56);
	for (size_t i = 0; i < PARTS; i++) {
		assert_int_equal(file_write_atomic(part[i], buf_slice(&rows[i]), &e), 0);
		buf_free(&rows[i]);
	}
	return 0;
}

static struct corpus corpus_with(uint64_t mem)
{
	return (struct corpus){.dir = ".", .part = part, .records = records, .n = PARTS, .mem = mem,
	                       .threads = 1};
}

static struct meco_column *columns(uint64_t least, uint64_t most)
{
	struct meco_column *c = mem_new(struct meco_column, 2);

	c[0] = (struct meco_column){.kind = MECO_FREQUENT, .least = least, .most = most};
	c[1] = (struct meco_column){.kind = MECO_CUTS, .n_shares = 3};
	c[1].share = mem_new(double, 3);
	c[1].share[0] = 0.1;
	c[1].share[1] = 0.5;
	c[1].share[2] = 0.999;
	return c;
}

static struct meco_column *solved(uint64_t least, uint64_t most, uint64_t mem)
{
	struct corpus corpus = corpus_with(mem);
	struct meco_column *c = columns(least, most);
	struct err e = {0};

	assert_int_equal(meco_corpus_solve(c, 2, &corpus, &e), 0);
	assert_int_equal(meco_corpus_load(c, 2, &corpus, &e), 0);
	return c;
}

static void frequent_keys_are_those_with_enough_documents(void **state)
{
	(void)state;
	for (uint64_t mem = 10000; mem <= 100000000; mem *= 100) {
		struct meco_column *c = solved(40, 0, mem);
		size_t n = 0;

		for (size_t i = 0; i < KEYS; i++) {
			assert_int_equal(meco_column_has(&c[0], key[i]), count[i] >= 40);
			n += count[i] >= 40;
		}
		assert_int_equal(c[0].n_keys, n);
		assert_false(meco_column_has(&c[0], 12345));
		meco_columns_free(c, 2);
	}
}

static void the_most_frequent_stay(void **state)
{
	struct meco_column *c = solved(0, 10, 10000);
	uint64_t least_in = UINT64_MAX, most_out = 0;

	(void)state;
	assert_int_equal(c[0].n_keys, 10);
	for (size_t i = 0; i < KEYS; i++)
		if (meco_column_has(&c[0], key[i]))
			least_in = count[i] < least_in ? count[i] : least_in;
		else
			most_out = count[i] > most_out ? count[i] : most_out;
	assert_true(least_in >= most_out);
	meco_columns_free(c, 2);
}

static void cuts_leave_the_asked_weight_below(void **state)
{
	struct meco_column *c = solved(0, 0, 1000000);
	uint64_t total = 0;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		total += weight[i];
	assert_int_equal(c[1].n_keys, 3);
	for (size_t k = 0; k < 3; k++) {
		double below = 0, want = (double[]){0.1, 0.5, 0.999}[k] * (double)total;

		for (size_t i = 0; i < ROWS && value[i] < c[1].key[k]; i++)
			below += (double)weight[i];
		assert_true(below - want < 129 && want - below < 129); /* half the largest weight */
	}
	meco_columns_free(c, 2);
}

static void numbers_keep_their_order(void **state)
{
	static const double rising[] = {-1e308, -2, -1e-300, 0, 1e-300, 0.5, 1, 1e308};

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		assert_true(meco_order_back(meco_order(rising[i])) == rising[i]);
		assert_true(i == 0 || meco_order(rising[i - 1]) < meco_order(rising[i]));
	}
	assert_true(meco_order(-0.0) == meco_order(0));
}

static void a_damaged_table_is_refused(void **state)
{
	struct corpus corpus = corpus_with(1000000);
	struct meco_column *c = columns(0, 0);
	struct buf table = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(meco_corpus_solve(c, 2, &corpus, &e), 0);
	assert_int_equal(file_read_all("meco.table", &table, 1 << 20, &e), 0);
	for (size_t cut = 0; cut < 3; cut++) {
		struct slice bytes =
		        slice_head(buf_slice(&table), (size_t[]){table.n - 8, 7, 0}[cut]);

		assert_int_equal(file_write_atomic("meco.table", bytes, &e), 0);
		assert_int_equal(meco_corpus_load(c, 2, &corpus, &e), -1);
		assert_int_equal(e.rc, RC_STATE);
		e = (struct err){0};
	}
	table.p[20] ^= 1;
	assert_int_equal(file_write_atomic("meco.table", buf_slice(&table), &e), 0);
	assert_int_equal(meco_corpus_load(c, 2, &corpus, &e), -1);
	buf_free(&table);
	meco_columns_free(c, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frequent_keys_are_those_with_enough_documents),
		cmocka_unit_test(the_most_frequent_stay),
		cmocka_unit_test(cuts_leave_the_asked_weight_below),
		cmocka_unit_test(numbers_keep_their_order),
		cmocka_unit_test(a_damaged_table_is_refused),
	};

	return cmocka_run_group_tests(tests, write_parts, scratch_leave);
}
