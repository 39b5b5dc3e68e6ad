/* A set of byte strings, all looked for at once in one pass over a text: Vectorscan where the
 * machine and the build have it, an Aho-Corasick automaton elsewhere. Both find the same. */
#ifndef CURATE_DOC_LITERALS_H
#define CURATE_DOC_LITERALS_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

struct literals;

enum literals_engine { LITERALS_FASTEST, LITERALS_AUTOMATON };

/* The strings are copied. Empty ones are ignored; of equal ones the first gives the number. The
 * automaton takes about 20 bytes per distinct head of a string. Returns NULL when the set is too
 * large (4 GB of distinct heads). */
struct literals *literals_open(const struct slice *item, size_t n, enum literals_engine engine,
                               struct err *e);

/* The same for strings without A-Z, where A-Z of the text count as a-z. */
struct literals *literals_open_caseless(const struct slice *item, size_t n,
                                        enum literals_engine engine, struct err *e);
void literals_close(struct literals *l);

/* True when at least one of them occurs in the text. Any number of threads may ask at once. */
bool literals_any(const struct literals *l, struct slice text);

/* Calls `hit` for every occurrence, also overlapping ones, in order of their ends (of one end in no
 * promised order): `item` is the string's number, `end` the offset behind it. Stops when it returns
 * non-zero and returns that. */
int literals_each(const struct literals *l, struct slice text,
                  int (*hit)(void *user, uint32_t item, size_t end), void *user);

#endif
