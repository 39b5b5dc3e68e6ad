/* What spaCy's English rules take off the ends of a chunk and split it at. Published as regular
 * expressions over the classes of spacy_class.h; written out here, each in time linear in what it
 * takes. */
#include "lib/base/utf8.h"
#include "lib/doc/letters.h"
#include "lib/doc/spacy.h"
#include "lib/doc/spacy_class.h"

/* What leaves the end of a chunk behind a digit, besides currencies. ("тбكم" is in the published
 * table by an oversight, in place of "тб".) */
static const char units[] =
	" km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz "
	"m/s "
	"km/h kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G M K % км км² км³ м м² м³ дм дм² дм³ "
	"см "
	"см² см³ мм мм² мм³ нм кг г мг м/с км/ч кПа Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ тбكم "
	"كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم كغ ملغ كوب اكواب US$ C$ A$ ";
enum { UNIT_BYTES = 10 };

enum { ELLIPSIS = 0x2026, DEGREE = 0xb0, APOSTROPHE = 0x2019, EN_DASH = 0x2013, EM_DASH = 0x2014 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Currencies are what leaves the front only, but for four ASCII and Latin-1 marks. */
static bool is_currency(uint32_t c)
{
	unsigned class = spacy_class(c);

	return (class & SPACY_PREFIX) && !(class & SPACY_SUFFIX) && c != '%' && c != '+' &&
	       c != '=' &&
	       c != 0xa7;
}

static size_t dots_at_front(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '.')
		n++;
	return n;
}

size_t spacy_prefix(struct slice s)
{
	if (s.n == 0)
		return 0;
	unsigned size;
	uint32_t c = utf8_at(s.p, &size);

	if (c == '.') {
		size_t dots = dots_at_front(s);

		return dots > 1 ? dots : 0;
	}
	if (c == '+' && s.n > 1 && is_digit(s.p[1]))
		return 0;
	if (spacy_class(c) & SPACY_PREFIX)
		return size;
	if (slice_starts(s, S("US$")))
		return 3;
	return slice_starts(s, S("C$")) || slice_starts(s, S("A$")) ? 2 : 0;
}

/* A unit or currency behind an ASCII digit, at the end. */
static size_t measure_at_end(struct slice s)
{
	size_t n = 0, limit = s.n - 1 < UNIT_BYTES ? s.n - 1 : UNIT_BYTES;
	unsigned size;

	while (n <= limit && !is_digit(s.p[s.n - 1 - n]))
		n++;
	if (n == 0 || n > limit)
		return 0;
	struct slice tail = slice_tail(s, s.n - n);

	if (is_currency(utf8_at(tail.p, &size)) && size == n)
		return n;
	for (const char *at = units; *tail.p && (at = strchr(at, *tail.p)); at++)
		if (at[-1] == ' ' && strncmp(at, tail.p, n) == 0 && at[n] == ' ')
			return n;
	return 0;
}

static size_t dots_at_end(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[s.n - 1 - n] == '.')
		n++;
	if (n > 1)
		return n;
	s.n--;
	if (s.n == 0)
		return 0;
	unsigned size;
	uint32_t before = utf8_last(s, &size);

	if (spacy_class(before) & SPACY_BEFORE_DOT)
		return 1;
	s.n -= size;
	if (s.n == 0)
		return 0;
	uint32_t further = utf8_last(s, &size);

	if ((spacy_class(before) & SPACY_UPPER) && (spacy_class(further) & SPACY_UPPER))
		return 1;
	return further == DEGREE && (before == 'F' || before == 'C' || before == 'K');
}

size_t spacy_suffix(struct slice s)
{
	if (s.n == 0)
		return 0;
	unsigned size, size_before = 0;
	uint32_t c = utf8_last(s, &size);

	if (c == '.')
		return dots_at_end(s);
	struct slice rest = slice_head(s, s.n - size);
	uint32_t before = rest.n ? utf8_last(rest, &size_before) : 0;

	if ((c == 's' || c == 'S') && (before == '\'' || before == APOSTROPHE))
		return size + size_before;
	if (c == ELLIPSIS && before == ELLIPSIS)
		return size + size_before;
	if (spacy_class(c) & SPACY_SUFFIX)
		return size;
	if (c == '+' && rest.n && is_digit(rest.p[rest.n - 1]))
		return 1;
	return measure_at_end(s);
}

/* Length of a hyphen between two letters: - – — -- --- —— ~ with a letter behind it. */
static size_t hyphen_at(struct slice s)
{
	static const struct slice form[] = {S_INIT("---"), S_INIT("--"), S_INIT("-"), S_INIT("——"),
		                            S_INIT("—"), S_INIT("–"), S_INIT("~")};
	unsigned size;

	for (size_t i = 0; i < sizeof form / sizeof form[0]; i++)
		if (slice_starts(s, form[i]) && s.n > form[i].n &&
		    (spacy_class(utf8_at(s.p + form[i].n, &size)) & SPACY_ALPHA))
			return form[i].n;
	return 0;
}

/* Length of the infix at the front of s, which starts with c of `size` bytes; `before` is the
 * character in front of it, 0 for none. */
static size_t infix_at(struct slice s, uint32_t c, unsigned size, uint32_t before)
{
	unsigned class_before = before ? spacy_class(before) : 0, next_size;
	uint32_t next = s.n > size ? utf8_at(s.p + size, &next_size) : 0;
	unsigned class_next = next ? spacy_class(next) : 0;
	bool digit_before = before < 0x80 && is_digit((char)before);
	bool word_before = digit_before || (class_before & SPACY_ALPHA);

	switch (c) {
	case '.':
		if (next == '.')
			return dots_at_front(s);
		return (class_before & (SPACY_LOWER | SPACY_QUOTE)) &&
		       (class_next & (SPACY_UPPER | SPACY_QUOTE));
	case '+':
	case '*':
	case '^':
		return digit_before && (next == '-' || (next < 0x80 && is_digit((char)next)));
	case '-':
		if (digit_before && (next == '-' || (next < 0x80 && is_digit((char)next))))
			return 1;
		return word_before ? hyphen_at(s) : 0;
	case '~':
	case EN_DASH:
	case EM_DASH:
		return word_before ? hyphen_at(s) : 0;
	case ',':
		return (class_before & SPACY_ALPHA) && (class_next & SPACY_ALPHA);
	case ':':
	case '<':
	case '>':
	case '=':
	case '/':
		return word_before && (class_next & SPACY_ALPHA);
	case ELLIPSIS:
		return size;
	default:
		return c >= 0x80 && (spacy_class(c) & SPACY_ICON) ? size : 0;
	}
}

/* ASCII that infix_at may take. */
static const bool may_split[128] = {
	['.'] = true, ['+'] = true, ['*'] = true, ['^'] = true, ['-'] = true, ['~'] = true,
	[','] = true, [':'] = true, ['<'] = true, ['>'] = true, ['='] = true, ['/'] = true,
};

bool spacy_infix(struct slice s, size_t from, size_t *at, size_t *n)
{
	unsigned size;
	size_t start = from + letters_run(slice_tail(s, from));
	uint32_t before = start ? utf8_last(slice_head(s, start), &size) : 0;

	for (size_t i = start; i < s.n; i += size) {
		uint32_t c = utf8_at(s.p + i, &size);

		if (c >= 0x80 || may_split[c]) {
			*n = infix_at(slice_tail(s, i), c, size, before);
			if (*n)
				return *at = i, true;
		}
		before = c;
	}
	return false;
}
