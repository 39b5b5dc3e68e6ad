/* A text's MinHash sketch, by the settings a user may choose. */
#ifndef CURATE_DEDUP_MINHASH_H
#define CURATE_DEDUP_MINHASH_H

#include "lib/dedup/shingle.h"
#include "lib/dedup/signature.h"
#include "lib/dedup/sketch.h"

enum short_policy { SHORT_EXACT, SHORT_KEEP, SHORT_DROP };

struct minhash_settings {
	int method;     /* enum signature_mode */
	int unit;       /* enum shingle_unit; compat has words only */
	int hash;       /* enum shingle_hash; compat */
	int precision;  /* 0: 64, 1: 32 bits; compat */
	int short_docs; /* enum short_policy: what becomes of texts with fewer than n units */
	int64_t n, bands, rows, seed;
	bool sets;  /* keep shingle sets, to verify */
	bool whole; /* keep whole signatures, and a row for every text, for datatrove's files */
};

struct minhash {
	struct minhash_settings set;
	struct signature signature;
	struct sketch_shape shape; /* a list for each band, and the last for short texts */
};

int minhash_open(struct minhash *m, const struct minhash_settings *set, struct err *e);
void minhash_close(struct minhash *m);

/* One line that is equal for settings whose sketches can be compared. */
void minhash_describe(const struct minhash *m, struct buf *out);

/* The shingles; none for a short text. */
struct shingles minhash_shingles(const struct minhash *m, struct slice text, struct arena *mem);

/* Fills keys, signature and set of a row; false when the text has no row, because it always stays
 * or (SHORT_DROP) always goes. */
bool minhash_row(const struct minhash *m, struct slice text, struct sketch_row *row,
                 struct arena *mem);

#endif
