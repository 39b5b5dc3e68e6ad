/* Text that was decoded with the wrong single-byte encoding, decoded again. */
#include "lib/base/utf8.h"
#include "lib/doc/repair_private.h"

static bool within(const char *p, unsigned first, unsigned last)
{
	unsigned char c = (unsigned char)*p;

	return c >= first && c <= last;
}

static bool is_continuation(const char *p)
{
	return within(p, 0x80, 0xbf);
}

/* A continuation byte behind E0 … E3, without A0 itself and 85. */
static bool is_likely(const char *p)
{
	return is_continuation(p) && !within(p, 0x85, 0x85) && !within(p, 0xa0, 0xa0);
}

/* Bytes of a UTF-8 sequence at p in which one A0 became a space, 0 when there is none. */
static size_t altered_size(const char *p, size_t n)
{
	if (n >= 2 && p[1] == ' ' && strchr("\xc2\xc3\xc5\xce\xd0\xd9", p[0]) && p[0])
		return 2;
	if (n >= 3 && within(p, 0xe2, 0xe3) && p[1] == ' ' && is_likely(p + 2))
		return 3;
	if (n >= 3 && within(p, 0xe0, 0xe3) && is_likely(p + 1) && p[2] == ' ')
		return 3;
	if (n >= 4 && within(p, 0xf0, 0xf0)) {
		unsigned spaces = (p[1] == ' ') + (p[2] == ' ') + (p[3] == ' ');
		unsigned good = is_continuation(p + 1) + is_continuation(p + 2) +
		                is_continuation(p + 3);

		return spaces == 1 && good == 2 ? 4 : 0;
	}
	return 0;
}

static bool has_altered(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0xc2 && altered_size(s.p + i, s.n - i))
			return true;
	return false;
}

/* "\xc3 " that stood for the word à: not before the rest of the Portuguese às, àquele, àquela,
 * àquilo. */
static bool is_a_grave(struct slice s, size_t i)
{
	static const struct slice rest[] = {S_INIT(" "), S_INIT("quele"), S_INIT("quela"),
	                                    S_INIT("quilo"), S_INIT("s ")};
	struct slice behind = slice_tail(s, i + 2);

	if (s.p[i] != '\xc3' || i + 1 >= s.n || s.p[i + 1] != ' ')
		return false;
	for (size_t k = 0; k < sizeof rest / sizeof rest[0]; k++)
		if (slice_starts(behind, rest[k]))
			return false;
	return true;
}

static struct slice restore_byte_a0(struct slice s, struct arena *scratch)
{
	char *out = arena_alloc(scratch, s.n + s.n / 2 + 1), *p = out;

	for (size_t i = 0; i < s.n; i++) {
		*p++ = s.p[i];
		if (is_a_grave(s, i))
			*p++ = '\xa0';
	}
	size_t n = (size_t)(p - out);

	for (size_t i = 0, size; i < n; i += size ? size : 1) {
		size = (unsigned char)out[i] >= 0xc2 ? altered_size(out + i, n - i) : 0;
		for (size_t k = 0; k < size; k++)
			if (out[i + k] == ' ')
				out[i + k] = '\xa0';
	}
	return (struct slice){out, n};
}

/* 1A stands for a byte that is lost; '?' may. */
static bool is_lost(const char *p)
{
	return *p == 0x1a || *p == '?';
}

static bool is_lost_or(const char *p)
{
	return *p == 0x1a || is_continuation(p);
}

