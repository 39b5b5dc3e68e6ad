#include "lib/dedup/join.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"
#include "lib/dedup/match.h"
#include "lib/dedup/stars.h"
#include "lib/dedup/unionfind.h"

#define JOIN_MAGIC "JOIN"
#define LABEL_MAGIC "LABL"

enum { NAMED = 5 };

struct joining {
	const struct join *j;
	bool in_memory;
	struct unionfind sets;
	struct stars stars;
	struct match_head sum;
};

/* Of label files: as many of them, from the same sketches. */
static uint64_t key_of(const struct join *j)
{
	return hash_mix(j->s->key + j->parts);
}

static const char *path_of(const struct join *j, size_t i, bool head, struct buf *path)
{
	buf_reset(path);
	if (head)
		buf_addf(path, "%s/joined", j->dir);
	else
		buf_addf(path, "%s/label-%04zu", j->dir, i);
	return buf_text(path);
}

/* Reads all heads: what is missing, and the sums. */
static int check_edges(struct joining *w, struct err *e)
{
	const size_t units = match_units(w->j->s);
	struct buf missing = {0}, path = {0};
	size_t n = 0;

	for (size_t i = 0; i < units; i++) {
		const char *const name = match_path(w->j->s, w->j->edges, i, &path);
		struct match_head head;
		struct sealed file;
		struct err why = {0};
		int rc = sealed_open(&file, name, MATCH_MAGIC, &why);

		if (rc == 0) {
			rc = match_head(&file, &head, &why);
			if (rc == 0 && head.key != w->j->s->key)
				rc = err_set(&why, "%s: made from other sketches", name);
			sealed_close(&file);
		}
		if (rc != 0) {
			if (n++ < NAMED)
				buf_addf(&missing, "%s%s", n > 1 ? "; " : "", why.msg);
			continue;
		}
		w->sum.edges += head.edges;
		w->sum.buckets += head.buckets;
		if (head.largest > w->sum.largest)
			w->sum.largest = head.largest;
	}
	if (n)
		err_set_rc(e, RC_STATE,
		           "the match stage is not complete, %zu of %zu files missing: %s%s", n,
		           units, buf_text(&missing), n > NAMED ? "; …" : "");
	buf_free(&missing);
	buf_free(&path);
	return n ? -1 : 0;
}

/* One edge file being read. */
struct reading {
	struct joining *w;
	unsigned thread;
	uint64_t left; /* edges; behind them is the head */
};

