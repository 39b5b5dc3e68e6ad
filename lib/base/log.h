/* Messages to stderr, one write a line: "PROGRAM: warning: …". Safe from any thread. */
#ifndef CURATE_BASE_LOG_H
#define CURATE_BASE_LOG_H

enum log_level { LOG_QUIET = -1, LOG_NORMAL = 0, LOG_VERBOSE = 1 };

/* Sets the name put before every line and how much is said; call once, first. */
void log_open(const char *program, enum log_level level);
const char *log_program(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));   /* always said */
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2))); /* not with -q */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));    /* not with -q */
void log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));  /* with -v */

#endif
