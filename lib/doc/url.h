/* The parts of a web address, as written: nothing is copied that need not be, and no address is too
 * odd to be split. Addresses are valid UTF-8; everything given back points into them unless an
 * arena was asked for. */
#ifndef CURATE_DOC_URL_H
#define CURATE_DOC_URL_H

#include "lib/base/arena.h"

/* MeCo's "absolute domain name" (arXiv 2501.01956, use_short_url): every "http://" and "https://"
 * is taken out, then what stands before the first '/' is left. Port, user, letter case and a query
 * without a slash before it stay, "HTTP://X/" gives "HTTP:". Copied to `mem` only when pieces had
 * to be joined. */
struct slice url_authority(struct slice url, struct arena *mem);

/* The host name cut at the public suffix, as tldextract 3.1.2 does it (private suffixes off,
 * punycode understood, IPv4 addresses as name without suffix). "https://a.b.example.co.uk:80/x"
 * gives subdomain "a.b", name "example", suffix "co.uk". Suffixes come from libpsl's built-in list,
 * so that a result depends on nothing but the program. */
struct url_name {
	struct slice host; /* without scheme, user, port and final dots; all of the below joined */
	struct slice subdomain, name, suffix;
};
struct url_name url_split(struct slice url);

/* name + "." + suffix, or empty when one of them is ("co.uk", "localhost", "192.168.0.1"). */
struct slice url_registered(const struct url_name *name);

/* The whole host name under the same condition. */
struct slice url_fqdn(const struct url_name *name);

/* The host a browser would ask, in lower case: no user, port or final dots, "[::1]" in its
 * brackets, backslashes read as slashes. An address without scheme counts ("example.com/a"); one
 * that names no host
 * ("mailto:a@b.c", "/path", "") gives the empty slice. Lives in `mem`. */
struct slice url_host(struct slice url, struct arena *mem);

/* Where the pieces are in any address; all slices may be empty. Shared with lib/doc/url_key. */
struct url_pieces {
	struct slice scheme;    /* without its colon */
	struct slice authority; /* user, host and port */
	struct slice rest;      /* path, query and fragment */
	bool opaque;            /* "mailto:a@b.c": a scheme and a rest, no authority */
};
struct url_pieces url_pieces(struct slice url);

/* The authority's host (brackets kept, no final dots) and the digits of its port. */
struct slice url_authority_host(struct slice authority, struct slice *port);

#endif
