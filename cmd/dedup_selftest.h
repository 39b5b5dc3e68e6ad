/* curate-dedup selftest: measured recall and precision on the user's own data. */
#ifndef CURATE_CMD_DEDUP_SELFTEST_H
#define CURATE_CMD_DEDUP_SELFTEST_H

#include "cmd/common.h"

/* Samples about `sample` documents of the recipe's inputs (its one stage is minhash), plants copies
 * and prints the table; scratch files go to `dir`. RC_PARTIAL when the recall is off the S-curve.
 */
enum rc dedup_selftest(struct recipe *r, const struct common *c, const char *dir, uint64_t sample,
                       struct err *e);

#endif
