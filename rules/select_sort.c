#include "rules/select_sort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

enum { BLOCK = 4096, MIN_ROWS = 1024 }; /* rows read of a run at a time; rows before a spill */

/* A sorted run on disk, read a block at a time. */
struct run {
	FILE *file;
	struct select_row *row;
	size_t n, at;
};

struct select_sorter {
	const char *dir;
	int (*compare)(const void *a, const void *b);
	struct select_row *row;
	size_t n, cap, max;
	size_t at; /* the next row of memory to hand out */
	struct run *run;
	size_t n_runs;
	size_t *heap; /* of runs that have rows left, best first row on top */
	size_t n_heap;
	bool reading;
};

static int by_score(const void *a, const void *b)
{
	const struct select_row *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->shard != y->shard)
		return x->shard < y->shard ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

static int by_domain(const void *a, const void *b)
{
	const struct select_row *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	return by_score(a, b);
}

struct select_sorter *select_sorter_open(const char *dir, uint64_t mem, enum select_order order)
{
	struct select_sorter *s = mem_new(struct select_sorter, 1);

	s->dir = dir;
	s->compare = order == SELECT_BY_DOMAIN ? by_domain : by_score;
	s->max = mem / sizeof(struct select_row);
	if (s->max < MIN_ROWS)
		s->max = MIN_ROWS;
	return s;
}

void select_sorter_close(struct select_sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_runs; i++) {
		fclose(s->run[i].file);
		free(s->run[i].row);
	}
	free(s->run);
	free(s->heap);
	free(s->row);
	free(s);
}

/* A file that is gone when it is closed, however the program ends. */
static FILE *unnamed_file(const char *dir, struct err *e)
{
	char path[4096];
	FILE *f = NULL;
	int fd;

	snprintf(path, sizeof path, "%s/select-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0) {
		unlink(path);
		f = fdopen(fd, "w+b");
	}
	if (!f)
		err_set_rc(e, RC_OUTPUT, "%s: %s", path, strerror(errno));
	return f;
}

static void sort_rows(struct select_sorter *s)
{
	if (s->n)
		qsort(s->row, s->n, sizeof *s->row, s->compare);
}

static int spill(struct select_sorter *s, struct err *e)
{
	FILE *f = unnamed_file(s->dir, e);

	if (!f)
		return -1;
	sort_rows(s);
	if (fwrite(s->row, sizeof *s->row, s->n, f) != s->n || fflush(f) ||
	    fseeko(f, 0, SEEK_SET)) {
		err_set_rc(e, RC_OUTPUT, "%s: sorting scores: %s", s->dir, strerror(errno));
		fclose(f);
		return -1;
	}
	s->run = mem_grow(s->run, (s->n_runs + 1) * sizeof *s->run);
	s->run[s->n_runs++] = (struct run){.file = f};
	s->n = 0;
	return 0;
}

int select_sorter_add(struct select_sorter *s, const struct select_row *row, struct err *e)
{
	if (s->n == s->max && spill(s, e))
		return -1;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : MIN_ROWS;
		if (s->cap > s->max)
			s->cap = s->max;
		s->row = mem_grow(s->row, s->cap * sizeof *s->row);
	}
	s->row[s->n++] = *row;
	return 0;
}

/* 1: the run has a row at hand; 0: it is used up. */
static int refill(struct run *r, const char *dir, struct err *e)
{
	if (r->at < r->n)
		return 1;
	r->at = 0;
	r->n = fread(r->row, sizeof *r->row, BLOCK, r->file);
	if (ferror(r->file))
		return err_set_rc(e, RC_OUTPUT, "%s: sorting scores: %s", dir, strerror(errno));
	return r->n > 0;
}

static bool run_before(const struct select_sorter *s, size_t a, size_t b)
{
	const struct run *x = &s->run[a], *y = &s->run[b];

	return s->compare(&x->row[x->at], &y->row[y->at]) < 0;
}

static void sink_down(struct select_sorter *s, size_t i)
{
	for (;;) {
		size_t best = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->n_heap; child++)
			if (run_before(s, s->heap[child], s->heap[best]))
				best = child;
		if (best == i)
			return;

		const size_t other = s->heap[i];

		s->heap[i] = s->heap[best];
		s->heap[best] = other;
		i = best;
	}
}

/* Ends adding: what is in memory is sorted there, or becomes the last run. */
static int begin_reading(struct select_sorter *s, struct err *e)
{
	s->reading = true;
	if (s->n_runs == 0) {
		sort_rows(s);
		return 0;
	}
	if (s->n && spill(s, e))
		return -1;
	free(s->row);
	s->row = NULL;
	s->heap = mem_new(size_t, s->n_runs);
	for (size_t i = 0; i < s->n_runs; i++) {
		s->run[i].row = mem_new(struct select_row, BLOCK);
		if (refill(&s->run[i], s->dir, e) < 0)
			return -1;
		s->heap[s->n_heap++] = i;
	}
	for (size_t i = s->n_heap; i-- > 0;)
		sink_down(s, i);
	return 0;
}

int select_sorter_next(struct select_sorter *s, struct select_row *row, struct err *e)
{
	if (!s->reading && begin_reading(s, e))
		return -1;
	if (s->n_runs == 0) {
		if (s->at == s->n)
			return 0;
		*row = s->row[s->at++];
		return 1;
	}
	if (s->n_heap == 0)
		return 0;

	struct run *top = &s->run[s->heap[0]];

	*row = top->row[top->at++];
	switch (refill(top, s->dir, e)) {
	case -1:
		return -1;
	case 0:
		s->heap[0] = s->heap[--s->n_heap];
	}
	sink_down(s, 0);
	return 1;
}
