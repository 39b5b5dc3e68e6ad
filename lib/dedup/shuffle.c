#include "lib/dedup/shuffle.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/interrupt.h"
#include "lib/base/mem.h"
#include "lib/dedup/radix.h"

/* One file a partition; what does not fit in memory is rewritten once as sorted runs. */
struct partition {
	int fd;
	uint64_t records;
	pthread_mutex_t lock; /* guards the writes of the sort below */
	bool sorted;          /* the file is made of sorted runs of run_records */
	uint64_t run_records;
	uint64_t *memory; /* in place of a file, whose fd is -1: the records, sorted */
};

struct shuffle {
	unsigned width, threads;
	uint64_t top;
	size_t n, held; /* partitions; records a thread holds for each */
	struct partition *part;
	uint64_t **pending; /* [thread * n + partition]: held records, or NULL */
	uint32_t *pending_n;
};

static int fail(struct err *e, const char *what)
{
	return err_set_rc(e, RC_OUTPUT, "dedup scratch file: cannot %s: %s", what, strerror(errno));
}

/* The file has no name from the start, so that nothing is left behind, and a random one before, so
 * that no other process opens it. */
static int open_partition(struct partition *p, const char *dir, const char *name, size_t i,
                          struct err *e)
{
	struct buf path = {0};

	buf_addf(&path, "%s/%s.%zu.XXXXXX", dir, name, i);
	p->fd = mkostemp(path.p, O_APPEND | O_CLOEXEC);
	if (p->fd < 0)
		err_set_rc(e, RC_OUTPUT, "%s: %s", buf_text(&path), strerror(errno));
	else
		unlink(buf_text(&path));
	buf_free(&path);
	pthread_mutex_init(&p->lock, NULL);
	return p->fd < 0 ? -1 : 0;
}

struct shuffle *shuffle_open(const char *dir, const char *name, unsigned width, uint64_t top,
                             size_t partitions, unsigned threads, uint64_t mem, struct err *e)
{
	struct shuffle *const s = mem_new(struct shuffle, 1);
	uint64_t held;

	s->width = width;
	s->threads = threads ? threads : 1;
	s->top = top ? top : 1;
	s->part = mem_new(struct partition, partitions);
	held = mem / s->threads / partitions / width / 8;
	s->held = held < 8 ? 8 : held > 8192 ? 8192 : (size_t)held;
	s->pending = mem_new(uint64_t *, partitions * s->threads);
	s->pending_n = mem_new(uint32_t, partitions * s->threads);
	for (; s->n < partitions; s->n++)
		if (open_partition(&s->part[s->n], dir, name, s->n, e) != 0) {
			shuffle_close(s);
			return NULL;
		}
	return s;
}

struct shuffle *shuffle_of_memory(uint64_t *records, size_t n, unsigned width)
{
	struct shuffle *const s = mem_new(struct shuffle, 1);
	uint64_t *const spare = mem_alloc(n * width * 8 + 8);

	radix_sort(records, spare, n, width);
	free(spare);
	s->width = width;
	s->part = mem_new(struct partition, 1);
	s->n = 1;
	s->part[0] = (struct partition){.fd = -1, .records = n, .memory = records};
	pthread_mutex_init(&s->part[0].lock, NULL);
	return s;
}

