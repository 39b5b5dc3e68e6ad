/* The command line of a program, read and explained from one table. */
#ifndef CURATE_BASE_OPTION_H
#define CURATE_BASE_OPTION_H

#include "lib/base/param.h"

/* One option: --NAME VALUE, --NAME=VALUE, -L VALUE or -LVALUE. A PARAM_BOOL takes no value and
 * --no-NAME turns it off. A PARAM_LIST option may be repeated; each value is one item, commas and
 * all. */
struct option {
	char letter;      /* 0: none */
	const char *arg;  /* what the value is called in the help: "DIR"; NULL for PARAM_BOOL */
	struct param param;
};

struct program {
	const char *name;
	const char *usage;    /* behind the name: "[RECIPE] -i DIR -o DIR" */
	const char *about;    /* one or two sentences */
	const char *const *examples; /* command lines, ends with NULL; may be NULL */
	const struct option *options; /* ends with {0} */
};

/* Fills `self` (zeroed) with the presets, then from the command line; what is no option goes to
 * `rest` (free it with option_rest_free). Handles --help, --version, -q and -v, which every program
 * has, and opens the log. Returns -1 to go on, else the exit code: 0 after --help or --version,
 * RC_USAGE after a mistake that was explained on stderr. "-" is a positional; "--" ends the
 * options. */
int option_parse(const struct program *program, void *self, struct list *rest, int argc,
                 char **argv);

/* Frees what option_parse made. */
void option_free(const struct program *program, void *self, struct list *rest);

/* Explains a failure on stderr and returns its exit code: return option_fail(&e); */
int option_fail(const struct err *e);

#endif
