/* A small quality classifier that is built in, so that demos and tests need no download. It is a
 * demo: see cmd/curate-score.md for what it was trained on and what it is worth. */
#ifndef CURATE_SCORERS_DEMO_MODEL_H
#define CURATE_SCORERS_DEMO_MODEL_H

#include "lib/base/slice.h"

/* The bytes of a fastText model file with the labels hq and cc. */
struct slice demo_model(void);

#endif
