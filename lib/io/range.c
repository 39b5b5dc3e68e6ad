#include "lib/io/range.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/io/check.h"
#include "lib/io/file.h"

enum { HEAD = 512 }; /* bytes that tell text from other formats */

/* JSON holds no control characters but these; archives, images and columns do within a few bytes.
 */
static bool is_text(const char *head, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)head[i] < ' ' && head[i] != '\n' && head[i] != '\r' &&
		    head[i] != '\t')
			return false;
	return true;
}

static int too_many(const char *path, uint64_t n, struct err *e)
{
	return err_set_rc(e, RC_USAGE,
	                  "%s would be cut in %llu parts or more, %d are the most: ask for larger "
	                  "ones",
	                  path, (unsigned long long)n, RANGES_MAX);
}

/* Adds a range that begins here and ends at the end of the file, unless another one follows. */
static void add(struct ranges *r, uint64_t from, uint64_t plain_from)
{
	if (r->n) {
		r->item[r->n - 1].to = from;
		r->item[r->n - 1].plain_to = plain_from;
	}
	if ((r->n & (r->n - 1)) == 0)
		r->item = mem_grow(r->item, (r->n ? 2 * r->n : 1) * sizeof *r->item);
	r->item[r->n++] = (struct range){.from = from, .plain_from = plain_from};
}

static void finish(struct ranges *r, uint64_t to, uint64_t plain_to, uint64_t file)
{
	if (r->n < 2) {
		ranges_free(r);
		return;
	}
	r->item[r->n - 1].to = to;
	r->item[r->n - 1].plain_to = plain_to;
	for (size_t i = 0; i < r->n; i++) {
		r->item[i].number = (uint32_t)i;
		r->item[i].of = (uint32_t)r->n;
		r->item[i].file = file;
	}
}

static int cut_plain(struct ranges *r, const char *path, uint64_t file, uint64_t size,
                     struct err *e)
{
	if (file / size >= RANGES_MAX)
		return too_many(path, file / size, e);
	for (uint64_t at = 0; at < file; at += size)
		add(r, at, at);
	finish(r, file, file, file);
	return 0;
}

static int cut_frames(struct ranges *r, const char *path, uint64_t file, uint64_t size,
                      struct err *e)
{
	struct endmark mark;
	struct frames frames = {0};
	struct frame at = {0};
	struct err damage;
	uint64_t next = 0; /* the multiple that the range in hand is to begin behind */
	int bad = 0;

	if (check_index(path, &mark, &frames, &damage) == 1) {
		while (!bad && frames_next(&frames, &at)) {
			if (at.plain_at < next || at.plain == 0)
				continue;
			add(r, at.packed_at, at.plain_at);
			next = at.plain_at - at.plain_at % size + size;
			if (r->n > RANGES_MAX)
				bad = too_many(path, r->n, e);
		}
		finish(r, mark.packed, mark.plain, file);
	}
	frames_free(&frames);
	return bad;
}

int ranges_cut(struct ranges *r, const char *path, uint64_t size, struct err *e)
{
	char head[HEAD];
	struct stat st;
	int fd = file_open(path, O_RDONLY), bad = 0;

	*r = (struct ranges){0};
	if (fd < 0)
		return 0;
	bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	uint64_t file = is_file ? (uint64_t)st.st_size : 0;
	size_t n = file < HEAD ? (size_t)file : HEAD;

	if (n && file_read_at(fd, 0, head, n) == 0) {
		if (!codec_sniff(head, n)->is_identity)
			bad = cut_frames(r, path, file, size, e);
		else if (file > size && is_text(head, n))
			bad = cut_plain(r, path, file, size, e);
	}
	close(fd);
	return bad;
}

void ranges_free(struct ranges *r)
{
	free(r->item);
	*r = (struct ranges){0};
}

void range_name(const struct range *r, const char *mark, struct buf *out)
{
	int digits = 4;

	for (uint32_t most = 10000; most < r->of; most *= 10)
		digits++;
	if (r->of)
		buf_addf(out, "%s%0*u", mark, digits, r->number);
}
