/* The verdict of a selection: one byte a record of the corpus, in a file that is mapped. */
#include "rules/select_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/interrupt.h"
#include "lib/base/json_write.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/io/outfile.h"
#include "lib/io/stream.h"

/* Calls `each` with every row of every shard. */
static int each_row(const struct corpus *c,
                    int (*each)(void *user, const struct select_row *row, struct err *e),
                    void *user, struct err *e)
{
	struct select_row row;
	size_t got = 0;
	int rc = 0;

	for (size_t i = 0; i < c->n && rc >= 0; i++) {
		struct stream *in = stream_open(c->part[i], NULL, e);

		if (!in)
			return -1;
		while ((rc = stream_read(in, (char *)&row, sizeof row, &got, e)) > 0) {
			row.shard = i;
			if (got != sizeof row || row.record >= c->records[i])
				rc = err_set_rc(e, RC_STATE, "%s: damaged", c->part[i]);
			else
				rc = interrupt_check(e) || each(user, &row, e) ? -1 : 1;
			if (rc < 0)
				break;
		}
		stream_close(in);
	}
	return rc;
}

static size_t index_shards(struct select_stage *s, const struct corpus *c)
{
	size_t n = 0;

	free(s->first);
	s->first = mem_new(uint64_t, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		s->first[i] = n;
		n += c->records[i];
	}
	return n;
}

struct solving {
	struct select_stage *stage;
	struct select_solver *solver;
	uint8_t *place;
};

static int add_row(void *user, const struct select_row *row, struct err *e)
{
	struct solving *w = user;

	return select_solver_add(w->solver, row, e);
}

static int place_row(void *user, const struct select_row *row, struct err *e)
{
	struct solving *w = user;
	struct select_plan *p = &w->stage->plan;
	const size_t cut = select_place(p, row->score);

	(void)e;
	if (cut < p->n_cuts) {
		p->cut[cut].documents++;
		p->cut[cut].weight += row->weight;
	}
	w->place[w->stage->first[row->shard] + row->record] =
		cut < p->n_cuts ? (uint8_t)(PLACE_CUT + cut) : PLACE_NONE;
	return 0;
}

static int place_rows(struct solving *w, const struct corpus *c, struct err *e)
{
	const size_t n_cuts = w->stage->plan.n_cuts;
	struct select_row row;
	size_t cut;
	int rc;

	if (w->stage->plan.epsilon > 0) {
		select_solver_finish(w->solver);
		return each_row(c, place_row, w, e);
	}
	while ((rc = select_solver_next(w->solver, &row, &cut, e)) > 0) {
		w->place[w->stage->first[row.shard] + row.record] =
			cut < n_cuts ? (uint8_t)(PLACE_CUT + cut) : PLACE_NONE;
		if (interrupt_check(e))
			return -1;
	}
	return rc;
}

static const char *file_in(const struct corpus *c, struct arena *mem, const char *name)
{
	return arena_addf(mem, "%s/%s", c->dir, name).p;
}

/* What was found, for people: DIR/select.json and a line on stderr. */
static int report(const struct solving *w, const struct corpus *c, struct arena *mem,
                  struct err *e)
{
	const struct select_plan *p = &w->stage->plan;
	struct buf out = {0};
	int rc;

	buf_addf(&out, "{\"total\":%.0f,\"error\":%.0f,\"cuts\":[",
	         select_solver_total(w->solver), select_solver_error(w->solver));
	for (size_t i = 0; i < p->n_cuts; i++) {
		const struct select_cut *cut = &p->cut[i];

		buf_addf(&out, "%s{\"threshold\":", i ? "," : "");
		json_write_real(&out, cut->threshold);
		buf_addf(&out, ",\"documents\":%llu,\"weight\":%llu}",
		         (unsigned long long)cut->documents, (unsigned long long)cut->weight);
		log_note("select: %.*s %s %.9g: %llu documents, weight %llu of %.0f",
		         SLICE(w->stage->score), p->lowest ? "<=" : ">=", cut->threshold,
		         (unsigned long long)cut->documents, (unsigned long long)cut->weight,
		         select_solver_total(w->solver));
	}
	if (select_solver_total(w->solver) == 0)
		log_error("select: no document has the score '%.*s'", SLICE(w->stage->score));
	buf_add(&out, S("]}\n"));
	rc = file_write_atomic(file_in(c, mem, "select.json"), buf_slice(&out), e);
	buf_free(&out);
	return rc;
}

/* Maps `n` zero bytes of a new file. */
static uint8_t *map_new(const char *path, size_t n, int *fd, struct err *e)
{
	uint8_t *p = MAP_FAILED;

	*fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (*fd >= 0 && (errno = posix_fallocate(*fd, 0, (off_t)(n + 1))) == 0)
		p = mmap(NULL, n + 1, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (p != MAP_FAILED)
		return p;
	err_set_rc(e, RC_OUTPUT, "%s: %s", path, strerror(errno));
	return NULL;
}

int select_solve(void *self, const struct corpus *c, struct err *e)
{
	struct select_stage *s = self;
	struct arena mem = {0};
	const char *const path = file_in(c, &mem, "verdict"),
			 *const tmp = file_in(c, &mem, "verdict.tmp");
	const size_t n = index_shards(s, c);
	struct solving w = {.stage = s, .solver = select_solver_open(&s->plan, c->dir, c->mem / 4)};
	int fd = -1, rc = -1;

	w.place = map_new(tmp, n, &fd, e);
	if (!w.place || each_row(c, add_row, &w, e) || place_rows(&w, c, e) ||
	    report(&w, c, &mem, e))
		goto done;
	if (fsync(fd) || rename(tmp, path))
		err_set_rc(e, RC_OUTPUT, "%s: %s", path, strerror(errno));
	else
		rc = 0;
done:
	if (w.place)
		munmap(w.place, n + 1);
	if (fd >= 0)
		close(fd);
	if (rc)
		unlink(tmp);
	select_solver_close(w.solver);
	arena_free(&mem);
	return rc;
}

int select_load(void *self, const struct corpus *c, struct err *e)
{
	struct select_stage *s = self;
	struct arena mem = {0};
	const char *const path = file_in(c, &mem, "verdict");
	const size_t n = index_shards(s, c) + 1;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = MAP_FAILED;

	if (fd >= 0 && lseek(fd, 0, SEEK_END) == (off_t)n)
		p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		err_set_rc(e, RC_STATE, "%s: missing or not this corpus's", path);
	} else {
		s->place = p;
		s->n_places = n;
	}
	if (fd >= 0)
		close(fd);
	arena_free(&mem);
	return p == MAP_FAILED ? -1 : 0;
}

void select_unload(struct select_stage *s)
{
	if (s->place)
		munmap(s->place, s->n_places);
	free(s->first);
}
