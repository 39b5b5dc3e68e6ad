#include "lib/base/map.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"

static uint64_t key_hash(struct slice key)
{
	uint64_t h = hash64(key);

	return h ? h : 1;
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_entry *map_probe(const struct map *m, struct slice key, uint64_t hash)
{
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_entry *e = &m->slot[i];

		if (e->hash == 0 || (e->hash == hash && slice_equal(e->key, key)))
			return e;
	}
}

static void map_rehash(struct map *m, size_t cap)
{
	struct map grown = {mem_new(struct map_entry, cap), m->n, cap};

	for (size_t i = 0; i < m->cap; i++)
		if (m->slot[i].hash)
			*map_probe(&grown, m->slot[i].key, m->slot[i].hash) = m->slot[i];
	free(m->slot);
	*m = grown;
}

uint64_t *map_put(struct map *m, struct slice key, bool *added)
{
	if ((m->n + 1) * 4 > m->cap * 3)
		map_rehash(m, m->cap ? m->cap * 2 : 16);
	uint64_t hash = key_hash(key);
	struct map_entry *e = map_probe(m, key, hash);

	if (added)
		*added = e->hash == 0;
	if (e->hash == 0) {
		*e = (struct map_entry){key, 0, hash};
		m->n++;
	}
	return &e->value;
}

uint64_t *map_get(const struct map *m, struct slice key)
{
	if (m->cap == 0)
		return NULL;
	struct map_entry *e = map_probe(m, key, key_hash(key));

	return e->hash ? &e->value : NULL;
}

void map_free(struct map *m)
{
	free(m->slot);
	*m = (struct map){0};
}