static int take_edges(void *user, const void *p, size_t bytes, struct err *e)
{
	struct reading *const r = user;
	struct joining *const w = r->w;
	const uint64_t *const edge = p, docs = w->j->s->docs;
	const size_t n = bytes / 16 < r->left ? bytes / 16 : (size_t)r->left;

	r->left -= n;
	if (share_beat(w->j->share, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const uint64_t a = edge[2 * i], b = edge[2 * i + 1];

		if (a >= docs || b >= docs || a == b)
			return err_set_rc(e, RC_STATE, "%s: an edge file is damaged", w->j->edges);
		if (w->in_memory)
			unionfind_join(&w->sets, a, b);
		else if (stars_add(&w->stars, r->thread, a, b, e) != 0)
			return -1;
	}
	return 0;
}

/* A par_for job: the edges of one unit. */
static int read_unit(void *user, size_t i, unsigned thread, struct err *e)
{
	struct reading r = {.w = user, .thread = thread};
	const struct join *const j = r.w->j;
	struct buf path = {0};
	struct match_head head;
	struct sealed file;
	int rc = sealed_open(&file, match_path(j->s, j->edges, i, &path), MATCH_MAGIC, e);

	if (rc == 0) {
		rc = match_head(&file, &head, e);
		r.left = head.edges;
		if (rc == 0)
			rc = sealed_each(&file, take_edges, &r, e);
		sealed_close(&file);
	}
	buf_free(&path);
	return rc;
}

static int label_memory(struct joining *w, size_t i, struct sealed_out *out, struct err *e)
{
	const uint64_t docs = w->j->s->docs, parts = w->j->parts;
	const uint64_t end = (uint64_t)((unsigned __int128)docs * (i + 1) / parts);

	for (uint64_t doc = (uint64_t)((unsigned __int128)docs * i / parts); doc < end; doc++) {
		if (!unionfind_is_joined(&w->sets, doc))
			continue;
		const uint64_t label[2] = {doc, unionfind_root(&w->sets, doc)};

		if (sealed_write(out, label, sizeof label, e) != 0)
			return -1;
	}
	return 0;
}

static int label_stars(struct joining *w, size_t i, struct sealed_out *out, struct err *e)
{
	struct shuffle_in *const in =
	        shuffle_read(w->stars.edge, i, w->j->mem / 4 / w->j->threads, e);
	uint64_t label[2], last = UINT64_MAX;
	int rc = in ? 1 : -1;

	while (rc == 1 && (rc = shuffle_next(in, label, e)) == 1) {
		if (label[0] != last && sealed_write(out, label, sizeof label, e) != 0)
			rc = -1;
		last = label[0];
	}
	shuffle_done(in);
	return rc;
}

/* A par_for job: label file i. */
static int write_labels(void *user, size_t i, unsigned thread, struct err *e)
{
	struct joining *const w = user;
	const uint64_t key = key_of(w->j);
	struct sealed_out out;
	struct buf path = {0};
	int rc = sealed_create(&out, path_of(w->j, i, false, &path), LABEL_MAGIC, e);

	(void)thread;
	if (rc == 0)
		rc = share_beat(w->j->share, e);
	if (rc == 0)
		rc = w->in_memory ? label_memory(w, i, &out, e) : label_stars(w, i, &out, e);
	if (rc == 0)
		rc = sealed_write(&out, &key, sizeof key, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	buf_free(&path);
	return rc;
}

static int write_head(struct joining *w, struct err *e)
{
	struct sealed_out out;
	struct buf path = {0};
	int rc = sealed_create(&out, path_of(w->j, 0, true, &path), JOIN_MAGIC, e);

	w->sum.key = key_of(w->j);
	if (rc == 0)
		rc = sealed_write(&out, &w->sum, sizeof w->sum, e);
	if (rc == 0)
		rc = sealed_write(&out, &w->sum.key, sizeof w->sum.key, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	buf_free(&path);
	return rc;
}

int join_run(const struct join *j, struct err *e)
{
	struct joining w = {.j = j};
	int rc = check_edges(&w, e);

	if (rc != 0)
		return rc;
	w.in_memory = j->s->docs * 8 <= j->mem / 2;
	w.stars = (struct stars){.dir = j->dir,
	                         .docs = j->s->docs,
	                         .labels = j->parts,
	                         .threads = j->threads,
	                         .mem = j->mem,
	                         .share = j->share};
	if (w.in_memory)
		unionfind_open(&w.sets, j->s->docs);
	else
		rc = stars_open(&w.stars, w.sum.edges, e);
	if (rc == 0)
		rc = par_for(j->threads, match_units(j->s), read_unit, &w, e);
	if (rc == 0 && !w.in_memory)
		rc = stars_solve(&w.stars, e);
	if (rc == 0)
		rc = par_for(j->threads, j->parts, write_labels, &w, e);
	if (rc == 0)
		rc = write_head(&w, e);
	unionfind_close(&w.sets);
	stars_close(&w.stars);
	return rc;
}

bool join_is_done(const struct join *j)
{
	struct buf path = {0};
	const bool done = sealed_is_of(path_of(j, 0, true, &path), JOIN_MAGIC, key_of(j));

	buf_free(&path);
	return done;
}

int join_stats(const struct join *j, struct verdict_stats *stats, struct err *e)
{
	struct buf path = {0};
	struct match_head sum = {0};
	struct sealed file;
	int rc = sealed_open(&file, path_of(j, 0, true, &path), JOIN_MAGIC, e);

	if (rc == 0) {
		rc = sealed_check(&file, e);
		if (rc == 0)
			rc = sealed_read(&file, 0, &sum, sizeof sum, e);
		sealed_close(&file);
	}
	stats->edges = sum.edges;
	stats->buckets = sum.buckets;
	stats->largest_bucket = sum.largest;
	buf_free(&path);
	return rc;
}

int join_labels(const struct join *j, size_t i, const uint64_t **label, size_t *n, struct err *e)
{
	struct buf path = {0};
	const void *content = NULL;
	size_t bytes = 0;
	int rc = sealed_map(path_of(j, i, false, &path), LABEL_MAGIC, &content, &bytes, e);

	*label = content;
	*n = bytes / 16;
	if (rc == 0 && (bytes % 16 != 8 || (*label)[*n * 2] != key_of(j))) {
		sealed_unmap(content, bytes);
		rc = err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&path));
	}
	buf_free(&path);
	return rc;
}
