/* lib/io/codec.h: every way in and out of the packed formats, and every way they can be damaged. */
#include "lib/io/codec.h"

#include "lib/base/hash.h"
#include "lib/base/mem.h"
#include "tests/unit/scratch.h"

struct decoded {
	struct buf out;
	int result; /* 0 clean, -1 damage */
	struct err e;
};

/* Decodes all of `in`, handed over in pieces, into room handed over in pieces. */
static struct decoded decode_as(const struct codec *c, struct slice in,
                                const struct decode_options *o, size_t in_step, size_t out_step)
{
	struct decoded d = {0};
	void *decoder = c->decoder_open(o);
	int idle = 0;

	for (d.result = 1; d.result == 1;) {
		size_t n = in.n < in_step ? in.n : in_step;
		char *copy = n ? mem_text(in.p, n) : NULL; /* so that sanitizers see its end */
		struct decode_step s = {
		        .in = copy, .in_n = n, .last = n == in.n, .out_n = out_step};

		s.out = buf_reserve(&d.out, out_step);
		d.result = c->decode(decoder, &s, &d.e);
		assert_true(s.in_used <= n && s.out_used <= out_step);
		d.out.n += s.out_used;
		in = slice_tail(in, s.in_used);
		idle = s.in_used || s.out_used ? 0 : idle + 1;
		assert_true(idle < 3);
		free(copy);
	}
	c->decoder_close(decoder);
	if (d.result < 0)
		assert_int_equal(d.e.rc, RC_INPUT);
	return d;
}

static struct decoded decode(struct slice in)
{
	return decode_as(codec_sniff(in.p, in.n), in, NULL, 1 << 20, 1 << 20);
}

static void assert_decodes(struct slice in, struct slice want)
{
	static const size_t steps[][2] = {{1 << 20, 1 << 20}, {1, 1 << 16}, {7, 3}, {1 << 16, 1}};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		for (int portable = 0; portable < 2; portable++) {
			struct decode_options o = {.portable = portable};
			struct decoded d = decode_as(codec_sniff(in.p, in.n), in, &o, steps[i][0],
			                             steps[i][1]);

			if (d.result)
				fail_msg("%s", d.e.msg);
			assert_bytes(buf_slice(&d.out), want);
			buf_free(&d.out);
		}
	}
}

/* Text that packs like text: words of a small vocabulary, the same for equal seeds. */
static struct buf text(size_t n, uint64_t seed)
{
	struct buf b = {0};

	for (uint64_t i = 0; b.n < n; i++)
		buf_addf(&b, "%llu%c", (unsigned long long)(hash_mix(seed + i) % 5000),
		         i % 11 == 10 ? '\n' : ' ');
	b.n = n;
	return b;
}

static const struct codec *gzip(void)
{
	return codec_find(S("gzip"));
}

static const struct codec *zstd(void)
{
	return codec_find(S("zstd"));
}

static void add_frame(const struct codec *c, struct slice block, struct buf *out)
{
	void *encoder = c->encoder_open(c->level);
	struct err e = {0};

	assert_int_equal(c->encode(encoder, block, out, &e), 0);
	c->encoder_close(encoder);
}

static struct buf packed(const struct codec *c, struct slice block)
{
	struct buf b = {0};

	add_frame(c, block, &b);
	return b;
}

static void codecs_are_found_by_name_and_by_the_first_bytes(void **state)
{
	(void)state;
	assert_string_equal(codec_find(S("zstd"))->name, "zstd");
	assert_null(codec_find(S("zst")));
	assert_string_equal(codec_of_name(S("a.jsonl.gz"))->name, "gzip");
	assert_string_equal(codec_of_name(S("a.jsonl.zst"))->name, "zstd");
	assert_string_equal(codec_of_name(S("a.jsonl"))->name, "plain");
	assert_string_equal(codec_sniff("\x1f\x8b", 2)->name, "gzip");
	assert_string_equal(codec_sniff("\x1f", 1)->name, "plain");
	assert_string_equal(codec_sniff("\x28\xb5\x2f\xfd", 4)->name, "zstd");
	assert_string_equal(codec_sniff("\x28\xb5\x2f", 3)->name, "plain");
	assert_string_equal(codec_sniff("\x50\x2a\x4d\x18", 4)->name, "zstd");
	assert_string_equal(codec_sniff("\x5f\x2a\x4d\x18", 4)->name, "zstd");
	assert_string_equal(codec_sniff("\x60\x2a\x4d\x18", 4)->name, "plain");
	assert_string_equal(codec_sniff("", 0)->name, "plain");
}

