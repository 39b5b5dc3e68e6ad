#include "lib/io/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* When a process began, in the kernel's ticks: a pid that was given out again is told by it. 0:
 * there is no such process. */
static unsigned long long process_start(long pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;

	snprintf(path, sizeof path, "/proc/%ld/stat", pid);
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	size_t n = fread(text, 1, sizeof text - 1, f);

	fclose(f);
	text[n] = 0;
	const char *p = strrchr(text, ')'); /* the name before it may hold spaces */

	if (p && p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X'))
		return 0; /* dead, and only waiting for its parent to ask */
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p + 1, NULL, 10);
	return start;
}

void claim_self(char out[256])
{
	char host[200] = "localhost";

	gethostname(host, sizeof host - 1);
	snprintf(out, 256, "%s:%ld", host, (long)getpid());
}

/* What a claim file says: "host:pid START SINCE TASK"; SINCE is for claim_read alone. */
static bool read_text(const char *path, char text[400], double *mtime)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ssize_t n = read(fd, text, 399);
	bool good = n > 0 && fstat(fd, &st) == 0;

	close(fd);
	if (!good)
		return false;
	text[n] = 0;
	*mtime = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9;
	return true;
}

static bool read_claim(const char *path, char holder[256], unsigned long long *start, double *mtime)
{
	char text[400];

	return read_text(path, text, mtime) && sscanf(text, "%255s %llu", holder, start) == 2;
}

bool claim_read(const char *path, struct claim_seen *seen)
{
	char text[400];
	double mtime, since;

	*seen = (struct claim_seen){0};
	if (!read_text(path, text, &mtime) ||
	    sscanf(text, "%255s %*u %lf %31s", seen->holder, &since, seen->task) < 2)
		return false;
	seen->age = (double)time(NULL) - mtime;
	seen->since = (double)time(NULL) - since;
	return true;
}

/* Whether a process on this host has been killed and is on its way out: it will write nothing more,
 * but may take a moment to leave. */
static bool process_is_ending(const char *holder)
{
	char path[64], line[256], self[256];
	const char *colon = strrchr(holder, ':');
	bool is_ending = false;

	claim_self(self);
	if (!colon || strncmp(holder, self, (size_t)(colon - holder) + 1) != 0)
		return false;
	snprintf(path, sizeof path, "/proc/%ld/status", strtol(colon + 1, NULL, 10));
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof line, f)) {
		unsigned long long pending;

		is_ending |= sscanf(line, "SigPnd: %llx", &pending) == 1 && (pending & 0x100);
		is_ending |= sscanf(line, "ShdPnd: %llx", &pending) == 1 && (pending & 0x100);
		is_ending |= strncmp(line, "Threads:\t0", 10) == 0;
	}
	if (f)
		fclose(f);
	return is_ending;
}

/* Whether the claim's process is known to be gone. `now` is the file system's time. */
static bool is_stale(const char *holder, unsigned long long start, double mtime, double now,
                     double lease)
{
	char self[256];
	const char *colon = strrchr(holder, ':'), *own;

	claim_self(self);
	own = strrchr(self, ':');
	if (!colon)
		return true;
	long pid = strtol(colon + 1, NULL, 10);

	if (colon - holder == own - self && memcmp(holder, self, (size_t)(own - self)) == 0)
		return process_start(pid) != start;
	return now - mtime > lease;
}

/* Removes a claim that is stale, under a guard of the same kind: without it, one process could
 * remove what another has just put in the stale one's place. `own` is this process's claim file. */
static void remove_stale(const char *path, const char *own, const char *guard, double now,
                         double lease)
{
	char holder[256];
	unsigned long long start;
	double mtime;

	if (link(own, guard)) { /* another is at it, or died at it */
		if (read_claim(guard, holder, &start, &mtime) &&
		    is_stale(holder, start, mtime, now, lease))
			unlink(guard);
		return;
	}
	if (read_claim(path, holder, &start, &mtime) && is_stale(holder, start, mtime, now, lease))
		unlink(path);
	unlink(guard);
}

/* This process's claim, under a name of its own; no fsync, a claim need not outlive a crash. */
static int write_own(const char *path, struct slice text, struct stat *st)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), bad = -1;

	if (fd < 0)
		return -1;
	if (write(fd, text.p, text.n) == (ssize_t)text.n)
		bad = 0;
	if (close(fd))
		bad = -1;
	return bad || stat(path, st) ? -1 : 0;
}

int claim_take(struct claim *c, const char *path, const char *task, double lease, char holder[256],
               struct err *e)
{
	char self[256], text[400];
	struct buf own = {0}, guard = {0};
	const struct timespec moment = {.tv_nsec = 20000000};
	struct stat st;
	int result = 0;

	*c = (struct claim){0};
	claim_self(self);
	int n = snprintf(text, sizeof text, "%s %llu %.0f %.31s\n", self, process_start(getpid()),
	                 (double)time(NULL), task);

	buf_addf(&own, "%s.%s", path, self);
	buf_addf(&guard, "%s.guard", path);
	if (write_own(buf_text(&own), (struct slice){text, (size_t)n}, &st)) {
		result = err_set_rc(e, RC_OUTPUT, "%s: no claim could be made: %m", path);
		goto done;
	}
	double now = (double)st.st_mtim.tv_sec + (double)st.st_mtim.tv_nsec / 1e9;

	for (int attempt = 0; attempt < 50 && result == 0; attempt++) {
		unsigned long long start;
		double mtime;

		if (link(own.p, path) == 0) {
			result = 1;
		} else if (errno != EEXIST) {
			result = err_set_rc(e, RC_OUTPUT, "%s: no claim could be made: %m", path);
		} else if (read_claim(path, holder, &start, &mtime)) {
			if (!is_stale(holder, start, mtime, now, lease)) {
				if (!process_is_ending(holder))
					break;
				nanosleep(&moment, NULL);
				continue;
			}
			remove_stale(path, own.p, buf_text(&guard), now, lease);
		}
	}
	unlink(own.p);
	if (result == 1) {
		c->path = mem_text(path, strlen(path));
		c->beat_at = now_seconds();
	}
done:
	buf_free(&own);
	buf_free(&guard);
	return result;
}

bool claim_is_ours(const struct claim *c)
{
	char self[256], holder[256];
	unsigned long long start;
	double mtime;

	claim_self(self);
	return c->path && read_claim(c->path, holder, &start, &mtime) && strcmp(holder, self) == 0;
}

bool claim_beat(struct claim *c, double lease)
{
	double now = now_seconds();

	if (!c->path || now - c->beat_at < lease / 10)
		return true;
	if (!claim_is_ours(c))
		return false;
	c->beat_at = now;
	if (utimensat(AT_FDCWD, c->path, NULL, 0))
		c->beat_at = now - lease; /* try again at the next block */
	return true;
}

bool claim_is_silent(const char *path, double lease)
{
	struct stat st;

	/* Two beats, and a second for what clocks and time stamps leave out. */
	return stat(path, &st) == 0 && (double)(time(NULL) - st.st_mtim.tv_sec) > lease / 5 + 1;
}

void claim_release(struct claim *c)
{
	if (claim_is_ours(c))
		unlink(c->path);
	free(c->path);
	*c = (struct claim){0};
}
