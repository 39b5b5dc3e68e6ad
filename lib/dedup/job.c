#include "lib/dedup/job.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/log.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/index.h"
#include "lib/dedup/match.h"
#include "lib/io/shards.h"
#include "lib/io/stream.h"

enum { READ = 1 << 20 };

static const char *sketch_path(const struct dedup_job *j, size_t i, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/sketch/%06zu.sketch", j->dir, i);
	return buf_text(path);
}

/* What the part was when the sketch was made, behind the shard's name. */
static int part_name(const struct dedup_job *j, size_t i, struct buf *name, struct err *e)
{
	const struct shard shard = {.path = j->part[i], .relative = j->part[i], .is_file = true};
	struct fingerprint f;

	if (shard_fingerprint(&shard, &f, e) != 0)
		return -1;
	buf_addf(name, "%s\n%llu %016llx", j->name[i], (unsigned long long)f.size,
	         (unsigned long long)f.ends);
	return 0;
}

static bool sketch_is_done(const struct dedup_job *j, const char *path, struct slice name)
{
	struct err e = {0};
	struct sketch s;
	bool done = false;

	if (sketch_open(&s, path, &e) == 0) {
		done = slice_equal(s.name, name) && slice_equal(s.settings, j->settings);
		sketch_close(&s);
	}
	return done;
}

/* Takes all whole rows off the front of `held`. */
static int add_rows(const struct dedup_job *j, struct buf *held, bool ended, struct sketch_out *out,
                    struct arena *mem, struct err *e)
{
	struct slice rest = buf_slice(held);
	struct sketch_row row;

	while (rest.n > 0 && (ended || sketch_row_bytes(&j->shape, rest) <= rest.n)) {
		arena_reset(mem, 1 << 16);
		if (sketch_row_read(&j->shape, &rest, &row, mem, e) != 1 ||
		    sketch_add(out, &row, e) != 0)
			return -1;
	}
	memmove(held->p, rest.p, rest.n);
	held->n = rest.n;
	return 0;
}

static int convert(const struct dedup_job *j, size_t i, struct sketch_out *out, struct err *e)
{
	struct stream *const in = stream_open(j->part[i], NULL, e);
	struct buf held = {0};
	struct arena mem = {0};
	int rc = in ? 1 : -1;

	while (rc == 1) {
		size_t got = 0;

		rc = interrupt_check(e)
		             ? -1
		             : stream_read(in, buf_reserve(&held, READ), READ, &got, e);
		held.n += got;
		if (rc >= 0 && add_rows(j, &held, rc == 0, out, &mem, e) != 0)
			rc = -1;
	}
	if (in)
		stream_close(in);
	buf_free(&held);
	arena_free(&mem);
	return rc;
}

static int sketch_one(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct dedup_job *const j = user;
	struct buf path = {0}, name = {0};
	struct sketch_out *out;
	int rc = 0;

	(void)thread;
	if (j->mine && !j->mine[i])
		return 0;
	rc = part_name(j, i, &name, e);
	sketch_path(j, i, &path);
	if (rc == 0 && !sketch_is_done(j, buf_text(&path), buf_slice(&name))) {
		out = sketch_create(buf_text(&path), &j->shape, j->settings, buf_slice(&name),
		                    j->mem / 4 / j->threads, e);
		rc = out ? convert(j, i, out, e) : -1;
		if (rc == 0)
			rc = sketch_commit(out, e);
		else
			sketch_abandon(out);
		if (rc != 0)
			err_prefix(e, "%s", j->part[i]);
	}
	buf_free(&path);
	buf_free(&name);
	return rc;
}

int dedup_sketch(const struct dedup_job *j, struct err *e)
{
	return par_for(j->threads, j->n, sketch_one, (void *)j, e);
}

int dedup_open_sketches(const struct dedup_job *j, struct sketches *s, struct err *e)
{
	char **path = NULL;
	size_t n = 0, old;
	struct buf name = {0};
	int rc = 0;

	for (size_t i = 0; j->against && i < j->against->n && rc == 0; i++)
		rc = index_paths(j->against->item[i].p, &path, &n, e);
	old = n;
	path = mem_grow(path, (n + j->n + 1) * sizeof *path);
	for (size_t i = 0; i < j->n && rc == 0; i++) {
		sketch_path(j, i, &name);
		path[n++] = mem_text(name.p, name.n);
	}
	if (rc == 0)
		rc = sketches_open(s, (const char *const *)path, n, old, e);
	if (rc == 0 && j->against_only)
		s->key = hash_mix(s->key);
	for (size_t i = 0; i < n; i++)
		free(path[i]);
	free(path);
	buf_free(&name);
	return rc;
}

int dedup_match(const struct dedup_job *j, struct err *e)
{
	struct buf dir = {0};
	struct sketches s;
	int rc = dedup_open_sketches(j, &s, e);

	if (rc != 0)
		return rc;
	buf_addf(&dir, "%s/match", j->dir);
	const struct match_options o = {.dir = buf_text(&dir),
	                                .against_only = j->against_only,
	                                .task = j->task,
	                                .tasks = j->tasks,
	                                .threads = j->threads,
	                                .mem = j->mem};

	rc = sketches_check(&s, j->threads, j->task, j->tasks, e);
	if (rc == 0)
		rc = match_run(&s, &o, e);
	sketches_close(&s);
	buf_free(&dir);
	return rc;
}

int dedup_open_verdict(const struct dedup_job *j, struct verdict *v, struct err *e)
{
	struct buf dir = {0};
	int rc;

	buf_addf(&dir, "%s/verdict", j->dir);
	rc = verdict_open(v, buf_text(&dir), j->mine, e);
	buf_free(&dir);
	return rc;
}

void dedup_judge(const struct verdict *v, struct doc *d)
{
	const struct verdict_entry *const entry = verdict_find(v, d->shard, d->record);
	struct buf json = {0};

	if (!entry)
		return;
	verdict_json(v, entry, &json);
	doc_note(d, d->stage, buf_slice(&json));
	buf_free(&json);
	if (entry->survivor != entry->doc)
		doc_drop(d, S("duplicate"));
}
