/* The keys of a recipe outside its stages, as parameter tables. */
#ifndef CURATE_RUN_RECIPE_TABLE_H
#define CURATE_RUN_RECIPE_TABLE_H

#include "lib/run/recipe.h"

struct recipe_section {
	const char *name; /* "recipe" is the top level and comes first */
	size_t at;        /* offset of its struct in struct recipe */
	const struct param *params;
};

enum { RECIPE_SECTIONS = 4 };
extern const struct recipe_section recipe_sections[RECIPE_SECTIONS];

/* `mode` of struct stage. */
extern const struct param stage_mode_param;

#endif
