/* A hash map from bytes to a 64-bit value. Keys are borrowed: they outlive the map. All-zero is a
 * valid empty map. Not for threads to change together; reading together is fine. */
#ifndef CURATE_BASE_MAP_H
#define CURATE_BASE_MAP_H

#include "lib/base/slice.h"

struct map_entry {
	struct slice key;
	uint64_t value;
	uint64_t hash; /* 0: the slot is free */
};

struct map {
	struct map_entry *slot;
	size_t n, cap; /* cap is 0 or a power of two */
};

/* The value's place for a key; *added says whether it is new (then the value is 0). */
uint64_t *map_put(struct map *m, struct slice key, bool *added);

/* The value's place, or NULL. */
uint64_t *map_get(const struct map *m, struct slice key);

void map_free(struct map *m);

#endif
