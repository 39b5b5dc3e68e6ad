/* MinHash speeds: MB of text a second of CPU time, for each level this machine has.
 *   bench_dedup sketch FILE.txt       one document a line
 * Build: cc -O2 -I. -D_GNU_SOURCE tests/bench/bench_dedup.c build/libcurate.a $(LDLIBS) */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/dedup/shingle.h"
#include "lib/dedup/signature.h"
#include "lib/io/outfile.h"

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const char *const level_name[] = {"scalar", "AVX2", "AVX-512"};

/* Words of the compat mode are cut at spaces here: the tokenizer has its own benchmark. */
static size_t space_words(struct slice text, struct slice *word)
{
	size_t n = 0;

	while (slice_cut(&text, ' ', &word[n]))
		n++;
	return n;
}

static void bench(struct slice all, enum signature_mode mode, enum signature_level level, enum shingle_hash hash)
{
	struct arena mem = {0};
	struct signature s;
	uint64_t *sig, check = 0;
	double begin, seconds;
	size_t docs = 0;
	struct slice rest = all, text;

	signature_open(&s, mode, 64, 112, 1);
	s.level = level;
	sig = aligned_alloc(64, s.lanes * 8);
	begin = cpu();
	while (slice_cut(&rest, '\n', &text)) {
		struct shingles sh;

		if (mode == SIGNATURE_FAST) {
			sh = shingle_fast(text, SHINGLE_WORDS, 5, level, &mem);
		} else {
			struct slice *word = arena_alloc(&mem, (text.n + 1) * sizeof *word);

			sh = shingle_compat(word, space_words(text, word), 5, hash, 64, &mem);
		}
		signature_reset(&s, sig);
		signature_add(&s, sig, sh.hash, sh.n);
		signature_finish(&s, sig);
		for (unsigned b = 0; b < 14; b++)
			check ^= signature_band(sig + 8 * b, 8);
		docs++;
		arena_reset(&mem, 1 << 20);
	}
	seconds = cpu() - begin;
	printf("%-6s %-7s %-7s %7.1f MB/s  %8.0f docs/s  (%zu docs, check %016llx)\n",
	       mode == SIGNATURE_FAST ? "fast" : "compat",
	       mode == SIGNATURE_FAST ? "" : hash == SHINGLE_SHA1 ? "sha1" : "xxhash", level_name[level],
	       (double)all.n / 1e6 / seconds, (double)docs / seconds, docs, (unsigned long long)check);
	arena_free(&mem);
	free(sig);
	signature_close(&s);
}

int main(int argc, char **argv)
{
	struct buf text = {0};
	struct err e = {0};

	if (argc != 3 || file_read_all(argv[2], &text, (size_t)1 << 31, &e) != 0) {
		fprintf(stderr, "usage: bench_dedup sketch FILE.txt %s\n", e.msg);
		return 2;
	}
	for (enum signature_level level = SIGNATURE_SCALAR; level <= signature_best(); level++) {
		bench(buf_slice(&text), SIGNATURE_FAST, level, SHINGLE_XXHASH);
		bench(buf_slice(&text), SIGNATURE_COMPAT, level, SHINGLE_XXHASH);
		bench(buf_slice(&text), SIGNATURE_COMPAT, level, SHINGLE_SHA1);
	}
	buf_free(&text);
	return 0;
}
