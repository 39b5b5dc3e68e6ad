#include "lib/base/mem.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"

enum { BOUNDED = 256 << 10 };

static _Thread_local struct {
	size_t bytes;
	const char *what;
} bound;

void mem_bound(size_t bytes, const char *what)
{
	bound.bytes = bytes;
	bound.what = what;
}

/* Resident bytes of the process that are no file's; 0: unknown. */
static size_t own_memory(void)
{
	char text[128];
	unsigned long long resident, shared;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = 0;
	if (sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident)
		return 0;
	return (size_t)(resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

static void check_bound(size_t more)
{
	if (bound.bytes == 0 || more < BOUNDED || own_memory() + more <= bound.bytes)
		return;
	fprintf(stderr,
	        "curate: %s: working on it takes more memory than there is for it (%zu MiB); "
	        "raise --mem, or lower --max-record to have such records quarantined\n",
	        bound.what, bound.bytes >> 20);
	_Exit(RC_MEMORY);
}

void mem_die(size_t n)
{
	fprintf(stderr, "curate: out of memory: %zu bytes could not be had; "
	        "use fewer threads (-j) or smaller records (--max-record)\n", n);
	_Exit(RC_MEMORY);
}

void *mem_alloc(size_t n)
{
	check_bound(n);
	void *p = malloc(n ? n : 1);

	if (!p)
		mem_die(n);
	return p;
}

void *mem_zero(size_t count, size_t size)
{
	if (size && count <= (size_t)-1 / size)
		check_bound(count * size);
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		mem_die(count * size);
	return p;
}

void *mem_grow(void *old, size_t n)
{
	const size_t had = n < BOUNDED || !old ? 0 : malloc_usable_size(old);

	check_bound(n > had ? n - had : 0);
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
