#include "lib/base/hex.h"

void hex_add(struct buf *out, struct slice bytes)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		const unsigned char c = (unsigned char)bytes.p[i];

		buf_byte(out, digit[c >> 4]);
		buf_byte(out, digit[c & 15]);
	}
}

bool hex_parse(struct slice hex, struct buf *out)
{
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		const int high = hex_digit(hex.p[i]), low = hex_digit(hex.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		buf_byte(out, (char)(high << 4 | low));
	}
	return hex.n % 2 == 0;
}
