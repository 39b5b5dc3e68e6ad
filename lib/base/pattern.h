/* A compiled regular expression (PCRE2, UTF-8, Unicode properties, JIT) for all threads to use. */
#ifndef CURATE_BASE_PATTERN_H
#define CURATE_BASE_PATTERN_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/base/slice.h"

struct pattern;

enum pattern_found {
	PATTERN_NONE,
	PATTERN_FOUND,
	PATTERN_LIMIT, /* the match limit was hit: nobody knows */
};

/* NULL and a message with the offset (in bytes) for a pattern that does not compile. `limit` is the
 * most backtracking steps one search may take. */
struct pattern *pattern_open(struct slice text, uint64_t limit, struct err *e);
void pattern_close(struct pattern *p);

/* One thread's searches with a pattern; `at` and `n` (bytes) are the last match. */
struct pattern_search {
	const struct pattern *pattern;
	void *data;
	size_t at, n;
};

/* Working memory lies in `scratch`; nothing needs closing. */
struct pattern_search pattern_begin(const struct pattern *p, struct arena *scratch);

/* Finds the leftmost match at or after byte `from` of valid UTF-8. With `not_empty` an empty match
 * right at `from` does not count. */
enum pattern_found pattern_find(struct pattern_search *s, struct slice text, size_t from,
                                bool not_empty);

#endif
