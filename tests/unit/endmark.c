/* lib/io/endmark.h and check.h: whole files are told from cut ones, and frames are found again. */
#include "lib/io/check.h"

#include "lib/base/hash.h"
#include "tests/unit/scratch.h"

enum { FRAMES = 12000 }; /* more than two index pieces hold */

static const char *const codecs[] = {"gzip", "zstd"};

/* A file of `n` frames as our writers make it. */
static struct buf make(const struct codec *c, int n, struct frames *f)
{
	void *encoder = c->encoder_open(c->level_min);
	struct buf file = {0}, block = {0};
	struct err e = {0};

	for (int i = 0; i < n; i++) {
		size_t before = file.n;

		buf_reset(&block);
		for (int k = 0; k <= i % 3; k++)
			buf_addf(&block, "{\"n\":%d}\n", i);
		assert_int_equal(c->encode(encoder, buf_slice(&block), &file, &e), 0);
		frames_add(f, file.n - before, block.n, (size_t)(i % 3 + 1));
	}
	c->encoder_close(encoder);
	endmark_add(c, f, &file);
	buf_free(&block);
	return file;
}

static void assert_check(int want, const char *path, const char *why)
{
	struct endmark m;
	struct err e = {0};
	int r = check_mark(path, &m, &e);

	assert_int_equal(r, want);
	if (why && !strstr(e.msg, why))
		fail_msg("%s", e.msg);
}

static void a_whole_file_has_its_mark_and_its_index(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int n = 0; n <= FRAMES; n = n ? n * 12000 : 1) {
			const struct codec *c = codec_find(slice_of(codecs[i]));
			struct frames f = {0}, back = {0};
			struct buf file = make(c, n, &f);
			struct endmark m;
			struct check check;
			struct err e = {0};

			put_file("a", buf_slice(&file));
			assert_int_equal(check_mark("a", &m, &e), 1);
			assert_int_equal(m.frames, n);
			assert_int_equal(m.packed, f.packed);
			assert_int_equal(m.plain, f.plain);
			assert_int_equal(m.records, f.records);
			assert_int_equal(check_index("a", &m, &back, &e), 1);
			assert_bytes(buf_slice(&back.entries), buf_slice(&f.entries));
			if (check_full("a", NULL, NULL, NULL, &check, &e))
				fail_msg("%s", e.msg);
			assert_true(check.marked && check.ends_in_lf && check.codec == c);
			assert_int_equal(check.lines, f.records);
			assert_int_equal(check.plain, f.plain);
			assert_int_equal(check.packed, file.n);
			frames_free(&f);
			frames_free(&back);
			buf_free(&file);
		}
	}
}

static void a_frame_is_decoded_from_its_place_alone(void **state)
{
	const struct codec *c = codec_find(S("zstd"));
	struct frames f = {0};
	struct buf file = make(c, 100, &f), want = {0};
	struct frame at = {0};
	struct check check;
	struct err e = {0};

	(void)state;
	for (int i = 0; i <= 70; i++)
		assert_true(frames_next(&f, &at));
	assert_int_equal(at.records, 2);
	assert_int_equal(at.record_at, 70 * 2 - 1);
	put_file("one", (struct slice){file.p + at.packed_at, at.packed});
	assert_int_equal(check_full("one", NULL, NULL, NULL, &check, &e), 0);
	assert_int_equal(check.plain, at.plain);
	shell("zstd -q -d -c < one > out");
	struct buf out = get_file("out");
	buf_addf(&want, "{\"n\":70}\n{\"n\":70}\n");
	assert_bytes(buf_slice(&out), buf_slice(&want));
	for (int i = 71; i < 100; i++)
		assert_true(frames_next(&f, &at));
	assert_false(frames_next(&f, &at));
	buf_free(&out);
	buf_free(&want);
	buf_free(&file);
	frames_free(&f);
}

static void a_file_cut_anywhere_has_no_fitting_mark(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct codec *c = codec_find(slice_of(codecs[i]));
		struct frames f = {0};
		struct buf file = make(c, 3, &f);

		for (size_t n = 0; n < file.n; n++) {
			put_file("cut", slice_head(buf_slice(&file), n));
			assert_check(0, "cut", NULL);
		}
		buf_free(&file);
		frames_free(&f);
	}
}

static void every_flipped_bit_of_the_mark_is_found(void **state)
{
	struct endmark m;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct codec *c = codec_find(slice_of(codecs[i]));
		struct frames f = {0};
		struct buf file = make(c, 3, &f);
		struct slice tail = slice_tail(buf_slice(&file), f.packed);

		for (size_t bit = (file.n - 72 - c->hidden_head - c->hidden_tail) * 8;
		     bit < file.n * 8; bit++) {
			struct err e = {0};

			file.p[bit / 8] ^= (char)(1 << bit % 8);
			assert_true(endmark_parse(c, tail, file.n, &m, &e) < 1);
			file.p[bit / 8] ^= (char)(1 << bit % 8);
		}
		buf_free(&file);
		frames_free(&f);
	}
}

