/* Sorting records of 64-bit words in memory. */
#ifndef CURATE_DEDUP_RADIX_H
#define CURATE_DEDUP_RADIX_H

#include <stddef.h>
#include <stdint.h>

enum { RADIX_WIDTH = 6 }; /* most words in a record */

/* Sorts n records of `width` words each, by all their words in order. `spare` has room for as many.
 */
void radix_sort(uint64_t *record, uint64_t *spare, size_t n, unsigned width);

/* <0, 0, >0 */
static inline int radix_compare(const uint64_t *x, const uint64_t *y, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

#endif
