#include "lib/base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"

enum { CHUNK = 256 << 10, ALIGN = 16 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t cap;
	_Alignas(ALIGN) char bytes[];
};

static size_t round_up(size_t n)
{
	if (n > SIZE_MAX / 2)
		mem_die(n);
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Makes a chunk with room for n bytes the current one: an old one that fits, else a new one. */
static void arena_advance(struct arena *a, size_t n)
{
	struct arena_chunk **link = a->now ? &a->now->next : &a->first;

	while (*link && (*link)->cap < n) {
		struct arena_chunk *small = *link;

		*link = small->next;
		free(small);
	}
	if (!*link) {
		size_t cap = n > CHUNK ? n : CHUNK;

		*link = mem_alloc(sizeof(struct arena_chunk) + cap);
		(*link)->next = NULL;
		(*link)->cap = cap;
	}
	a->now = *link;
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
	n = round_up(n ? n : 1);
	if (!a->now || a->now->cap - a->used < n)
		arena_advance(a, n);
	void *p = a->now->bytes + a->used;

	a->used += n;
	return p;
}

void *arena_zero(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		mem_die(SIZE_MAX);
	return memset(arena_alloc(a, count * size), 0, count * size);
}

/* The link to the chunk that holds nothing but the block `old` of `room` bytes; NULL: it has
 * neighbours, or the room for some. */
static struct arena_chunk **chunk_of(struct arena *a, const void *old, size_t room)
{
	if (room <= CHUNK)
		return NULL;
	for (struct arena_chunk **link = &a->first; *link; link = &(*link)->next)
		if ((*link)->bytes == old)
			return (*link)->cap == room ? link : NULL;
	return NULL;
}

/* Grows a block that has a chunk of its own together with its chunk: large arrays are not copied,
 * nor do they leave their smaller selves behind. */
static void *grow_chunk(struct arena *a, struct arena_chunk **link, size_t room)
{
	const bool is_now = a->now == *link;

	*link = mem_grow(*link, sizeof(struct arena_chunk) + room);
	(*link)->cap = room;
	if (is_now) {
		a->now = *link;
		a->used = room;
	}
	return (*link)->bytes;
}

void *arena_grow(struct arena *a, void *old, size_t old_n, size_t n)
{
	size_t old_room = round_up(old_n ? old_n : 1), room = round_up(n ? n : 1);

	if (old && a->now && (char *)old + old_room == a->now->bytes + a->used &&
	    (size_t)((char *)old - a->now->bytes) + room <= a->now->cap) {
		a->used = (size_t)((char *)old - a->now->bytes) + room;
		return old;
	}
	struct arena_chunk **link = old && room > old_room ? chunk_of(a, old, old_room) : NULL;

	if (link)
		return grow_chunk(a, link, room);
	void *p = arena_alloc(a, n);

	if (old && old_n)
		memcpy(p, old, old_n < n ? old_n : n);
	return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct slice){p, s.n};
}

struct slice arena_addf(struct arena *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return S("");
	char *p = arena_alloc(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return (struct slice){p, (size_t)n};
}

void arena_reset(struct arena *a, size_t keep)
{
	size_t kept = 0;

	for (struct arena_chunk **link = &a->first; *link;) {
		struct arena_chunk *c = *link;

		if (kept + c->cap > keep) {
			*link = c->next;
			free(c);
		} else {
			kept += c->cap;
			link = &c->next;
		}
	}
	a->now = a->first;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	arena_reset(a, 0);
	*a = (struct arena){0};
}
