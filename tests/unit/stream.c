/* lib/io/stream.h: bytes of files and pipes, and what is said about damage. */
#include "lib/io/stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "tests/unit/scratch.h"

static struct buf lines(size_t n)
{
	struct buf b = {0};

	for (size_t i = 0; b.n < n; i++)
		buf_addf(&b, "{\"n\":%llu}\n", (unsigned long long)hash_mix(i));
	b.n = n;
	return b;
}

static struct buf pack(const char *codec, struct slice block, int times)
{
	const struct codec *c = codec_find(slice_of(codec));
	void *encoder = c->encoder_open(c->level);
	struct buf out = {0};
	struct err e = {0};

	while (times--)
		assert_int_equal(c->encode(encoder, block, &out, &e), 0);
	c->encoder_close(encoder);
	return out;
}

/* Reads to the end in calls of `cap` bytes: the last result. */
static int read_all(struct stream *s, size_t cap, struct buf *out, struct err *e)
{
	size_t got;
	int r;

	while ((r = stream_read(s, buf_reserve(out, cap), cap, &got, e)) == 1) {
		assert_true(got > 0 && got <= cap);
		out->n += got;
	}
	assert_int_equal(got, 0);
	return r;
}

static struct stream *open_or_fail(const char *path)
{
	struct err e = {0};
	struct stream *s = stream_open(path, NULL, &e);

	if (!s)
		fail_msg("%s", e.msg);
	return s;
}

static void assert_not_opened(const char *path, const char *why)
{
	struct err e = {0};

	assert_null(stream_open(path, NULL, &e));
	assert_int_equal(e.rc, RC_INPUT);
	if (!strstr(e.msg, path) || !strstr(e.msg, why))
		fail_msg("%s", e.msg);
}

static void the_first_bytes_decide_and_not_the_name(void **state)
{
	static const char *const codecs[] = {"plain", "gzip", "zstd"};
	struct buf block = lines(100000);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf in = pack(codecs[i], buf_slice(&block), 2), out = {0};
		struct err e = {0};

		put_file("a.jsonl.gz", buf_slice(&in));
		struct stream *s = open_or_fail("a.jsonl.gz");
		assert_string_equal(stream_codec(s)->name, codecs[i]);
		assert_int_equal(stream_size(s), in.n);
		assert_true(stream_is_seekable(s));
		assert_string_equal(stream_name(s), "a.jsonl.gz");
		assert_int_equal(read_all(s, 30011, &out, &e), 0);
		assert_int_equal(out.n, 2 * block.n);
		assert_bytes(slice_tail(buf_slice(&out), block.n), buf_slice(&block));
		assert_int_equal(stream_packed(s), in.n);
		assert_int_equal(stream_plain(s), out.n);
		stream_close(s);
		buf_free(&in);
		buf_free(&out);
	}
	buf_free(&block);
}

static void a_read_fills_all_the_room_it_is_given(void **state)
{
	struct buf block = lines(3 << 20), in = pack("zstd", buf_slice(&block), 1), out = {0};
	struct err e = {0};
	size_t got;

	(void)state;
	put_file("a", buf_slice(&in));
	struct stream *s = open_or_fail("a");
	assert_int_equal(stream_read(s, buf_reserve(&out, 1), 0, &got, &e), 1);
	assert_int_equal(got, 0);
	assert_int_equal(stream_read(s, buf_reserve(&out, 2 << 20), 2 << 20, &got, &e), 1);
	assert_int_equal(got, 2 << 20);
	assert_int_equal(stream_read(s, out.p, 2 << 20, &got, &e), 1);
	assert_int_equal(got, 1 << 20);
	for (int i = 0; i < 2; i++)
		assert_int_equal(stream_read(s, out.p, 2 << 20, &got, &e), 0);
	stream_close(s);
	buf_free(&block);
	buf_free(&in);
	buf_free(&out);
}

