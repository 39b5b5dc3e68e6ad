#include "lib/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"

void mem_die(size_t n)
{
	fprintf(stderr, "curate: out of memory: %zu bytes could not be had; "
	        "use fewer threads (-j) or smaller records (--max-record)\n", n);
	_Exit(RC_MEMORY);
}

void *mem_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		mem_die(n);
	return p;
}

void *mem_zero(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		mem_die(count * size);
	return p;
}

void *mem_grow(void *old, size_t n)
{
	void *p = realloc(old, n ? n : 1);

	if (!p)
		mem_die(n);
	return p;
}

char *mem_text(const char *p, size_t n)
{
	char *copy = mem_alloc(n + 1);

	if (n)
		memcpy(copy, p, n);
	copy[n] = 0;
	return copy;
}
