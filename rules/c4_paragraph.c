/* mC4's paragraph rule: a document needs enough long lines (datatrove's C4ParagraphFilter). */
#include "lib/run/stage.h"

#include "lib/base/utf8.h"
#include "lib/doc/stats.h"

struct c4_paragraph {
	int64_t min_paragraphs, min_paragraph_len;
};

#define AT(field) offsetof(struct c4_paragraph, field)

static const struct param params[] = {
	{.name = "min_paragraphs", .kind = PARAM_INT, .at = AT(min_paragraphs), .preset = "3",
	 .min = 0, .max = 1e9, .help = "fewest long lines"},
	{.name = "min_paragraph_len", .kind = PARAM_INT, .at = AT(min_paragraph_len),
	 .preset = "200", .min = 1, .max = 1e9, .help = "code points that make a line long"},
	{0},
};

static void c4_paragraph_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct c4_paragraph *r = self;
	struct stats s = stats_open(d);
	struct slice text = doc_text(d), line;
	int64_t long_lines = 0;

	(void)scratch;
	while ((long_lines < r->min_paragraphs || d->complete) && slice_cut(&text, '\n', &line))
		if ((int64_t)line.n >= r->min_paragraph_len)
			long_lines += (int64_t)utf8_count(line) >= r->min_paragraph_len;
	stats_add(&s, "long_lines", (double)long_lines);
	if (long_lines < r->min_paragraphs)
		stats_drop(&s,
		           arena_addf(d->mem, "< %lld paragraphs", (long long)r->min_paragraphs));
	stats_close(&s);
}

const struct stage_type c4_paragraph_stage = {
	.name = "c4_paragraph",
	.help = "drops documents with too few long lines",
	.params = params,
	.size = sizeof(struct c4_paragraph),
	.doc = c4_paragraph_doc,
};
