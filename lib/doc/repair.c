#include "lib/doc/repair.h"

#include <stdlib.h>
#include <uninorm.h>

#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"
#include "lib/doc/repair_private.h"

/* ftfy looks at so many code points of a line at once. */
enum { SEGMENT_MAX = 1000000 };

struct repair *repair_open(void)
{
	struct repair *r = mem_new(struct repair, 1);

	r->mojibake = mojibake_open();
	r->entities = entities_open();
	return r;
}

void repair_close(struct repair *r)
{
	if (!r)
		return;
	mojibake_close(r->mojibake);
	entities_close(r->entities);
	free(r);
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* What HTML 5 makes of the number of a character reference; false for "nothing". */
static bool numbered(const struct repair *r, uint32_t c, uint32_t *real)
{
	*real = c;
	if (c == 0 || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		*real = 0xfffd;
	else if (c >= 0x80 && c <= 0x9f)
		*real = r->mojibake->high[MOJIBAKE_CP1252][c - 0x80];
	else if ((c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r') || c == 0x7f ||
	         (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
		return false;
	return true;
}

/* The number of "#123" or "#x7b"; false when it is none. Saturates above 0x10ffff. */
static bool parse_number(struct slice s, uint32_t *c)
{
	bool hex = s.n > 1 && (s.p[1] | 0x20) == 'x';
	size_t i = hex ? 2 : 1;

	*c = 0;
	if (i >= s.n)
		return false;
	for (; i < s.n; i++) {
		char d = s.p[i];
		bool digit = d >= '0' && d <= '9', letter = (d | 0x20) >= 'a' && (d | 0x20) <= 'f';

		if (!digit && !(hex && letter))
			return false;
		if (*c <= 0x10ffff)
			*c = *c * (hex ? 16 : 10) +
			     (uint32_t)(digit ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	return true;
}

/* The text of the reference between & and ; — false leaves it as it is. */
static bool unescape_one(const struct repair *r, struct slice name, struct slice *text,
                         struct arena *scratch)
{
	uint32_t c, real;

	if (name.p[0] != '#')
		return entities_find(r->entities, name, text, scratch);
	if (!parse_number(name, &c) || c == ';')
		return false;
	char *out = arena_alloc(scratch, 4);

	*text = (struct slice){out, numbered(r, c, &real) ? utf8_put(out, real) : 0};
	return true;
}

/* Bytes of [0-9A-Za-z]{1,24} with an optional # before, at p; 0 when no ';' follows. */
static size_t reference_size(const char *p, size_t n)
{
	size_t mark = n && p[0] == '#', i = mark;

	while (i < n && i - mark < ENTITIES_NAME_MAX && is_alnum(p[i]))
		i++;
	return i > mark && i < n && p[i] == ';' ? i : 0;
}

static struct slice unescape_html(const struct repair *r, struct slice text,
                                  struct arena *scratch)
{
	struct slice rest = text, real;
	struct buf out = {0};
	const char *mark;

	while (rest.n && (mark = memchr(rest.p, '&', rest.n))) {
		size_t at = (size_t)(mark - rest.p) + 1, n = reference_size(mark + 1, rest.n - at);

		if (n && unescape_one(r, (struct slice){mark + 1, n}, &real, scratch)) {
			buf_add(&out, slice_head(rest, at - 1));
			buf_add(&out, real);
			rest = slice_tail(rest, at + n + 1);
		} else {
			buf_add(&out, slice_head(rest, at));
			rest = slice_tail(rest, at);
		}
	}
	if (out.n == 0 && rest.n == text.n)
		return text;
	buf_add(&out, rest);
	text = arena_copy(scratch, buf_slice(&out));
	buf_free(&out);
	return text;
}

/* Bytes of ESC [ digits and ; then a letter at p, 0 when there is no such thing. */
static size_t terminal_escape(const char *p, size_t n)
{
	unsigned size;
	size_t i = 2;

	if (n < 3 || p[0] != '\033' || p[1] != '[')
		return 0;
	while (i < n && (p[i] == ';' || unicode_is_decimal(utf8_at(p + i, &size))))
		i += p[i] == ';' ? 1 : size;
	return i < n && (p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z' ? i + 1 : 0;
}

static bool is_control(uint32_t c)
{
	return c < 9 || c == 0xb || (c >= 0xe && c < 0x20) || c == 0x7f ||
	       (c >= 0x206a && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffc);
}

/* What becomes of one character by the options that look at one character; SIZE_MAX: it stays. */
static size_t translate(const struct repair_options *o, uint32_t c, char *out)
{
	static const struct {
		uint32_t c;
		const char *text;
	} ligature[] = {
		{0x132, "IJ"}, {0x133, "ij"}, {0x149, "ʼn"}, {0x1c4, "DŽ"}, {0x1c5, "Dž"},
		{0x1c6, "dž"}, {0x1c7, "LJ"}, {0x1c8, "Lj"}, {0x1c9, "lj"}, {0x1ca, "NJ"},
		{0x1cb, "Nj"}, {0x1cc, "nj"}, {0x1f1, "DZ"}, {0x1f2, "Dz"}, {0x1f3, "dz"},
		{0xfb00, "ff"}, {0xfb01, "fi"}, {0xfb02, "fl"}, {0xfb03, "ffi"}, {0xfb04, "ffl"},
		{0xfb05, "ſt"}, {0xfb06, "st"},
	};
	char one[4];
	size_t n = ENTITIES_TEXT_MAX;

	for (size_t i = 0; o->fix_latin_ligatures && i < sizeof ligature / sizeof ligature[0]; i++)
		if (c == ligature[i].c)
			return (size_t)(stpcpy(out, ligature[i].text) - out);
	if (o->fix_character_width && (c == 0x3000 || (c >= 0xff01 && c < 0xfff0))) {
		u8_normalize(UNINORM_NFKC, (const uint8_t *)one, utf8_put(one, c), (uint8_t *)out,
		             &n);
		return n;
	}
	if (o->uncurl_quotes && (c == 0x2bc || (c >= 0x2018 && c <= 0x201f))) {
		*out = c >= 0x201c ? '"' : '\'';
		return 1;
	}
	if (o->fix_line_breaks && (c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85)) {
		*out = '\n';
		return 1;
	}
	return SIZE_MAX;
}

static struct slice translate_all(const struct repair_options *o, struct slice text,
                                  struct arena *scratch)
{
	struct buf out = {0};
	char other[ENTITIES_TEXT_MAX];
	unsigned size;

	if (!o->fix_latin_ligatures && !o->fix_character_width && !o->uncurl_quotes &&
	    !o->fix_line_breaks)
		return text;
	for (size_t i = 0; i < text.n; i += size) {
		size_t n = translate(o, utf8_at(text.p + i, &size), other);

		if (o->fix_line_breaks && slice_starts(slice_tail(text, i), S("\r\n")))
			n = 0; /* the LF behind it does */
		buf_add(&out, n == SIZE_MAX ? (struct slice){text.p + i, size}
		                            : (struct slice){other, n});
	}
	text = arena_copy(scratch, buf_slice(&out));
	buf_free(&out);
	return text;
}

static struct slice remove_escapes(struct slice text, struct arena *scratch)
{
	char *out, *p;

	if (!memchr(text.p, '\033', text.n))
		return text;
	out = p = arena_alloc(scratch, text.n);
	for (size_t i = 0; i < text.n;) {
		size_t n = terminal_escape(text.p + i, text.n - i);

		if (n == 0)
			*p++ = text.p[i];
		i += n ? n : 1;
	}
	return (struct slice){out, (size_t)(p - out)};
}

static struct slice remove_controls(struct slice text, struct arena *scratch)
{
	char *out = arena_alloc(scratch, text.n), *p = out;
	unsigned size;

	for (size_t i = 0; i < text.n; i += size)
		if (!is_control(utf8_at(text.p + i, &size)))
			p = mempcpy(p, text.p + i, size);
	return (struct slice){out, (size_t)(p - out)};
}

static struct slice normalize(const struct repair_options *o, struct slice text,
                              struct arena *scratch)
{
	const uninorm_t form = o->normalization == REPAIR_NFC    ? UNINORM_NFC
	                       : o->normalization == REPAIR_NFD  ? UNINORM_NFD
	                       : o->normalization == REPAIR_NFKC ? UNINORM_NFKC
	                                                         : UNINORM_NFKD;
	size_t n = 0;

	if (o->normalization == REPAIR_FORM_NONE || text.n == 0)
		return text;
	char *other = (char *)u8_normalize(form, (const uint8_t *)text.p, text.n, NULL, &n);

	if (!other)
		mem_die(text.n);
	text = arena_copy(scratch, (struct slice){other, n});
	free(other);
	return text;
}

static struct slice repair_once(const struct repair *r, const struct repair_options *o,
                                struct slice text, struct arena *mem)
{
	if (o->unescape_html != REPAIR_HTML_FALSE)
		text = unescape_html(r, text, mem);
	if (o->fix_encoding)
		text = repair_encoding(r, o, text, mem);
	if (o->fix_c1_controls)
		text = repair_c1(r, text, mem);
	text = translate_all(o, text, mem);
	if (o->remove_terminal_escapes && text.n)
		text = remove_escapes(text, mem);
	if (o->remove_control_chars)
		text = remove_controls(text, mem);
	return normalize(o, text, mem);
}

/* Again and again until nothing changes, as ftfy does, but not without bound: of a million times
 * escaped "&amp;amp;amp;…" each pass takes off one. From the third pass on the passes take turns in
 * two arenas of their own. */
static struct slice repair_segment(const struct repair *r, const struct repair_options *o,
                                   struct slice text, struct arena *scratch)
{
	enum { PASSES = 16 };
	struct arena own[2] = {{0}};
	bool done = false;

	for (unsigned pass = 0; pass < PASSES && !done && text.n; pass++) {
		struct arena *mem = pass < 2 ? scratch : &own[pass % 2];

		arena_reset(&own[pass % 2], SIZE_MAX);
		struct slice after = repair_once(r, o, text, mem);

		done = slice_equal(after, text);
		if (!done)
			text = pass < 2 ? after : arena_copy(mem, after);
	}
	if (own[0].first || own[1].first)
		text = arena_copy(scratch, text);
	arena_free(&own[0]);
	arena_free(&own[1]);
	return text;
}

/* Whether anything at all could be wrong: bytes beyond ASCII, control characters, references. */
static bool is_suspect(const struct repair_options *o, struct slice text)
{
	unsigned char seen = 0;

	for (size_t i = 0; i < text.n; i++) { /* vectorises */
		unsigned char c = (unsigned char)text.p[i];

		seen |= (unsigned char)((c >= 0x7f) | (c < 0x20 && c != '\t' && c != '\n'));
	}
	return seen || (o->unescape_html != REPAIR_HTML_FALSE && text.n &&
	                memchr(text.p, '&', text.n));
}

/* Bytes of the first SEGMENT_MAX code points. */
static size_t segment_size(struct slice text)
{
	size_t count = 0, n = 0;

	if (text.n <= SEGMENT_MAX)
		return text.n;
	for (; n < text.n && count < SEGMENT_MAX; count++)
		n += utf8_size((unsigned char)text.p[n]);
	return n;
}

struct slice repair_line(const struct repair *r, struct repair_options *o, struct slice line,
                         struct arena *scratch)
{
	struct buf out = {0};
	struct slice rest = line;
	bool changed = false;

	while (rest.n) {
		struct slice segment = slice_head(rest, segment_size(rest)), fixed = segment;

		if (o->unescape_html == REPAIR_HTML_AUTO && memchr(segment.p, '<', segment.n))
			o->unescape_html = REPAIR_HTML_FALSE;
		if (is_suspect(o, segment))
			fixed = repair_segment(r, o, segment, scratch);
		changed |= fixed.p != segment.p;
		rest = slice_tail(rest, segment.n);
		if (rest.n == 0 && segment.n == line.n)
			return fixed;
		buf_add(&out, fixed);
	}
	if (changed)
		line = arena_copy(scratch, buf_slice(&out));
	buf_free(&out);
	return line;
}
