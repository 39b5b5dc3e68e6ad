#include "lib/dedup/radix.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DIGIT = 11, BUCKETS = 1 << DIGIT, SHORT_RUN = 16 }; /* DIGIT: most bits of a pass */

/* One counting pass by some bits of the first word. */
static inline void pass(const uint64_t *from, uint64_t *to, size_t n, unsigned width,
                        unsigned shift, unsigned bits)
{
	const size_t buckets = (size_t)1 << bits;
	size_t at[BUCKETS] = {0}, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i * width] >> shift & (buckets - 1)]++;
	for (size_t b = 0; b < buckets; b++) {
		const size_t here = at[b];

		at[b] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t *const slot = to + at[from[i * width] >> shift & (buckets - 1)]++ * width;

		for (unsigned k = 0; k < width; k++)
			slot[k] = from[i * width + k];
	}
}

static void pass_any(const uint64_t *from, uint64_t *to, size_t n, unsigned width, unsigned shift,
                     unsigned bits)
{
	switch (width) { /* constant widths for the compiler */
	case 2:
		pass(from, to, n, 2, shift, bits);
		break;
	case 3:
		pass(from, to, n, 3, shift, bits);
		break;
	default:
		pass(from, to, n, width, shift, bits);
	}
}

static int compare_records(const void *x, const void *y, void *width)
{
	return radix_compare(x, y, *(unsigned *)width);
}

static void insertion(uint64_t *record, size_t n, unsigned width)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t moving[RADIX_WIDTH];
		size_t k = i;

		memcpy(moving, record + i * width, width * sizeof *record);
		for (; k > 0 && radix_compare(record + (k - 1) * width, moving, width) > 0; k--)
			memcpy(record + k * width, record + (k - 1) * width,
			       width * sizeof *record);
		memcpy(record + k * width, moving, width * sizeof *record);
	}
}

static bool is_sorted(const uint64_t *record, size_t n, unsigned width)
{
	for (size_t i = 1; i < n; i++)
		if (radix_compare(record + (i - 1) * width, record + i * width, width) > 0)
			return false;
	return true;
}

/* Sorts each run of records whose first words agree from bit `low` up. */
static void finish_runs(uint64_t *record, size_t n, unsigned width, unsigned low)
{
	for (size_t i = 0, end; i < n; i = end) {
		uint64_t *const run = record + i * width;

		end = i + 1;
		while (end < n && record[end * width] >> low == *run >> low)
			end++;
		if (end - i <= SHORT_RUN)
			insertion(run, end - i, width);
		else if (!is_sorted(run, end - i, width))
			qsort_r(run, end - i, width * sizeof *run, compare_records, &width);
	}
}

void radix_sort(uint64_t *record, uint64_t *spare, size_t n, unsigned width)
{
	uint64_t differ = 0, *from = record, *to = spare;
	unsigned top, want = 2, bits, low;

	if (n <= SHORT_RUN) {
		insertion(record, n, width);
		return;
	}
	for (size_t i = 1; i < n; i++)
		differ |= record[i * width] ^ record[0];
	top = differ ? 64 - (unsigned)__builtin_clzll(differ) : 0;
	/* Enough of the highest differing bits to tell nearly all records apart. */
	while (want < 64 && (size_t)1 << (want - 2) < n)
		want++;
	bits = (want + (want + DIGIT - 1) / DIGIT - 1) / ((want + DIGIT - 1) / DIGIT);
	low = top > want ? top - want : 0;
	for (unsigned shift = low; shift < top; shift += bits) {
		uint64_t *const swap = from;

		pass_any(from, to, n, width, shift, bits);
		from = to;
		to = swap;
	}
	if (from != record)
		memcpy(record, from, n * width * sizeof *record);
	finish_runs(record, n, width, low);
}
