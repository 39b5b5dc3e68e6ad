/* lib/doc/prox_store.h: programs are found by id, whatever their order, number and form. */
#include "lib/doc/prox_store.h"

#include <sys/stat.h>

#include "tests/unit/scratch.h"

static const struct prox_store_options plain = {NULL, S_INIT("id"), S_INIT("program")};
static struct arena mem;

static struct prox_store *open_store(const char *path, const struct prox_store_options *o)
{
	struct err e = {0};
	struct prox_store *s = prox_store_open(path, o, &e);

	if (!s)
		fail_msg("%s", e.msg);
	return s;
}

/* The chunks of a program with "|" between them, "-" for none. */
static const char *look_up(const struct prox_store *s, const char *id, size_t missing)
{
	static struct buf out;
	struct prox_found found;
	struct err e = {0};

	buf_reset(&out);
	if (prox_store_find(s, slice_of(id), &found, &mem, &e) != 0)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < found.n; i++) {
		if (i)
			buf_byte(&out, '|');
		buf_add(&out, found.chunk[i]);
	}
	if (found.n == 0)
		buf_byte(&out, '-');
	assert_int_equal(found.missing, missing);
	return buf_text(&out);
}

static void programs_are_texts_or_lists(void **state)
{
	(void)state;
	put_file("a.jsonl", S("{\"id\":\"one\",\"program\":\"p\\n1\"}\n"
	                      "{\"id\":2,\"program\":[\"x\",\"\",\"z\"]}\n"
	                      "{\"id\":\"none\",\"program\":[]}\n"
	                      "{\"id\":\"one\",\"program\":\"later\"}\n"
	                      "{\"id\":\"bad\"}\nnot json\n"
	                      "{\"id\":\"last\",\"program\":\"no LF\"}"));
	struct prox_store *s = open_store("a.jsonl", &plain);
	struct prox_store_counts c = prox_store_counts(s);

	assert_string_equal(look_up(s, "one", 0), "p\n1");
	assert_string_equal(look_up(s, "2", 0), "x||z");
	assert_string_equal(look_up(s, "none", 0), "");
	assert_string_equal(look_up(s, "last", 0), "no LF");
	assert_string_equal(look_up(s, "bad", 0), "-");
	assert_string_equal(look_up(s, "", 0), "-");
	assert_int_equal(c.rows, 5);
	assert_int_equal(c.duplicates, 1);
	assert_int_equal(c.bad, 2);
	prox_store_close(s);
}

#define REPLY(id, rest) "{\"custom_id\":\"" id "\"," rest "}\n"
#define BODY(choice) "\"body\":{\"choices\":[{" choice "}]}}"
#define CHAT(text) \
	"\"response\":{\"status_code\":200," BODY("\"message\":{\"content\":\"" text "\"}")

static void replies_are_put_in_order_of_their_chunks(void **state)
{
	(void)state;
	put_file("b.jsonl",
	         S(REPLY("d#1#2/3", CHAT(" two "))
	           REPLY("e#0/1", "\"response\":{" BODY("\"text\":\"plain\"") ",\"error\":null")
	           REPLY("d#1#0/3", CHAT("zero")) REPLY("d#1#0/3", CHAT("again"))
	           REPLY("f#0/2", "\"error\":{\"message\":\"no\"}")
	           REPLY("g#0/1", "\"response\":{\"status_code\":500," BODY("\"text\":\"x\""))
	           REPLY("h#2/2", CHAT("out of range")) REPLY("h", CHAT("no chunk"))));
	struct prox_store *s = open_store("b.jsonl", &plain);
	struct prox_store_counts c = prox_store_counts(s);

	assert_string_equal(look_up(s, "d#1", 1), "zero||two");
	assert_string_equal(look_up(s, "e", 0), "plain");
	assert_string_equal(look_up(s, "f", 0), "-");
	assert_int_equal(c.rows, 4);
	assert_int_equal(c.failed, 2);
	assert_int_equal(c.bad, 2);
	assert_int_equal(c.duplicates, 1);
	prox_store_close(s);
}