static void what_is_encoded_is_decoded_at_every_level(void **state)
{
	struct buf block = text(300000, 1);

	(void)state;
	for (const struct codec *const *c = codec_table; *c; c++) {
		for (int level = (*c)->level_min; level <= (*c)->level_max; level += 3) {
			void *encoder = (*c)->encoder_open(level);
			struct buf out = {0};
			struct err e = {0};

			assert_int_equal((*c)->encode(encoder, buf_slice(&block), &out, &e), 0);
			assert_ptr_equal(codec_sniff(out.p, out.n), *c);
			struct decoded d = decode(buf_slice(&out));
			assert_bytes(buf_slice(&d.out), buf_slice(&block));
			buf_free(&d.out);
			buf_free(&out);
			(*c)->encoder_close(encoder);
		}
	}
	buf_free(&block);
}

static void an_encoder_gives_equal_bytes_for_equal_blocks(void **state)
{
	struct buf a = text(100000, 1), b = text(70000, 2);

	(void)state;
	for (const struct codec *const *c = codec_table; *c; c++) {
		void *encoder = (*c)->encoder_open((*c)->level);
		struct buf first = packed(*c, buf_slice(&a)), second = {0}, other = {0};
		struct err e = {0};

		assert_int_equal((*c)->encode(encoder, buf_slice(&b), &other, &e), 0);
		assert_int_equal((*c)->encode(encoder, buf_slice(&a), &second, &e), 0);
		assert_bytes(buf_slice(&second), buf_slice(&first));
		(*c)->encoder_close(encoder);
		buf_free(&first);
		buf_free(&second);
		buf_free(&other);
	}
	buf_free(&a);
	buf_free(&b);
}

static void all_members_and_frames_are_read(void **state)
{
	struct buf want = {0};

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct buf part = text((size_t)i * 30000, (uint64_t)i);

		buf_add(&want, buf_slice(&part));
		buf_free(&part);
	}
	for (const struct codec *const *c = codec_table; *c; c++) {
		struct buf in = {0};

		for (int i = 0; i < 5; i++) { /* the first one is empty */
			struct buf part = text((size_t)i * 30000, (uint64_t)i);

			add_frame(*c, buf_slice(&part), &in);
			buf_free(&part);
		}
		assert_decodes(buf_slice(&in), buf_slice(&want));
		buf_free(&in);
	}
	buf_free(&want);
}

static void hidden_pieces_decode_to_nothing_wherever_they_stand(void **state)
{
	struct buf block = text(5000, 3), payload = text(CODEC_PAYLOAD_MAX, 4);

	(void)state;
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		struct buf in = {0};

		(*c)->hide(S(""), &in);
		assert_int_equal(in.n, (*c)->hidden_head + (*c)->hidden_tail);
		add_frame(*c, buf_slice(&block), &in);
		(*c)->hide(buf_slice(&payload), &in);
		(*c)->hide(S("x"), &in);
		assert_decodes(buf_slice(&in), buf_slice(&block));
		buf_free(&in);
		(*c)->hide(S("alone"), &in);
		assert_decodes(buf_slice(&in), S(""));
		buf_free(&in);
	}
	buf_free(&block);
	buf_free(&payload);
}

static void empty_input_is_clean_and_empty(void **state)
{
	(void)state;
	for (const struct codec *const *c = codec_table; *c; c++) {
		struct decoded d = decode_as(*c, S(""), NULL, 10, 10);

		assert_int_equal(d.result, 0);
		assert_int_equal(d.out.n, 0);
		buf_free(&d.out);
	}
}

