#include "lib/doc/punct.h"

#include <stddef.h>

enum { L = PUNCT_LISTED, T = PUNCT_TERMINAL, B = PUNCT_SYMBOL };

/* Code points from 0x80 up, ascending: first, how many, sets. */
static const struct {
	uint32_t first;
	uint8_t count, set;
} range[] = {
	{0x80, 32, L}, {0xab, 1, L}, {0xb4, 1, L}, {0xbb, 1, L}, {0x589, 1, T}, {0x61d, 3, T},
	{0x6d4, 1, T}, {0x700, 3, T}, {0x7f9, 1, T}, {0x837, 1, T}, {0x839, 1, T},
	{0x83d, 2, T}, {0x964, 2, T}, {0x104a, 2, T}, {0x1362, 1, T}, {0x1367, 2, T},
	{0x166e, 1, T}, {0x1735, 2, T}, {0x17d4, 3, T}, {0x17d9, 2, T}, {0x1803, 1, T},
	{0x1809, 1, T}, {0x1944, 2, T}, {0x1aa8, 4, T}, {0x1b5a, 2, T}, {0x1b5e, 2, T},
	{0x1b7d, 2, T}, {0x1c3b, 2, T}, {0x1c7e, 2, T}, {0x2013, 2, L}, {0x2019, 1, L},
	{0x201c, 3, L}, {0x2026, 1, L}, {0x203c, 2, T}, {0x2047, 3, T}, {0x2236, 1, L},
	{0x2501, 1, L}, {0x25ba, 1, L}, {0x2e2e, 1, T}, {0x2e3c, 1, T}, {0x2e53, 2, T},
	{0x3001, 1, L}, {0x3002, 1, B}, {0x3008, 6, L}, {0x3010, 2, L}, {0xa4ff, 1, T},
	{0xa60e, 2, T}, {0xa6f3, 1, T}, {0xa6f7, 1, T}, {0xa876, 2, T}, {0xa8ce, 2, T},
	{0xa92f, 1, T}, {0xa9c8, 2, T}, {0xaa5d, 3, T}, {0xaaf0, 2, T}, {0xabeb, 1, T},
	{0xfe52, 1, T}, {0xfe56, 2, T}, {0xff01, 1, B}, {0xff05, 1, L}, {0xff08, 2, L},
	{0xff0c, 1, L}, {0xff0e, 1, B}, {0xff11, 1, L}, {0xff1a, 2, L}, {0xff1f, 1, B},
	{0xff5e, 1, L}, {0xff61, 1, T}, {0x10a56, 2, T}, {0x10f55, 5, T}, {0x10f86, 4, T},
	{0x11047, 2, T}, {0x110be, 4, T}, {0x11141, 3, T}, {0x111c5, 2, T}, {0x111cd, 1, T},
	{0x111de, 2, T}, {0x11238, 2, T}, {0x1123b, 2, T}, {0x112a9, 1, T}, {0x1144b, 2, T},
	{0x115c2, 2, T}, {0x115c9, 15, T}, {0x11641, 2, T}, {0x1173c, 3, T}, {0x11944, 1, T},
	{0x11946, 1, T}, {0x11a42, 2, T}, {0x11a9b, 2, T}, {0x11c41, 2, T}, {0x11ef7, 2, T},
	{0x11f43, 2, T}, {0x16a6e, 2, T}, {0x16af5, 1, T}, {0x16b37, 2, T}, {0x16b44, 1, T},
	{0x16e98, 1, T}, {0x1bc9f, 1, T}, {0x1da88, 1, T},
};

unsigned punct_of_other(uint32_t c)
{
	if (c >= 0xc0 && c < 0x589)
		return 0; /* what most that is asked for is */
	size_t low = 0, high = sizeof range / sizeof range[0];

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (c < range[middle].first)
			high = middle;
		else
			low = middle;
	}
	return c - range[low].first < range[low].count ? range[low].set : 0;
}
