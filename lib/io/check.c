#include "lib/io/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/io/file.h"

enum { CHECK_PIECE = 1 << 20 };

/* An open regular file with the codec its first bytes say. */
struct check_file {
	int fd;
	uint64_t size;
	const struct codec *codec;
};

static int check_open(struct check_file *f, const char *path, struct err *e)
{
	char head[CODEC_SNIFF];
	struct stat st;

	f->fd = file_open(path, O_RDONLY);
	if (f->fd < 0 || fstat(f->fd, &st))
		return err_set_rc(e, RC_INPUT, "%s: cannot open: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set_rc(e, RC_INPUT, "%s: is not a regular file", path);
	f->size = (uint64_t)st.st_size;

	size_t n = f->size < sizeof head ? (size_t)f->size : sizeof head;
	if (file_read_at(f->fd, 0, head, n))
		return err_set_rc(e, RC_INPUT, "%s: cannot read: %s", path, strerror(errno));
	f->codec = codec_sniff(head, n);
	return 0;
}

static void check_close(struct check_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
}

static int find_mark(const struct check_file *f, const char *path, struct endmark *m, struct err *e)
{
	char tail[ENDMARK_TAIL];
	size_t n = f->size < sizeof tail ? (size_t)f->size : sizeof tail;

	if (file_read_at(f->fd, f->size - n, tail, n))
		return err_set_rc(e, RC_INPUT, "%s: cannot read: %s", path, strerror(errno));

	int r = endmark_parse(f->codec, (struct slice){tail, n}, f->size, m, e);
	return r < 0 ? err_prefix(e, "%s", path) : r;
}

int check_mark(const char *path, struct endmark *m, struct err *e)
{
	struct check_file f = {.fd = -1};
	int r = check_open(&f, path, e);

	if (r == 0)
		r = find_mark(&f, path, m, e);
	check_close(&f);
	return r;
}

static int read_index(const struct check_file *file, const char *path, const struct endmark *m,
                      struct frames *f, struct err *e)
{
	char *bytes = mem_alloc((size_t)m->index + 1);
	int rc = -1;

	if (file_read_at(file->fd, m->packed, bytes, (size_t)m->index))
		err_set_rc(e, RC_INPUT, "%s: cannot read: %s", path, strerror(errno));
	else if (endmark_index(file->codec, m, (struct slice){bytes, (size_t)m->index}, f, e))
		err_prefix(e, "%s", path);
	else
		rc = 0;
	free(bytes);
	return rc;
}

int check_index(const char *path, struct endmark *m, struct frames *f, struct err *e)
{
	struct check_file file = {.fd = -1};
	int r = check_open(&file, path, e);

	if (r == 0)
		r = find_mark(&file, path, m, e);
	if (r == 1 && read_index(&file, path, m, f, e))
		r = -1;
	check_close(&file);
	return r;
}

static int decode_all(struct stream *s, void (*each)(void *self, struct slice piece), void *self,
                      struct check *c, struct err *e)
{
	char *piece = mem_alloc(CHECK_PIECE);
	size_t n;
	int r;

	c->codec = stream_codec(s);
	c->ends_in_lf = true;
	while ((r = stream_read(s, piece, CHECK_PIECE, &n, e)) == 1) {
		for (const char *p = piece; (p = memchr(p, '\n', (size_t)(piece + n - p))); p++)
			c->lines++;
		c->ends_in_lf = piece[n - 1] == '\n';
		if (each)
			each(self, (struct slice){piece, n});
	}
	c->lines += !c->ends_in_lf;
	c->packed = stream_packed(s);
	c->plain = stream_plain(s);
	free(piece);
	return r;
}

int check_full(const char *path, const struct stream_options *o,
               void (*each)(void *self, struct slice piece), void *self, struct check *c,
               struct err *e)
{
	struct stream *s = stream_open(path, o, e);
	struct endmark mark;
	struct frames frames = {0};
	int rc = -1, r = 0;

	*c = (struct check){0};
	if (s && decode_all(s, each, self, c, e) == 0)
		rc = 0;
	if (rc == 0 && stream_is_seekable(s) && strcmp(path, "-") != 0)
		r = check_index(path, &mark, &frames, e);
	c->marked = r == 1;
	if (r < 0)
		rc = -1;
	else if (r == 1 && (mark.plain != c->plain || mark.records != c->lines))
		rc = err_set_rc(
		        e, RC_INPUT,
		        "%s: the end mark says %llu bytes and %llu records, the content is %llu "
		        "bytes and %llu lines",
		        path, (unsigned long long)mark.plain, (unsigned long long)mark.records,
		        (unsigned long long)c->plain, (unsigned long long)c->lines);
	frames_free(&frames);
	stream_close(s);
	return rc;
}
