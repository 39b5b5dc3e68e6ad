#include "lib/doc/mojibake.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/unicode.h"
#include "lib/base/utf8.h"

/* ftfy 6.3.1, badness.py and chardata.py: the characters of each class; a-b is a range. */
static const struct {
	uint32_t class;
	const char *members;
} classes[] = {
	{MOJIBAKE_C1,
		"\302\200-\302\237"},
	{MOJIBAKE_COMMON,
		"\302\240\302\255´·–-―’…"},
	{MOJIBAKE_BAD,
		"¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊�"},
	{MOJIBAKE_LAW,
		"§¶"},
	{MOJIBAKE_CURRENCY,
		"¢£¥₧€"},
	{MOJIBAKE_START,
		"¡©«¿΄΅‘‚“„•‹\357\243\277"},
	{MOJIBAKE_END,
		"®»˝”›™"},
	{MOJIBAKE_NUMERIC,
		"±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥"},
	{MOJIBAKE_KAOMOJI,
		"°Ò-ÖÙ-Üò-öø-üŌŐŪŲ"},
	{MOJIBAKE_UPPER,
		"À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"},
	{MOJIBAKE_LOWER,
		"ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ"},
	{MOJIBAKE_UPPER_COMMON,
		"ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я"},
	{MOJIBAKE_LOWER_COMMON,
		"ά-ωа-џ"},
	{MOJIBAKE_BOX,
		"│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓"},
	{MOJIBAKE_FIRST_OF_2,
		"Â-ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ-ΡΣ-ίВ-Я"},
	{MOJIBAKE_FIRST_OF_3,
		"à-ïāăąćčďēėęěģīįķĺļŕźΰ-οа-п"},
	{MOJIBAKE_FIRST_OF_4,
		"ðóđğšπσру"},
	{MOJIBAKE_CONTINUATION,
		" \302\200-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛-˝΄-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ–-―‘-‚“-„†-•…"
		"‰‹›€№™"},
	{MOJIBAKE_CONTINUATION_STRICT,
		"\302\200-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛-˝΄-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ†‡‰‹›€№™"},
};

/* What bytes 0x80 to 0xff mean in each codec behind Latin-1; bytes without a meaning stand for the
 * control character of the same number. */
static const char *const high_half[MOJIBAKE_CODECS - 1] = {
	/* windows-1252 */
		"€\302\201‚ƒ„…†‡ˆ‰Š‹Œ\302\215Ž\302\217\302\220‘’“”•–—˜™š›œ\302\235žŸ\302\240¡"
		"¢£¤¥¦§¨©ª«¬\302\255®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæ"
		"çèéêëìíîïðñòóôõö÷øùúûüýþÿ",
	/* windows-1251 */
		"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\302\230™љ›њќћџ\302\240ЎўЈ¤Ґ¦§Ё©Є«¬\302\255®Ї°±Ііґµ¶"
		"·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
	/* windows-1250 */
		"€\302\201‚\302\203„…†‡\302\210‰Š‹ŚŤŽŹ\302\220‘’“”•–—\302\230™š›śťžź\302\240ˇ"
		"˘Ł¤Ą¦§¨©Ş«¬\302\255®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺć"
		"çčéęëěíîďđńňóôőö÷řůúűüýţ˙",
	/* windows-1253 */
		"€\302\201‚ƒ„…†‡\302\210‰\302\212‹\302\214\302\215\302\216\302\217\302\220‘’“"
		"”•–—\302\230™\302\232›\302\234\302\235\302\236\302\237\302\240΅Ά£¤¥¦§¨©ª«¬"
		"\302\255®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρ"
		"ςστυφχψωϊϋόύώÿ",
	/* windows-1254 */
		"€\302\201‚ƒ„…†‡ˆ‰Š‹Œ\302\215\302\216\302\217\302\220‘’“”•–—˜™š›œ\302\235"
		"\302\236Ÿ\302\240¡¢£¤¥¦§¨©ª«¬\302\255®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔ"
		"ÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ",
	/* windows-1257 */
		"€\302\201‚\302\203„…†‡\302\210‰\302\212‹\302\214¨ˇ¸\302\220‘’“”•–—\302\230™"
		"\302\232›\302\234¯˛\302\237\302\240¡¢£¤¥¦§Ø©Ŗ«¬\302\255®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀ"
		"ĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙",
	/* iso-8859-2 */
		"\302\200\302\201\302\202\302\203\302\204\302\205\302\206\302\207\302\210"
		"\302\211\302\212\302\213\302\214\302\215\302\216\302\217\302\220\302\221"
		"\302\222\302\223\302\224\302\225\302\226\302\227\302\230\302\231\302\232"
		"\302\233\302\234\302\235\302\236\302\237\302\240Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\302\255ŽŻ°ą˛ł´ľ"
		"śˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙",
	/* macroman */
		"ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…"
		"\302\240ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\357\243\277ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
	/* cp437 */
		"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦"
		"╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\302\240",
};

