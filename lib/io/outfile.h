/* An output file that is either whole under its final name or not there at all. */
#ifndef CURATE_IO_OUTFILE_H
#define CURATE_IO_OUTFILE_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/io/file.h" /* file_read_all */

struct outfile;

/* Creates tmp_path (folders above it too), or with `keep` > 0 opens an existing one, cuts it back
 * to its first `keep` bytes and appends. The final name is `path`; "-" is stdout, then tmp_path is
 * not used (may be NULL). NULL: e is set, RC_OUTPUT; a tmp that is shorter than `keep` is RC_STATE.
 */
struct outfile *outfile_open(const char *path, const char *tmp_path, uint64_t keep, struct err *e);

/* Appends. After a failure nothing more is written and every later call, commit included, fails. */
int outfile_write(struct outfile *f, struct slice bytes, struct err *e);

/* Bytes in the file so far (stdout: bytes written). */
uint64_t outfile_size(const struct outfile *f);

/* Makes what was written so far survive a crash, for checkpoints. Nothing on pipes. */
int outfile_sync(struct outfile *f, struct err *e);

/* fsync, rename to the final name, fsync of its folder; frees f whatever happens. On failure the
 * tmp is removed and no final file is made
 * (only when the very last step, fsync of the folder, fails is it there). */
int outfile_commit(struct outfile *f, struct err *e);

/* Closes and removes the tmp; `f` may be NULL. outfile_leave closes and leaves the tmp for a later
 * run. */
void outfile_abandon(struct outfile *f);
void outfile_leave(struct outfile *f);

/* The whole of a small file at once, through PATH.tmp, fsync and rename; RC_OUTPUT. */
int file_write_atomic(const char *path, struct slice bytes, struct err *e);

/* Makes the folders above path, like mkdir -p of its dirname; RC_OUTPUT. */
int dir_make_parents(const char *path, struct err *e);

#endif
