#include "lib/doc/prox_write.h"

#include "lib/base/json_write.h"
#include "lib/base/utf8.h"

/* A line of the source, on its way to what it is now. */
struct way {
	struct slice text, goal;
	bool stays;
};

struct writer {
	struct way *line;
	size_t n;
	enum prox_mode mode;
	struct buf *out;
	struct arena *mem;
};

static size_t back(struct slice s, size_t at)
{
	while (at > 0 && at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t forth(struct slice s, size_t at)
{
	while (at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* Whether the strings survive the reference's reader. */
static bool compat_takes(struct slice from, struct slice to)
{
	const struct slice both[2] = {from, to};

	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < both[k].n; i++)
			if (strchr(",=)\n", both[k].p[i]))
				return false;
		if (both[k].n && (both[k].p[0] == '"' || both[k].p[both[k].n - 1] == '"'))
			return false;
	}
	return !slice_equal(from, S(" "));
}

static bool strict_takes(struct slice from, struct slice to)
{
	return !memchr(from.p, '\n', from.n) && !memchr(from.p, 0, from.n) &&
	       (to.n == 0 || !memchr(to.p, 0, to.n));
}

static struct slice replaced(struct slice text, struct slice from, struct slice to,
                             struct arena *mem)
{
	size_t hits = slice_count(text, from), at = 0;
	char *new = arena_alloc(mem, text.n - hits * from.n + hits * to.n), *p = new;

	for (size_t hit; (hit = slice_find(text, from, at)) != SIZE_MAX; at = hit + from.n) {
		memcpy(p, text.p + at, hit - at);
		p += hit - at;
		if (to.n)
			memcpy(p, to.p, to.n);
		p += to.n;
	}
	if (at < text.n)
		memcpy(p, text.p + at, text.n - at);
	p += text.n - at;
	return (struct slice){new, (size_t)(p - new)};
}

/* Whether every line it hits becomes what it shall be. */
static bool leads_home(const struct writer *w, struct slice from, struct slice to)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct way *line = &w->line[i];

		if (!line->stays || slice_find(line->text, from, 0) == SIZE_MAX)
			continue;
		if (slice_equal(line->text, line->goal) ||
		    !slice_equal(replaced(line->text, from, to, w->mem), line->goal))
			return false;
	}
	return true;
}

static void write_text(const struct writer *w, struct slice text)
{
	if (w->mode == PROX_STRICT) {
		json_write_text(w->out, text); /* its escapes are Python's, too */
		return;
	}
	buf_byte(w->out, '"');
	buf_add(w->out, text);
	buf_byte(w->out, '"');
}

static void apply(const struct writer *w, struct slice from, struct slice to)
{
	for (size_t i = 0; i < w->n; i++)
		if (slice_find(w->line[i].text, from, 0) != SIZE_MAX)
			w->line[i].text = replaced(w->line[i].text, from, to, w->mem);
	buf_add(w->out, S("normalize(source_str="));
	write_text(w, from);
	buf_add(w->out, S(", target_str="));
	write_text(w, to);
	buf_add(w->out, S(")\n"));
}

/* One normalize for what differs in this line, with as little around it as will do. */
static bool write_change(const struct writer *w, const struct way *line)
{
	struct slice old = line->text, new = line->goal;
	size_t most = old.n < new.n ? old.n : new.n, head = 0, tail = 0;

	while (head < most && old.p[head] == new.p[head])
		head++;
	while (tail < most - head && old.p[old.n - 1 - tail] == new.p[new.n - 1 - tail])
		tail++;
	for (size_t around = 0;; around = around ? around * 4 : 4) {
		size_t from = back(old, head > around ? head - around : 0);
		size_t end = forth(old, tail > around ? old.n - tail + around : old.n);
		struct slice source = slice_head(slice_tail(old, from), end - from);
		struct slice target = {new.p + from, new.n - from - (old.n - end)};

		if (source.n && (w->mode == PROX_STRICT ? strict_takes(source, target)
		                                        : compat_takes(source, target)) &&
		    leads_home(w, source, target)) {
			apply(w, source, target);
			return true;
		}
		if (source.n == old.n)
			return false;
	}
}

static void write_removed(const struct writer *w)
{
	for (size_t i = 0, from; i < w->n; i++) {
		if (w->line[i].stays)
			continue;
		for (from = i; i + 1 < w->n && !w->line[i + 1].stays;)
			i++;
		buf_addf(w->out, "remove_lines(start=%zu, end=%zu)\n", from, i);
	}
}

static void open_lines(struct writer *w, struct doc *d)
{
	struct slice rest = d->source;

	doc_lines(d);
	w->n = slice_count(d->source, S("\n")) + 1;
	w->line = arena_new(w->mem, struct way, w->n);
	for (size_t i = 0; i < w->n; i++) {
		size_t n = slice_find(rest, S("\n"), 0);

		w->line[i].text = slice_head(rest, n);
		rest = slice_tail(rest, n == SIZE_MAX ? n : n + 1);
	}
	for (size_t i = 0; i < d->n_lines; i++) {
		w->line[d->line[i].no].goal = d->line[i].text;
		w->line[d->line[i].no].stays = true;
	}
}

size_t prox_write(struct doc *d, enum prox_mode mode, struct buf *out, struct arena *scratch)
{
	struct writer w = {.mode = mode, .out = out, .mem = scratch};
	size_t before = out->n, left = 0;

	open_lines(&w, d);
	write_removed(&w);
	for (size_t i = 0; i < w.n; i++)
		if (w.line[i].stays && !slice_equal(w.line[i].text, w.line[i].goal) &&
		    !write_change(&w, &w.line[i]))
			left++;
	if (out->n == before)
		buf_add(out, S("untouch_doc()"));
	else
		out->n--; /* the last LF */
	return left;
}
