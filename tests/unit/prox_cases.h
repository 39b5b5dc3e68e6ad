/* What the tests of ProX programs share: a program run on a text. */
#ifndef CURATE_TESTS_PROX_CASES_H
#define CURATE_TESTS_PROX_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/doc/prox.h"

struct ran {
	struct doc d;
	struct prox_program program;
	struct prox_result r;
	struct arena mem;
};

static inline void run_on(struct ran *x, const char *text, const char *program,
                          const struct prox_options *o)
{
	struct slice one = slice_of(program);

	x->d = (struct doc){.source = slice_of(text), .mem = &x->mem, .stage = "prox"};
	prox_parse(&one, 1, NULL, o, &x->program, &x->mem);
	prox_exec(&x->d, &x->program, o, &x->r, &x->mem);
	doc_settle(&x->d);
}

/* `want` NULL: dropped. */
static inline void check_run(const char *text, const char *program, const struct prox_options *o,
                             const char *want, unsigned errors)
{
	struct ran x = {0};

	run_on(&x, text, program, o);
	struct slice is = doc_text(&x.d);

	if (x.r.n_errors != errors || !x.d.dropped_by != (want != NULL) ||
	    (want && !slice_equal(is, slice_of(want))))
		fail_msg("on \"%s\"\nprogram \"%s\"\ngives \"%.*s\"%s with %llu errors", text,
		         program, SLICE(is), x.d.dropped_by ? " (dropped)" : "",
		         (unsigned long long)x.r.n_errors);
	arena_free(&x.mem);
}

/* Options that let short texts live. */
static inline struct prox_options lenient(int mode)
{
	struct prox_options o = prox_defaults();

	o.mode = mode;
	o.min_words = 0;
	o.threshold_2 = 1;
	return o;
}

#endif
