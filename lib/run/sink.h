/* Sinks: the output files of a unit. Workers pack their block's bytes on their own; the frames are
 * appended in block order and become visible together. */
#ifndef CURATE_RUN_SINK_H
#define CURATE_RUN_SINK_H

#include "lib/io/codec.h"
#include "lib/io/endmark.h"
#include "lib/io/outfile.h"

/* What one block adds to one sink. */
struct parcel {
	struct buf plain, packed;
	uint64_t records;
};

/* Packs what was gathered in plain; nothing for an empty one. */
int parcel_pack(struct parcel *p, const struct codec *codec, void *encoder, struct err *e);

/* How a sink is set up. */
struct sink_plan {
	const char *stem;     /* final path without suffix and codec extension; or "-" */
	const char
	        *root; /* folder that `outputs` of sink_commit leaves out of the paths; or NULL */
	const char *suffix;   /* ".jsonl"; "" takes the stem as the whole path */
	const char *tmp_dir;  /* outlives the sink */
	const struct codec *codec;
	uint64_t rotate; /* compressed bytes of a piece, then files are STEM-00000.jsonl…; 0: one
	                    file */
	bool always;          /* the file is made even when nothing goes into it */
};

struct sink {
	struct sink_plan plan;
	char *stem; /* owned copy */
	struct outfile *file; /* NULL: not begun */
	struct frames frames;
	uint64_t *piece; /* bytes of the pieces finished before the current one */
	size_t n_pieces;
};

void sink_open(struct sink *s, const struct sink_plan *plan);

/* Appends one packed frame; nothing for an empty one. */
int sink_add(struct sink *s, const struct parcel *p, struct err *e);

/* Makes the files visible; *bytes grows by their size, and `outputs` (may be NULL) by a JSON object
 * for each. Closes the sink whatever happens. */
int sink_commit(struct sink *s, struct buf *outputs, uint64_t *bytes, struct err *e);

/* Closes; removes the temporary files, or with `keep` leaves them for a later run. */
void sink_close(struct sink *s, bool keep);

/* Syncs, and adds {"size":…,"frames":HEX,"pieces":[…]} from which sink_restore goes on. */
int sink_save(struct sink *s, struct buf *json, struct err *e);

struct sink_saved {
	uint64_t size;
	struct slice frames; /* hexadecimal */
	uint64_t *piece;
	size_t n_pieces;
};
int sink_restore(struct sink *s, const struct sink_saved *saved, struct err *e);

#endif