/* Bytes that can be decoded at the least when only `n` compressed bytes are there. */
static void check_truncated(const struct codec *c, struct slice in, struct slice want, bool whole)
{
	static const size_t steps[][2] = {{1 << 20, 1 << 20}, {3, 5}};
	size_t delivered[2][2];

	for (int portable = 0; portable < 2; portable++) {
		for (int i = 0; i < 2; i++) {
			struct decode_options o = {.portable = portable};
			struct decoded d = decode_as(c, in, &o, steps[i][0], steps[i][1]);

			assert_int_equal(d.result, whole ? 0 : -1);
			if (!whole)
				assert_non_null(strstr(d.e.msg, "truncated"));
			assert_true(d.out.n <= want.n);
			assert_bytes(buf_slice(&d.out), slice_head(want, d.out.n));
			delivered[portable][i] = d.out.n;
			buf_free(&d.out);
		}
	}
	assert_int_equal(delivered[0][0], delivered[0][1]);
	assert_int_equal(delivered[1][0], delivered[1][1]);
	assert_int_equal(delivered[0][0], delivered[1][0]);
}

static void truncation_is_found_at_every_byte(void **state)
{
	struct buf first = text(700, 5), second = text(900, 6), want = {0};

	(void)state;
	buf_add(&want, buf_slice(&first));
	buf_add(&want, buf_slice(&second));
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		struct buf in = packed(*c, buf_slice(&first));
		size_t border = in.n, hidden;

		add_frame(*c, buf_slice(&second), &in);
		hidden = in.n;
		(*c)->hide(S("hidden"), &in);
		for (size_t n = 1; n < in.n; n++)
			check_truncated(*c, slice_head(buf_slice(&in), n), buf_slice(&want),
			                n == border || n == hidden);
		struct decoded d = decode(slice_head(buf_slice(&in), border + 1));
		assert_bytes(buf_slice(&d.out), buf_slice(&first));
		buf_free(&d.out);
		buf_free(&in);
	}
	buf_free(&first);
	buf_free(&second);
	buf_free(&want);
}

static void all_whole_blocks_before_a_cut_are_delivered(void **state)
{
	struct buf block = text(1 << 20, 7);

	(void)state;
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		struct buf in = packed(*c, buf_slice(&block));
		struct decoded d = decode(slice_head(buf_slice(&in), in.n / 2));

		assert_int_equal(d.result, -1);
		assert_true(d.out.n > (block.n / 2) - (2 << 17) && d.out.n < block.n);
		assert_bytes(buf_slice(&d.out), slice_head(buf_slice(&block), d.out.n));
		buf_free(&d.out);
		buf_free(&in);
	}
	buf_free(&block);
}

/* Each bit once: never a crash, and whatever decodes without complaint is what went in. */
static void every_flipped_bit_is_found_or_harmless(void **state)
{
	struct buf block = text(600, 8);

	(void)state;
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		struct buf in = packed(*c, buf_slice(&block));
		size_t found = 0;

		for (size_t bit = 0; bit < in.n * 8; bit++) {
			in.p[bit / 8] ^= (char)(1 << bit % 8);
			for (int portable = 0; portable < 2; portable++) {
				struct decode_options o = {.portable = portable};
				struct decoded d = decode_as(*c, buf_slice(&in), &o, 64, 64);

				if (d.result == 0)
					assert_bytes(buf_slice(&d.out), buf_slice(&block));
				found += d.result != 0;
				buf_free(&d.out);
			}
			in.p[bit / 8] ^= (char)(1 << bit % 8);
		}
		assert_true(found > in.n * 15); /* gzip's time stamp and the like may be anything */
		buf_free(&in);
	}
	buf_free(&block);
}

