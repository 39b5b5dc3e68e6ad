/* Shell-like patterns over whole relative paths. */
#ifndef CURATE_IO_GLOB_H
#define CURATE_IO_GLOB_H

#include "lib/base/slice.h"

/* Folder by folder: a `**` folder stands for any number of folders, also none; inside a name `*` is
 * any bytes, `?` one byte, `[a-z]` and `[!a-z]` one byte of a set; `{a,b}` is either, anywhere and
 * nested; a backslash takes the meaning from the next byte. */
bool glob_match(struct slice glob, struct slice path);

#endif
