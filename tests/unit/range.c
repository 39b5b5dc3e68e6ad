/* lib/io/range.h and the streams over ranges: wherever a file is cut, each record is read exactly
 * once, in order, and damage stays in its part. */
#include "lib/io/range.h"

#include <sys/stat.h>

#include "lib/base/hash.h"
#include "lib/io/check.h"
#include "lib/io/shards.h"
#include "tests/unit/scratch.h"

static struct ranges cut(const char *path, uint64_t size)
{
	struct ranges r;
	struct err e = {0};

	if (ranges_cut(&r, path, size, &e))
		fail_msg("%s", e.msg);
	return r;
}

/* Reads a range to its end in calls of `cap` bytes: 0 or -1. */
static int read_range(const char *path, const struct range *range, size_t cap, uint64_t *origin,
                      struct buf *out, struct err *e)
{
	const struct stream_options o = {.range = range};
	struct stream *s = stream_open(path, &o, e);
	size_t got;
	int r = -1;

	if (s) {
		*origin = stream_origin(s);
		while ((r = stream_read(s, buf_reserve(out, cap), cap, &got, e)) == 1)
			out->n += got;
	}
	stream_close(s);
	return r;
}

/* Bytes of whole records, where they begin in the range: else the test fails. */
static void check_piece(struct slice text, const struct range *range, uint64_t origin,
                        struct slice piece)
{
	assert_true(origin + piece.n <= text.n);
	assert_bytes(piece, slice_head(slice_tail(text, (size_t)origin), piece.n));
	if (piece.n == 0)
		return;
	assert_true(origin == 0 || text.p[origin - 1] == '\n');
	assert_true(origin >= range->plain_from && origin < range->plain_to);
	assert_true(piece.p[piece.n - 1] == '\n' || origin + piece.n == text.n);
}

/* Reads all ranges of a file that decompresses to `text`, cut at `size`. */
static size_t check_cut(const char *path, struct slice text, uint64_t size, size_t cap)
{
	struct ranges r = cut(path, size);
	struct buf all = {0}, piece = {0};
	struct err e = {0};
	uint64_t origin;
	const size_t n = r.n;

	for (size_t i = 0; i < r.n; i++) {
		buf_reset(&piece);
		if (read_range(path, &r.item[i], cap, &origin, &piece, &e))
			fail_msg("part %zu of %zu at %llu: %s", i, r.n, (unsigned long long)size,
			         e.msg);
		check_piece(text, &r.item[i], origin, buf_slice(&piece));
		buf_add(&all, buf_slice(&piece));
	}
	if (r.n)
		assert_bytes(buf_slice(&all), text);
	buf_free(&all);
	buf_free(&piece);
	ranges_free(&r);
	return n;
}

static void every_cut_of_a_plain_file_gives_each_record_once(void **state)
{
	static const struct slice text[] = {
	        S_INIT("1\n22\n333\n4444\n"),
	        S_INIT("1\n22\n333\n4444"),
	        S_INIT("a longer one than any part"),
	        S_INIT("a longer one\n1\n2\n"),
	        S_INIT("\n\n\n1\n\n"),
	        S_INIT("1\r\n22\r\n\r\n333\r\n"),
	        S_INIT("\xef\xbb\xbf{}\n{}\n"),
	        S_INIT("1\n"),
	        S_INIT("\n"),
	        S_INIT(""),
	};
	static const size_t caps[] = {1, 3, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		put_file("plain", text[i]);
		for (uint64_t size = 1; size <= text[i].n + 1; size++)
			for (size_t k = 0; k < 3; k++)
				assert_int_equal(check_cut("plain", text[i], size, caps[k]),
				                 size < text[i].n ? (text[i].n + size - 1) / size
				                                  : 0);
	}
}

/* Records of up to a mebibyte and a half, more than a stream reads at once. */
static struct buf long_records(void)
{
	static const size_t length[] = {100, 1500000, 3, 900000, 1048575, 1048576, 0, 20, 700000};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
		memset(buf_reserve(&b, length[i]), (int)('a' + i), length[i]);
		b.n += length[i];
		buf_byte(&b, '\n');
	}
	return b;
}

