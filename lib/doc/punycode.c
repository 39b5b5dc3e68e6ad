#include "lib/doc/punycode.h"

#include <unicase.h>

#include "lib/base/utf8.h"

/* RFC 3492 section 5. */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 0x80 };

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta /= first ? DAMP : 2;
	delta += delta / points;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

struct label {
	char *p;
	size_t n;
	bool full;
};

static void add(struct label *out, char c)
{
	if (out->n < LABEL_MOST)
		out->p[out->n++] = c;
	else
		out->full = true;
}

static void add_number(struct label *out, uint32_t q, uint32_t bias)
{
	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		uint32_t digit = q < t ? q : t + (q - t) % (BASE - t);

		add(out, "abcdefghijklmnopqrstuvwxyz0123456789"[digit]);
		if (q < t)
			return;
		q = (q - t) / (BASE - t);
	}
}

/* At most 63 code points, so delta stays far below 2^32. */
static void encode(struct label *out, const uint32_t *point, uint32_t n)
{
	uint32_t code = FIRST, delta = 0, bias = BIAS, basic = 0, done;

	for (const char *c = "xn--"; *c; c++)
		add(out, *c);
	for (uint32_t i = 0; i < n; i++)
		if (point[i] < 0x80) {
			add(out, (char)point[i]);
			basic++;
		}
	if (basic)
		add(out, '-');
	done = basic;
	while (done < n) {
		uint32_t next = UINT32_MAX;

		for (uint32_t i = 0; i < n; i++)
			if (point[i] >= code && point[i] < next)
				next = point[i];
		delta += (next - code) * (done + 1);
		code = next;
		for (uint32_t i = 0; i < n; i++) {
			if (point[i] < code)
				delta++;
			if (point[i] != code)
				continue;
			add_number(out, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		code++;
	}
}

size_t punycode_label(struct slice label, char out[LABEL_MOST])
{
	uint32_t point[LABEL_MOST + 1], n = 0;
	bool ascii = true;
	struct label to = {out, 0, false};

	for (size_t at = 0; at < label.n;) {
		unsigned size;
		uint32_t c = utf8_at(label.p + at, &size);

		if (n >= LABEL_MOST)
			return 0;
		at += size;
		if (c < 0x80)
			c |= (uint32_t)(c >= 'A' && c <= 'Z') << 5;
		else if (c != 0x130) /* the one capital whose small letter is two code points */
			c = uc_tolower(c);
		else
			point[n++] = 'i', c = 0x307;
		ascii &= c < 0x80;
		point[n++] = c;
	}
	if (n > LABEL_MOST)
		return 0;
	if (!ascii)
		encode(&to, point, n);
	else
		for (uint32_t i = 0; i < n; i++)
			add(&to, (char)point[i]);
	return to.full ? 0 : to.n;
}
