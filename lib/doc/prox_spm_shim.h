/* SentencePiece models behind a C door. */
#ifndef CURATE_DOC_PROX_SPM_SHIM_H
#define CURATE_DOC_PROX_SPM_SHIM_H

#include "lib/base/slice.h"

#ifdef __cplusplus
extern "C" {
#endif

#include "lib/base/err.h"

struct prox_spm;

/* NULL: e is set, RC_INPUT. */
struct prox_spm *prox_spm_open(const char *path, struct err *e);
void prox_spm_close(struct prox_spm *m);

/* Number of pieces, without BOS and EOS. Any number of threads may ask at once. A text the model
 * cannot take counts as one piece per byte. */
size_t prox_spm_count(const struct prox_spm *m, struct slice text);

#ifdef __cplusplus
}
#endif

#endif