static void records_longer_than_what_is_read_at_once(void **state)
{
	static const uint64_t size[] = {99,      100,     101,     102,     65536,
	                                1048575, 1048576, 1048577, 1500102, 3000000};
	struct buf text = long_records();

	(void)state;
	put_file("long", buf_slice(&text));
	for (size_t i = 4; i < sizeof size / sizeof *size; i++)
		assert_true(check_cut("long", buf_slice(&text), size[i], 1 << 16) > 1);
	for (size_t i = 0; i < 4; i++) {
		struct ranges r = cut("long", size[i]);
		struct err e = {0};
		struct buf piece = {0};
		uint64_t origin;

		for (size_t k = 0; k < 3; k++) { /* the first record, where it ends, and the next */
			buf_reset(&piece);
			assert_int_equal(read_range("long", &r.item[k], 4096, &origin, &piece, &e),
			                 0);
			assert_int_equal(piece.n, k == 0 && size[i] >= 102   ? 101 + 1500001
			                          : k == 0                   ? 101
			                          : k == 1 && size[i] <= 101 ? 1500001
			                                                     : 0);
		}
		buf_free(&piece);
		ranges_free(&r);
	}
	buf_free(&text);
}

/* A file of ours: frames that hold the given texts, index, end mark. */
static void put_frames(const char *path, const char *codec, const char *const *text, size_t n)
{
	const struct codec *c = codec_find(slice_of(codec));
	void *encoder = c->encoder_open(c->level);
	struct frames frames = {0};
	struct buf out = {0};
	struct err e = {0};

	for (size_t i = 0; i < n; i++) {
		size_t before = out.n;

		assert_int_equal(c->encode(encoder, slice_of(text[i]), &out, &e), 0);
		frames_add(&frames, out.n - before, strlen(text[i]), 1);
	}
	endmark_add(c, &frames, &out);
	put_file(path, buf_slice(&out));
	c->encoder_close(encoder);
	frames_free(&frames);
	buf_free(&out);
}

static const char *const frame_text[] = {"1\n22\n", "333\n", "44444\n5\n6\n", "7\n", "8\n9\n"};
enum { FRAMES = sizeof frame_text / sizeof *frame_text };
static const char *const packers[] = {"zstd", "gzip"};

static struct buf joined(void)
{
	struct buf b = {0};

	for (size_t i = 0; i < FRAMES; i++)
		buf_add(&b, slice_of(frame_text[i]));
	return b;
}

static void our_packed_files_are_cut_between_frames(void **state)
{
	struct buf text = joined();

	(void)state;
	for (size_t c = 0; c < 2; c++) {
		put_frames("packed", packers[c], frame_text, FRAMES);
		for (uint64_t size = 1; size <= text.n + 1; size++)
			for (size_t cap = 1; cap <= 4096; cap *= 64)
				check_cut("packed", buf_slice(&text), size, cap);
		/* Frames begin at 0, 5, 9, 19 and 21. */
		assert_int_equal(check_cut("packed", buf_slice(&text), 5, 9), 4);
		assert_int_equal(check_cut("packed", buf_slice(&text), 6, 9), 3);
		assert_int_equal(check_cut("packed", buf_slice(&text), 20, 9), 2);
		assert_int_equal(check_cut("packed", buf_slice(&text), 21, 9), 2);
		assert_int_equal(check_cut("packed", buf_slice(&text), 22, 9), 0);
		struct ranges r = cut("packed", 6);

		assert_int_equal(r.item[1].plain_from, 9);
		assert_int_equal(r.item[2].plain_from, 19);
		assert_int_equal(r.item[2].plain_to, text.n);
		ranges_free(&r);
	}
	buf_free(&text);
}

static void what_cannot_be_cut_stays_whole(void **state)
{
	static const char *const path[] = {"single.zst", "single.gz", "twice.zst", "x.xz",
	                                   "x.bz2",      "cut.zst",   "empty",     ".",
	                                   "/dev/null",  "none"};

	(void)state;
	put_frames("whole.zst", "zstd", frame_text, FRAMES);
	shell("seq 1000 >lines && zstd -q lines -o single.zst && gzip -c lines >single.gz && "
	      "cat whole.zst whole.zst >twice.zst && head -c -3 whole.zst >cut.zst && "
	      "printf '\\3757zXZ\\0' >x.xz && cat lines >>x.xz && "
	      "printf 'BZh91AY&SY\\1' >x.bz2 && cat lines >>x.bz2 && : >empty");
	for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
		struct ranges r = cut(path[i], 10);

		if (r.n)
			fail_msg("%s", path[i]);
	}
}

