/* Borrowed bytes, passed by value: never owned, never NUL-terminated, may hold NUL. */
#ifndef CURATE_BASE_SLICE_H
#define CURATE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

/* A slice of a string literal; usable in expressions and, as S_INIT, in static tables. */
#define S_INIT(literal) { (literal), sizeof(literal) - 1 }
#define S(literal) ((struct slice)S_INIT(literal))

/* For printf: printf("%.*s", SLICE(s)). */
#define SLICE(s) (int)(s).n, (s).p

static inline struct slice slice_of(const char *s)
{
	return (struct slice){s, s ? strlen(s) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_starts(struct slice s, struct slice head)
{
	return s.n >= head.n && (head.n == 0 || memcmp(s.p, head.p, head.n) == 0);
}

static inline bool slice_ends(struct slice s, struct slice tail)
{
	return s.n >= tail.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

/* The first n bytes / all but the first n bytes; n is clamped to the length. */
static inline struct slice slice_head(struct slice s, size_t n)
{
	return (struct slice){s.p, n < s.n ? n : s.n};
}

static inline struct slice slice_tail(struct slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return n ? (struct slice){s.p + n, s.n - n} : s;
}

/* Byte order, shorter first among equal heads: <0, 0 or >0 as memcmp. */
int slice_compare(struct slice a, struct slice b);

/* Offset of the first `what` at or after `from`, or SIZE_MAX. An empty `what` is found at `from`.
 */
size_t slice_find(struct slice s, struct slice what, size_t from);

/* Number of non-overlapping occurrences of a non-empty `what`. */
size_t slice_count(struct slice s, struct slice what);

/* Cuts *rest at the first `at`: *head is what stood before it, *rest what stands behind it. At the
 * last piece *rest becomes empty. Returns false once nothing is left; "a,b" gives "a", "b" and a
 * trailing separator gives no last empty piece. */
bool slice_cut(struct slice *rest, char at, struct slice *head);

/* Without ASCII space, tab, CR and LF at both ends. For Unicode white space see utf8_strip. */
struct slice slice_trim(struct slice s);

/* Whole-string numbers; false when s is not one or does not fit. */
bool slice_to_u64(struct slice s, uint64_t *value);
bool slice_to_i64(struct slice s, int64_t *value);
bool slice_to_real(struct slice s, double *value);

#endif
