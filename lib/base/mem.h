/* Memory from the heap that is always there: running out ends the program with the size it asked
 * for and exit code 5, so nothing else checks for NULL. */
#ifndef CURATE_BASE_MEM_H
#define CURATE_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);                /* not zeroed */
void *mem_zero(size_t count, size_t size); /* zeroed; dies on overflow of the product too */
void *mem_grow(void *old, size_t n);
char *mem_text(const char *p, size_t n); /* an owned, NUL-terminated copy of n bytes */

/* Says what could not be had and ends the program with RC_MEMORY. */
_Noreturn void mem_die(size_t n);

#define mem_new(type, count) ((type *)mem_zero((count), sizeof(type)))

#endif
