#include "lib/dedup/sketches.h"

#include <stdlib.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "lib/base/par.h"

enum { NAMED = 5 }; /* missing files that a message names */

static int list_missing(const char *const *path, size_t n, struct err *e)
{
	struct buf list = {0};
	size_t missing = 0;
	struct sealed file;
	struct err why = {0};

	for (size_t i = 0; i < n; i++) {
		if (sealed_open(&file, path[i], SKETCH_MAGIC, &why) == 0) {
			sealed_close(&file);
			continue;
		}
		if (missing++ < NAMED)
			buf_addf(&list, "%s%s", missing > 1 ? "; " : "", why.msg);
	}
	if (missing)
		err_set_rc(e, RC_STATE,
		           "the sketch stage is not complete, %zu of %zu files missing: %s%s",
		           missing, n, buf_text(&list), missing > NAMED ? "; …" : "");
	buf_free(&list);
	return missing ? -1 : 0;
}

static struct slice first_line(struct slice s)
{
	const char *const end = memchr(s.p, '\n', s.n);

	return end ? slice_head(s, (size_t)(end - s.p)) : s;
}

static int compare_settings(const struct sketches *s, size_t i, struct err *e)
{
	const struct sketch *const f = &s->file[i];
	const bool old = i < s->old;
	const struct slice mine = old ? first_line(f->settings) : f->settings;
	const struct slice wanted = old ? first_line(s->settings) : s->settings;

	if (slice_equal(mine, wanted) && f->shape.lists == s->shape.lists &&
	    f->shape.width == s->shape.width && f->shape.sig_bytes == s->shape.sig_bytes &&
	    f->shape.sets >= s->shape.sets)
		return 0;
	return err_set_rc(e, RC_STATE, "%s: made with other settings: %.*s, not %.*s", f->path,
	                  SLICE(mine), SLICE(wanted));
}

int sketches_open(struct sketches *s, const char *const *path, size_t n, size_t old, struct err *e)
{
	struct buf key = {0};
	const struct sketch *typical;

	*s = (struct sketches){.old = old};
	if (n == 0)
		return err_set_rc(e, RC_STATE, "there are no sketches");
	if (list_missing(path, n, e) != 0)
		return -1;
	s->file = mem_new(struct sketch, n);
	s->base = mem_new(uint64_t, n + 1);
	for (; s->n < n; s->n++)
		if (sketch_open(&s->file[s->n], path[s->n], e) != 0)
			goto failed;
	typical = &s->file[old < n ? old : 0];
	s->shape = typical->shape;
	s->settings = typical->settings;
	for (size_t i = 0; i < n; i++) {
		if (compare_settings(s, i, e) != 0)
			goto failed;
		s->base[i + 1] = s->base[i] + s->file[i].docs;
		buf_addf(&key, "%016llx %zu\n", (unsigned long long)s->file[i].file.hash,
		         i < old ? (size_t)1 : 0);
	}
	s->docs = s->base[n];
	s->old_docs = s->base[old];
	s->key = hash64(buf_slice(&key));
	buf_free(&key);
	return 0;
failed:
	buf_free(&key);
	sketches_close(s);
	return -1;
}

void sketches_close(struct sketches *s)
{
	for (size_t i = 0; i < s->n; i++)
		sketch_close(&s->file[i]);
	free(s->file);
	free(s->base);
	*s = (struct sketches){0};
}

struct check {
	const struct sketches *s;
	size_t which, of;
};

static int check_one(void *user, size_t i, unsigned thread, struct err *e)
{
	const struct check *const c = user;
	struct sealed file;
	int rc;

	(void)thread;
	if (sketch_begin(&c->s->file[i * c->of + c->which], &file, e) != 0)
		return -1;
	rc = sealed_check(&file, e);
	sealed_close(&file);
	return rc;
}

int sketches_check(const struct sketches *s, unsigned threads, unsigned which, unsigned of,
                   struct err *e)
{
	struct check c = {s, which, of};

	return which >= s->n ? 0 : par_for(threads, (s->n - which + of - 1) / of, check_one, &c, e);
}

size_t sketches_file_of(const struct sketches *s, uint64_t doc)
{
	size_t low = 0, high = s->n;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (s->base[middle] <= doc)
			low = middle;
		else
			high = middle;
	}
	return low;
}
