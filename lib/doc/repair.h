/* Repairs text that was damaged on its way: mojibake, HTML entities, terminal escapes, control
 * characters. What it does is what ftfy 6.3.1 does (fix_text), step by step. */
#ifndef CURATE_DOC_REPAIR_H
#define CURATE_DOC_REPAIR_H

#include "lib/base/arena.h"

enum repair_html { REPAIR_HTML_AUTO, REPAIR_HTML_TRUE, REPAIR_HTML_FALSE };
enum repair_form { REPAIR_FORM_NONE, REPAIR_NFC, REPAIR_NFD, REPAIR_NFKC, REPAIR_NFKD };

struct repair_options {
	int unescape_html; /* enum repair_html; auto: until the first '<' of the document */
	bool remove_terminal_escapes, fix_encoding, restore_byte_a0, replace_lossy_sequences;
	bool decode_inconsistent_utf8, fix_c1_controls, fix_latin_ligatures, fix_character_width;
	bool uncurl_quotes, fix_line_breaks, remove_control_chars;
	int normalization; /* enum repair_form */
};

struct repair; /* tables; shared by all threads */

struct repair *repair_open(void);
void repair_close(struct repair *r);

/* A text of several lines is repaired line by line, in order; each comes with its LF where it has
 * one. `o` is the document's own copy of the options: a '<' switches unescaping off for what
 * follows. Returns the line itself when nothing is wrong with it. */
struct slice repair_line(const struct repair *r, struct repair_options *o, struct slice line,
                         struct arena *scratch);

#endif