/* Corruption in the middle: both inflaters give out the same bytes before they stop. */
static void both_inflaters_deliver_the_same_head_of_a_corrupt_member(void **state)
{
	struct buf block = text(200000, 9), in = packed(gzip(), buf_slice(&block));
	size_t differing = 0;

	(void)state;
	for (size_t at = 20; at < in.n - 8; at += 97) {
		char was = in.p[at];
		struct decoded d[2];

		in.p[at] = (char)(was ^ 0x55);
		for (int portable = 0; portable < 2; portable++) {
			struct decode_options o = {.portable = portable};

			d[portable] = decode_as(gzip(), buf_slice(&in), &o, 1 << 16, 1000);
			assert_int_equal(d[portable].result, -1);
		}
		if (d[0].out.n != d[1].out.n)
			print_message("at %zu isal %zu %s, zlib %zu %s\n", at, d[0].out.n,
			              d[0].e.msg, d[1].out.n, d[1].e.msg);
		differing += !slice_equal(buf_slice(&d[0].out), buf_slice(&d[1].out));
		buf_free(&d[0].out);
		buf_free(&d[1].out);
		in.p[at] = was;
	}
	assert_int_equal(differing, 0);
	buf_free(&block);
	buf_free(&in);
}

/* A distance cut off by the end of the input at hand is no damage, wherever the cut falls. */
static void input_may_end_at_any_byte_for_a_while(void **state)
{
	struct buf block = text(12000, 13), in = packed(gzip(), buf_slice(&block));
	struct slice all = buf_slice(&in);

	(void)state;
	for (size_t at = 1; at < all.n; at++) {
		void *decoder = gzip()->decoder_open(NULL);
		char *first = mem_text(all.p, at), out[12000];
		struct decode_step s = {.in = first, .in_n = at, .out = out, .out_n = sizeof out};
		struct err e = {0};

		assert_int_equal(gzip()->decode(decoder, &s, &e), 1);
		assert_int_equal(s.in_used, at);
		size_t n = s.out_used;
		s = (struct decode_step){.in = all.p + at, .in_n = all.n - at, .last = true};
		s.out = out + n;
		s.out_n = sizeof out - n;
		if (gzip()->decode(decoder, &s, &e) != 0)
			fail_msg("cut at %zu: %s", at, e.msg);
		assert_bytes((struct slice){out, n + s.out_used}, buf_slice(&block));
		gzip()->decoder_close(decoder);
		free(first);
	}
	buf_free(&block);
	buf_free(&in);
}

/* 5 MiB of empty stored blocks in front of a byte: nothing is kept of them for long. */
static void a_member_of_empty_blocks_is_read(void **state)
{
	struct buf in = {0}, a = packed(gzip(), S("a"));

	(void)state;
	buf_add(&in, slice_head(buf_slice(&a), 10));
	for (int i = 0; i < 1 << 20; i++)
		buf_add(&in, S("\0\0\0\xff\xff"));
	buf_add(&in, slice_tail(buf_slice(&a), 10));
	struct decoded d = decode_as(gzip(), buf_slice(&in), NULL, 1 << 16, 100);
	assert_int_equal(d.result, 0);
	assert_bytes(buf_slice(&d.out), S("a"));
	buf_free(&d.out);
	buf_free(&in);
	buf_free(&a);
}

static void trailing_garbage_is_named_with_its_offset(void **state)
{
	static const char *const garbage[] = {"x", "garbage after the end\n", "\x1f", "\x28"};

	(void)state;
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		for (int i = 0; i < 2; i++) {
			struct buf in = packed(*c, S("{}\n")), where = {0};

			buf_addf(&where, "trailing garbage: no %s %s begins at compressed byte %zu",
			         (*c)->name, *c == gzip() ? "member" : "frame", in.n);
			buf_add(&in, slice_of(garbage[i]));
			struct decoded d = decode(buf_slice(&in));
			assert_int_equal(d.result, -1);
			assert_string_equal(d.e.msg, buf_text(&where));
			assert_bytes(buf_slice(&d.out), S("{}\n"));
			buf_free(&d.out);
			buf_free(&in);
			buf_free(&where);
		}
	}
	struct buf in = packed(gzip(), S("a"));
	buf_add(&in, slice_of(garbage[2])); /* could have become a member */
	struct decoded d = decode(buf_slice(&in));
	assert_non_null(strstr(d.e.msg, "truncated"));
	buf_free(&d.out);
	buf_free(&in);
}

