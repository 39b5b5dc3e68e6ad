#include "lib/dedup/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "lib/base/hash.h"
#include "lib/base/interrupt.h"
#include "lib/base/mem.h"

enum { VERSION = 1, HEAD = 16, TAIL = 24, PENDING = 1 << 16 };

/* Tasks that do the same work at the same time must not write into each other's files: the name
 * tells hosts and processes apart. The result does not depend on it. */
static void temporary_name(const char *path, struct buf *out)
{
	char host[256] = "";

	gethostname(host, sizeof host - 1);
	buf_addf(out, "%s.%08x-%ld.tmp", path, (unsigned)hash64(slice_of(host)), (long)getpid());
}

int sealed_create(struct sealed_out *s, const char *path, const char *kind, struct err *e)
{
	struct buf tmp = {0};
	char head[HEAD];
	const uint32_t version = VERSION;

	*s = (struct sealed_out){0};
	temporary_name(path, &tmp);
	s->file = outfile_open(path, buf_text(&tmp), 0, e);
	buf_free(&tmp);
	if (!s->file)
		return -1;
	s->hash = XXH3_createState();
	if (!s->hash)
		mem_die(1024);
	XXH3_64bits_reset(s->hash);
	memcpy(head, "CURDEDUP", 8);
	memcpy(head + 8, kind, 4);
	memcpy(head + 12, &version, 4);
	if (outfile_write(s->file, (struct slice){head, HEAD}, e) != 0) {
		sealed_abandon(s);
		return -1;
	}
	return 0;
}

static int flush(struct sealed_out *s, struct err *e)
{
	const struct slice bytes = buf_slice(&s->pending);

	if (bytes.n == 0)
		return 0;
	XXH3_64bits_update(s->hash, bytes.p, bytes.n);
	s->pending.n = 0;
	return outfile_write(s->file, bytes, e);
}

int sealed_write(struct sealed_out *s, const void *p, size_t n, struct err *e)
{
	if (n == 0)
		return 0;
	s->size += n;
	if (s->pending.n + n > PENDING && flush(s, e) != 0)
		return -1;
	if (n < PENDING) {
		buf_add(&s->pending, (struct slice){p, n});
		return 0;
	}
	XXH3_64bits_update(s->hash, p, n);
	return outfile_write(s->file, (struct slice){p, n}, e);
}

int sealed_commit(struct sealed_out *s, struct err *e)
{
	char tail[TAIL];
	struct outfile *const file = s->file;
	const int rc = flush(s, e);
	const uint64_t hash = XXH3_64bits_digest(s->hash);

	memcpy(tail, &s->size, 8);
	memcpy(tail + 8, &hash, 8);
	memcpy(tail + 16, "CURDDEND", 8);
	if (rc != 0 || outfile_write(file, (struct slice){tail, TAIL}, e) != 0) {
		sealed_abandon(s);
		return -1;
	}
	s->file = NULL;
	sealed_abandon(s);
	return outfile_commit(file, e);
}

void sealed_abandon(struct sealed_out *s)
{
	XXH3_freeState(s->hash);
	buf_free(&s->pending);
	if (s->file)
		outfile_abandon(s->file);
	*s = (struct sealed_out){0};
}

static int refuse(struct sealed *s, struct err *e, const char *why)
{
	const char *const path = s->path;

	sealed_close(s);
	return err_set_rc(e, RC_STATE, "%s: %s", path, why);
}

