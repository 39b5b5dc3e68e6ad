#include "lib/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int file_open(const char *path, int flags)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC, 0666);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int file_read_at(int fd, uint64_t at, char *dst, size_t n)
{
	while (n) {
		ssize_t got = pread(fd, dst, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return -1;
		dst += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

enum { READ_PIECE = 1 << 16 };

int file_read_all(const char *path, struct buf *buf, size_t max, struct err *e)
{
	int fd = file_open(path, O_RDONLY);
	size_t had = buf->n;
	ssize_t n;

	if (fd < 0)
		return err_set_rc(e, RC_INPUT, "%s: cannot open: %s", path, strerror(errno));
	do {
		n = read(fd, buf_reserve(buf, READ_PIECE), READ_PIECE);
		buf->n += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && buf->n - had <= max) || (n < 0 && errno == EINTR));
	if (n < 0)
		err_set_rc(e, RC_INPUT, "%s: cannot read: %s", path, strerror(errno));
	else if (n > 0)
		err_set_rc(e, RC_INPUT, "%s: has more than %zu bytes", path, max);
	close(fd);
	return n == 0 ? 0 : -1;
}