static void damage_in_a_later_frame_names_that_frame(void **state)
{
	struct buf block = text(50000, 10);

	(void)state;
	for (const struct codec *const *c = codec_table; (*c)->hide; c++) {
		struct buf in = packed(*c, buf_slice(&block)), where = {0};
		size_t border = in.n;

		add_frame(*c, buf_slice(&block), &in);
		in.p[in.n - 2] ^= 1; /* in the checksum (zstd) or the length (gzip) */
		struct decoded d = decode(buf_slice(&in));
		buf_addf(&where, "%s begins at %zu)", *c == gzip() ? "member" : "frame", border);
		assert_int_equal(d.result, -1);
		assert_non_null(strstr(d.e.msg, "corrupt"));
		assert_non_null(strstr(d.e.msg, buf_text(&where)));
		assert_int_equal(d.out.n, 2 * block.n);
		buf_free(&d.out);
		buf_free(&in);
		buf_free(&where);
	}
	buf_free(&block);
}

/* Header: magic, method, flags (crc 2, extra 4, name 8, comment 16), time, flags, system. */
static void gzip_headers_may_have_every_field(void **state)
{
	static const char head[] = "\x1f\x8b\x08\x1e\0\0\0\0\0\3\3\0ex\0name\0comment";
	struct slice fields = {head, sizeof head};
	struct buf in = {0};

	(void)state;
	/* CRC-16 of the header, from the CRC-32 of a member that holds it. */
	struct buf crc = packed(gzip(), fields);
	const char *sum = crc.p + crc.n - 8;

	for (int i = 0; i < 2; i++) {
		struct buf a = packed(gzip(), S("a"));

		buf_add(&in, fields);
		buf_byte(&in, sum[0]);
		buf_byte(&in, sum[1]);
		buf_add(&in, slice_tail(buf_slice(&a), 10));
		buf_free(&a);
	}
	assert_decodes(buf_slice(&in), S("aa"));
	in.p[fields.n] ^= 1;
	struct decoded d = decode(buf_slice(&in));
	assert_int_equal(d.result, -1);
	assert_non_null(strstr(d.e.msg, "the header's checksum is wrong"));
	buf_free(&d.out);
	in.p[fields.n] ^= 1;
	in.p[3] = (char)0xff;
	d = decode(buf_slice(&in));
	assert_int_equal(d.result, -1);
	assert_non_null(strstr(d.e.msg, "unknown header flags"));
	buf_free(&d.out);
	buf_free(&crc);
	buf_free(&in);
}

static void files_of_the_real_programs_are_read(void **state)
{
	struct buf block = text(3 << 20, 11), want = {0};

	(void)state;
	put_file("a", buf_slice(&block));
	put_file("b", S("tail\n"));
	buf_add(&want, buf_slice(&block));
	buf_add(&want, S("tail\n"));
	static const char *const commands[] = {
	        "(gzip -1 -c a; gzip -9 -c b) > packed",
	        "(gzip -c -n < a; gzip -c -n < b) > packed",
	        "(zstd -q -1 -c a; zstd -q -19 -c b) > packed",
	        "(zstd -q --no-check -c a; zstd -q --ultra -22 -c b) > packed",
	        "(zstd -q -c < a; zstd -q -c < b) > packed",
	        "(zstd -q -T2 -c a; zstd -q -c b) > packed",
	        "(zstd -q --long=27 -c a; zstd -q -c b) > packed",
	};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		shell(commands[i]);
		struct buf in = get_file("packed");
		for (int portable = 0; portable < 2; portable++) {
			struct decode_options o = {.portable = portable};
			struct decoded d = decode_as(codec_sniff(in.p, in.n), buf_slice(&in), &o,
			                             1 << 16, 1 << 20);
			assert_int_equal(d.result, 0);
			assert_bytes(buf_slice(&d.out), buf_slice(&want));
			buf_free(&d.out);
		}
		buf_free(&in);
	}
	buf_free(&block);
	buf_free(&want);
}

