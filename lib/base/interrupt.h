/* SIGINT, SIGTERM and SIGUSR1: the first one asks the program to end well, the second ends it. */
#ifndef CURATE_BASE_INTERRUPT_H
#define CURATE_BASE_INTERRUPT_H

#include <stdbool.h>

#include "lib/base/err.h"

/* Call once, before threads start. Work may go on for `grace` seconds after the first signal. */
void interrupt_install(double grace);

/* A signal came: begin nothing new. */
bool interrupt_came(void);

/* A signal came and the grace is over: finish the block in hand and stop. */
bool interrupt_is_due(void);

/* Seconds of grace left after a signal. */
double interrupt_grace_left(void);

/* For loops that may take long and have no block to finish: RC_AGAIN when interrupt_is_due. */
int interrupt_check(struct err *e);

/* RC_AGAIN and what to do about it; returns -1. */
int interrupt_say(struct err *e);

#endif
