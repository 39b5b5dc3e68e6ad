#include "lib/dedup/names.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "lib/base/mem.h"

struct name_file {
	atomic_bool is_open;
	struct sealed sealed;
	struct buf path;
};

/* OTHERS: descriptors left to the rest of the program. */
enum { OTHERS = 512, PLACE_BITS = 40, SHORT_ID = 60 };

void names_open(struct names *names)
{
	struct rlimit limit = {0};

	pthread_mutex_init(&names->lock, NULL);
	names->file = mem_new(struct name_file, names->n + 1);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < names->n + OTHERS && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = names->n + OTHERS < limit.rlim_max ? names->n + OTHERS
		                                                    : limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	names->kept = limit.rlim_cur <= OTHERS          ? 0
	              : limit.rlim_cur - OTHERS < names->n ? limit.rlim_cur - OTHERS
	                                                : names->n;
}

void names_close(struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		if (names->file[i].is_open)
			sealed_close(&names->file[i].sealed);
		buf_free(&names->file[i].path);
	}
	free(names->file);
	pthread_mutex_destroy(&names->lock);
}

const char *names_path(const struct names *names, size_t i, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/name-%04zu", names->dir, i);
	return buf_text(path);
}

int names_add(const struct names *names, struct sealed_out *out, size_t i, const uint8_t *sig,
              struct slice id, uint64_t *place, struct err *e)
{
	const uint32_t n = (uint32_t)id.n;

	if (sealed_write(out, sig, names->sig_bytes, e) != 0)
		return -1;
	*place = (uint64_t)i << PLACE_BITS | out->size;
	if (sealed_write(out, &n, sizeof n, e) != 0)
		return -1;
	return sealed_write(out, id.p, id.n, e);
}

static int open_kept(struct names *names, size_t i, struct err *e)
{
	struct name_file *const file = &names->file[i];
	int rc = 0;

	pthread_mutex_lock(&names->lock);
	if (!file->is_open) {
		rc = sealed_open(&file->sealed, names_path(names, i, &file->path), NAMES_MAGIC, e);
		file->is_open = rc == 0;
	}
	pthread_mutex_unlock(&names->lock);
	return rc;
}

/* Most ids come with the first read. */
static int get_from(const struct names *names, const struct sealed *file, uint64_t at,
                    struct buf *out, struct err *e)
{
	const size_t head = names->sig_bytes + sizeof(uint32_t);
	uint64_t from = at - names->sig_bytes, left, first;
	uint32_t n;

	buf_reset(out);
	if (at < names->sig_bytes || from > file->size || file->size - from < head)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
	left = file->size - from;
	first = left < head + SHORT_ID ? left : head + SHORT_ID;
	if (sealed_read(file, from, buf_reserve(out, first), first, e) != 0)
		return -1;
	memcpy(&n, out->p + names->sig_bytes, sizeof n);
	if (n > left - head)
		return err_set_rc(e, RC_STATE, "%s: damaged", file->path);
	out->n = head + n;
	if (out->n <= first)
		return 0;
	out->n = 0;
	buf_reserve(out, head + n);
	out->n = head + n;
	return sealed_read(file, from, out->p, out->n, e);
}

int names_get(struct names *names, uint64_t place, struct buf *out, struct err *e)
{
	const uint64_t i = place >> PLACE_BITS, at = place & ((UINT64_C(1) << PLACE_BITS) - 1);
	struct buf path = {0};
	struct sealed sealed;
	int rc;

	if (i >= names->n)
		return err_set_rc(e, RC_STATE, "%s: a name is in no file", names->dir);
	if (i < names->kept)
		return !names->file[i].is_open && open_kept(names, (size_t)i, e) != 0
		               ? -1
		               : get_from(names, &names->file[i].sealed, at, out, e);
	rc = sealed_open(&sealed, names_path(names, (size_t)i, &path), NAMES_MAGIC, e);
	if (rc == 0) {
		rc = get_from(names, &sealed, at, out, e);
		sealed_close(&sealed);
	}
	buf_free(&path);
	return rc;
}
