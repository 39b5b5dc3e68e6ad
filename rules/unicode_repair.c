/* Repairs text damaged on its way, as ftfy.fix_text does with datatrove's settings (FTFYFormatter):
 * mojibake, HTML entities, terminal escapes, control characters. */
#include "lib/run/stage.h"

#include "lib/doc/repair.h"

struct unicode_repair {
	struct repair_options options;
	struct repair *repair;
};

#define AT(field) offsetof(struct unicode_repair, options.field)
#define FLAG(field, value, what)                                                                  \
	{.name = #field, .kind = PARAM_BOOL, .at = AT(field), .preset = value, .help = what}

static const struct param params[] = {
	{.name = "unescape_html", .kind = PARAM_CHOICE, .at = AT(unescape_html), .preset = "auto",
	 .choices = "auto|true|false",
	 .help = "turn entities such as &eacute; into text; auto: up to the first '<'"},
	FLAG(remove_terminal_escapes, "true", "remove colour codes of terminals"),
	FLAG(fix_encoding, "true", "undo decoding with the wrong encoding"),
	FLAG(restore_byte_a0, "true", "also where byte A0 has become a space"),
	FLAG(replace_lossy_sequences, "true", "also where bytes were lost: those become U+FFFD"),
	FLAG(decode_inconsistent_utf8, "true", "also in parts of a line"),
	FLAG(fix_c1_controls, "true", "read C1 control characters as Windows-1252"),
	FLAG(fix_latin_ligatures, "false", "take Latin ligatures apart"),
	FLAG(fix_character_width, "false", "replace half- and full-width forms"),
	FLAG(uncurl_quotes, "false", "make quotation marks straight"),
	FLAG(fix_line_breaks, "false", "make CR, CRLF, U+0085, U+2028 and U+2029 line feeds"),
	FLAG(remove_control_chars, "true", "remove control characters"),
	{.name = "normalization", .kind = PARAM_CHOICE, .at = AT(normalization), .preset = "none",
	 .choices = "none|nfc|nfd|nfkc|nfkd", .help = "a Unicode normal form at the end"},
	{0},
};

static int unicode_repair_init(void *self, struct err *e)
{
	struct unicode_repair *r = self;

	(void)e;
	r->repair = repair_open();
	return 0;
}

static void unicode_repair_fini(void *self)
{
	struct unicode_repair *r = self;

	repair_close(r->repair);
}

/* Repairs a source line, which may hold LFs, into `out`; the LF behind it is shown to the repair,
 * for it is evidence too, and left out of the result. */
static void repair_source_line(const struct unicode_repair *r, struct repair_options *o,
                               struct slice line, bool last, struct buf *in, struct buf *out,
                               struct arena *scratch)
{
	buf_reset(in);
	buf_reset(out);
	buf_add(in, line);
	if (!last)
		buf_byte(in, '\n');
	for (struct slice rest = buf_slice(in); rest.n;) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		size_t n = lf ? (size_t)(lf - rest.p) + 1 : rest.n;

		buf_add(out, repair_line(r->repair, o, slice_head(rest, n), scratch));
		rest = slice_tail(rest, n);
	}
	if (!last && out->n && out->p[out->n - 1] == '\n')
		out->n--;
}

static void unicode_repair_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct unicode_repair *r = self;
	struct repair_options options = r->options;
	struct buf in = {0}, out = {0};

	doc_lines(d);
	for (size_t i = 0; i < d->n_lines; i++) {
		repair_source_line(r, &options, d->line[i].text, i + 1 == d->n_lines, &in, &out,
		                   scratch);
		doc_put(d, i, buf_slice(&out));
	}
	buf_free(&in);
	buf_free(&out);
}

const struct stage_type unicode_repair_stage = {
	.name = "unicode_repair",
	.help = "repairs mojibake, entities, terminal escapes and control characters",
	.params = params,
	.size = sizeof(struct unicode_repair),
	.init = unicode_repair_init,
	.fini = unicode_repair_fini,
	.doc = unicode_repair_doc,
	.edits = true,
};
