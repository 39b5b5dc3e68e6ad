/* Memory whose parts are never freed one by one: arena_reset is the only free. All-zero is valid.
 */
#ifndef CURATE_BASE_ARENA_H
#define CURATE_BASE_ARENA_H

#include "lib/base/slice.h"

struct arena {
	struct arena_chunk *first, *now;
	size_t used; /* of the current chunk */
};

/* Not zeroed; aligned to 16 bytes. Valid until the next reset. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_zero(struct arena *a, size_t count, size_t size);

/* Grows the block that was allocated last, or a large one, in place where it can, else copies: use
 * `old` no longer. It may be NULL. */
void *arena_grow(struct arena *a, void *old, size_t old_n, size_t n);

struct slice arena_copy(struct arena *a, struct slice s);
struct slice arena_addf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forgets everything; keeps at most `keep` bytes of memory for the next use. */
void arena_reset(struct arena *a, size_t keep);
void arena_free(struct arena *a);

#define arena_new(a, type, count) ((type *)arena_zero((a), (count), sizeof(type)))

#endif
