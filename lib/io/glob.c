#include "lib/io/glob.h"

#include "lib/base/buf.h"

enum { GLOB_DEPTH = 16 }; /* pairs of braces; with more a pattern matches nothing */

/* The set at glob[0] == '[' and one byte: *size becomes the set's bytes, 0 when it never ends. */
static bool match_set(struct slice glob, char c, size_t *size)
{
	size_t i = 1;
	bool positive = true, found = false;

	*size = 0;
	if (i < glob.n && (glob.p[i] == '!' || glob.p[i] == '^')) {
		positive = false;
		i++;
	}
	for (size_t start = i; i < glob.n && (glob.p[i] != ']' || i == start); i++) {
		unsigned char low = (unsigned char)glob.p[i], high = low;

		if (i + 2 < glob.n && glob.p[i + 1] == '-' && glob.p[i + 2] != ']') {
			high = (unsigned char)glob.p[i + 2];
			i += 2;
		}
		found |= (unsigned char)c >= low && (unsigned char)c <= high;
	}
	if (i < glob.n)
		*size = i + 1;
	return found == positive;
}

/* One byte of a name against the head of a pattern: bytes of the pattern it takes, 0 for no. */
static size_t match_byte(struct slice glob, char c)
{
	size_t size;

	if (glob.n == 0)
		return 0;
	if (glob.p[0] == '?')
		return 1;
	if (glob.p[0] == '\\' && glob.n > 1)
		return glob.p[1] == c ? 2 : 0;
	if (glob.p[0] == '[') {
		bool found = match_set(glob, c, &size);

		if (size)
			return found ? size : 0;
	}
	return glob.p[0] == c;
}

/* One name without slashes. The last star is the only one that need be tried again. */
static bool match_name(struct slice glob, struct slice name)
{
	struct slice star = {0}, retry = {0};
	bool has_star = false;

	while (name.n) {
		size_t n = 0;

		if (glob.n && glob.p[0] == '*') {
			has_star = true;
			star = glob = slice_tail(glob, 1);
			retry = name;
			continue;
		}
		n = match_byte(glob, name.p[0]);
		if (n) {
			glob = slice_tail(glob, n);
			name = slice_tail(name, 1);
		} else if (has_star) {
			glob = star;
			name = retry = slice_tail(retry, 1);
		} else {
			return false;
		}
	}
	while (glob.n && glob.p[0] == '*')
		glob = slice_tail(glob, 1);
	return glob.n == 0;
}

/* The same idea over folders: the last `**` is the only one that need be tried again. */
static bool match_path(struct slice glob, struct slice path)
{
	struct slice star = {0}, retry = {0}, want, name;
	bool has_star = false;

	while (path.n) {
		struct slice glob_rest = glob, path_rest = path;
		bool has_want = slice_cut(&glob_rest, '/', &want);

		if (has_want && slice_equal(want, S("**"))) {
			has_star = true;
			star = glob = glob_rest;
			retry = path;
			if (glob.n == 0)
				return true;
			continue;
		}
		slice_cut(&path_rest, '/', &name);
		if (has_want && match_name(want, name)) {
			glob = glob_rest;
			path = path_rest;
		} else if (has_star) {
			slice_cut(&retry, '/', &name);
			glob = star;
			path = retry;
		} else {
			return false;
		}
	}
	return glob.n == 0;
}

/* Offset of the next brace, comma or closing brace on this level, from `at` on; glob.n for none. */
static size_t next_mark(struct slice glob, size_t at, bool inside)
{
	size_t depth = 0;

	for (; at < glob.n; at++) {
		char c = glob.p[at];

		if (c == '\\')
			at++;
		else if (!inside && c == '{')
			return at;
		else if (inside && depth == 0 && (c == ',' || c == '}'))
			return at;
		else if (c == '{')
			depth++;
		else if (c == '}' && depth)
			depth--;
	}
	return glob.n;
}

/* Where the brace at `open` closes; glob.n when it never does. */
static size_t close_of(struct slice glob, size_t open)
{
	size_t at = open;

	do
		at = next_mark(glob, at + 1, true);
	while (at < glob.n && glob.p[at] == ',');
	return at;
}

static bool match_braces(struct slice glob, struct slice path, int depth)
{
	size_t open = next_mark(glob, 0, false), close = close_of(glob, open), from = open + 1, to;
	struct buf one = {0};
	bool found = false;

	if (close >= glob.n)
		return match_path(glob, path);
	do {
		to = next_mark(glob, from, true);
		buf_reset(&one);
		buf_add(&one, slice_head(glob, open));
		buf_add(&one, (struct slice){glob.p + from, to - from});
		buf_add(&one, slice_tail(glob, close + 1));
		found = depth < GLOB_DEPTH && match_braces(buf_slice(&one), path, depth + 1);
		from = to + 1;
	} while (!found && to < close);
	buf_free(&one);
	return found;
}

bool glob_match(struct slice glob, struct slice path)
{
	return match_braces(glob, path, 0);
}
