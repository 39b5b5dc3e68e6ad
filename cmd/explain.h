/* What every stage measured and decided of one document, for people. */
#ifndef CURATE_CMD_EXPLAIN_H
#define CURATE_CMD_EXPLAIN_H

#include "lib/run/recipe.h"

struct explain {
	struct slice id;
	const struct recipe *recipe;
	bool found;
};

/* A struct task `show`: writes nothing for documents with another id. */
void explain_document(void *explain, struct doc *d, struct buf *out);

#endif
