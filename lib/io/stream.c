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
	struct range range;    /* of 0: the whole file */
	uint64_t from, origin; /* of the first byte: in the file, in its decompressed bytes */
	char newest;           /* the last byte that was decoded */
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
		                  s->name,
		                  (unsigned long long)(s->from + s->packed + s->in_n - s->in_at),
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

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int stream_shrunk(uint64_t at, const struct range *r, struct err *e)
{
	return err_set_rc(e, RC_INPUT,
	                  "the file ends at byte %llu; when it was cut in parts it had %llu",
	                  (unsigned long long)at, (unsigned long long)r->file);
}

/* Goes from the byte before the range of a plain file to the first record that begins in it. */
static int stream_find_record(struct stream *s, struct err *e)
{
	const char *hit = NULL;

	while (!hit && s->from < s->range.to - 1) {
		s->in_at = s->in_n = 0;
		if (stream_fill(s, e))
			return -1;
		size_t n = (size_t)least(s->in_n, s->range.to - 1 - s->from);

		if (n == 0)
			return stream_shrunk(s->from, &s->range, e), err_prefix(e, "%s", s->name);
		hit = memchr(s->in, '\n', n);
		s->in_at = hit ? (size_t)(hit + 1 - s->in) : n;
		s->from += s->in_at;
	}
	if (!hit)
		s->end = STREAM_ENDED;
	return 0;
}

/* Goes to where the range begins. The codec is the file's: a plain range may begin with any bytes.
 */
static int stream_enter(struct stream *s, uint64_t file, struct err *e)
{
	const struct range *r = &s->range;
	char head[CODEC_SNIFF];
	size_t n = (size_t)least(file, sizeof head);

	if (!s->is_file || file != r->file)
		return err_set_rc(
		        e, RC_INPUT,
		        "%s: the file has %llu bytes, and %llu when it was cut in parts: it "
		        "must be listed again",
		        s->name, (unsigned long long)file, (unsigned long long)r->file);
	if (file_read_at(s->fd, 0, head, n))
		return err_set_rc(e, RC_INPUT, "%s: cannot read: %s", s->name, strerror(errno));
	s->codec = codec_sniff(head, n);
	s->size = r->to - r->from;
	if (s->codec->is_identity && (r->from != r->plain_from || r->to != r->plain_to))
		return err_set_rc(
		        e, RC_INPUT,
		        "%s: the file was packed when it was cut in parts: it must be listed "
		        "again",
		        s->name);
	bool is_amid = s->codec->is_identity && r->number > 0;

	s->from = r->from - is_amid;
	if (lseek(s->fd, (off_t)s->from, SEEK_SET) < 0)
		return err_set_rc(e, RC_INPUT, "%s: cannot seek: %s", s->name, strerror(errno));
	return is_amid ? stream_find_record(s, e) : 0;
}

static int stream_start(struct stream *s, const char *path, const struct stream_options *o,
                        struct err *e)
{
	struct decode_options decode = o ? o->decode : (struct decode_options){0};
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
	if (s->range.of && stream_enter(s, (uint64_t)st.st_size, e))
		return -1;
	while (!s->codec && s->in_n < CODEC_SNIFF && !s->input_ended)
		if (stream_fill(s, e))
			return -1;
	if (!s->codec)
		s->codec = codec_sniff(s->in, s->in_n);
	s->origin = s->range.of && !s->codec->is_identity ? s->range.plain_from : s->from;
	decode.at = s->from;
	s->decoder = s->codec->decoder_open(&decode);
	return 0;
}

struct stream *stream_open(const char *path, const struct stream_options *o, struct err *e)
{
	struct stream *s = mem_new(struct stream, 1);
	struct buf name = {0};
	bool is_stdin = strcmp(path, "-") == 0;

	if (o && o->range)
		s->range = *o->range;
	buf_add(&name, is_stdin ? S("stdin") : slice_of(path));
	range_name(&s->range, "#part", &name);
	s->name = (char *)buf_text(&name);
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

/* How many of the bytes at hand belong to the stream; *last: nothing of it comes behind them. The
 * last record that begins in a plain range goes on behind its end. */
static size_t stream_own(const struct stream *s, bool *last)
{
	const char *in = s->in + s->in_at;
	size_t n = s->in_n - s->in_at;
	uint64_t at = s->from + s->packed, left = at < s->range.to ? s->range.to - at : 0;

	*last = s->input_ended;
	if (s->range.of == 0 || n < left)
		return n;
	if (!s->codec->is_identity) {
		*last = true;
		return (size_t)left;
	}
	size_t free_of =
	        left ? (size_t)left - 1 : 0; /* the LF may stand at the range's last byte */
	const char *hit = n > free_of ? memchr(in + free_of, '\n', n - free_of) : NULL;

	*last |= hit != NULL;
	return hit ? (size_t)(hit + 1 - in) : n;
}

/* Whether a range has ended where it should; -1: the file is not what it was when it was cut. */
static int stream_check_end(const struct stream *s, struct err *e)
{
	const struct range *r = &s->range;
	uint64_t at = s->from + s->packed;

	if (r->of == 0)
		return 0;
	if (s->codec->is_identity)
		return at >= r->to ? 0 : stream_shrunk(at, r, e);
	if (s->plain != r->plain_to - r->plain_from)
		return err_set_rc(e, RC_INPUT,
		                  "the frames do not hold the %llu bytes that the frame index says",
		                  (unsigned long long)(r->plain_to - r->plain_from));
	if (r->number + 1 < r->of && s->newest != '\n')
		return err_set_rc(
		        e, RC_INPUT,
		        "the frame that ends at compressed byte %llu ends within a record: "
		        "this file cannot be cut in parts",
		        (unsigned long long)at);
	return 0;
}

/* One step of decoding into dst: the bytes it gave. Sets s->end. */
static size_t stream_step(struct stream *s, char *dst, size_t cap)
{
	struct decode_step step = {.in = s->in + s->in_at, .out = dst, .out_n = cap};
	struct err e = {0};

	step.in_n = stream_own(s, &step.last);
	int r = s->codec->decode(s->decoder, &step, &e);

	s->in_at += step.in_used;
	s->packed += step.in_used;
	s->plain += step.out_used;
	if (step.out_used)
		s->newest = dst[step.out_used - 1];
	if (r == 0) {
		s->end = STREAM_ENDED;
		r = stream_check_end(s, &e);
	}
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
	size_t got = 0, room;
	int r = 1;

	/* The last byte is read: it may be the LF that ends a range. */
	if (s->codec->is_identity && s->is_file && s->end == STREAM_OPEN && n > 1 &&
	    s->packed <= s->size && n <= s->size - s->packed) {
		r = stream_seek(s, n - 1, e);
		n = 1;
	}
	room = n < STREAM_CHUNK ? (size_t)n : STREAM_CHUNK;
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

uint64_t stream_origin(const struct stream *s)
{
	return s->origin;
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
