/* The named character references of HTML 5, "eacute" and the like. */
#ifndef CURATE_DOC_ENTITIES_H
#define CURATE_DOC_ENTITIES_H

#include "lib/base/arena.h"
#include "lib/base/map.h"

enum { ENTITIES_NAME_MAX = 24, ENTITIES_TEXT_MAX = 32 };

struct entities {
	struct map name; /* to a number of `value` */
	struct slice *value;
	size_t n;
	struct arena mem;
};

struct entities *entities_open(void);
void entities_close(struct entities *e);

/* The text that the name (without & and ;, at most ENTITIES_NAME_MAX letters and digits) stands
 * for; it lies in `e` or in `mem`. As ftfy, also reads names of letters in all capitals, EACUTE. */
bool entities_find(const struct entities *e, struct slice name, struct slice *text,
                   struct arena *mem);

#endif