static int pread_all(int fd, char *p, size_t n, uint64_t at)
{
	while (n > 0) {
		const ssize_t got = pread(fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		p += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return 0;
}

int sealed_open(struct sealed *s, const char *path, const char *kind, struct err *e)
{
	char head[HEAD], tail[TAIL];
	uint32_t version;
	struct stat st;

	*s = (struct sealed){.fd = open(path, O_RDONLY | O_CLOEXEC), .path = path};
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		return refuse(s, e, strerror(errno));
	if (st.st_size < HEAD + TAIL || pread_all(s->fd, head, HEAD, 0) != 0 ||
	    pread_all(s->fd, tail, TAIL, (uint64_t)st.st_size - TAIL) != 0)
		return refuse(s, e, "cut short");
	if (memcmp(head, "CURDEDUP", 8) != 0 || memcmp(head + 8, kind, 4) != 0)
		return refuse(s, e, "not a file of this stage");
	memcpy(&version, head + 12, 4);
	if (version != VERSION)
		return refuse(s, e, "made by another version");
	memcpy(&s->size, tail, 8);
	memcpy(&s->hash, tail + 8, 8);
	if (memcmp(tail + 16, "CURDDEND", 8) != 0 || s->size != (uint64_t)st.st_size - HEAD - TAIL)
		return refuse(s, e, "cut short or extended: its end mark does not fit");
	return 0;
}

void sealed_close(struct sealed *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int sealed_read(const struct sealed *s, uint64_t at, void *p, size_t n, struct err *e)
{
	if (at > s->size || n > s->size - at)
		return err_set_rc(e, RC_STATE, "%s: damaged: a place beyond its end is asked for",
		                  s->path);
	if (pread_all(s->fd, p, n, HEAD + at) != 0)
		return err_set_rc(e, RC_INPUT, "%s: cannot read: %s", s->path, strerror(errno));
	return 0;
}

int sealed_each(const struct sealed *s,
                int (*take)(void *user, const void *p, size_t n, struct err *e), void *user,
                struct err *e)
{
	XXH3_state_t *const hash = XXH3_createState();
	char *const block = mem_alloc(SEALED_BLOCK);
	int rc = 0;

	XXH3_64bits_reset(hash);
	for (uint64_t at = 0; at < s->size && rc == 0; at += SEALED_BLOCK) {
		const size_t n =
		        s->size - at < SEALED_BLOCK ? (size_t)(s->size - at) : SEALED_BLOCK;

		rc = interrupt_check(e) ? -1 : sealed_read(s, at, block, n, e);
		if (rc == 0)
			XXH3_64bits_update(hash, block, n);
		if (rc == 0 && take)
			rc = take(user, block, n, e);
	}
	if (rc == 0 && s->hash != XXH3_64bits_digest(hash))
		rc = err_set_rc(e, RC_STATE, "%s: damaged: its checksum does not fit", s->path);
	XXH3_freeState(hash);
	free(block);
	return rc;
}

int sealed_check(const struct sealed *s, struct err *e)
{
	return sealed_each(s, NULL, NULL, e);
}

bool sealed_is_of(const char *path, const char *kind, uint64_t key)
{
	struct err e = {0};
	struct sealed file;
	uint64_t end = 0;
	bool is_of = false;

	if (sealed_open(&file, path, kind, &e) == 0) {
		is_of = file.size >= sizeof end &&
		        sealed_read(&file, file.size - sizeof end, &end, sizeof end, &e) == 0 &&
		        end == key;
		sealed_close(&file);
	}
	return is_of;
}

int sealed_map(const char *path, const char *kind, const void **content, size_t *bytes,
               struct err *e)
{
	struct sealed file;
	char *p;

	if (sealed_open(&file, path, kind, e) != 0)
		return -1;
	if (sealed_check(&file, e) != 0) {
		sealed_close(&file);
		return -1;
	}
	*bytes = (size_t)file.size;
	p = mmap(NULL, *bytes + HEAD, PROT_READ, MAP_SHARED, file.fd, 0);
	sealed_close(&file);
	if (p == MAP_FAILED)
		return err_set_rc(e, RC_INPUT, "%s: cannot map: %s", path, strerror(errno));
	*content = p + HEAD;
	return 0;
}

void sealed_unmap(const void *content, size_t bytes)
{
	if (content)
		munmap((char *)content - HEAD, bytes + HEAD);
}
