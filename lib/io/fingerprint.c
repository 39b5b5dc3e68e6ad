/* The fingerprint of a shard, see lib/io/shards.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/io/bytes.h"
#include "lib/io/file.h"
#include "lib/io/shards.h"

enum { FINGERPRINT_END = 1 << 16 };

int shard_fingerprint(const struct shard *s, struct fingerprint *f, struct err *e)
{
	char ends[2 * FINGERPRINT_END + 24];
	struct stat st;
	int fd, rc = -1;

	*f = (struct fingerprint){0};
	if (!s->is_file)
		return 0;
	fd = file_open(s->path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st)) {
		err_set_rc(e, RC_INPUT, "%s: cannot open: %s", s->path, strerror(errno));
	} else {
		uint64_t size = (uint64_t)st.st_size;
		size_t head = size < FINGERPRINT_END ? (size_t)size : FINGERPRINT_END;
		size_t tail =
		        size - head < FINGERPRINT_END ? (size_t)(size - head) : FINGERPRINT_END;

		unsigned char *more = (unsigned char *)ends + head + tail;

		bytes_put64(more, size);
		bytes_put64(more + 8, s->range.from);
		bytes_put64(more + 16, s->range.to);
		if (file_read_at(fd, 0, ends, head) ||
		    file_read_at(fd, size - tail, ends + head, tail))
			err_set_rc(e, RC_INPUT, "%s: cannot read: %s", s->path, strerror(errno));
		else
			rc = 0;
		f->size = size;
		f->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		f->ends = hash64((struct slice){ends, head + tail + (s->range.of ? 24 : 8)});
	}
	if (fd >= 0)
		close(fd);
	return rc;
}