static void an_empty_file_is_plain_and_has_no_bytes(void **state)
{
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	put_file("empty", S(""));
	struct stream *s = open_or_fail("empty");
	assert_string_equal(stream_codec(s)->name, "plain");
	assert_int_equal(read_all(s, 10, &out, &e), 0);
	assert_int_equal(out.n, 0);
	stream_close(s);
	put_file("one", S("\x1f"));
	s = open_or_fail("one");
	assert_int_equal(read_all(s, 10, &out, &e), 0);
	assert_bytes(buf_slice(&out), S("\x1f"));
	stream_close(s);
	buf_free(&out);
}

static void what_cannot_be_opened_is_named(void **state)
{
	(void)state;
	shell("mkdir folder && ln -s loop loop && ln -s nowhere dangling");
	assert_not_opened("missing", "No such file");
	assert_not_opened("folder", "is a folder");
	assert_not_opened("loop", "symbolic links");
	assert_not_opened("dangling", "No such file");
	assert_not_opened("folder/x/y", "No such file");
}

static void everything_before_damage_comes_first(void **state)
{
	static const char *const codecs[] = {"gzip", "zstd"};
	struct buf block = lines(400000);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct buf in = pack(codecs[i], buf_slice(&block), 2), out = {0}, where = {0};
		struct err e = {0}, again = {0};
		size_t got;

		in.n -= 3;
		put_file("cut", buf_slice(&in));
		struct stream *s = open_or_fail("cut");
		assert_int_equal(read_all(s, 1 << 20, &out, &e), -1);
		assert_int_equal(e.rc, RC_INPUT);
		assert_int_equal(out.n, 2 * block.n);
		buf_addf(&where, "cut: truncated: the file ends at compressed byte %zu", in.n);
		assert_true(slice_starts(slice_of(e.msg), buf_slice(&where)));
		assert_non_null(strstr(e.msg, "800000 bytes were decoded before"));
		assert_int_equal(stream_read(s, out.p, 1, &got, &again), -1);
		assert_string_equal(again.msg, e.msg);
		stream_close(s);
		buf_free(&in);
		buf_free(&out);
		buf_free(&where);
	}
	buf_free(&block);
}

static void skipping_is_reading_and_dropping(void **state)
{
	static const char *const codecs[] = {"plain", "gzip", "zstd"};
	struct buf block = lines(3000000);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf in = pack(codecs[i], buf_slice(&block), 1);
		struct err e = {0};
		char c[3];
		size_t got;

		put_file("a", buf_slice(&in));
		struct stream *s = open_or_fail("a");
		assert_int_equal(stream_skip(s, 0, &e), 1);
		assert_int_equal(stream_skip(s, 10, &e), 1);
		assert_int_equal(stream_skip(s, 2500000, &e), 1);
		assert_int_equal(stream_plain(s), 2500010);
		assert_int_equal(stream_read(s, c, 3, &got, &e), 1);
		assert_memory_equal(c, block.p + 2500010, 3);
		assert_int_equal(stream_skip(s, 3000000 - 2500013, &e), 1);
		assert_int_equal(stream_read(s, c, 3, &got, &e), 0);
		assert_int_equal(stream_skip(s, 1, &e), 0);
		stream_close(s);
		s = open_or_fail("a");
		assert_int_equal(stream_skip(s, 3000001, &e), 0);
		stream_close(s);
		in.n /= 2;
		put_file("a", buf_slice(&in));
		s = open_or_fail("a");
		assert_int_equal(stream_skip(s, 2999999, &e), i ? -1 : 0);
		stream_close(s);
		buf_free(&in);
	}
	buf_free(&block);
}

/* Writes a file to a pipe in uneven pieces. */
struct feeder {
	int fd;
	struct slice bytes;
};

