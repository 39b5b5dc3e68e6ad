/* One spelling for the addresses that name one page: the key of URL deduplication. */
#ifndef CURATE_DOC_URL_KEY_H
#define CURATE_DOC_URL_KEY_H

#include "lib/base/buf.h"

/* Adds the key of a web address (valid UTF-8) to `out`; an empty address adds nothing. It is for
 * comparing, not for fetching: http and https are one. In order:
 *
 *   ends      spaces and controls go; tab, CR and LF go everywhere; "\" reads as "/"
 *   scheme    http, https and none are not written, others in lower case ("ftp://h/")
 *   user      goes
 *   host      in lower case, what is not ASCII in DNS letters, no final dots
 *   port      80 goes unless it is https's, 443 unless it is http's, and ftp's 21
 *   path      an empty one is "/"; "." and ".." are resolved; %41 becomes A where RFC 3986 calls
 *             the character unreserved, %c3 becomes %C3, and what is no visible ASCII becomes %XX
 *   query     parameters that only track go (utm_*, gclid, fbclid, PHPSESSID …), the rest keep
 *             their order; an empty query goes
 *   fragment  goes, unless it starts with "!" (there are pages behind those)
 *
 * An address without host, "mailto:a@b.c", is its scheme in lower case and the rest as it came. */
void url_key(struct slice url, struct buf *out);

#endif
