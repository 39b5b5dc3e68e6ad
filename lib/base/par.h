/* Independent jobs on several threads: what library code outside lib/run uses to be parallel. */
#ifndef CURATE_BASE_PAR_H
#define CURATE_BASE_PAR_H

#include <stddef.h>

#include "lib/base/err.h"

/* Runs job(user, i, thread) for every i in [0, n), each once, on up to `threads` threads (the
 * caller's is one of them; `thread` counts from 0). Jobs start in order of i. After a failure, or
 * an interrupt (RC_AGAIN), no further job starts; the failure with the smallest i is reported. */
int par_for(unsigned threads, size_t n,
            int (*job)(void *user, size_t i, unsigned thread, struct err *e), void *user,
            struct err *e);

#endif