static void the_real_programs_read_our_files(void **state)
{
	struct buf block = text(1 << 20, 12);
	const char *commands[] = {"zstd -q -d -c packed > back", "gzip -d -c < packed > back"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct codec *c = i ? gzip() : zstd();
		struct buf in = packed(c, buf_slice(&block));

		c->hide(S("between"), &in);
		add_frame(c, buf_slice(&block), &in);
		c->hide(S("at the end"), &in);
		put_file("packed", buf_slice(&in));
		shell(commands[i]);
		struct buf back = get_file("back");
		assert_int_equal(back.n, 2 * block.n);
		assert_bytes(slice_head(buf_slice(&back), block.n), buf_slice(&block));
		assert_bytes(slice_tail(buf_slice(&back), block.n), buf_slice(&block));
		buf_free(&back);
		buf_free(&in);
	}
	buf_free(&block);
}

/* A window is only written down when the data is as large: 130 MiB of zeros with 2^28. */
static void a_window_above_128_mib_needs_the_option(void **state)
{
	struct decode_options o = {.window_log = 28};
	struct buf out = {0};
	struct decoded d;

	(void)state;
	shell("head -c 140000000 /dev/zero | zstd -q -1 --long=28 -c > packed");
	struct buf in = get_file("packed");
	d = decode(buf_slice(&in));
	assert_int_equal(d.result, -1);
	assert_non_null(strstr(d.e.msg, "window of more than 2^27 bytes"));
	buf_free(&d.out);

	void *decoder = zstd()->decoder_open(&o);
	struct decode_step s;
	size_t at = 0, total = 0;
	int r;
	do {
		s = (struct decode_step){.in = in.p + at, .in_n = in.n - at, .last = true};
		s.out_n = 1 << 20;
		buf_reset(&out);
		s.out = buf_reserve(&out, s.out_n);
		r = zstd()->decode(decoder, &s, &d.e);
		at += s.in_used;
		total += s.out_used;
	} while (r == 1);
	assert_int_equal(r, 0);
	assert_int_equal(total, 140000000);
	zstd()->decoder_close(decoder);
	buf_free(&out);
	buf_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(codecs_are_found_by_name_and_by_the_first_bytes),
	        cmocka_unit_test(what_is_encoded_is_decoded_at_every_level),
	        cmocka_unit_test(an_encoder_gives_equal_bytes_for_equal_blocks),
	        cmocka_unit_test(all_members_and_frames_are_read),
	        cmocka_unit_test(hidden_pieces_decode_to_nothing_wherever_they_stand),
	        cmocka_unit_test(empty_input_is_clean_and_empty),
	        cmocka_unit_test(truncation_is_found_at_every_byte),
	        cmocka_unit_test(all_whole_blocks_before_a_cut_are_delivered),
	        cmocka_unit_test(every_flipped_bit_is_found_or_harmless),
	        cmocka_unit_test(both_inflaters_deliver_the_same_head_of_a_corrupt_member),
	        cmocka_unit_test(input_may_end_at_any_byte_for_a_while),
	        cmocka_unit_test(a_member_of_empty_blocks_is_read),
	        cmocka_unit_test(trailing_garbage_is_named_with_its_offset),
	        cmocka_unit_test(damage_in_a_later_frame_names_that_frame),
	        cmocka_unit_test(gzip_headers_may_have_every_field),
	        cmocka_unit_test(files_of_the_real_programs_are_read),
	        cmocka_unit_test(the_real_programs_read_our_files),
	        cmocka_unit_test(a_window_above_128_mib_needs_the_option),
	};

	return cmocka_run_group_tests_name("codec", tests, scratch_enter, scratch_leave);
}
