#include "scorers/language_shim.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

/* CLD2 has two codes that were withdrawn in 1989, and tells Chinese by its script; recipes and
 * other models say "zh". */
static const char *current_code(const char *code)
{
	static const char *const replaced[][2] = {{"iw", "he"}, {"jw", "jv"}, {"zh-Hant", "zh"}};

	for (const auto &pair : replaced)
		if (strcmp(code, pair[0]) == 0)
			return pair[1];
	return code;
}

/* Two scripts of one language are one guess. Returns the number of guesses. */
static int add_guess(struct language_guess *guess, int n, const char *code, double score)
{
	for (int i = 0; i < n; i++)
		if (strcmp(guess[i].code, code) == 0) {
			guess[i].score += score;
			return n;
		}
	guess[n] = {code, score};
	return n + 1;
}

static bool is_better(const struct language_guess &a, const struct language_guess &b)
{
	return a.score > b.score;
}

extern "C" int language_guess(struct slice text, struct language_guess out[LANGUAGE_GUESSES])
try {
	CLD2::Language language[LANGUAGE_GUESSES];
	CLD2::CLDHints hints = {NULL, NULL, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
	int percent[LANGUAGE_GUESSES], bytes, n = 0;
	double quality[LANGUAGE_GUESSES];
	bool reliable;

	if (text.n == 0)
		return 0;
	CLD2::ExtDetectLanguageSummary(text.p, text.n < INT_MAX ? (int)text.n : INT_MAX, true,
	                               &hints, 0, language, percent, quality, NULL, &bytes,
	                               &reliable);
	for (int i = 0; i < LANGUAGE_GUESSES; i++)
		if (language[i] != CLD2::UNKNOWN_LANGUAGE && percent[i] > 0)
			n = add_guess(out, n, current_code(CLD2::LanguageCode(language[i])),
			              percent[i] / (reliable ? 100. : 200.));
	std::stable_sort(out, out + n, is_better);
	return n;
} catch (...) {
	return 0;
}