static int write_all(int fd, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;

	while (n > 0) {
		const ssize_t put = write(fd, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return fail(e, "write");
		p += put;
		n -= (size_t)put;
	}
	return 0;
}

static int read_at(int fd, void *bytes, size_t n, uint64_t at, struct err *e)
{
	char *p = bytes;

	while (n > 0) {
		const ssize_t got = pread(fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail(e, "read");
		p += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return 0;
}

static int flush(struct shuffle *s, size_t slot, struct err *e)
{
	struct partition *const p = &s->part[slot % s->n];
	int rc;

	if (interrupt_check(e) != 0)
		return -1;
	pthread_mutex_lock(&p->lock);
	rc = write_all(p->fd, s->pending[slot], (size_t)s->pending_n[slot] * s->width * 8, e);
	p->records += s->pending_n[slot];
	pthread_mutex_unlock(&p->lock);
	s->pending_n[slot] = 0;
	return rc;
}

int shuffle_add(struct shuffle *s, unsigned thread, const uint64_t *record, struct err *e)
{
	const size_t to = (size_t)((unsigned __int128)record[0] * s->n / s->top);
	const size_t slot = thread * s->n + (to < s->n ? to : s->n - 1);

	if (!s->pending[slot])
		s->pending[slot] = mem_alloc(s->held * s->width * 8);
	for (unsigned i = 0; i < s->width; i++)
		s->pending[slot][s->pending_n[slot] * s->width + i] = record[i];
	if (++s->pending_n[slot] < s->held)
		return 0;
	return flush(s, slot, e);
}

int shuffle_end(struct shuffle *s, struct err *e)
{
	for (size_t slot = 0; slot < s->n * s->threads; slot++) {
		if (s->pending_n[slot] && flush(s, slot, e) != 0)
			return -1;
		free(s->pending[slot]);
		s->pending[slot] = NULL;
	}
	return 0;
}

uint64_t shuffle_records(const struct shuffle *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->part[i].records;
	return n;
}

size_t shuffle_partitions(const struct shuffle *s)
{
	return s->n;
}

void shuffle_close(struct shuffle *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (s->part[i].fd >= 0)
			close(s->part[i].fd);
		free(s->part[i].memory);
		pthread_mutex_destroy(&s->part[i].lock);
	}
	for (size_t i = 0; i < s->n * s->threads; i++)
		free(s->pending[i]);
	free(s->pending);
	free(s->pending_n);
	free(s->part);
	free(s);
}

/* A sorted run being merged: a window of it in memory. */
struct run {
	uint64_t at, end; /* records of the file not yet in the window */
	uint64_t *window;
	size_t n, next;
};

struct shuffle_in {
	const struct shuffle *s;
	int fd;
	uint64_t *all; /* the whole partition, or NULL when runs are merged */
	uint64_t *own; /* the same, when it is to be freed */
	size_t n, next;
	struct run *run;
	size_t runs, window;  /* records of a window */
	size_t *heap, heaped; /* indices of runs, smallest head first */
};

/* Sorts the file piece by piece in place. */
static int make_runs(const struct shuffle *s, struct partition *p, size_t run_records,
                     struct err *e)
{
	const size_t bytes = s->width * 8;
	uint64_t *const piece = mem_alloc(2 * run_records * bytes);
	int rc = 0;

	/* pwrite appends on a file opened to append, whatever its offset. */
	if (fcntl(p->fd, F_SETFL, 0) != 0)
		rc = fail(e, "rewrite");
	for (uint64_t at = 0; at < p->records && rc == 0; at += run_records) {
		const size_t n =
		        p->records - at < run_records ? (size_t)(p->records - at) : run_records;

		rc = interrupt_check(e) ? -1 : read_at(p->fd, piece, n * bytes, at * bytes, e);
		if (rc != 0)
			break;
		radix_sort(piece, piece + run_records * s->width, n, s->width);
		if (pwrite(p->fd, piece, n * bytes, (off_t)(at * bytes)) != (ssize_t)(n * bytes))
			rc = fail(e, "rewrite");
	}
	free(piece);
	p->sorted = rc == 0;
	p->run_records = run_records;
	return rc;
}

static int refill(struct shuffle_in *in, struct run *r, struct err *e)
{
	const size_t bytes = in->s->width * 8;
	const size_t n = r->end - r->at < in->window ? (size_t)(r->end - r->at) : in->window;

	r->next = 0;
	r->n = n;
	if (interrupt_check(e) != 0 || read_at(in->fd, r->window, n * bytes, r->at * bytes, e) != 0)
		return -1;
	r->at += n;
	return 0;
}

static const uint64_t *head_of(const struct shuffle_in *in, size_t run)
{
	return in->run[run].window + in->run[run].next * in->s->width;
}

static void sink(struct shuffle_in *in, size_t i)
{
	for (;;) {
		size_t small = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < in->heaped; child++)
			if (radix_compare(head_of(in, in->heap[child]),
			                  head_of(in, in->heap[small]), in->s->width) < 0)
				small = child;
		if (small == i)
			return;
		const size_t swap = in->heap[i];
		in->heap[i] = in->heap[small];
		in->heap[small] = swap;
		i = small;
	}
}

static int open_runs(struct shuffle_in *in, const struct partition *p, uint64_t mem, struct err *e)
{
	in->runs = (size_t)((p->records + p->run_records - 1) / p->run_records);
	in->window = (size_t)(mem / in->runs / in->s->width / 8);
	if (in->window < 64)
		in->window = 64;
	in->run = mem_new(struct run, in->runs);
	in->heap = mem_new(size_t, in->runs);
	for (size_t i = 0; i < in->runs; i++) {
		struct run *const r = &in->run[i];

		r->at = i * p->run_records;
		r->end = r->at + p->run_records < p->records ? r->at + p->run_records : p->records;
		r->window = mem_alloc(in->window * in->s->width * 8);
		if (refill(in, r, e) != 0)
			return -1;
		in->heap[in->heaped++] = i;
	}
	for (size_t i = in->heaped; i-- > 0;)
		sink(in, i);
	return 0;
}

static int load_all(struct shuffle_in *in, const struct partition *p, struct err *e)
{
	const unsigned width = in->s->width;
	uint64_t *spare;

	in->n = (size_t)p->records;
	in->own = in->all = mem_alloc(in->n * width * 8 + 8);
	if (in->n && read_at(p->fd, in->all, in->n * width * 8, 0, e) != 0)
		return -1;
	spare = mem_alloc(in->n * width * 8 + 8);
	radix_sort(in->all, spare, in->n, width);
	free(spare);
	return 0;
}

struct shuffle_in *shuffle_read(struct shuffle *s, size_t partition, uint64_t mem, struct err *e)
{
	struct partition *const p = &s->part[partition];
	struct shuffle_in *const in = mem_new(struct shuffle_in, 1);
	const uint64_t fits = mem / 2 / s->width / 8;
	int rc;

	in->s = s;
	in->fd = p->fd;
	if (p->fd < 0) {
		in->all = p->memory;
		in->n = (size_t)p->records;
		return in;
	}
	pthread_mutex_lock(&p->lock);
	if (!p->sorted && p->records <= fits) {
		rc = load_all(in, p, e);
	} else {
		rc = p->sorted ? 0 : make_runs(s, p, fits < 1024 ? 1024 : (size_t)fits, e);
		if (rc == 0)
			rc = open_runs(in, p, mem / 2, e);
	}
	pthread_mutex_unlock(&p->lock);
	if (rc == 0)
		return in;
	shuffle_done(in);
	return NULL;
}

int shuffle_next(struct shuffle_in *in, uint64_t *record, struct err *e)
{
	const unsigned width = in->s->width;
	struct run *r;

	if (in->all) {
		if (in->next == in->n)
			return 0;
		memcpy(record, in->all + in->next++ * width, width * 8);
		return 1;
	}
	if (in->heaped == 0)
		return 0;
	memcpy(record, head_of(in, in->heap[0]), width * 8);
	r = &in->run[in->heap[0]];
	if (++r->next == r->n) {
		if (r->at == r->end)
			in->heap[0] = in->heap[--in->heaped];
		else if (refill(in, r, e) != 0)
			return -1;
	}
	sink(in, 0);
	return 1;
}

void shuffle_done(struct shuffle_in *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->runs; i++)
		free(in->run[i].window);
	free(in->run);
	free(in->heap);
	free(in->own);
	free(in);
}
