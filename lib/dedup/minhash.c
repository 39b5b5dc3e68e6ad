#include "lib/dedup/minhash.h"

#include "lib/base/hash.h"
#include "lib/doc/simplify.h"
#include "lib/doc/words.h"

int minhash_open(struct minhash *m, const struct minhash_settings *set, struct err *e)
{
	const int64_t count = set->bands * set->rows;

	*m = (struct minhash){.set = *set};
	if (set->method == SIGNATURE_COMPAT && set->unit != SHINGLE_WORDS)
		return err_set(e, "method compat has shingles of words only");
	if (set->whole && set->method != SIGNATURE_COMPAT)
		return err_set(e, "datatrove's files need method compat");
	if (count > SIGNATURE_MAX)
		return err_set(e, "%lld bands of %lld rows: at most %d hashes",
		               (long long)set->bands, (long long)set->rows, SIGNATURE_MAX);
	signature_open(&m->signature, (enum signature_mode)set->method, set->precision ? 32 : 64,
	               (unsigned)count, (uint64_t)set->seed);
	m->shape.lists = (uint32_t)set->bands + 1;
	m->shape.width = 1;
	m->shape.sig_width = set->whole ? 8 : 1;
	m->shape.sig_bytes = (uint32_t)count * m->shape.sig_width;
	m->shape.sets = set->sets;
	return 0;
}

void minhash_close(struct minhash *m)
{
	signature_close(&m->signature);
}

void minhash_describe(const struct minhash *m, struct buf *out)
{
	static const char *const units[] = {"words", "characters"}, *const shorts[] = {"exact",
	                                                                               "keep",
	                                                                               "drop"};
	const struct minhash_settings *const s = &m->set;

	if (s->method == SIGNATURE_FAST)
		buf_addf(out, "minhash fast %s", units[s->unit]);
	else
		buf_addf(out, "minhash compat %s/%d", s->hash == SHINGLE_SHA1 ? "sha1" : "xxhash",
		         s->precision ? 32 : 64);
	buf_addf(out, " n=%lld bands=%lld rows=%lld seed=%lld short=%s", (long long)s->n,
	         (long long)s->bands, (long long)s->rows, (long long)s->seed,
	         shorts[s->short_docs]);
}

struct shingles minhash_shingles(const struct minhash *m, struct slice text, struct arena *mem)
{
	const struct minhash_settings *const s = &m->set;
	struct words w;
	struct slice *word;

	if (s->method == SIGNATURE_FAST)
		return shingle_fast(text, (enum shingle_unit)s->unit, (unsigned)s->n,
		                    m->signature.level, mem);
	words_split(WORDS_SPACY, simplify_text(text, mem), &w, mem);
	word = arena_alloc(mem, (w.n + 1) * sizeof *word);
	for (size_t i = 0; i < w.n; i++)
		word[i] = words_at(&w, i)->text;
	return shingle_compat(word, w.n, (unsigned)s->n, (enum shingle_hash)s->hash,
	                      s->precision ? 32 : 64, mem);
}

static void sign(const struct minhash *m, const struct shingles *s, struct sketch_row *row,
                 struct arena *mem)
{
	const struct signature *const g = &m->signature;
	char *const raw = arena_alloc(mem, g->lanes * sizeof(uint64_t) + 64);
	uint64_t *const sig = (uint64_t *)(void *)(raw + (64 - (uintptr_t)raw % 64) % 64);
	uint64_t *const key = arena_alloc(mem, (size_t)m->set.bands * sizeof *key);
	uint8_t *const bytes = arena_alloc(mem, m->shape.sig_bytes);

	signature_reset(g, sig);
	signature_add(g, sig, s->hash, s->n);
	signature_finish(g, sig);
	for (int64_t b = 0; b < m->set.bands; b++)
		key[b] = signature_band(sig + b * m->set.rows, (unsigned)m->set.rows);
	if (m->set.whole)
		memcpy(bytes, sig, m->shape.sig_bytes);
	else
		for (unsigned i = 0; i < g->count; i++)
			bytes[i] = signature_byte(sig[i]);
	row->first = 0;
	row->keys = (uint32_t)m->set.bands;
	row->key = key;
	row->sig = bytes;
}

bool minhash_row(const struct minhash *m, struct slice text, struct sketch_row *row,
                 struct arena *mem)
{
	const struct shingles s = minhash_shingles(m, text, mem);
	uint64_t *whole;

	row->set_n = 0;
	if (s.n > 0) {
		sign(m, &s, row, mem);
		if (m->set.sets) {
			uint32_t *const set = arena_alloc(mem, s.n * sizeof *set);

			row->set_n = (uint32_t)shingle_set(&s, set, mem);
			row->set = set;
		}
		return true;
	}
	if (m->set.short_docs != SHORT_EXACT && !m->set.whole)
		return false;
	whole = arena_alloc(mem, sizeof *whole);
	*whole = hash64(text);
	row->first = (uint32_t)m->set.bands;
	row->keys = !m->set.whole; /* datatrove keeps all short texts */
	row->key = whole;
	row->sig = arena_zero(mem, m->shape.sig_bytes + 1, 1);
	return true;
}