static struct mojibake_char *char_of(struct mojibake *m, uint32_t c)
{
	if (m->index[c] == 0) {
		m->chars = mem_grow(m->chars, (m->n + 1) * sizeof *m->chars);
		m->chars[m->n] = (struct mojibake_char){0};
		m->index[c] = (uint16_t)m->n++;
	}
	return &m->chars[m->index[c]];
}

static void add_class(struct mojibake *m, uint32_t class, const char *members)
{
	unsigned size;

	while (*members) {
		uint32_t first = utf8_at(members, &size), last = first;

		members += size;
		if (*members == '-') {
			last = utf8_at(members + 1, &size);
			members += 1 + size;
		}
		for (uint32_t c = first; c <= last; c++)
			char_of(m, c)->classes |= class;
	}
}

static void add_byte(struct mojibake *m, unsigned codec, uint32_t c, unsigned byte)
{
	struct mojibake_char *one = char_of(m, c);

	one->codecs |= (uint16_t)(1u << codec);
	one->byte[codec] = (uint8_t)byte;
}

struct mojibake *mojibake_open(void)
{
	struct mojibake *m = mem_new(struct mojibake, 1);

	m->chars = mem_new(struct mojibake_char, 1); /* [0]: everything else */
	m->n = 1;
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		add_class(m, classes[i].class, classes[i].members);
	for (unsigned codec = 0; codec < MOJIBAKE_CODECS; codec++) {
		const char *p = codec ? high_half[codec - 1] : NULL;

		for (unsigned byte = 0x80; byte < 0x100; byte++) {
			unsigned size = 0;
			uint32_t c = p ? utf8_at(p, &size) : byte;

			p += size;
			m->high[codec][byte - 0x80] = (uint16_t)c;
			add_byte(m, codec, c, byte);
		}
		if (MOJIBAKE_SLOPPY >> codec & 1)
			add_byte(m, codec, 0xfffd, 0x1a);
	}
	return m;
}

void mojibake_close(struct mojibake *m)
{
	if (m)
		free(m->chars);
	free(m);
}

static bool among(uint32_t c, const char *set)
{
	unsigned size;

	for (; *set; set += size)
		if (utf8_at(set, &size) == c)
			return true;
	return false;
}

