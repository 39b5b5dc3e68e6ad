#include "lib/doc/url.h"

#include <arpa/inet.h>
#include <libpsl.h>

#include "lib/base/utf8.h"
#include "lib/doc/punycode.h"

/* The longest public suffix has four labels; wildcard and exception rules need one more. */
enum { SUFFIX_LABELS = 6, SUFFIX_BYTES = SUFFIX_LABELS * (LABEL_MOST + 1) };

/* A label that is in no list, to ask what holds for any label. */
static const char ANY_LABEL[] = "0-0.";

static bool is_scheme_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '-' || c == '.';
}

static size_t first_of(struct slice s, const char *set)
{
	size_t i = 0;

	while (i < s.n && !(s.p[i] && strchr(set, s.p[i])))
		i++;
	return i;
}

/* Bytes of "http://" or "https://" that begin before its first slash, at `slash`; 0: it is none. */
static size_t scheme_before(struct slice url, size_t slash)
{
	struct slice head = slice_head(url, slash);

	if (slash + 1 >= url.n || url.p[slash + 1] != '/')
		return 0;
	return slice_ends(head, S("http:")) ? 5 : slice_ends(head, S("https:")) ? 6 : 0;
}

struct slice url_authority(struct slice url, struct arena *mem)
{
	struct slice joined = {0};
	char *copy = NULL;

	for (size_t from = 0;;) {
		const char *hit = from < url.n ? memchr(url.p + from, '/', url.n - from) : NULL;
		size_t slash = hit ? (size_t)(hit - url.p) : url.n;
		size_t scheme = hit ? scheme_before(url, slash) : 0;
		struct slice piece = {url.p + from, slash - scheme - from};

		if (joined.n == 0) {
			joined = piece;
		} else if (piece.n) {
			if (!copy)
				copy = memcpy(arena_alloc(mem, url.n), joined.p, joined.n);
			memcpy(copy + joined.n, piece.p, piece.n);
			joined = (struct slice){copy, joined.n + piece.n};
		}
		if (!scheme)
			return joined;
		from = slash + 2;
	}
}

/* Without the scheme, as tldextract's regular expression ^([scheme]+:)?// takes it off. */
static struct slice after_scheme(struct slice url)
{
	size_t n = 0;

	while (n < url.n && is_scheme_byte(url.p[n]))
		n++;
	if (n && n < url.n && url.p[n] == ':')
		n++;
	else
		n = 0;
	return slice_starts(slice_tail(url, n), S("//")) ? slice_tail(url, n + 2) : url;
}

static struct slice before(struct slice s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? slice_head(s, (size_t)(hit - s.p)) : s;
}

static struct slice after_last(struct slice s, char c)
{
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;

	return hit ? slice_tail(s, (size_t)(hit - s.p) + 1) : s;
}

static struct slice without_final_dots(struct slice s)
{
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return s;
}

static struct slice bare_host(struct slice url)
{
	struct slice s = after_scheme(url);

	s = after_last(slice_head(s, first_of(s, "/?#")), '@');
	return without_final_dots(utf8_strip(before(s, ':')));
}