static void damage_in_a_frame_is_damage_of_its_part_alone(void **state)
{
	(void)state;
	for (size_t c = 0; c < 2; c++) {
		put_frames("packed", packers[c], frame_text, FRAMES);
		struct ranges r = cut("packed", 1);
		struct buf bytes = get_file("packed"), piece = {0}, where = {0};
		uint64_t at = r.item[2].from, origin;

		assert_int_equal(r.n, FRAMES);
		bytes.p[r.item[2].to - 6] ^= 1; /* in the checksum */
		put_file("packed", buf_slice(&bytes));
		buf_addf(&where, "begins at %llu)", (unsigned long long)at);
		for (size_t i = 0; i < r.n; i++) {
			struct err e = {0};

			buf_reset(&piece);
			assert_int_equal(read_range("packed", &r.item[i], 64, &origin, &piece, &e),
			                 i == 2 ? -1 : 0);
			if (i == 2) {
				assert_non_null(strstr(e.msg, "packed#part0002: "));
				assert_non_null(strstr(e.msg, buf_text(&where)));
			} else {
				assert_bytes(buf_slice(&piece), slice_of(frame_text[i]));
			}
		}
		buf_free(&bytes);
		buf_free(&piece);
		buf_free(&where);
		ranges_free(&r);
	}
}

