/* Arenas: arrays that grow keep what is in them, whoever lies beside them, and leave nothing
 * behind. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/arena.h"

struct array {
	uint32_t *item;
	size_t n, cap;
};

static void add(struct arena *mem, struct array *a, uint32_t value)
{
	if (a->n == a->cap) {
		size_t cap = a->cap ? 2 * a->cap : 4;

		a->item = arena_grow(mem, a->item, a->cap * sizeof value, cap * sizeof value);
		a->cap = cap;
	}
	a->item[a->n++] = value;
}

static void arrays_that_grow_side_by_side_keep_their_values(void **state)
{
	struct arena mem = {0};
	struct array array[3] = {{0}};
	char *text[64];

	(void)state;
	for (uint32_t i = 0; i < 400000; i++) {
		for (size_t k = 0; k < 3; k++)
			if (i % (k + 1) == 0)
				add(&mem, &array[k], i);
		if (i % 6250 == 0)
			text[i / 6250] = memset(arena_alloc(&mem, 100), (int)(i / 6250), 100);
	}
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i < array[k].n; i++)
			assert_int_equal(array[k].item[i], i * (k + 1));
	for (size_t i = 0; i < 64; i++)
		for (size_t at = 0; at < 100; at++)
			assert_int_equal(text[i][at], (char)i);
	arena_free(&mem);
}

static void what_stands_behind_a_large_block_stays_where_it_is(void **state)
{
	struct arena mem = {0};
	char *big = memset(arena_alloc(&mem, 1 << 20), 1, 1 << 20), *small = arena_alloc(&mem, 16);

	(void)state;
	memset(small, 2, 16);
	big = arena_grow(&mem, big, 1 << 20, 3 << 20);
	memset(big + (1 << 20), 3, 2 << 20);
	for (size_t i = 0; i < 3 << 20; i++)
		assert_int_equal(big[i], i < 1 << 20 ? 1 : 3);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(small[i], 2);
	memset(arena_alloc(&mem, 4096), 4, 4096);
	assert_int_equal(small[15], 2);
	arena_free(&mem);
}

static void a_large_array_leaves_no_smaller_selves_behind(void **state)
{
	struct arena mem = {0};
	size_t before = mallinfo2().hblkhd + mallinfo2().uordblks, n = 1 << 20;
	char *p = arena_alloc(&mem, n);

	(void)state;
	for (; n < 64 << 20; n *= 2)
		p = arena_grow(&mem, p, n, 2 * n);
	size_t now = mallinfo2().hblkhd + mallinfo2().uordblks;

	assert_true(now == 0 || now - before < n + (n >> 2)); /* 0: another allocator's business */
	arena_reset(&mem, 0);
	arena_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrays_that_grow_side_by_side_keep_their_values),
		cmocka_unit_test(what_stands_behind_a_large_block_stays_where_it_is),
		cmocka_unit_test(a_large_array_leaves_no_smaller_selves_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
