/* lib/io/endpoint.h against a small server of our own, which answers as it is told. */
#include "lib/io/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* One connection a request: reads it and writes the next line of the script. "-" closes without a
 * word; behind the script everything is 200. The reply's body is the request's, so the caller can
 * tell whose it is. */
struct server {
	pid_t pid;
	char url[64];
};

static size_t read_request(int c, char *request, size_t cap)
{
	size_t n = 0, body = 0;
	char *end = NULL;

	while (n + 1 < cap) {
		ssize_t got = read(c, request + n, cap - n - 1);

		if (got <= 0)
			return 0;
		n += (size_t)got;
		request[n] = 0;
		end = strstr(request, "\r\n\r\n");
		const char *length = strcasestr(request, "content-length:");

		body = length ? strtoul(length + 15, NULL, 10) : 0;
		if (end && n >= (size_t)(end + 4 - request) + body)
			break;
	}
	memmove(request, end + 4, body);
	request[body] = 0;
	return body;
}

static void serve(int s, const char *const *script)
{
	static char request[1 << 16], head[512];

	for (;;) {
		int c = accept(s, NULL, NULL);
		size_t n = c < 0 ? 0 : read_request(c, request, sizeof request);
		const char *line = *script ? *script++ : "200";

		if (n && strcmp(line, "-") != 0) {
			int m = snprintf(head, sizeof head,
			                 "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: "
			                 "close\r\n\r\n",
			                 line, n);

			if (write(c, head, (size_t)m) < 0 || write(c, request, n) < 0)
				_exit(1);
		}
		if (c >= 0)
			close(c);
	}
}

static struct server start(const char *const *script)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof at;
	struct server server;
	int s = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s, 64), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &n), 0);
	snprintf(server.url, sizeof server.url, "http://127.0.0.1:%d/v1/", ntohs(at.sin_port));
	server.pid = fork();
	if (server.pid == 0)
		serve(s, script);
	close(s);
	return server;
}

static void stop(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

static struct endpoint *open_to(const struct server *server, unsigned retries)
{
	struct endpoint_options o = endpoint_defaults();
	struct err e = {0};

	o.url = server->url;
	o.retries = retries;
	o.backoff = 0.01;
	o.timeout = 5;
	o.concurrency = 3;
	struct endpoint *p = endpoint_open(&o, &e);

	assert_non_null(p);
	return p;
}

static void all_requests_come_back_with_their_own_reply(void **state)
{
	static const char *const script[] = {"200", "429", "500 Sorry", "-", "503", NULL};
	struct server server = start(script);
	struct endpoint *p = open_to(&server, 5);
	struct endpoint_reply r;
	struct err e = {0};
	char body[32][16];
	int sent = 0, got = 0, more = 1;

	(void)state;
	while (more > 0) {
		while (sent < 32 && endpoint_has_room(p)) {
			snprintf(body[sent], sizeof body[sent], "{\"n\":%d}", sent);
			endpoint_add(p, "/completions", slice_of(body[sent]), body[sent]);
			sent++;
		}
		more = endpoint_next(p, &r, &e);
		if (more < 0)
			fail_msg("%s", e.msg);
		if (more > 0) {
			assert_int_equal(r.status, 200);
			assert_true(slice_equal(r.body, slice_of(r.user)));
			got++;
		}
	}
	assert_int_equal(got, 32);
	assert_int_equal(endpoint_counts(p).requests, 32);
	assert_int_equal(endpoint_counts(p).retries, 4);
	endpoint_close(p);
	stop(&server);
}

static int ask_once(struct endpoint *p, struct endpoint_reply *r, struct err *e)
{
	endpoint_add(p, "/x", S("{}"), NULL);
	return endpoint_next(p, r, e);
}

static void a_bad_request_is_answered_and_not_sent_again(void **state)
{
	static const char *const script[] = {"400 Bad", NULL};
	struct server server = start(script);
	struct endpoint *p = open_to(&server, 5);
	struct endpoint_reply r;
	struct err e = {0};

	(void)state;
	assert_int_equal(ask_once(p, &r, &e), 1);
	assert_int_equal(r.status, 400);
	assert_int_equal(r.tries, 1);
	assert_int_equal(endpoint_counts(p).failed, 1);
	assert_int_equal(endpoint_next(p, &r, &e), 0);
	endpoint_close(p);
	stop(&server);
}

static void the_pause_the_server_asks_for_is_kept(void **state)
{
	static const char *const script[] = {"429\r\nRetry-After: 1", NULL};
	struct server server = start(script);
	struct endpoint *p = open_to(&server, 1);
	struct endpoint_reply r;
	struct err e = {0};
	struct timespec a, b;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(ask_once(p, &r, &e), 1);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true((double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9 >= 1);
	assert_int_equal(r.tries, 2);
	endpoint_close(p);
	stop(&server);
}

static void a_server_that_never_answers_ends_in_an_error(void **state)
{
	static const char *const script[] = {"500", "500", "500", NULL};
	struct server server = start(script);
	struct endpoint *p = open_to(&server, 2);
	struct endpoint_reply r;
	struct err e = {0};

	(void)state;
	assert_int_equal(ask_once(p, &r, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_non_null(strstr(e.msg, "500"));
	endpoint_close(p);
	stop(&server);

	p = open_to(&server, 1); /* nobody listens any more */
	e = (struct err){0};
	assert_int_equal(ask_once(p, &r, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	endpoint_close(p);
}

static void a_refusal_is_not_tried_again(void **state)
{
	static const char *const script[] = {"401 Who are you", NULL};
	struct server server = start(script);
	struct endpoint *p = open_to(&server, 5);
	struct endpoint_reply r;
	struct err e = {0};

	(void)state;
	assert_int_equal(ask_once(p, &r, &e), -1);
	assert_int_equal(e.rc, RC_INPUT);
	assert_int_equal(endpoint_counts(p).retries, 0);
	endpoint_close(p);
	stop(&server);
}

static void options_are_checked(void **state)
{
	struct endpoint_options o = endpoint_defaults();
	struct err e = {0};

	(void)state;
	o.url = "ftp://x";
	assert_null(endpoint_open(&o, &e));
	assert_int_equal(e.rc, RC_USAGE);
	o.url = "http://x";
	o.token_env = "CURATE_TEST_NO_SUCH_VARIABLE";
	e = (struct err){0};
	assert_null(endpoint_open(&o, &e));
	assert_non_null(strstr(e.msg, o.token_env));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_requests_come_back_with_their_own_reply),
		cmocka_unit_test(a_bad_request_is_answered_and_not_sent_again),
		cmocka_unit_test(the_pause_the_server_asks_for_is_kept),
		cmocka_unit_test(a_server_that_never_answers_ends_in_an_error),
		cmocka_unit_test(a_refusal_is_not_tried_again),
		cmocka_unit_test(options_are_checked),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
