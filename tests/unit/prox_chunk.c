/* lib/doc/prox_chunk.h and prox_request.h: numbered chunks and the requests made of them. */
#include "lib/doc/prox_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void check(const char *text, enum prox_unit unit, size_t max, const char *want)
{
	struct prox_tokenizer t = {.unit = unit};
	struct prox_chunk *chunk;
	struct arena mem = {0};
	struct buf out = {0};
	size_t n = prox_chunk_split(slice_of(text), &t, max, &chunk, &mem);

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add(&out, S(" || "));
		prox_chunk_write(&chunk[i], &out);
	}
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
	arena_free(&mem);
}

static void lines_are_numbered_through_the_document(void **state)
{
	(void)state;
	check("", PROX_WORDS, 10, "[000]");
	check("\n\n", PROX_WORDS, 10, "[000]\n[001]\n[002]");
	check("a\r\nb", PROX_WORDS, 10, "[000]a\r\n[001]b");
	check("a b\nc d\ne", PROX_WORDS, 4, "[000]a b\n[001]c d || [002]e");
	check("a b\nc d\ne", PROX_WORDS, 5, "[000]a b\n[001]c d\n[002]e");
}

static void a_line_that_is_too_long_is_a_chunk_of_its_own(void **state)
{
	(void)state;
	check("a b c\nd\ne", PROX_WORDS, 2, "[000]a b c || [001]d\n[002]e");
	check("d\na b c\ne", PROX_WORDS, 2, "[000]d || [001]a b c || [002]e");
	/* The number touches the first word, or stands alone before a space or an empty line. */
	check(" a\n\nb", PROX_WORDS, 3, "[000] a\n[001] || [002]b");
}

static void bos_counts_once_a_line(void **state)
{
	(void)state;
	check("ab\ncd", PROX_BYTES, 14, "[000]ab\n[001]cd");
	check("ab\ncd", PROX_BYTES, 13, "[000]ab || [001]cd");
	check("ab\ncd", PROX_BYTES_PLUS_BOS, 16, "[000]ab\n[001]cd");
	check("ab\ncd", PROX_BYTES_PLUS_BOS, 15, "[000]ab || [001]cd");
}

static void numbers_grow_a_digit_at_a_thousand(void **state)
{
	struct prox_tokenizer t = {.unit = PROX_WORDS};
	struct prox_chunk *chunk;
	struct arena mem = {0};
	struct buf text = {0}, out = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_byte(&text, '\n');
	assert_int_equal(prox_chunk_split(buf_slice(&text), &t, 100000, &chunk, &mem), 1);
	assert_int_equal(chunk[0].lines, 1001);
	prox_chunk_write(&chunk[0], &out);
	assert_true(slice_ends(buf_slice(&out), S("[999]\n[1000]")));
	buf_free(&text);
	buf_free(&out);
	arena_free(&mem);
}

static void heads_end_between_characters(void **state)
{
	struct prox_tokenizer t = {.unit = PROX_BYTES};

	(void)state;
	for (size_t max = 0; max <= 9; max++) {
		struct slice head = prox_tokens_head(&t, S("a\xc3\xa9\xe6\x97\xa5xy"), max);

		assert_int_equal(head.n, max >= 8 ? 8 : max >= 6 ? max : max >= 3 ? 3 : max >= 1);
	}
	t.unit = PROX_WORDS;
	assert_true(slice_equal(prox_tokens_head(&t, S("one two  three"), 2), S("one two  ")));
}

static void check_body(const struct prox_request *q, const char *text, const char *want)
{
	struct prox_chunk *chunk;
	struct arena mem = {0};
	struct buf out = {0};

	prox_request_chunks(q, slice_of(text), &chunk, &mem);
	prox_request_body(q, &chunk[0], &out);
	assert_string_equal(buf_text(&out), want);
	buf_free(&out);
	arena_free(&mem);
}

static void requests_are_those_of_the_reference(void **state)
{
	struct prox_request q = {.model = S("m"), .chunk_tokens = 1500, .top_p = 0.9};

	(void)state;
	check_body(&q, "a\nb",
	           "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"" PROX_SYSTEM
	           "\"},{\"role\":\"user\",\"content\":\"[doc]\\n[000]a\\n[001]b\\n[/doc]\"}],"
	           "\"temperature\":0,\"top_p\":0.9,\"max_tokens\":256}");
	q.doc = true;
	q.completions = true;
	check_body(&q, "a\nb \n", "{\"model\":\"m\",\"prompt\":\"[INST] <<SYS>>\\n" PROX_SYSTEM
	           "\\n<</SYS>>\\n\\na\\nb "
	           "[/INST]\",\"temperature\":0,\"top_p\":0.9,\"max_tokens\":2000}");
}

static void long_documents_lose_the_prompts_end_or_the_texts(void **state)
{
	/* The frame is 12 words: eight of the system message and four marks. */
	struct prox_request q = {.model = S("m"), .doc = true, .completions = true, .top_p = 1,
	                         .max_tokens = 9, .prompt_tokens = 13};
	const char *text = "one two three four five";

	(void)state;
	check_body(&q, text, "{\"model\":\"m\",\"prompt\":\"[INST] <<SYS>>\\n" PROX_SYSTEM
	           "\\n<</SYS>>\\n\\none two \",\"temperature\":0,\"top_p\":1,\"max_tokens\":9}");
	q.keep_end = true;
	check_body(&q, text, "{\"model\":\"m\",\"prompt\":\"[INST] <<SYS>>\\n" PROX_SYSTEM
	           "\\n<</SYS>>\\n\\none "
	           "[/INST]\",\"temperature\":0,\"top_p\":1,\"max_tokens\":9}");
	q.prompt_tokens = 0;
	check_body(&q, text, "{\"model\":\"m\",\"prompt\":\"[INST] <<SYS>>\\n" PROX_SYSTEM
	           "\\n<</SYS>>\\n\\none two three four five "
	           "[/INST]\",\"temperature\":0,\"top_p\":1,"
	           "\"max_tokens\":9}");
}

static void bos_is_written_when_asked_for(void **state)
{
	struct buf out = {0};

	(void)state;
	prox_llama2_prompt(S("x"), true, &out);
	assert_true(slice_starts(buf_slice(&out), S("<s>[INST] <<SYS>>\n")));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_numbered_through_the_document),
		cmocka_unit_test(a_line_that_is_too_long_is_a_chunk_of_its_own),
		cmocka_unit_test(bos_counts_once_a_line),
		cmocka_unit_test(numbers_grow_a_digit_at_a_thousand),
		cmocka_unit_test(heads_end_between_characters),
		cmocka_unit_test(requests_are_those_of_the_reference),
		cmocka_unit_test(long_documents_lose_the_prompts_end_or_the_texts),
		cmocka_unit_test(bos_is_written_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
