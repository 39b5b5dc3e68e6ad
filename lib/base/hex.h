/* Bytes as hexadecimal digits. */
#ifndef CURATE_BASE_HEX_H
#define CURATE_BASE_HEX_H

#include "lib/base/buf.h"

/* The value of a digit in either case, or -1. */
static inline int hex_digit(char c)
{
	const char low = (char)(c | 0x20);

	return c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Two digits a byte, in lower case. */
void hex_add(struct buf *out, struct slice bytes);

/* Adds the bytes that pairs of digits stand for; false, with some of them added, when it is no such
 * text. */
bool hex_parse(struct slice hex, struct buf *out);

#endif
