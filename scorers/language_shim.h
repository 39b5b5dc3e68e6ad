/* CLD2 behind a C door: the languages of a text, with no model file. */
#ifndef CURATE_SCORERS_LANGUAGE_SHIM_H
#define CURATE_SCORERS_LANGUAGE_SHIM_H

#include "lib/base/slice.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LANGUAGE_GUESSES = 3 };

struct language_guess {
	const char *code; /* ISO 639-1, else -3; static text */
	double score;     /* share of the text; half of that when CLD2 calls itself unsure */
};

/* The languages of valid UTF-8, best first; returns their number, 0 when CLD2 knows none. Any
 * number of threads may ask at once. */
int language_guess(struct slice text, struct language_guess out[LANGUAGE_GUESSES]);

#ifdef __cplusplus
}
#endif

#endif