static bool in_list(const char *name)
{
	return psl_is_public_suffix2(psl_builtin(), name,
	                             PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

/* The host's last labels, lower-cased and in DNS letters, NUL-terminated. */
struct tail {
	char text[sizeof ANY_LABEL + SUFFIX_BYTES]; /* room in front for ANY_LABEL */
	size_t label[SUFFIX_LABELS]; /* where they begin in text */
	size_t from[SUFFIX_LABELS];  /* where they begin in the host */
	size_t n;
};

static bool is_plain(struct slice label)
{
	for (size_t i = 0; i < label.n; i++)
		if ((unsigned char)label.p[i] <= 0x20)
			return false;
	return true;
}

/* A label that cannot be in the list (too long, control bytes) becomes ANY_LABEL's, so that
 * wildcard rules still cover it. An empty one stays empty. */
static void tail_fill(struct tail *t, struct slice host)
{
	size_t start[SUFFIX_LABELS + 1], n = 0, end = host.n, at = sizeof ANY_LABEL - 1;

	while (n < SUFFIX_LABELS) {
		const char *dot = end ? memrchr(host.p, '.', end) : NULL;

		start[n++] = dot ? (size_t)(dot - host.p) + 1 : 0;
		if (!dot)
			break;
		end = (size_t)(dot - host.p);
	}
	t->n = n;
	for (size_t i = 0; i < n; i++) {
		size_t from = start[n - 1 - i];
		struct slice label = before(slice_tail(host, from), '.');
		size_t size = is_plain(label) ? punycode_label(label, t->text + at) : 0;

		if (size == 0 && label.n)
			memcpy(t->text + at, ANY_LABEL, size = sizeof ANY_LABEL - 2);
		t->from[i] = from;
		t->label[i] = at;
		at += size;
		t->text[at++] = i + 1 < n ? '.' : '\0';
	}
}

/* True when the list has "*.REST" for what begins at label i. No list has both REST and "*.REST",
 * but libpsl answers yes for either. */
static bool has_wildcard(struct tail *t, size_t i)
{
	char kept[sizeof ANY_LABEL], *at = t->text + t->label[i] - (sizeof ANY_LABEL - 1);
	bool found;

	memcpy(kept, at, sizeof ANY_LABEL - 1);
	memcpy(at, ANY_LABEL, sizeof ANY_LABEL - 1);
	found = in_list(at);
	memcpy(at, kept, sizeof ANY_LABEL - 1);
	return found;
}

/* The label where the suffix begins, t->n when there is none: the longest match of a rule, a
 * wildcard covering one label more and an exception one less. */
static size_t suffix_label(struct tail *t)
{
	bool listed[SUFFIX_LABELS + 1] = {false}, wild[SUFFIX_LABELS + 1] = {false};

	for (size_t i = 0; i < t->n; i++) {
		bool empty = t->text[t->label[i]] == '.' || t->text[t->label[i]] == '\0';

		listed[i] = !empty && in_list(t->text + t->label[i]);
		wild[i] = listed[i] && has_wildcard(t, i);
	}
	for (size_t i = 0; i < t->n; i++) {
		bool empty = t->text[t->label[i]] == '.';

		if (listed[i] && !wild[i])
			return i;
		if (wild[i + 1] && !listed[i])
			return empty ? i : i + 1;
	}
	return t->n;
}

/* Like tldextract's looks_like_ip: whatever the C library reads as an IPv4 address. */
static bool is_ip(struct slice host)
{
	char text[256];
	struct in_addr ignored;
	size_t n = host.n < sizeof text - 1 ? host.n : sizeof text - 1;

	if (!n || host.p[0] < '0' || host.p[0] > '9')
		return false;
	memcpy(text, host.p, n);
	text[n] = '\0';
	return inet_aton(text, &ignored) != 0;
}

struct url_name url_split(struct slice url)
{
	struct url_name r = {.host = bare_host(url)};
	struct tail tail;
	size_t cut, end = r.host.n;

	tail_fill(&tail, r.host);
	cut = suffix_label(&tail);
	if (cut == tail.n && is_ip(r.host)) {
		r.name = r.host;
		return r;
	}
	if (cut < tail.n) {
		r.suffix = slice_tail(r.host, tail.from[cut]);
		if (tail.from[cut] == 0)
			return r;
		end = tail.from[cut] - 1;
	}
	r.name = after_last(slice_head(r.host, end), '.');
	if (r.name.n < end)
		r.subdomain = slice_head(r.host, end - r.name.n - 1);
	return r;
}

struct slice url_registered(const struct url_name *r)
{
	if (!r->name.n || !r->suffix.n)
		return (struct slice){0};
	return (struct slice){r->name.p, (size_t)(r->suffix.p - r->name.p) + r->suffix.n};
}

struct slice url_fqdn(const struct url_name *r)
{
	struct slice registered = url_registered(r);

	if (registered.n && r->subdomain.n)
		return r->host;
	return registered;
}

struct url_pieces url_pieces(struct slice url)
{
	struct url_pieces p = {0};
	size_t n = 0;

	while (url.n && (unsigned char)url.p[0] <= 0x20)
		url = slice_tail(url, 1);
	while (url.n && (unsigned char)url.p[url.n - 1] <= 0x20)
		url.n--;
	while (n < url.n && is_scheme_byte(url.p[n]))
		n++;
	if (n && n < url.n && url.p[n] == ':') {
		struct slice behind = slice_tail(url, n + 1);
		size_t digits = 0;

		while (digits < behind.n && behind.p[digits] >= '0' && behind.p[digits] <= '9')
			digits++;
		bool port = digits && first_of(slice_tail(behind, digits), "/\\?#") == 0;

		if (!port) { /* "example.com:80/a" has no scheme */
			p.scheme = slice_head(url, n);
			url = behind;
		}
	}
	if (url.n >= 2 && strchr("/\\", url.p[0]) && strchr("/\\", url.p[1])) {
		url = slice_tail(url, 2);
	} else if (p.scheme.n) {
		p.opaque = true;
		p.rest = url;
		return p;
	}
	p.authority = slice_head(url, first_of(url, "/\\?#"));
	p.rest = slice_tail(url, p.authority.n);
	return p;
}

struct slice url_authority_host(struct slice authority, struct slice *port)
{
	struct slice s = after_last(authority, '@'), host;
	const char *bracket = s.n && s.p[0] == '[' ? memchr(s.p, ']', s.n) : NULL;

	if (bracket)
		host = slice_head(s, (size_t)(bracket - s.p) + 1);
	else
		host = before(s, ':');
	*port = slice_tail(s, host.n);
	if (port->n && port->p[0] == ':')
		*port = slice_tail(*port, 1);
	return without_final_dots(utf8_strip(host));
}

struct slice url_host(struct slice url, struct arena *mem)
{
	struct slice port, host = url_authority_host(url_pieces(url).authority, &port);
	char *lower = arena_alloc(mem, host.n);

	utf8_lower_ascii(host, lower);
	return (struct slice){lower, host.n};
}
