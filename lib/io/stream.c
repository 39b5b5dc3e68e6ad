#include "lib/io/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/io/file.h"

enum { STREAM_CHUNK = 1 << 20, STOP_POLL_MS = 200 };

enum stream_end { STREAM_OPEN, STREAM_ENDED, STREAM_FAILED };

struct stream {
	char *name;
	int fd;
	bool is_file; /* a regular file */
	uint64_t size;
	const volatile sig_atomic_t *stop;
	const struct codec *codec;
	void *decoder;
	char *in; /* STREAM_CHUNK bytes: [in_at, in_n) is still to be decoded */
	size_t in_at, in_n;
	bool input_ended;
	uint64_t packed, plain;
	enum stream_end end;
	struct err failure; /* what STREAM_FAILED repeats */
};

/* Waits until a pipe has bytes: -1 when told to stop. */
static int stream_wait(const struct stream *s, struct err *e)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};

	while (!s->stop || !*s->stop)
		if (poll(&p, 1, STOP_POLL_MS) > 0)
			return 0;
	return err_set_rc(e, RC_AGAIN, "%s: interrupted while waiting for input", s->name);
}

/* Adds what one read gives to the empty rest of the chunk. */
static int stream_fill(struct stream *s, struct err *e)
{
	ssize_t n;

	do {
		if (!s->is_file && stream_wait(s, e))
			return -1;
		n = read(s->fd, s->in + s->in_n, STREAM_CHUNK - s->in_n);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0)
		return err_set_rc(e, RC_INPUT,
		                  "%s: cannot read at compressed byte %llu: %s; %llu bytes were "
		                  "decoded before",
		                  s->name, (unsigned long long)(s->packed + s->in_n - s->in_at),
		                  strerror(errno), (unsigned long long)s->plain);
	s->in_n += (size_t)n;
	s->input_ended = n == 0;
	return 0;
}

/* Bytes from here to the end of a regular file; stdin may have been read in part by someone else.
 */
static uint64_t stream_rest(int fd, const struct stat *st)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at > 0 && at <= st->st_size ? (uint64_t)(st->st_size - at) : (uint64_t)st->st_size;
}

static int stream_start(struct stream *s, const char *path, const struct stream_options *o,
                        struct err *e)
{
	struct stat st;

	if (s->fd < 0 || fstat(s->fd, &st))
		return err_set_rc(e, RC_INPUT, "%s: cannot open: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set_rc(e, RC_INPUT, "%s: is a folder", path);
	s->is_file = S_ISREG(st.st_mode);
	s->size = s->is_file ? stream_rest(s->fd, &st) : UINT64_MAX;
	s->stop = o ? o->stop : NULL;
	if (s->is_file)
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	s->in = mem_alloc(STREAM_CHUNK);
	while (s->in_n < CODEC_SNIFF && !s->input_ended)
		if (stream_fill(s, e))
			return -1;
	s->codec = codec_sniff(s->in, s->in_n);
	s->decoder = s->codec->decoder_open(o ? &o->decode : NULL);
	return 0;
}

struct stream *stream_open(const char *path, const struct stream_options *o, struct err *e)
{
	struct stream *s = mem_new(struct stream, 1);
	bool is_stdin = strcmp(path, "-") == 0;

	s->name = is_stdin ? mem_text("stdin", 5) : mem_text(path, strlen(path));
	s->fd = is_stdin ? STDIN_FILENO : file_open(path, O_RDONLY);
	if (stream_start(s, s->name, o, e) == 0)
		return s;
	stream_close(s);
	return NULL;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->codec)
		s->codec->decoder_close(s->decoder);
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	free(s->in);
	free(s->name);
	free(s);
}

/* One step of decoding into dst: the bytes it gave. Sets s->end. */
static size_t stream_step(struct stream *s, char *dst, size_t cap)
{
	struct decode_step step = {
	        .in = s->in + s->in_at,
	        .in_n = s->in_n - s->in_at,
	        .out = dst,
	        .out_n = cap,
	        .last = s->input_ended,
	};
	struct err e = {0};
	int r = s->codec->decode(s->decoder, &step, &e);

	s->in_at += step.in_used;
	s->packed += step.in_used;
	s->plain += step.out_used;
	if (r == 0)
		s->end = STREAM_ENDED;
	if (r < 0) {
		s->end = STREAM_FAILED;
		err_set_rc(&s->failure, e.rc, "%s: %s; %llu bytes were decoded before", s->name,
		           e.msg, (unsigned long long)s->plain);
	}
	return step.out_used;
}

int stream_read(struct stream *s, char *dst, size_t cap, size_t *got, struct err *e)
{
	*got = 0;
	while (*got < cap && s->end == STREAM_OPEN) {
		if (s->in_at == s->in_n && !s->input_ended) {
			s->in_at = s->in_n = 0;
			if (stream_fill(s, &s->failure)) {
				s->end = STREAM_FAILED;
				break;
			}
		}
		*got += stream_step(s, dst + *got, cap - *got);
	}
	if (*got || cap == 0)
		return 1;
	if (s->end == STREAM_ENDED)
		return 0;
	*e = s->failure;
	return -1;
}

/* Passes over bytes of a plain file without reading them; what the chunk holds is used first. */
static int stream_seek(struct stream *s, uint64_t n, struct err *e)
{
	uint64_t held = s->in_n - s->in_at, jump = n > held ? n - held : 0;

	if (jump && lseek(s->fd, (off_t)jump, SEEK_CUR) < 0)
		return err_set_rc(e, RC_INPUT, "%s: cannot seek: %s", s->name, strerror(errno));
	s->in_at += n - jump;
	s->packed += n;
	s->plain += n;
	return 1;
}

int stream_skip(struct stream *s, uint64_t n, struct err *e)
{
	size_t got = 0, room = n < STREAM_CHUNK ? (size_t)n : STREAM_CHUNK;
	int r = 1;

	if (s->codec->is_identity && s->is_file && s->end == STREAM_OPEN &&
	    n <= s->size - s->packed)
		return stream_seek(s, n, e);

	char *waste = mem_alloc(room + 1);
	while (n && r == 1) {
		r = stream_read(s, waste, n < room ? (size_t)n : room, &got, e);
		n -= got;
	}
	free(waste);
	return r;
}

const char *stream_name(const struct stream *s)
{
	return s->name;
}

const struct codec *stream_codec(const struct stream *s)
{
	return s->codec;
}

uint64_t stream_packed(const struct stream *s)
{
	return s->packed;
}

uint64_t stream_plain(const struct stream *s)
{
	return s->plain;
}

uint64_t stream_size(const struct stream *s)
{
	return s->size;
}

bool stream_is_seekable(const struct stream *s)
{
	return s->is_file;
}
