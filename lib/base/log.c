#include "lib/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *program_name = "curate";
static enum log_level log_level = LOG_NORMAL;

void log_open(const char *program, enum log_level level)
{
	program_name = program;
	log_level = level;
}

const char *log_program(void)
{
	return program_name;
}

static void log_line(const char *kind, const char *format, va_list args)
{
	char line[2048];
	int n = snprintf(line, sizeof line, "%s: %s", program_name, kind);
	int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
	size_t end = (size_t)n + (m < 0 ? 0 : (size_t)m);

	if (end > sizeof line - 2)
		end = sizeof line - 2;
	line[end++] = '\n';
	if (write(STDERR_FILENO, line, end) < 0)
		return; /* nobody is left to tell */
}

#define LOG_BODY(kind, least)                                                                    \
	do {                                                                                     \
		va_list args;                                                                    \
		if (log_level < (least))                                                         \
			return;                                                                  \
		va_start(args, format);                                                          \
		log_line((kind), format, args);                                                  \
		va_end(args);                                                                    \
	} while (0)

void log_error(const char *format, ...)
{
	LOG_BODY("", LOG_QUIET);
}

void log_warning(const char *format, ...)
{
	LOG_BODY("warning: ", LOG_NORMAL);
}

void log_note(const char *format, ...)
{
	LOG_BODY("", LOG_NORMAL);
}

void log_detail(const char *format, ...)
{
	LOG_BODY("", LOG_VERBOSE);
}