static bool is_ascii_letter(uint32_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_lower(uint32_t c)
{
	return c >= 'a' && c <= 'z';
}

enum {
	C1 = MOJIBAKE_C1, BAD = MOJIBAKE_BAD, LAW = MOJIBAKE_LAW, CURRENCY = MOJIBAKE_CURRENCY,
	START = MOJIBAKE_START, END = MOJIBAKE_END, NUMERIC = MOJIBAKE_NUMERIC,
	UPPER = MOJIBAKE_UPPER, LOWER = MOJIBAKE_LOWER, BOX = MOJIBAKE_BOX,
	KAOMOJI = MOJIBAKE_KAOMOJI, COMMON = MOJIBAKE_COMMON, UPPER_COMMON = MOJIBAKE_UPPER_COMMON,
	LOWER_COMMON = MOJIBAKE_LOWER_COMMON,
	ACCENTED = LOWER | UPPER,
	NEAR_BAD = ACCENTED | BOX | START | END | CURRENCY | NUMERIC | LAW,
};

/* A window on the text: characters and their classes; NOTHING stands behind the end. */
enum { WINDOW = 7 };
static const uint32_t NOTHING = UINT32_MAX;

struct window {
	uint32_t c[WINDOW], k[WINDOW];
	bool first; /* nothing stands before it */
};

/* Classes that do not go together: each row is a class, the next and, if not 0, the one after. */
static bool clashes(const struct window *w)
{
	static const uint32_t clash[][3] = {
		{BAD | NEAR_BAD, BAD, 0},
		{BAD, NEAR_BAD, 0},
		{LOWER | LOWER_COMMON | BOX | END | CURRENCY | NUMERIC, UPPER, 0},
		{BOX | END | CURRENCY | NUMERIC, LOWER, 0},
		{LOWER | BOX | END, CURRENCY, 0},
		{UPPER | BOX, NUMERIC | LAW, 0},
		{ACCENTED | BOX | CURRENCY | END, START, NUMERIC},
		{ACCENTED | CURRENCY | NUMERIC | BOX | LAW, END, START},
		{CURRENCY | NUMERIC | BOX, START, 0},
		{BOX, KAOMOJI, 0},
		{ACCENTED | CURRENCY | NUMERIC | START | END | LAW, BOX, 0},
		{BOX, END, 0},
	};

	if (w->k[0] & C1 || (w->k[0] & UPPER && w->c[1] == 0xb0))
		return true;
	for (size_t i = 0; i < sizeof clash / sizeof clash[0]; i++)
		if (w->k[0] & clash[i][0] && w->k[1] & clash[i][1] &&
		    (clash[i][2] == 0 || w->k[2] & clash[i][2]))
			return true;
	return w->k[0] & ACCENTED && w->k[1] & (START | END) && w->c[2] != NOTHING &&
	       unicode_flags(w->c[2]) & UNICODE_WORD;
}

/* Clashes that begin with an ASCII letter, a mark or white space. */
static bool clashes_after_ascii(const struct window *w)
{
	const uint32_t a = w->c[0], b = w->c[1], c = w->c[2];

	if (is_ascii_letter(a) && w->k[1] & (LOWER_COMMON | UPPER_COMMON) && w->k[2] & BAD)
		return true;
	if (utf8_is_space(a) && w->k[1] & UPPER && w->k[2] & CURRENCY)
		return true;
	if (is_lower(a) && w->k[1] & UPPER && w->k[2] & (START | CURRENCY))
		return true;
	if (is_lower(a) && (b == 0xc3 || b == 0xc2) && c == ' ')
		return true;
	if (is_lower(a) && b != NOTHING && utf8_is_space(b) && (c == 0xc3 || c == 0xc2) &&
	    w->c[3] == ' ')
		return true;
	return (is_lower(a) || among(a, ".,?!") || w->k[0] & END) && b == 0xc2 &&
	       (c == ' ' || w->k[2] & (START | END));
}

/* Well-known remains of UTF-8 read as Windows-1252, MacRoman, 1251, 1253 or 1257. */
static bool is_known_remain(const struct window *w)
{
	const uint32_t a = w->c[0], b = w->c[1], c = w->c[2];
	const uint32_t arabic = COMMON | CURRENCY | BAD | NUMERIC | START;
	const uint32_t between = C1 | BAD | START | END | CURRENCY;

	switch (a) {
	case 0x152: case 0x153: /* Œ œ */
		return b != NOTHING && !is_ascii_letter(b);
	case 0xc3: /* Ã */
		if (b == 0xa0 || b == 0xa1 || (w->first && b == ' '))
			return true;
		/* fall through */
	case 0xc2: case 0xce: case 0xd0: /* Â Î Ð */
		return w->k[1] & (START | END) || among(b, "€œŠš¢£Ÿž\302\240\302\255®©°·»–—´") ||
		       (a == 0xc2 && w->first && b == ' ');
	case 0xd7: /* × */
		return b == 0xb2 || b == 0xb3;
	case 0xd8: case 0xd9: /* Ø Ù */
		return (c == 0xd8 || c == 0xd9) &&
		       (w->k[1] & arabic || among(b, "ŸŠ®°µ»")) &&
		       (w->k[3] & arabic || among(w->c[3], "ŸŠ®°µ»"));
	case 0xe0: /* à */
		return among(b, "²µ¹¼½¾");
	case 0x221a: /* √ */
		return among(b, "±∂†≠®™´≤≥¥µø");
	case 0x2248: /* ≈ */
		return b == 0xb0 || b == 0xa2;
	case 0x201a: /* ‚ */
		return (b == 0xc4 && among(c, "ìîïòôúùû†°¢π")) ||
		       ((b == 0xe2 || b == 0xf3) && among(c, "àä°ê"));
	case 0x432: /* в */
		return b == 0x402;
	case 0x413: /* Г */
		if (b == 0x45e && c == 0x412 && w->c[3] == 0x402 && w->c[4] == 0x412 &&
		    w->c[5] != NOTHING && w->c[5] != '\n' &&
		    (is_ascii_letter(w->c[6]) || w->c[6] == ' '))
			return true;
		/* fall through */
	case 0x412: case 0x420: case 0x421: /* В Р С */
		return among(c, "ВГРС") && (w->k[1] & between || b == 0xb0 || b == 0xb5);
	case 0x3b2: /* β */
		return b == 0x20ac && among(c, "™\302\240Ά\302\255®°");
	case 0x392: case 0x393: case 0x39e: case 0x39f: /* Β Γ Ξ Ο */
		return among(c, "ΒΓΞΟ") && (w->k[1] & between || b == 0xb0);
	case 0x101: /* ā */
		return b == 0x20ac;
	default:
		return false;
	}
}

static bool is_bad_at(const struct mojibake *m, const uint32_t *c, size_t n, size_t i)
{
	struct window w = {.first = i == 0};

	for (size_t k = 0; k < WINDOW; k++) {
		w.c[k] = i + k < n ? c[i + k] : NOTHING;
		w.k[k] = i + k < n ? mojibake_char(m, c[i + k])->classes : 0;
	}
	return clashes(&w) || clashes_after_ascii(&w) || is_known_remain(&w);
}

/* Looks only near characters that belong to a class. */
bool mojibake_is_bad(const struct mojibake *m, struct slice text, struct arena *scratch)
{
	uint32_t *c = arena_alloc(scratch, text.n * sizeof *c);
	size_t n = 0;
	unsigned size;

	for (size_t at = 0; at < text.n; at += size)
		c[n++] = utf8_at(text.p + at, &size);
	for (size_t i = 0; i < n; i++) {
		if (c[i] < 0x80 || mojibake_char(m, c[i])->classes == 0)
			continue;
		if (is_bad_at(m, c, n, i) || (i > 0 && is_bad_at(m, c, n, i - 1)) ||
		    (i > 1 && is_bad_at(m, c, n, i - 2)))
			return true;
	}
	return false;
}

unsigned mojibake_codecs(const struct mojibake *m, struct slice text)
{
	unsigned all = (1u << MOJIBAKE_CODECS) - 1, size;

	for (size_t at = 0; at < text.n && all; at += size) {
		uint32_t c = utf8_at(text.p + at, &size);

		if (c == 0x1a)
			all &= ~(unsigned)MOJIBAKE_SLOPPY;
		else if (c >= 0x80)
			all &= mojibake_char(m, c)->codecs;
	}
	return all;
}

struct slice mojibake_encode(const struct mojibake *m, struct slice text, unsigned codec,
                             struct arena *scratch)
{
	char *out = arena_alloc(scratch, text.n);
	size_t n = 0;
	unsigned size;

	for (size_t at = 0; at < text.n; at += size) {
		uint32_t c = utf8_at(text.p + at, &size);

		out[n++] = (char)(c < 0x80 ? c : mojibake_char(m, c)->byte[codec]);
	}
	return (struct slice){out, n};
}