static void *feed(void *self)
{
	struct feeder *f = self;

	for (size_t n = 1; f->bytes.n; n = n * 3 % 70001) {
		struct slice piece = slice_head(f->bytes, n);

		if (write(f->fd, piece.p, piece.n) != (ssize_t)piece.n)
			break;
		f->bytes = slice_tail(f->bytes, piece.n);
	}
	close(f->fd);
	return NULL;
}

static void a_pipe_gives_what_a_file_gives(void **state)
{
	static const char *const codecs[] = {"plain", "gzip", "zstd"};
	struct buf block = lines(700000);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf in = pack(codecs[i], buf_slice(&block), 1), out = {0};
		struct err e = {0};
		pthread_t thread;
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
		struct feeder f = {ends[1], buf_slice(&in)};
		pthread_create(&thread, NULL, feed, &f);
		struct stream *s = open_or_fail("-");
		assert_string_equal(stream_name(s), "stdin");
		assert_false(stream_is_seekable(s));
		assert_true(stream_size(s) == UINT64_MAX);
		assert_int_equal(stream_skip(s, 5, &e), 1);
		assert_int_equal(read_all(s, 100000, &out, &e), 0);
		assert_bytes(buf_slice(&out), slice_tail(buf_slice(&block), 5));
		stream_close(s);
		pthread_join(thread, NULL);
		close(ends[0]);
		buf_free(&in);
		buf_free(&out);
	}
	buf_free(&block);
}

static void stdin_may_be_a_file_read_in_part(void **state)
{
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	put_file("a", S("0123456789"));
	int fd = open("a", O_RDONLY);
	assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	struct stream *s = open_or_fail("-");
	assert_int_equal(stream_size(s), 6);
	assert_int_equal(stream_skip(s, 5, &e), 1);
	assert_int_equal(read_all(s, 10, &out, &e), 0);
	assert_bytes(buf_slice(&out), S("9"));
	stream_close(s);
	close(fd);
	buf_free(&out);
}

static void a_stream_that_waits_can_be_told_to_stop(void **state)
{
	volatile sig_atomic_t stop = 0;
	struct stream_options o = {.stop = &stop};
	struct err e = {0};
	int ends[2];
	char c[8];
	size_t got;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(write(ends[1], "12345", 5), 5);
	struct stream *s = stream_open("-", &o, &e);
	assert_non_null(s);
	assert_int_equal(stream_read(s, c, 5, &got, &e), 1);
	stop = 1;
	assert_int_equal(stream_read(s, c, 5, &got, &e), -1);
	assert_int_equal(e.rc, RC_AGAIN);
	stream_close(s);
	close(ends[0]);
	close(ends[1]);
}

static void a_read_error_is_reported_with_its_place(void **state)
{
	struct err e = {0};

	(void)state;
	/* Reading a process's memory at address 0 is an I/O error on every Linux. */
	assert_null(stream_open("/proc/self/mem", NULL, &e));
	assert_int_equal(e.rc, RC_INPUT);
	assert_non_null(strstr(e.msg, "/proc/self/mem: cannot read at compressed byte 0"));
	assert_non_null(strstr(e.msg, "Input/output error"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_first_bytes_decide_and_not_the_name),
	        cmocka_unit_test(a_read_fills_all_the_room_it_is_given),
	        cmocka_unit_test(an_empty_file_is_plain_and_has_no_bytes),
	        cmocka_unit_test(what_cannot_be_opened_is_named),
	        cmocka_unit_test(everything_before_damage_comes_first),
	        cmocka_unit_test(skipping_is_reading_and_dropping),
	        cmocka_unit_test(a_pipe_gives_what_a_file_gives),
	        cmocka_unit_test(stdin_may_be_a_file_read_in_part),
	        cmocka_unit_test(a_stream_that_waits_can_be_told_to_stop),
	        cmocka_unit_test(a_read_error_is_reported_with_its_place),
	};

	return cmocka_run_group_tests_name("stream", tests, scratch_enter, scratch_leave);
}