/* More than the parts hold in memory, in an order far from that of the hashes. */
static void many_programs_spill_and_are_all_found(void **state)
{
	enum { N = 400000 };
	FILE *f = fopen("c.jsonl", "w");
	char id[32], want[32];

	(void)state;
	assert_non_null(f);
	for (int i = 0; i < N; i++)
		fprintf(f, "{\"id\":\"%d\",\"program\":\"p%d\"}\n", i, i);
	fclose(f);
	struct prox_store *s = open_store("c.jsonl", &plain);

	assert_int_equal(prox_store_counts(s).rows, N);
	for (int i = 0; i < N; i += 7) {
		snprintf(id, sizeof id, "%d", i);
		snprintf(want, sizeof want, "p%d", i);
		assert_string_equal(look_up(s, id, 0), want);
		arena_reset(&mem, 1 << 20);
	}
	assert_string_equal(look_up(s, "400000", 0), "-");
	prox_store_close(s);
	shell("[ -z \"$(ls | grep -E 'spill|tmp')\" ]");
}

static void an_index_is_used_again_until_the_programs_change(void **state)
{
	struct stat first, second;
	const struct prox_store_options other = {NULL, S_INIT("id"), S_INIT("other")};

	(void)state;
	put_file("d.jsonl", S("{\"id\":\"x\",\"program\":\"1\",\"other\":\"9\"}\n"));
	prox_store_close(open_store("d.jsonl", &plain));
	assert_int_equal(stat("d.jsonl.index", &first), 0);
	prox_store_close(open_store("d.jsonl", &plain));
	assert_int_equal(stat("d.jsonl.index", &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);

	struct prox_store *s = open_store("d.jsonl", &other);

	assert_string_equal(look_up(s, "x", 0), "9");
	prox_store_close(s);
	put_file("d.jsonl", S("{\"id\":\"x\",\"program\":\"2\",\"other\":\"9\"}\n"));
	s = open_store("d.jsonl", &plain);
	assert_string_equal(look_up(s, "x", 0), "2");
	prox_store_close(s);
}

static void a_damaged_index_is_made_again(void **state)
{
	(void)state;
	put_file("e.jsonl", S("{\"id\":\"x\",\"program\":\"1\"}\n"));
	prox_store_close(open_store("e.jsonl", &plain));
	shell("head -c 100 e.jsonl.index > cut && mv cut e.jsonl.index");
	struct prox_store *s = open_store("e.jsonl", &plain);

	assert_string_equal(look_up(s, "x", 0), "1");
	prox_store_close(s);
	put_file("e.jsonl.index", S(""));
	s = open_store("e.jsonl", &plain);
	assert_string_equal(look_up(s, "x", 0), "1");
	prox_store_close(s);
}

static void packed_programs_and_a_place_for_the_index(void **state)
{
	const struct prox_store_options o = {"place/of/index", S_INIT("id"), S_INIT("program")};

	(void)state;
	shell("echo '{\"id\":\"x\",\"program\":\"1\"}' | zstd -q > f.zst");
	struct prox_store *s = open_store("f.zst", &o);

	assert_string_equal(look_up(s, "x", 0), "1");
	prox_store_close(s);
	shell("[ -f place/of/index ] && [ ! -e f.zst.index ]");
}

static void what_cannot_be_read_is_an_error(void **state)
{
	struct err e = {0};

	(void)state;
	assert_null(prox_store_open("absent", &plain, &e));
	assert_int_equal(e.rc, RC_INPUT);
	e = (struct err){0};
	assert_null(prox_store_open("/", &plain, &e));
	assert_int_equal(e.rc, RC_INPUT);
	shell("printf '\\037\\213\\010\\000garbage' > g.gz");
	e = (struct err){0};
	assert_null(prox_store_open("g.gz", &plain, &e));
	assert_int_equal(e.rc, RC_INPUT);
	shell("[ ! -e g.gz.index ]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_texts_or_lists),
		cmocka_unit_test(replies_are_put_in_order_of_their_chunks),
		cmocka_unit_test(many_programs_spill_and_are_all_found),
		cmocka_unit_test(an_index_is_used_again_until_the_programs_change),
		cmocka_unit_test(a_damaged_index_is_made_again),
		cmocka_unit_test(packed_programs_and_a_place_for_the_index),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
	};
	int failed = cmocka_run_group_tests(tests, scratch_enter, scratch_leave);

	arena_free(&mem);
	return failed;
}
