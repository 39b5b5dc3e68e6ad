/* One spelling for the addresses that name one page: the key of URL deduplication. */
#ifndef CURATE_DOC_URL_KEY_H
#define CURATE_DOC_URL_KEY_H

#include "lib/base/buf.h"

/* Adds the key of a web address (valid UTF-8) to `out`; an empty address adds nothing. It is for comparing, not for
 * fetching: http and https are one. In order:
 *   spaces and controls at both ends go, tab CR LF go everywhere, "\" reads as "/"
 *   "http:", "https:" and a missing scheme are not written, other schemes in lower case ("ftp://h/")
 *   user and password go; the host in lower case, labels that are not ASCII in DNS letters, no final dots
 *   port 80 goes, and 443 unless the scheme is http, and 21 of ftp
 *   path: an empty one is "/"; "." and ".." are resolved; %41 becomes A where RFC 3986 calls the character
 *     unreserved, %c3 becomes %C3, bytes outside ASCII, spaces and controls become %XX
 *   query: parameters that only track are left out (utm_*, gclid, fbclid, sessions in PHPSESSID …); the rest keep
 *     their order; an empty query goes
 *   fragment: goes, unless it starts with "!" (pages of that form live there)
 * An address without host such as "mailto:a@b.c" is its scheme in lower case and the rest as it came. */
void url_key(struct slice url, struct buf *out);

#endif
