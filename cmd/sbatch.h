/* A run as Slurm jobs: one bash script that submits an array for every pass, the work between the
 * passes, and the report, each waiting for the one before. */
#ifndef CURATE_CMD_SBATCH_H
#define CURATE_CMD_SBATCH_H

#include "cmd/common.h"

/* What the script is made of. */
struct sbatch {
	const struct recipe *recipe; /* opened */
	const char *out;             /* output folder */
	int argc;                    /* the command line that asked for it */
	char **argv;
};

/* Adds the script; RC_USAGE when the command line asks for one task or one step already. */
int sbatch_text(const struct sbatch *s, struct buf *text, struct err *e);

/* Writes it to OUT/_curate/slurm/submit.sh and becomes bash running that; returns only on failure.
 */
enum rc sbatch_submit(const struct sbatch *s, struct err *e);

#endif