/* Bytes of a UTF-8 or CESU-8 sequence at p that lost some of its bytes, 0 when there is none. */
static size_t lossy_size(const char *p, size_t n)
{
	if (n >= 2 && within(p, 0xc2, 0xdf) &&
	    (p[1] == 0x1a || (within(p, 0xc2, 0xc3) && p[1] == '?')))
		return 2;
	if (n >= 6 && within(p, 0xed, 0xed) && within(p + 1, 0xa0, 0xaf) &&
	    within(p + 3, 0xed, 0xed) && within(p + 4, 0xb0, 0xbf)) {
		bool a = is_lost(p + 2), b = is_lost(p + 5);

		if ((a && (b || is_continuation(p + 5))) || (is_continuation(p + 2) && b))
			return 6;
	}
	if (n >= 3 && within(p, 0xe0, 0xef) &&
	    ((is_lost(p + 1) && is_lost_or(p + 2)) || (is_lost_or(p + 1) && is_lost(p + 2))))
		return 3;
	if (n >= 4 && within(p, 0xf0, 0xf4) &&
	    ((is_lost(p + 1) && is_lost_or(p + 2) && is_lost_or(p + 3)) ||
	     (is_lost_or(p + 1) && is_lost(p + 2) && is_lost_or(p + 3)) ||
	     (is_lost_or(p + 1) && is_lost_or(p + 2) && is_lost(p + 3))))
		return 4;
	return *p == 0x1a;
}

static struct slice replace_lossy(struct slice s, struct arena *scratch)
{
	char *out = arena_alloc(scratch, 3 * s.n), *p = out;

	for (size_t i = 0; i < s.n;) {
		size_t size = s.p[i] == 0x1a || (unsigned char)s.p[i] >= 0xc2
		                      ? lossy_size(s.p + i, s.n - i)
		                      : 0;

		if (size)
			p = mempcpy(p, "\xef\xbf\xbd", 3);
		else
			*p++ = s.p[i];
		i += size ? size : 1;
	}
	return (struct slice){out, (size_t)(p - out)};
}

/* A surrogate pair written as two sequences of three bytes (CESU-8). */
static bool is_cesu8(const char *p, size_t n)
{
	return n >= 6 && within(p, 0xed, 0xed) && within(p + 1, 0xa0, 0xaf) &&
	       is_continuation(p + 2) && within(p + 3, 0xed, 0xed) && within(p + 4, 0xb0, 0xbf) &&
	       is_continuation(p + 5);
}

/* Turns CESU-8 pairs and Java's C0 80 into UTF-8; all else stays. */
static struct slice from_variants(struct slice s, struct arena *scratch)
{
	char *out = arena_alloc(scratch, s.n), *p = out;

	for (size_t i = 0; i < s.n;) {
		const char *q = s.p + i;

		if (is_cesu8(q, s.n - i)) {
			p += utf8_put(p, 0x10000 + ((q[1] & 0x0fu) << 16 | (q[2] & 0x3fu) << 10 |
			                            (q[4] & 0x0fu) << 6 | (q[5] & 0x3fu)));
			i += 6;
		} else if (*q == '\xc0' && i + 1 < s.n && q[1] == '\x80') {
			*p++ = '\0';
			i += 2;
		} else {
			*p++ = *q;
			i++;
		}
	}
	return (struct slice){out, (size_t)(p - out)};
}

/* The text written in one of the codecs and read as UTF-8; false when that does not go. */
static bool decode_from(const struct repair *r, const struct repair_options *o, unsigned codec,
                        struct slice text, struct slice *fixed, struct arena *scratch)
{
	struct slice bytes = mojibake_encode(r->mojibake, text, codec, scratch);

	if (o->restore_byte_a0 && codec != MOJIBAKE_MACROMAN && has_altered(bytes))
		bytes = restore_byte_a0(bytes, scratch);
	if (o->replace_lossy_sequences && MOJIBAKE_SLOPPY >> codec & 1)
		bytes = replace_lossy(bytes, scratch);
	if (memchr(bytes.p, '\xed', bytes.n) || memchr(bytes.p, '\xc0', bytes.n))
		bytes = from_variants(bytes, scratch);
	*fixed = bytes;
	return utf8_valid(bytes);
}

/* Bytes of one character that looks like the first byte of UTF-8 and what looks like the others. */
static size_t detected_size(const struct mojibake *m, struct slice s)
{
	unsigned size;
	uint32_t classes = mojibake_char(m, utf8_at(s.p, &size))->classes;
	unsigned more = classes & MOJIBAKE_FIRST_OF_2   ? 1
	                : classes & MOJIBAKE_FIRST_OF_3 ? 2
	                : classes & MOJIBAKE_FIRST_OF_4 ? 3
	                                                : 0;
	size_t n = size;

	if (more == 0)
		return 0;
	for (; more; more--, n += size)
		if (n >= s.n || !(mojibake_char(m, utf8_at(s.p + n, &size))->classes &
		                  MOJIBAKE_CONTINUATION))
			return 0;
	return n;
}

