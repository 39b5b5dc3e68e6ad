#include "lib/dedup/curve.h"

#include <math.h>

enum { STEPS = 1000 };

double curve_at(double j, unsigned bands, unsigned rows)
{
	return 1 - pow(1 - pow(j, rows), bands);
}

static double area_wrong(double threshold, unsigned bands, unsigned rows)
{
	double wrong = 0;

	for (int i = 0; i < STEPS; i++) {
		const double j = (i + 0.5) / STEPS;
		const double found = curve_at(j, bands, rows);

		wrong += j < threshold ? found : 1 - found;
	}
	return wrong / STEPS;
}

void curve_choose(double threshold, unsigned hashes, unsigned *bands, unsigned *rows)
{
	double best = 2;

	*bands = *rows = 1;
	for (unsigned r = 1; r <= hashes && r <= 64; r++) {
		for (unsigned b = 1; b <= hashes / r; b++) {
			const double wrong = area_wrong(threshold, b, r);

			if (wrong < best - 1e-9) {
				best = wrong;
				*bands = b;
				*rows = r;
			}
		}
	}
}

void curve_print(unsigned bands, unsigned rows, struct buf *out)
{
	buf_addf(out, "bands %u, rows %u: %u hashes, half of the pairs are found at Jaccard %.3f\n",
	         bands, rows, bands * rows, pow(1 - pow(0.5, 1.0 / bands), 1.0 / rows));
	buf_addf(out, "jaccard  found\n");
	for (int i = 6; i <= 20; i++)
		buf_addf(out, "   %.2f  %.4f\n", i / 20.0, curve_at(i / 20.0, bands, rows));
}
