#include "scorers/train_text.h"

static bool ends_token(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0;
}

bool train_label_is_good(struct slice label)
{
	for (size_t i = 0; i < label.n; i++)
		if (ends_token(label.p[i]))
			return false;
	return label.n > 0;
}

static bool means_something_else(struct slice token)
{
	return slice_starts(token, S("__label__")) || slice_equal(token, S("</s>"));
}

size_t train_text_add(struct buf *out, struct slice label, struct slice text, enum newline mode,
                      struct arena *scratch)
{
	struct slice line = line_text(text, mode, scratch);
	size_t left_out = 0;

	buf_add(out, S("__label__"));
	buf_add(out, label);
	buf_byte(out, ' ');
	while (line.n) {
		size_t n = 0;

		while (n < line.n && !ends_token(line.p[n]))
			n++;

		const struct slice token = slice_head(line, n);

		if (means_something_else(token))
			left_out++;
		else
			buf_add(out, token);
		if (n < line.n)
			buf_byte(out, line.p[n++]);
		line = slice_tail(line, n);
	}
	buf_byte(out, '\n');
	return left_out;
}
