/* Removes lines that hold nothing but symbols (datatrove's SymbolLinesFormatter). Lines are those
 * of str.splitlines(); every separator becomes a LF and the last one goes, as there. */
#include "lib/run/stage.h"

#include "lib/doc/parts.h"
#include "lib/doc/punct.h"
#include "lib/doc/splitlines.h"

struct symbol_lines {
	struct slice symbols, replacement;
};

#define AT(field) offsetof(struct symbol_lines, field)

static const struct param params[] = {
	{.name = "symbols_to_remove", .kind = PARAM_TEXT, .at = AT(symbols),
	 .help = "the symbols, one after the other; empty: datatrove's 281 punctuation marks"},
	{.name = "replace_char", .kind = PARAM_TEXT, .at = AT(replacement),
	 .help = "what stands in for a run of removed lines; empty: nothing"},
	{0},
};

static bool is_symbol(const struct symbol_lines *r, struct slice one, uint32_t c)
{
	if (r->symbols.n)
		return slice_find(r->symbols, one, 0) != SIZE_MAX;
	return punct_is(c, PUNCT_SYMBOL);
}

static bool is_symbol_line(const struct symbol_lines *r, struct slice line)
{
	bool blank = true;
	unsigned size;

	for (size_t i = 0; i < line.n; i += size) {
		uint32_t c = utf8_at(line.p + i, &size);

		if (c != ' ' && !is_symbol(r, (struct slice){line.p + i, size}, c))
			return false;
		blank &= utf8_is_space(c);
	}
	return !blank;
}

static void symbol_lines_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct symbol_lines *r = self;
	struct parts parts = {.mem = scratch};
	struct slice piece;
	size_t removed = 0;
	bool in_removed_run = false;

	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		struct splitlines pieces = splitlines_of(d->line[i].text, i + 1 == d->n_lines);

		while (splitlines_next(&pieces, &piece)) {
			bool symbols = is_symbol_line(r, piece);

			if (!symbols)
				parts_add(&parts, i, piece);
			else if (!in_removed_run && r->replacement.n)
				parts_add(&parts, i, r->replacement);
			removed += symbols;
			in_removed_run = symbols;
		}
	}
	parts_write(&parts, d);
	if (removed)
		doc_count(d, "lines_removed", removed);
}

const struct stage_type symbol_lines_stage = {
	.name = "symbol_lines",
	.help = "removes lines that hold nothing but symbols",
	.params = params,
	.size = sizeof(struct symbol_lines),
	.doc = symbol_lines_doc,
	.edits = true,
};
