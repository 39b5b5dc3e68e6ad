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

enum { OTHERS = 512 }; /* descriptors left to the rest of the program */

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

static int open_kept(struct names *names, size_t i, struct err *e)
{
	struct name_file *const file = &names->file[i];
	int rc = 0;

	pthread_mutex_lock(&names->lock);
	if (!file->is_open) {
		rc = sealed_open(&file->sealed, verdict_path(names->dir, i, VERDICT_NAME, &file->path),
		                 VERDICT_NAME, e);
		file->is_open = rc == 0;
	}
	pthread_mutex_unlock(&names->lock);
	return rc;
}

int names_read(struct names *names, uint64_t file, uint64_t at, void *p, size_t n, struct err *e)
{
	struct buf path = {0};
	struct sealed sealed;
	int rc;

	if (file >= names->n)
		return err_set_rc(e, RC_STATE, "%s: a name is in no file", names->dir);
	if (file < names->kept)
		return !names->file[file].is_open && open_kept(names, (size_t)file, e) != 0
		               ? -1
		               : sealed_read(&names->file[file].sealed, at, p, n, e);
	rc = sealed_open(&sealed, verdict_path(names->dir, (size_t)file, VERDICT_NAME, &path),
	                 VERDICT_NAME, e);
	if (rc == 0) {
		rc = sealed_read(&sealed, at, p, n, e);
		sealed_close(&sealed);
	}
	buf_free(&path);
	return rc;
}