static void assert_refused(const char *path, const struct range *range, const char *why)
{
	struct buf piece = {0};
	struct err e = {0};
	uint64_t origin;

	assert_int_equal(read_range(path, range, 4096, &origin, &piece, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	if (!strstr(e.msg, why))
		fail_msg("%s", e.msg);
	buf_free(&piece);
}

static void a_file_that_is_another_one_now_is_refused(void **state)
{
	(void)state;
	shell("seq 1000 >lines");
	struct ranges r = cut("lines", 1000);

	for (size_t i = 0; i < r.n; i++) {
		shell("seq 1001 >lines");
		assert_refused("lines", &r.item[i], "it must be listed again");
		shell("seq 900 >lines");
		assert_refused("lines", &r.item[i], "it must be listed again");
	}
	ranges_free(&r);
	put_frames("packed", "zstd", frame_text, FRAMES);
	r = cut("packed", 1);
	struct stat st;

	assert_int_equal(stat("packed", &st), 0);
	struct buf other = {0};

	memset(buf_reserve(&other, (size_t)st.st_size), 'x', (size_t)st.st_size);
	other.n = (size_t)st.st_size;
	put_file("packed", buf_slice(&other));
	assert_refused("packed", &r.item[1], "was packed when");
	buf_free(&other);
	ranges_free(&r);
}

static void a_file_that_shrinks_while_it_is_read_is_noticed(void **state)
{
	struct buf text = long_records(), piece = {0};
	struct err e = {0};
	size_t got;
	int r;

	(void)state;
	put_file("long", buf_slice(&text));
	struct ranges ranges = cut("long", 2500000);
	const struct stream_options o = {.range = &ranges.item[0]};
	struct stream *s = stream_open("long", &o, &e);

	assert_non_null(s);
	assert_int_equal(truncate("long", 2000000), 0);
	while ((r = stream_read(s, buf_reserve(&piece, 4096), 4096, &got, &e)) == 1)
		;
	assert_int_equal(r, -1);
	assert_non_null(strstr(e.msg, "when it was cut in parts it had"));
	stream_close(s);
	ranges_free(&ranges);
	buf_free(&text);
	buf_free(&piece);
}

static void a_frame_index_that_cuts_records_is_noticed(void **state)
{
	static const char *const text[] = {"1\n2", "2\n3\n"};

	(void)state;
	for (size_t c = 0; c < 2; c++) {
		put_frames("packed", packers[c], text, 2);
		struct ranges r = cut("packed", 1);

		assert_int_equal(r.n, 2);
		assert_refused("packed", &r.item[0], "ends within a record");
		r.item[1].plain_to++;
		assert_refused("packed", &r.item[1], "that the frame index says");
		ranges_free(&r);
	}
}

static void skipping_in_a_range_stays_in_it(void **state)
{
	struct buf text = joined();
	static const char *const path[] = {"lines", "packed"};

	(void)state;
	put_file("lines", buf_slice(&text));
	put_frames("packed", "zstd", frame_text, FRAMES);
	for (size_t f = 0; f < 2; f++) {
		struct ranges r = cut(path[f], 7);

		for (size_t i = 0; i < r.n; i++) {
			const struct stream_options o = {.range = &r.item[i]};
			struct buf whole = {0};
			struct err e = {0};
			uint64_t origin;

			assert_int_equal(read_range(path[f], &r.item[i], 99, &origin, &whole, &e),
			                 0);
			for (size_t n = 0; n <= whole.n; n++) {
				struct stream *s = stream_open(path[f], &o, &e);
				char rest[100];
				size_t got = 0;

				assert_true(stream_skip(s, n, &e) == 1);
				assert_int_equal(stream_read(s, rest, sizeof rest, &got, &e),
				                 n < whole.n);
				assert_bytes((struct slice){rest, got},
				             slice_tail(buf_slice(&whole), n));
				stream_close(s);
			}
			buf_free(&whole);
		}
		ranges_free(&r);
	}
	buf_free(&text);
}

static void names_sort_as_the_parts_stand(void **state)
{
	struct buf b = {0};

	(void)state;
	range_name(&(struct range){0}, "-part", &b);
	assert_string_equal(buf_text(&b), "");
	range_name(&(struct range){.number = 7, .of = 10000}, "-part", &b);
	range_name(&(struct range){.number = 7, .of = 10001}, "-part", &b);
	assert_string_equal(buf_text(&b), "-part0007-part00007");
	buf_free(&b);
}

static void too_many_parts_are_a_mistake(void **state)
{
	struct ranges r;
	struct err e = {0};

	(void)state;
	shell("seq 1000 >lines && truncate -s 1000000 lines");
	assert_int_equal(ranges_cut(&r, "lines", 1, &e), -1);
	assert_int_equal(e.rc, RC_USAGE);
	ranges_free(&r);
	r = cut("lines", 2);
	assert_int_equal(r.n, 500000);
	ranges_free(&r);
}

static void parts_are_shards_in_the_place_of_their_file(void **state)
{
	const struct shards_options o = {.split = 1000};
	const char *in = "cuts";
	struct shards s;
	struct buf is = {0};
	struct err e = {0};

	(void)state;
	shell("mkdir -p cuts/sub && seq 10 >cuts/a.jsonl && seq 600 >cuts/sub/b.jsonl && seq 10 "
	      ">cuts/z.json");
	assert_int_equal(shards_list(&s, &in, 1, &o, &e), 0);
	for (size_t i = 0; i < s.n; i++)
		buf_addf(&is, "%s|%s|%.*s|%llu\n", s.item[i].name, s.item[i].relative,
		         SLICE(s.item[i].stem), (unsigned long long)s.item[i].size);
	assert_string_equal(buf_text(&is),
	                    "cuts/a.jsonl|a.jsonl|a|21\n"
	                    "cuts/sub/b.jsonl#part0000|sub/b.jsonl#part0000|sub/b-part0000|1000\n"
	                    "cuts/sub/b.jsonl#part0001|sub/b.jsonl#part0001|sub/b-part0001|1000\n"
	                    "cuts/sub/b.jsonl#part0002|sub/b.jsonl#part0002|sub/b-part0002|292\n"
	                    "cuts/z.json|z.json|z|21\n");
	struct fingerprint one, other;

	assert_int_equal(shard_fingerprint(&s.item[1], &one, &e), 0);
	assert_int_equal(shard_fingerprint(&s.item[2], &other, &e), 0);
	assert_false(fingerprint_equal(&one, &other));
	shards_free(&s);
	shell("seq 10 >cuts/sub/b-part0001.jsonl");
	assert_int_equal(shards_list(&s, &in, 1, &o, &e), -1);
	assert_non_null(strstr(e.msg, "would both be written as sub/b-part0001"));
	shards_free(&s);
	buf_free(&is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_cut_of_a_plain_file_gives_each_record_once),
	        cmocka_unit_test(records_longer_than_what_is_read_at_once),
	        cmocka_unit_test(our_packed_files_are_cut_between_frames),
	        cmocka_unit_test(what_cannot_be_cut_stays_whole),
	        cmocka_unit_test(damage_in_a_frame_is_damage_of_its_part_alone),
	        cmocka_unit_test(a_file_that_is_another_one_now_is_refused),
	        cmocka_unit_test(a_file_that_shrinks_while_it_is_read_is_noticed),
	        cmocka_unit_test(a_frame_index_that_cuts_records_is_noticed),
	        cmocka_unit_test(skipping_in_a_range_stays_in_it),
	        cmocka_unit_test(names_sort_as_the_parts_stand),
	        cmocka_unit_test(too_many_parts_are_a_mistake),
	        cmocka_unit_test(parts_are_shards_in_the_place_of_their_file),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
