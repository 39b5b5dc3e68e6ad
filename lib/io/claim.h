/* A claim: a lease file that says which process works on a unit. Made with link(2) and judged by
 * the file system's own clock, so it holds on NFS and needs no locks. */
#ifndef CURATE_IO_CLAIM_H
#define CURATE_IO_CLAIM_H

#include <stdbool.h>

#include "lib/base/err.h"

struct claim {
	char *path;     /* NULL: not held */
	double beat_at; /* seconds, monotonic: when it was last renewed */
};

/* 1: it is ours; 0: someone else's, `holder` says whose ("host:pid"); -1: the file cannot be made
 * (RC_OUTPUT; its folder is there). `task` ("3/64" or "") is for those who read it. A claim is
 * taken over when its process on this host is gone, or when it was made on another host and has not
 * been renewed for `lease` seconds. */
int claim_take(struct claim *c, const char *path, const char *task, double lease, char holder[256],
               struct err *e);

/* Renews it when a tenth of the lease has passed; call it now and then. False: this process slept
 * so long that another has taken the claim over, and is to leave the unit alone. */
bool claim_beat(struct claim *c, double lease);

/* Whether it is held, and has not been taken over. */
bool claim_is_ours(const struct claim *c);

/* Whether a claim was not renewed when it should have been, by this machine's clock: then it may be
 * stale, and claim_take will know. One call. */
bool claim_is_silent(const char *path, double lease);

void claim_release(struct claim *c);

/* "host:pid" of this process. */
void claim_self(char out[256]);

/* What a claim says to those who watch. */
struct claim_seen {
	char holder[256]; /* "host:pid" */
	char task[32];    /* "3/64" or "" */
	double since,
	        age; /* seconds since it was made / since it was renewed, by this machine's clock */
};

/* False when there is none. */
bool claim_read(const char *path, struct claim_seen *seen);

#endif