static const struct repair_options all_fixes = {
	.remove_terminal_escapes = true,
	.fix_encoding = true,
	.restore_byte_a0 = true,
	.replace_lossy_sequences = true,
	.decode_inconsistent_utf8 = true,
	.fix_c1_controls = true,
};

/* Repairs stretches of mojibake inside a text that is not mojibake as a whole. */
static struct slice decode_inconsistent(const struct repair *r, struct slice text,
                                        struct arena *scratch)
{
	struct buf out = {0};
	bool behind_continuation = false;
	unsigned size;

	for (size_t i = 0; i < text.n;) {
		size_t n = 0, more;

		while (!behind_continuation && i + n < text.n &&
		       (more = detected_size(r->mojibake, slice_tail(text, i + n))))
			n += more;
		struct slice piece = {text.p + i, n};

		if (n && n < text.n && mojibake_is_bad(r->mojibake, piece, scratch))
			piece = repair_encoding(r, &all_fixes, piece, scratch);
		if (n == 0) {
			utf8_at(text.p + i, &size);
			n = piece.n = size;
		}
		buf_add(&out, piece);
		i += n;
		behind_continuation =
		        mojibake_char(r->mojibake, utf8_last(slice_head(text, i), &size))->classes &
		        MOJIBAKE_CONTINUATION_STRICT;
	}
	struct slice fixed = arena_copy(scratch, buf_slice(&out));

	buf_free(&out);
	return fixed;
}

/* C1 control characters as Windows-1252 has them; `strict`: false where it has nothing. */
static bool from_c1(const struct repair *r, struct slice text, bool strict, struct slice *fixed,
                    struct arena *scratch)
{
	char *out = arena_alloc(scratch, text.n + text.n / 2 + 1), *p = out;
	unsigned size;

	for (size_t i = 0; i < text.n; i += size) {
		uint32_t c = utf8_at(text.p + i, &size);

		if (c >= 0x80 && c <= 0x9f) {
			uint32_t real = r->mojibake->high[MOJIBAKE_CP1252][c - 0x80];

			if (strict && real == c)
				return false;
			p += utf8_put(p, real);
		} else {
			p = mempcpy(p, text.p + i, size);
		}
	}
	*fixed = (struct slice){out, (size_t)(p - out)};
	return true;
}

struct slice repair_c1(const struct repair *r, struct slice text, struct arena *scratch)
{
	struct slice fixed;

	from_c1(r, text, false, &fixed, scratch);
	return fixed;
}

static struct slice encoding_step(const struct repair *r, const struct repair_options *o,
                                  struct slice text, struct arena *scratch)
{
	struct slice fixed;

	if (!mojibake_is_bad(r->mojibake, text, scratch))
		return text;
	unsigned possible = mojibake_codecs(r->mojibake, text);

	for (unsigned codec = 0; codec < MOJIBAKE_CODECS; codec++)
		if (possible >> codec & 1 && decode_from(r, o, codec, text, &fixed, scratch))
			return fixed;
	if (o->decode_inconsistent_utf8) {
		fixed = decode_inconsistent(r, text, scratch);
		if (!slice_equal(fixed, text))
			return fixed;
	}
	if (possible >> MOJIBAKE_LATIN1 & 1 && from_c1(r, text, true, &fixed, scratch) &&
	    !slice_equal(fixed, text))
		return fixed;
	return o->fix_c1_controls ? repair_c1(r, text, scratch) : text;
}

struct slice repair_encoding(const struct repair *r, const struct repair_options *o,
                             struct slice text, struct arena *scratch)
{
	for (;;) {
		struct slice before = text;

		if (text.n == 0)
			return text;
		text = encoding_step(r, o, text, scratch);
		if (slice_equal(text, before))
			return text;
	}
}
