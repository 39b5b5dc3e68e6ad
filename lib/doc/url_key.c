#include "lib/doc/url_key.h"

#include <strings.h>

#include "lib/base/hex.h"
#include "lib/base/utf8.h"
#include "lib/doc/punycode.h"
#include "lib/doc/url.h"

static bool equal_caseless(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
	return (char)(c | (c >= 'A' && c <= 'Z') << 5);
}

static void add_lower(struct buf *out, struct slice s)
{
	utf8_lower_ascii(s, buf_reserve(out, s.n));
	out->n += s.n;
}

static void add_host(struct buf *out, struct slice host)
{
	for (size_t at = 0; at <= host.n;) {
		const char *dot = at < host.n ? memchr(host.p + at, '.', host.n - at) : NULL;
		size_t end = dot ? (size_t)(dot - host.p) : host.n;
		struct slice label = {host.p + at, end - at};
		char dns[LABEL_MOST];
		size_t n = label.n ? punycode_label(label, dns) : 0;

		if (n)
			buf_add(out, (struct slice){dns, n});
		else
			add_lower(out, label);
		if (dot)
			buf_byte(out, '.');
		at = end + 1;
	}
}

static bool is_default_port(struct slice scheme, struct slice port)
{
	bool http = equal_caseless(scheme, S("http")), https = equal_caseless(scheme, S("https"));

	if (!port.n)
		return true;
	if (slice_equal(port, S("80")))
		return http || !scheme.n;
	if (slice_equal(port, S("443")))
		return https || !scheme.n;
	return slice_equal(port, S("21")) && equal_caseless(scheme, S("ftp"));
}

static bool is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (lower((char)c) >= 'a' && lower((char)c) <= 'z') ||
	       (c && strchr("-._~", c));
}

/* Adds s with one spelling for each percent-encoded byte. */
static void add_encoded(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		int high = c == '%' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		if (low >= 0) {
			c = (unsigned char)(high << 4 | low);
			i += 2;
			if (is_unreserved(c))
				buf_byte(out, (char)c);
			else
				buf_addf(out, "%%%02X", c);
		} else if (c == '\t' || c == '\n' || c == '\r') {
			continue;
		} else if (c <= 0x20 || c >= 0x7f) {
			buf_addf(out, "%%%02X", c);
		} else {
			buf_byte(out, (char)c);
		}
	}
}

/* Resolves "." and ".." in the path that begins with '/' at `from` of out. */
static void resolve_dots(struct buf *out, size_t from)
{
	size_t to = from, at = from;

	while (at < out->n) {
		const char *hit = memchr(out->p + at + 1, '/', out->n - at - 1);
		size_t end = hit ? (size_t)(hit - out->p) : out->n;
		struct slice part = {out->p + at + 1, end - at - 1};
		bool up = slice_equal(part, S("..")), stay = slice_equal(part, S("."));

		if (up)
			while (to > from && out->p[--to] != '/')
				;
		if (!up && !stay) {
			memmove(out->p + to, out->p + at, end - at);
			to += end - at;
		} else if (!hit) {
			out->p[to++] = '/';
		}
		at = end;
	}
	out->n = to;
}

static void add_path(struct buf *out, struct slice path)
{
	size_t from = out->n;

	if (!path.n)
		buf_byte(out, '/');
	add_encoded(out, path);
	for (size_t i = from; i < out->n; i++)
		if (out->p[i] == '\\')
			out->p[i] = '/';
	resolve_dots(out, from);
}

/* Parameters that say where a visitor came from or who they are, never which page it is. */
static bool is_tracking(struct slice name)
{
	static const struct slice exact[] = {
		S_INIT("gclid"), S_INIT("gclsrc"), S_INIT("dclid"), S_INIT("gbraid"),
		S_INIT("wbraid"), S_INIT("fbclid"), S_INIT("msclkid"), S_INIT("yclid"),
		S_INIT("twclid"), S_INIT("ttclid"), S_INIT("igshid"), S_INIT("igsh"),
		S_INIT("li_fat_id"),
		S_INIT("mc_cid"), S_INIT("mc_eid"), S_INIT("_ga"), S_INIT("_gl"), S_INIT("_hsenc"),
		S_INIT("_hsmi"), S_INIT("vero_id"), S_INIT("oly_anon_id"), S_INIT("oly_enc_id"),
		S_INIT("ref_src"), S_INIT("phpsessid"), S_INIT("jsessionid"),
		S_INIT("aspsessionid"),
	};

	if (equal_caseless(slice_head(name, 4), S("utm_")))
		return true;
	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
		if (equal_caseless(name, exact[i]))
			return true;
	return false;
}

static void add_query(struct buf *out, struct slice query)
{
	char before = '?';
	struct slice pair;

	while (slice_cut(&query, '&', &pair)) {
		struct slice rest = pair, name = {0};

		slice_cut(&rest, '=', &name);
		if (!pair.n || is_tracking(name))
			continue;
		buf_byte(out, before);
		add_encoded(out, pair);
		before = '&';
	}
}

void url_key(struct slice url, struct buf *out)
{
	struct url_pieces p = url_pieces(url);
	struct slice port, host = url_authority_host(p.authority, &port), rest = p.rest, part;
	const char *hit;

	if (p.opaque) {
		add_lower(out, p.scheme);
		buf_byte(out, ':');
		buf_add(out, rest);
		return;
	}
	if (!host.n && !rest.n)
		return;
	if (p.scheme.n && !equal_caseless(p.scheme, S("http")) &&
	    !equal_caseless(p.scheme, S("https"))) {
		add_lower(out, p.scheme);
		buf_add(out, S("://"));
	}
	add_host(out, host);
	if (!is_default_port(p.scheme, port)) {
		buf_byte(out, ':');
		buf_add(out, port);
	}
	part = (hit = rest.n ? memchr(rest.p, '#', rest.n) : NULL)
	               ? slice_tail(rest, (size_t)(hit - rest.p) + 1)
	               : (struct slice){0};
	rest = hit ? slice_head(rest, (size_t)(hit - rest.p)) : rest;
	hit = rest.n ? memchr(rest.p, '?', rest.n) : NULL;
	add_path(out, hit ? slice_head(rest, (size_t)(hit - rest.p)) : rest);
	if (hit)
		add_query(out, slice_tail(rest, (size_t)(hit - rest.p) + 1));
	if (part.n && part.p[0] == '!') {
		buf_byte(out, '#');
		add_encoded(out, part);
	}
}
