#include "lib/dedup/shingle.h"

#include <nettle/sha1.h>
#include <xxhash.h>

#include "lib/base/hash.h"
#include "lib/base/utf8.h"
#include "lib/dedup/fold.h"

#define WORD_FACTOR UINT64_C(0x9e3779b97f4a7c15)
#define ROLL_FACTOR UINT64_C(0xd6e8feb86659fd93)
#define SPACE_HASH UINT64_C(0xa0761d6478bd642f)

static uint64_t load8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Reads up to 7 bytes behind the word. */
static inline uint64_t word_hash(const char *p, size_t n)
{
	uint64_t h = n * ROLL_FACTOR;

	for (; n > 8; p += 8, n -= 8) {
		h = (h ^ load8(p)) * WORD_FACTOR;
		h ^= h >> 32;
	}
	h = (h ^ (load8(p) & UINT64_MAX >> (64 - 8 * n))) * WORD_FACTOR;
	return h ^ h >> 32;
}

/* Turns m item hashes into m-n+1 shingle hashes in place: a polynomial over the last n, mixed. */
static size_t roll(uint64_t *item, size_t m, unsigned n)
{
	uint64_t h = 0, leave = 1;
	size_t out = 0;

	if (m < n)
		return 0;
	if (n == 5) { /* the usual case without a chain of dependent products */
		const uint64_t f = ROLL_FACTOR, f2 = f * f, f3 = f2 * f, f4 = f3 * f;

		for (; out + 5 <= m; out++)
			item[out] =
			        hash_mix(item[out] * f4 + item[out + 1] * f3 + item[out + 2] * f2 +
			                 item[out + 3] * f + item[out + 4]);
		return out;
	}
	for (unsigned i = 1; i < n; i++)
		leave *= ROLL_FACTOR;
	for (unsigned i = 0; i + 1 < n; i++)
		h = h * ROLL_FACTOR + item[i];
	for (; out + n <= m; out++) {
		const uint64_t first = item[out];

		h = h * ROLL_FACTOR + item[out + n - 1];
		item[out] = hash_mix(h);
		h -= first * leave;
	}
	return out;
}

static size_t hash_words(const struct fold *f, uint64_t *item)
{
	size_t n = 0;

	for (size_t at = 0, size; fold_next(f, &at, &size); at += size)
		item[n++] = word_hash(f->text + at, size);
	return n;
}

static size_t hash_characters(const struct fold *f, uint64_t *item)
{
	size_t n = 0, end = 0;

	for (size_t at = 0, size; fold_next(f, &at, &size); at += size) {
		if (n > 0 && at > end)
			item[n++] = SPACE_HASH;
		end = at + size;
		for (size_t i = at; i < end;) {
			const size_t bytes = utf8_size((unsigned char)f->text[i]);

			item[n++] = word_hash(f->text + i, bytes);
			i += bytes;
		}
	}
	return n;
}

struct shingles shingle_fast(struct slice text, enum shingle_unit unit, unsigned n,
                             enum signature_level level, struct arena *mem)
{
	struct shingles s;
	struct fold f;
	size_t items;

	fold_text(&f, text, level, mem);
	/* Words: every second byte at most, or one per CJK character; characters: one per byte. */
	s.hash = arena_alloc(mem, (text.n + 1) * sizeof *s.hash);
	items = unit == SHINGLE_WORDS ? hash_words(&f, s.hash) : hash_characters(&f, s.hash);
	s.n = roll(s.hash, items, n);
	return s;
}

static uint64_t compat_hash(const char *p, size_t n, enum shingle_hash hash, unsigned bits)
{
	uint64_t v = 0;

	if (hash == SHINGLE_SHA1) {
		struct sha1_ctx c;
		uint8_t digest[8];

		sha1_init(&c);
		sha1_update(&c, n, (const uint8_t *)p);
		sha1_digest(&c, bits / 8, digest);
		for (unsigned i = 0; i < bits / 8; i++)
			v |= (uint64_t)digest[i] << 8 * i;
		return v;
	}
	return bits == 32 ? XXH32(p, n, 0) : XXH64(p, n, 0);
}

struct shingles shingle_compat(const struct slice *word, size_t words, unsigned n,
                               enum shingle_hash hash, unsigned bits, struct arena *mem)
{
	struct shingles s = {0};
	size_t total = 0, *at;
	char *joined;

	if (words < n)
		return s;
	for (size_t i = 0; i < words; i++)
		total += word[i].n + 1;
	joined = arena_alloc(mem, total);
	at = arena_alloc(mem, (words + 1) * sizeof *at);
	at[0] = 0;
	for (size_t i = 0; i < words; i++) {
		memcpy(joined + at[i], word[i].p, word[i].n);
		at[i + 1] = at[i] + word[i].n + 1;
		joined[at[i + 1] - 1] = ' ';
	}
	s.n = words - n + 1;
	s.hash = arena_alloc(mem, s.n * sizeof *s.hash);
	for (size_t i = 0; i < s.n; i++)
		s.hash[i] = compat_hash(joined + at[i], at[i + n] - 1 - at[i], hash, bits);
	return s;
}

/* Sorts by four passes of eight bits. */
static void sort32(uint32_t *v, uint32_t *spare, size_t n)
{
	for (unsigned shift = 0; shift < 32; shift += 8) {
		size_t at[256] = {0}, sum = 0;
		uint32_t *const swap = v;

		for (size_t i = 0; i < n; i++)
			at[v[i] >> shift & 255]++;
		for (unsigned b = 0; b < 256; b++) {
			const size_t here = at[b];

			at[b] = sum;
			sum += here;
		}
		for (size_t i = 0; i < n; i++)
			spare[at[v[i] >> shift & 255]++] = v[i];
		v = spare;
		spare = swap;
	}
}

size_t shingle_set(const struct shingles *s, uint32_t *set, struct arena *mem)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		set[i] = (uint32_t)s->hash[i];
	sort32(set, arena_alloc(mem, s->n * sizeof *set), s->n);
	for (size_t i = 0; i < s->n; i++)
		if (kept == 0 || set[kept - 1] != set[i])
			set[kept++] = set[i];
	return kept;
}

double shingle_jaccard(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny)
{
	size_t i = 0, k = 0, both = 0;

	while (i < nx && k < ny) {
		const uint32_t a = x[i], b = y[k];

		both += a == b;
		i += a <= b;
		k += b <= a;
	}
	return nx + ny ? (double)both / (double)(nx + ny - both) : 1;
}
