/* What the two files of repair share. */
#ifndef CURATE_DOC_REPAIR_PRIVATE_H
#define CURATE_DOC_REPAIR_PRIVATE_H

#include "lib/base/buf.h"
#include "lib/doc/entities.h"
#include "lib/doc/mojibake.h"
#include "lib/doc/repair.h"

struct repair {
	struct mojibake *mojibake;
	struct entities *entities;
};

/* repair_encoding.c: ftfy's fix_encoding and fix_c1_controls. */
struct slice repair_encoding(const struct repair *r, const struct repair_options *o,
                             struct slice text, struct arena *scratch);
struct slice repair_c1(const struct repair *r, struct slice text, struct arena *scratch);

#endif
