/* Memory from the heap that is always there: running out ends the program with the size it asked
 * for and exit code 5, so nothing else checks for NULL. */
#ifndef CURATE_BASE_MEM_H
#define CURATE_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);                /* not zeroed */
void *mem_zero(size_t count, size_t size); /* zeroed; dies on overflow of the product too */
void *mem_grow(void *old, size_t n);
char *mem_text(const char *p, size_t n); /* an owned, NUL-terminated copy of n bytes */

/* Until it is told otherwise, the calling thread gets no block of 256 KiB or more that would take
 * the process beyond `bytes` of memory of its own (mapped files do not count): the program ends as
 * when there is none left, saying that it is `what` that takes more than --mem. (0, NULL): no
 * bound. */
void mem_bound(size_t bytes, const char *what);

/* Says what could not be had and ends the program with RC_MEMORY. */
_Noreturn void mem_die(size_t n);

#define mem_new(type, count) ((type *)mem_zero((count), sizeof(type)))

#endif
