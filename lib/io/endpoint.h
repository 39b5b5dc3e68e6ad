/* A client for servers that speak the OpenAI API (vLLM, llama.cpp, …): many requests under way at
 * once on one thread, tried again while the server is busy. Bodies and replies are JSON that the
 * caller writes and reads. */
#ifndef CURATE_IO_ENDPOINT_H
#define CURATE_IO_ENDPOINT_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct endpoint_options {
	const char *url;       /* of the API: "http://host:8000/v1" */
	const char
	        *token_env; /* environment variable with the bearer token, or NULL; never logged */
	unsigned concurrency;  /* requests under way, at least 1 */
	unsigned retries;      /* after the first try, of one request */
	double timeout;        /* seconds for one try */
	double backoff;        /* seconds before the second try; doubles up to a minute */
	size_t max_reply;      /* bytes; longer ones fail */
	bool (*is_interrupted)(void); /* asked about once a second while waiting; may be NULL */
};

/* 8 at once, 5 retries, 10 minutes, 1 second, 64 MiB. */
struct endpoint_options endpoint_defaults(void);

struct endpoint;

/* NULL: the address is none, or the variable is not set (RC_USAGE). Connects to nothing yet. */
struct endpoint *endpoint_open(const struct endpoint_options *o, struct err *e);

/* Gives up what is under way. */
void endpoint_close(struct endpoint *p);

/* Whether another request may be added now. */
bool endpoint_has_room(const struct endpoint *p);

/* Starts a POST of `body` (copied) to url + path ("/chat/completions"); call it only when there is
 * room. `user` comes back with the reply. */
void endpoint_add(struct endpoint *p, const char *path, struct slice body, void *user);

struct endpoint_reply {
	void *user;
	long status;       /* HTTP's; 0 when the reply was cut short, too late or too long */
	struct slice body; /* valid until the next call */
	unsigned tries;
};

/* Waits for the next request to end, in whatever order they do. Statuses 408, 409, 429 and 5xx,
 * timeouts and broken connections are tried again after the pause the server asks for (Retry-After)
 * or a doubling one. 1: there is one, with status 200, one that no retry can mend (400, 413, …), or
 * the last one of a request that failed every time while others were answered; 0: none are under
 * way; -1: there is no connection after all retries, or no request was answered while one failed,
 * or the server refuses us (401, 403, 404), RC_INPUT: those under way have no reply and may be
 * asked again another day. Also -1, RC_AGAIN,
 * when is_interrupted says so. */
int endpoint_next(struct endpoint *p, struct endpoint_reply *r, struct err *e);

/* Sums since the start. */
struct endpoint_counts {
	uint64_t requests, retries, failed; /* failed: ended with a status other than 200 */
};
struct endpoint_counts endpoint_counts(const struct endpoint *p);

#endif
