#include "lib/run/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_open(struct progress *p, bool is_shown, const char *what, uint64_t total,
                   uint64_t shards)
{
	*p = (struct progress){.is_shown = is_shown, .what = what, .total = total,
	                       .total_shards = shards};
	pthread_mutex_init(&p->lock, NULL);
	p->is_terminal = isatty(STDERR_FILENO);
	p->began = p->drawn = now_seconds();
}

void progress_more(struct progress *p, uint64_t packed)
{
	pthread_mutex_lock(&p->lock);
	p->total += packed;
	p->total_shards++;
	pthread_mutex_unlock(&p->lock);
}

/* "12.3 MB/s  4,567 docs/s  kept 61 %  eta 0:12" */
static int describe(const struct progress *p, double now, char *text, size_t cap)
{
	double seconds = now - p->began > 0.001 ? now - p->began : 0.001;
	double share = p->total ? (double)p->packed / (double)p->total : 0;
	int n = snprintf(text, cap, "%s%s%llu/%llu shards  %.1f MB/s  %.0f docs/s  kept %.1f %%",
	                 p->what, p->what[0] ? "  " : "", (unsigned long long)p->shards,
	                 (unsigned long long)p->total_shards, (double)p->plain / 1e6 / seconds,
	                 (double)p->records / seconds,
	                 p->records ? 100.0 * (double)p->kept / (double)p->records : 0.0);

	if (share > 0 && share < 1 && n > 0 && (size_t)n < cap) {
		unsigned left = (unsigned)(seconds / share - seconds);

		n += snprintf(text + n, cap - (size_t)n, "  eta %u:%02u:%02u", left / 3600,
		              left / 60 % 60, left % 60);
	}
	return n;
}

static void draw(struct progress *p, double now)
{
	char text[256], bar[21], line[320];
	unsigned filled = p->total ? (unsigned)(20 * p->packed / p->total) : 0;

	p->drawn = now;
	p->was_drawn = true;
	describe(p, now, text, sizeof text);
	if (!p->is_terminal) {
		log_note("%s", text);
		return;
	}
	memset(bar, '.', 20);
	memset(bar, '#', filled > 20 ? 20 : filled);
	bar[20] = 0;
	int n = snprintf(line, sizeof line, "\r[%s] %s\033[K", bar, text);

	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		p->is_shown = false;
}

static void tick(struct progress *p)
{
	double now = now_seconds();

	if (p->is_shown && now - p->drawn >= (p->is_terminal ? 0.2 : 60))
		draw(p, now);
}

void progress_block(struct progress *p, uint64_t plain, uint64_t records, uint64_t kept)
{
	pthread_mutex_lock(&p->lock);
	p->plain += plain;
	p->records += records;
	p->kept += kept;
	tick(p);
	pthread_mutex_unlock(&p->lock);
}

void progress_shard(struct progress *p, uint64_t packed)
{
	pthread_mutex_lock(&p->lock);
	p->shards++;
	p->packed += packed;
	tick(p);
	pthread_mutex_unlock(&p->lock);
}

void progress_close(struct progress *p)
{
	if (p->is_shown && p->is_terminal && p->was_drawn &&
	    write(STDERR_FILENO, "\r\033[K", 4) < 0)
		p->is_shown = false;
	pthread_mutex_destroy(&p->lock);
}
