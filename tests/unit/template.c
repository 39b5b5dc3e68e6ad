/* Templates: what is asked, what is refused, and that no template or record is too odd. (What they
 * write is in tests/rules/meco.t.) */
#include "lib/doc/template.h"
#include "tests/unit/chance.h"
#include "tests/unit/reader.h"

struct asked {
	unsigned times[8];
	char key[8][32];
	double number[8];
};

static bool note_question(const void *user, const struct template_slot *slot, double number,
                          struct slice *text, struct arena *scratch)
{
	struct asked *a = (struct asked *)user;

	(void)scratch;
	assert_true(slot->number < 8);
	a->times[slot->number]++;
	a->number[slot->number] = number;
	snprintf(a->key[slot->number], sizeof a->key[0], "%.*s", SLICE(*text));
	*text = S("answer");
	return true;
}

static struct template *parse_good(const char *text)
{
	struct err e = {0};
	struct template *t = template_parse(slice_of(text), S(""), &e);

	if (!t)
		print_error("%s\n", e.msg);
	assert_non_null(t);
	return t;
}

static void every_slot_is_asked_once_in_all_alternatives(void **state)
{
	struct template *t =
	        parse_good("{host|known} {a.q|q5}||{host|known}||{domain|known}{a.q|q4}{n|q5}");
	struct doc d = parsed(S("{\"text\":\"x\",\"url\":\"http://A.b.org/\",\"a\":{\"q\":0.25}}"));
	struct asked a = {0};
	const struct template_caller caller = {note_question, &a};
	const struct template_slot *slot;

	(void)state;
	assert_int_equal(template_slots(t, &slot), 5);
	assert_slice(slot[0].field, "host");
	assert_slice(slot[1].field, "a.q");
	assert_int_equal(slot[1].buckets, 5);
	assert_int_equal(slot[3].buckets, 4);
	template_ask(t, &d, &caller, &mem);
	for (int i = 0; i < 4; i++)
		assert_int_equal(a.times[i], 1);
	assert_int_equal(a.times[4], 0); /* the record has no n */
	assert_string_equal(a.key[0], "a.b.org");
	assert_string_equal(a.key[2], "b.org");
	assert_true(a.number[1] == 0.25);
	template_free(t);
}

static void values_of_any_kind_are_read(void **state)
{
	static const char record[] =
		"{\"text\":\"x\",\"id\":7,\"s\":\"a\\u0062\",\"n\":1e2,\"t\":true,"
		"\"nul\":\"a\\u0000\",\"o\":{\"a\":[1,\"y\"]},\"host\":\"own\","
		"\"none\":null,\"lang\":\"d\\u0000e\",\"empty\":\"\",\"scores\":{\"q\":3}}";
	static const char *const cases[][2] = {
		{"{id} {s} {n} {t} {o.a.1} {.host}", "7 ab 1e2 true y own"},
		{"{scores.q} {s|lower|q2}||{scores.q} {s|w2}||{scores.q}", "3"},
		{"{none}||{empty}||{o}||{nul}||{lang}||{host}||last", "last"},
		{"{{{n|w3}}}\\n\\\\n", "{3}\n\\\n"},
	};
	struct asked a = {0};
	const struct template_caller caller = {note_question, &a};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template *t = parse_good(cases[i][0]);
		struct doc d = parsed(S(record));
		struct buf out = {0};

		assert_true(template_write(t, &d, &caller, NULL, &mem, &out));
		assert_slice(buf_slice(&out), cases[i][1]);
		buf_free(&out);
		template_free(t);
	}
}

static void a_score_of_the_run_comes_before_the_records_field(void **state)
{
	struct template *t = parse_good("{scores.q} {curate.scores.r}");
	struct doc d = parsed(S("{\"text\":\"x\",\"scores\":{\"q\":3},"
	                        "\"curate\":{\"scores\":{\"r\":4}}}"));
	struct asked a = {0};
	const struct template_caller caller = {note_question, &a};
	struct buf out = {0};

	(void)state;
	doc_score(&d, "q", 0.5);
	assert_true(template_write(t, &d, &caller, NULL, &mem, &out));
	assert_slice(buf_slice(&out), "0.5 4");
	buf_free(&out);
	template_free(t);
}

static void any_template_is_parsed_or_refused(void **state)
{
	static const char *const piece[] = {"{", "}", "|", "||", "\\n", "host", "url", "a.b",
	                                    "known",
	                                    "q5", "w2", "hash", "\\", ".", "{{", "}}",
	                                    "domain_suffix", ""};
	struct asked a = {0};
	const struct template_caller caller = {note_question, &a};
	struct buf text = {0}, out = {0};
	const struct slice literal = S("?");
	unsigned good = 0;

	(void)state;
	seed = 3;
	for (int round = 0; round < 20000; round++) {
		struct err e = {0};

		buf_reset(&text);
		buf_reset(&out);
		for (uint32_t n = chance(9); n; n--)
			buf_add(&text, slice_of(piece[chance(18)]));
		struct template *t = template_parse(buf_slice(&text), S("salt"), &e);
		struct doc d =
		        parsed(S("{\"text\":\"x\",\"url\":\"http://a.b/\",\"a\":{\"b\":2}}"));

		assert_true(t || e.msg[0]);
		if (t)
			assert_true(template_write(t, &d, &caller, &literal, &mem, &out));
		good += t != NULL;
		template_free(t);
		arena_reset(&mem, 4096);
	}
	assert_true(good > 1000);
	buf_free(&text);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slot_is_asked_once_in_all_alternatives),
		cmocka_unit_test(values_of_any_kind_are_read),
		cmocka_unit_test(a_score_of_the_run_comes_before_the_records_field),
		cmocka_unit_test(any_template_is_parsed_or_refused),
	};

	return cmocka_run_group_tests(tests, reader_open, reader_close);
}
