#include "lib/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(e->msg, sizeof e->msg, format, args);
	va_end(args);
	if (e->rc == RC_OK)
		e->rc = RC_USAGE;
	return -1;
}

int err_set_rc(struct err *e, enum rc rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(e->msg, sizeof e->msg, format, args);
	va_end(args);
	e->rc = rc;
	return -1;
}

int err_prefix(struct err *e, const char *format, ...)
{
	char old[sizeof e->msg];
	va_list args;

	memcpy(old, e->msg, sizeof old);
	va_start(args, format);
	int n = vsnprintf(e->msg, sizeof e->msg, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof e->msg)
		snprintf(e->msg + n, sizeof e->msg - (size_t)n, ": %s", old);
	return -1;
}
