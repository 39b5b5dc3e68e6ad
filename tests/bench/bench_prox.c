/* Speed of the ProX executor alone: MB of text a second of CPU time, beside memcpy's in the same
 * run.
 *
 *   build/bench/bench_prox [FOLDER_OF_SHARDS]
 *
 * The lines of all texts (of BENCH_CORPUS without a folder, at most 64 MB) in documents of 60, and
 * programs of 5 calls made for each: two cut lines, two replace a word that is there, one replaces
 * one that is not. */
#include "lib/base/utf8.h"
#include "lib/doc/prox.h"
#include "tests/bench/texts.h"

enum { LINES = 60, ROUNDS = 5, MOST = 64000000 };

/* The next LINES lines. */
static bool next_document(struct slice *rest, struct slice *text)
{
	struct slice line;
	const char *from = rest->p;
	size_t n = 0;

	while (n < LINES && slice_cut(rest, '\n', &line))
		n++;
	if (n < LINES)
		return false;
	*text = (struct slice){from, (size_t)(line.p + line.n - from)};
	return true;
}

/* A word of the text without characters that mean something in a program. */
static struct slice plain_word(struct slice text)
{
	struct slice word;

	while (utf8_split(&text, &word))
		if (word.n > 4 && !memchr(word.p, '"', word.n) && !memchr(word.p, ',', word.n) &&
		    !memchr(word.p, ')', word.n) && !memchr(word.p, '=', word.n))
			return word;
	return S("nothing");
}

static void write_program(struct slice text, struct buf *out)
{
	struct slice late = slice_tail(text, text.n / 2);

	while (late.n && ((unsigned char)late.p[0] & 0xc0) == 0x80)
		late = slice_tail(late, 1);
	buf_reset(out);
	buf_addf(out, "remove_lines(start=0, end=2)\nremove_lines(start=55, end=58)\n"
	         "normalize(source_str=\"%.*s\", target_str=\"\")\n"
	         "normalize(source_str=\"%.*s\", target_str=\"x\")\n"
	         "normalize(source_str=\"not there at all\", target_str=\"\")",
	         SLICE(plain_word(text)), SLICE(plain_word(late)));
}

int main(int argc, char **argv)
{
	struct prox_options o = prox_defaults();
	struct buf all = {0}, program_text = {0};
	struct arena mem = {0};
	struct texts texts = {0};
	const char *folder = argc > 1 ? argv[1] : getenv("BENCH_CORPUS");
	double in_prox = 0, in_copy = 0;
	uint64_t bytes = 0, edited = 0, documents = 0;

	read_texts(folder ? folder : "../shared/corpus/web", MOST, &texts);
	for (size_t i = 0; i < texts.n; i++) {
		buf_add(&all, texts.item[i]);
		buf_byte(&all, '\n');
	}
	char *copy = mem_alloc(all.n);

	for (int round = 0; round < ROUNDS; round++) {
		struct slice rest = buf_slice(&all), text;
		double begin = cpu_seconds();

		memcpy(copy, all.p, all.n);
		in_copy += cpu_seconds() - begin;
		while (next_document(&rest, &text)) {
			struct doc d = {.source = text, .mem = &mem, .stage = "prox"};
			struct prox_program program;
			struct prox_result r;

			write_program(text, &program_text);
			struct slice one = buf_slice(&program_text);

			begin = cpu_seconds();
			prox_parse(&one, 1, NULL, &o, &program, &mem);
			prox_exec(&d, &program, &o, &r, &mem);
			doc_settle(&d);
			in_prox += cpu_seconds() - begin;
			bytes += text.n;
			edited += r.verdict == PROX_EDITED;
			documents++;
			arena_reset(&mem, 8 << 20);
		}
	}
	printf("prox exec: %.0f MB/s of text; %llu of %llu documents edited; memcpy %.0f MB/s\n",
	       (double)bytes / 1e6 / in_prox, (unsigned long long)edited,
	       (unsigned long long)documents, (double)all.n * ROUNDS / 1e6 / in_copy);
	free(copy);
	texts_free(&texts);
	buf_free(&all);
	buf_free(&program_text);
	arena_free(&mem);
	return 0;
}
