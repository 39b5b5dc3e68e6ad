#include "lib/base/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Set by the handler alone: lock-free atomics are what a handler and other threads may share. */
static atomic_llong came_at_ns;
static long long grace_ns;

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void on_signal(int number)
{
	static const char again[] = "interrupted again: ending at once\n";
	long long none = 0;

	(void)number;
	if (atomic_compare_exchange_strong(&came_at_ns, &none, now_ns()))
		return;
	if (write(STDERR_FILENO, again, sizeof again - 1) >= 0)
		_exit(RC_AGAIN);
	_exit(RC_AGAIN);
}

void interrupt_install(double grace)
{
	struct sigaction action;

	grace_ns = (long long)(grace * 1e9);
	memset(&action, 0, sizeof action);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

bool interrupt_came(void)
{
	return atomic_load(&came_at_ns) != 0;
}

double interrupt_grace_left(void)
{
	return (double)(atomic_load(&came_at_ns) + grace_ns - now_ns()) / 1e9;
}

bool interrupt_is_due(void)
{
	return interrupt_came() && interrupt_grace_left() <= 0;
}

int interrupt_check(struct err *e)
{
	return interrupt_is_due() ? interrupt_say(e) : 0;
}

int interrupt_say(struct err *e)
{
	return err_set_rc(e, RC_AGAIN,
	                  "interrupted; what is done is saved, run the same command again "
	                  "to go on");
}