static void a_file_that_lost_or_gained_bytes_in_the_middle_is_told(void **state)
{
	struct frames f = {0};
	struct buf file = make(codec_find(S("zstd")), 3, &f), other = {0};

	(void)state;
	buf_add(&other, slice_tail(buf_slice(&file), 5));
	put_file("a", buf_slice(&other));
	assert_check(0, "a", NULL); /* no longer looks like zstd */
	buf_reset(&other);
	buf_add(&other, buf_slice(&file));
	buf_add(&other, buf_slice(&file)); /* two of ours, joined: fine to read, but not whole */
	put_file("a", buf_slice(&other));
	assert_check(-1, "a", "the end mark is of a file of");
	buf_free(&other);
	buf_free(&file);
	frames_free(&f);
}

static void a_full_check_finds_frames_that_are_not_the_mark_s(void **state)
{
	const struct codec *c = codec_find(S("zstd"));
	struct frames f = {0};
	struct buf file = {0};
	struct check check;
	struct err e = {0};

	(void)state;
	void *encoder = c->encoder_open(3);
	assert_int_equal(c->encode(encoder, S("{}\n"), &file, &e), 0);
	c->encoder_close(encoder);
	frames_add(&f, file.n, 3, 2); /* two records: a lie */
	endmark_add(c, &f, &file);
	put_file("a", buf_slice(&file));
	assert_check(1, "a", NULL);
	assert_int_equal(check_full("a", NULL, NULL, NULL, &check, &e), -1);
	assert_non_null(strstr(e.msg, "2 records, the content is 3 bytes and 1 lines"));
	file.p[f.packed + 12] ^= 1; /* in the index */
	put_file("a", buf_slice(&file));
	assert_int_equal(check_full("a", NULL, NULL, NULL, &check, &e), -1);
	assert_non_null(strstr(e.msg, "the frame index is damaged"));
	frames_free(&f);
	buf_free(&file);
}

static void count_bytes(void *self, struct slice piece)
{
	*(size_t *)self += piece.n;
}

static void files_of_others_are_checked_in_full(void **state)
{
	struct check check;
	struct err e = {0};
	size_t n = 0;

	(void)state;
	shell("printf 'a\\nb' | gzip -c > a.gz; printf '' > empty; mkdir folder");
	assert_check(0, "a.gz", NULL);
	assert_check(0, "empty", NULL);
	assert_check(-1, "missing", "missing: cannot open");
	assert_check(-1, "folder", "folder: is not a regular file");
	assert_int_equal(check_full("a.gz", NULL, count_bytes, &n, &check, &e), 0);
	assert_int_equal(n, 3);
	assert_int_equal(check.lines, 2);
	assert_false(check.ends_in_lf || check.marked);
	assert_int_equal(check_full("empty", NULL, NULL, NULL, &check, &e), 0);
	assert_true(check.ends_in_lf);
	assert_int_equal(check.lines, 0);
	shell("printf x >> a.gz");
	assert_int_equal(check_full("a.gz", NULL, NULL, NULL, &check, &e), -1);
	assert_int_equal(check.plain, 3);
	assert_non_null(strstr(e.msg, "trailing garbage"));
}

static void an_index_comes_back_from_a_checkpoint(void **state)
{
	struct frames f = {0}, g = {0};
	struct err e = {0};

	(void)state;
	frames_add(&f, 10, 20, 3);
	frames_add(&f, 11, 21, 4);
	assert_int_equal(frames_restore(&g, buf_slice(&f.entries), &e), 0);
	assert_int_equal(g.n, 2);
	assert_int_equal(g.packed, 21);
	assert_int_equal(g.plain, 41);
	assert_int_equal(g.records, 7);
	assert_int_equal(frames_restore(&g, slice_head(buf_slice(&f.entries), 13), &e), -1);
	assert_int_equal(e.rc, RC_STATE);
	frames_free(&f);
	frames_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_whole_file_has_its_mark_and_its_index),
	        cmocka_unit_test(a_frame_is_decoded_from_its_place_alone),
	        cmocka_unit_test(a_file_cut_anywhere_has_no_fitting_mark),
	        cmocka_unit_test(every_flipped_bit_of_the_mark_is_found),
	        cmocka_unit_test(a_file_that_lost_or_gained_bytes_in_the_middle_is_told),
	        cmocka_unit_test(a_full_check_finds_frames_that_are_not_the_mark_s),
	        cmocka_unit_test(files_of_others_are_checked_in_full),
	        cmocka_unit_test(an_index_comes_back_from_a_checkpoint),
	};

	return cmocka_run_group_tests_name("endmark", tests, scratch_enter, scratch_leave);
}
