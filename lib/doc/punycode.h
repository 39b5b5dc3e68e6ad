/* One label of an internationalised host name in the letters of DNS: "рф" becomes "xn--p1ai".
 * (RFC 3492) */
#ifndef CURATE_DOC_PUNYCODE_H
#define CURATE_DOC_PUNYCODE_H

#include "lib/base/slice.h"

enum { LABEL_MOST = 63 };

/* Lower-cases the label (valid UTF-8, without dots) and encodes it when it is not ASCII then.
 * Returns the bytes written, or 0 when the result is empty or longer than DNS allows. */
size_t punycode_label(struct slice label, char out[LABEL_MOST]);

#endif
