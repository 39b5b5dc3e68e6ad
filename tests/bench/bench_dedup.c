/* MinHash speeds: MB of text a second of CPU time, for each level this machine has.
 *   bench_dedup sketch FILE.txt           one document a line
 *   bench_dedup join DIR DOCS MEM_MB THREADS
 *       match and cluster DOCS made-up sketches of 14 bands (a fifth are near duplicates), in DIR
 *   bench_dedup                           both, of made-up text and of 2 million made-up sketches
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/dedup/cluster.h"
#include "lib/dedup/match.h"
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

static void bench(struct slice all, enum signature_mode mode, enum signature_level level,
                  enum shingle_hash hash)
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
	       mode == SIGNATURE_FAST ? ""
	       : hash == SHINGLE_SHA1 ? "sha1"
	                              : "xxhash",
	       level_name[level], (double)all.n / 1e6 / seconds, (double)docs / seconds, docs,
	       (unsigned long long)check);
	arena_free(&mem);
	free(sig);
	signature_close(&s);
}

enum { SHARDS = 40 };

static int make_shard(const char *path, uint64_t first, uint64_t docs, struct err *e)
{
	const struct sketch_shape shape = {.lists = 15, .width = 1, .sig_bytes = 112};
	struct sketch_out *const o =
	        sketch_create(path, &shape, S("bench"), S("shard"), 64 << 20, e);

	for (uint64_t i = first; o && i < first + docs; i++) {
		/* One in five is like an earlier document in half of its bands. */
		const uint64_t r = hash_mix(i), like = r % 5 == 0 ? hash_mix(r) % (i + 1) : i;
		uint64_t key[14], sig[14];
		char id[32];
		struct sketch_row row = {.record = i - first,
		                         .order = 1,
		                         .keys = 14,
		                         .key = key,
		                         .sig = (const uint8_t *)sig};

		for (unsigned b = 0; b < 14; b++) {
			key[b] = hash_mix((r >> b & 1 ? like : i) * 14 + b);
			sig[b] = key[b];
		}
		row.id = (struct slice){
		        id, (size_t)snprintf(id, sizeof id, "doc-%012llu", (unsigned long long)i)};
		if (sketch_add(o, &row, e) != 0)
			return -1;
	}
	return o ? sketch_commit(o, e) : -1;
}

static int join(const char *dir, uint64_t docs, uint64_t mem, unsigned threads, struct err *e)
{
	struct buf name[SHARDS] = {{0}};
	const char *path[SHARDS];
	const struct match_options m = {.dir = dir, .tasks = 1, .threads = threads, .mem = mem};
	struct buf work = {0};

	buf_addf(&work, "%s/work", dir);
	struct share share = {.dir = buf_text(&work), .tasks = 1, .threads = threads};
	const struct cluster_options c = {
	        .edges = dir, .dir = dir, .mem = mem, .share = &share};
	struct verdict_stats stats;
	struct sketches s;
	struct rusage usage;
	double t[5];
	int rc;

	t[0] = cpu();
	for (unsigned i = 0; i < SHARDS; i++) {
		buf_addf(&name[i], "%s/%02u.sketch", dir, i);
		path[i] = buf_text(&name[i]);
		if (access(path[i], F_OK) != 0 &&
		    make_shard(path[i], i * (docs / SHARDS), docs / SHARDS, e) != 0)
			return -1;
	}
	t[1] = cpu();
	rc = sketches_open(&s, path, SHARDS, 0, e);
	if (rc == 0)
		rc = sketches_check(&s, threads, 0, 1, e);
	t[2] = cpu();
	if (rc == 0)
		rc = match_run(&s, &m, e);
	t[3] = cpu();
	if (rc == 0)
		rc = share_open(&share, e);
	if (rc == 0)
		rc = cluster_run(&s, &c, &stats, e);
	share_close(&share, rc == 0);
	buf_free(&work);
	t[4] = cpu();
	if (rc != 0)
		return -1;
	getrusage(RUSAGE_SELF, &usage);
	printf("%llu docs: make %.1f s, check %.1f s, match %.1f s, cluster %.1f s of CPU; %.0f "
	       "docs/s match+cluster, "
	       "%.0f with the check; %llu edges, %llu clusters, %llu dropped; peak %.0f MB\n",
	       (unsigned long long)s.docs, t[1] - t[0], t[2] - t[1], t[3] - t[2], t[4] - t[3],
	       (double)s.docs / (t[4] - t[2]), (double)s.docs / (t[4] - t[1]),
	       (unsigned long long)stats.edges, (unsigned long long)stats.clusters,
	       (unsigned long long)stats.dropped, (double)usage.ru_maxrss / 1024);
	sketches_close(&s);
	for (unsigned i = 0; i < SHARDS; i++)
		buf_free(&name[i]);
	return 0;
}

/* Documents of 600 words, of lengths as in English, frequent ones more often. */
static void make_text(struct buf *out, size_t bytes)
{
	for (uint64_t i = 0; out->n < bytes; i++) {
		const uint64_t r = hash_mix(i),
		               word = hash_mix((r & 0xffff) * (r >> 16 & 0xffff) >> 18);
		const unsigned n = 1 + (unsigned)(word % 5 + (word >> 8) % 6);

		for (unsigned k = 0; k < n; k++)
			buf_byte(out, (char)('a' + (word >> (5 * k)) % 26));
		buf_byte(out, i % 600 == 599 ? '\n' : ' ');
	}
}

static void bench_all(const struct buf *text)
{
	for (enum signature_level level = SIGNATURE_SCALAR; level <= signature_best(); level++) {
		bench(buf_slice(text), SIGNATURE_FAST, level, SHINGLE_XXHASH);
		bench(buf_slice(text), SIGNATURE_COMPAT, level, SHINGLE_XXHASH);
		bench(buf_slice(text), SIGNATURE_COMPAT, level, SHINGLE_SHA1);
	}
}

static int bench_default(struct err *e)
{
	char dir[] = "/tmp/curate-bench-dedup-XXXXXX", command[64];
	struct buf text = {0};
	int rc;

	make_text(&text, 30000000);
	bench_all(&text);
	buf_free(&text);
	if (!mkdtemp(dir))
		return err_set(e, "%s: cannot be made", dir);
	rc = join(dir, 2000000, (uint64_t)500 << 20, 1, e);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) == 0 ? rc : -1;
}

static int usage(const char *why)
{
	fprintf(stderr, "usage: bench_dedup sketch FILE.txt | join DIR DOCS MEM_MB THREADS %s\n",
	        why);
	return 2;
}

int main(int argc, char **argv)
{
	struct buf text = {0};
	struct err e = {0};

	if (argc == 1)
		return bench_default(&e) == 0 ? 0 : usage(e.msg);
	if (argc == 6 && strcmp(argv[1], "join") == 0)
		return join(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10) << 20,
		            (unsigned)strtoul(argv[5], NULL, 10), &e) == 0
		               ? 0
		               : usage(e.msg);
	if (argc != 3 || file_read_all(argv[2], &text, (size_t)1 << 31, &e) != 0)
		return usage(e.msg);
	bench_all(&text);
	buf_free(&text);
	return 0;
}
