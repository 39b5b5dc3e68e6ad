#include "lib/io/endpoint.h"

#include "lib/base/mem.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { PAUSE_MAX = 60, ASKED_PAUSE_MAX = 3600 }; /* seconds */

struct request {
	CURL *easy;
	char *path;
	struct buf body, reply;
	void *user;
	unsigned tries;
	bool too_long;
	uint64_t answered; /* replies with status 200 to any request when it first failed */
	double wake; /* monotonic seconds; 0: it is on the wire */
	size_t max_reply;
	char why[CURL_ERROR_SIZE];
	struct request *next; /* in `free` */
};

struct endpoint {
	struct endpoint_options options;
	char *url;
	CURLM *multi;
	struct curl_slist *headers;
	struct request *request; /* one for each that may be under way */
	struct request *free;    /* those that are not */
	struct request *last;    /* its reply was handed out and may be reused at the next call */
	size_t under_way;
	uint64_t answered;
	struct endpoint_counts counts;
};

struct endpoint_options endpoint_defaults(void)
{
	return (struct endpoint_options){
		.concurrency = 8,
		.retries = 5,
		.timeout = 600,
		.backoff = 1,
		.max_reply = 64 << 20,
	};
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t receive(char *bytes, size_t size, size_t n, void *user)
{
	struct request *r = user;

	if (size * n > r->max_reply - r->reply.n) {
		r->too_long = true;
		return 0;
	}
	buf_add(&r->reply, (struct slice){bytes, size * n});
	return size * n;
}

static int add_token(struct endpoint *p, const char *variable, struct err *e)
{
	const char *token = getenv(variable);
	struct buf line = {0};

	if (!token || !*token)
		return err_set_rc(e, RC_USAGE, "the environment variable %s is not set", variable);
	buf_addf(&line, "Authorization: Bearer %s", token);
	p->headers = curl_slist_append(p->headers, buf_text(&line));
	explicit_bzero(line.p, line.n);
	buf_free(&line);
	return 0;
}

static CURL *new_easy(const struct endpoint *p, struct request *r)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		mem_die(sizeof *r);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->why);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(p->options.timeout * 1000));
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	                 (long)((p->options.timeout < 30 ? p->options.timeout : 30) * 1000));
	return easy;
}

struct endpoint *endpoint_open(const struct endpoint_options *o, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct endpoint *p = mem_new(struct endpoint, 1);
	size_t n = strlen(o->url);

	pthread_once(&once, start_curl);
	if (strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0) {
		err_set_rc(e, RC_USAGE, "%s: an endpoint begins with http:// or https://", o->url);
		goto failed;
	}
	while (n && o->url[n - 1] == '/')
		n--;
	p->url = mem_text(o->url, n);
	p->options = *o;
	p->headers = curl_slist_append(NULL, "Content-Type: application/json");
	p->headers = curl_slist_append(p->headers, "Expect:");
	if (o->token_env && add_token(p, o->token_env, e) != 0)
		goto failed;
	p->multi = curl_multi_init();
	if (!p->multi)
		mem_die(sizeof *p);
	p->request = mem_new(struct request, o->concurrency);
	for (unsigned i = o->concurrency; i-- > 0;) {
		p->request[i].next = p->free;
		p->free = &p->request[i];
	}
	return p;
failed:
	endpoint_close(p);
	return NULL;
}

void endpoint_close(struct endpoint *p)
{
	if (!p)
		return;
	for (unsigned i = 0; p->request && i < p->options.concurrency; i++) {
		struct request *r = &p->request[i];

		if (r->easy) {
			curl_multi_remove_handle(p->multi, r->easy);
			curl_easy_cleanup(r->easy);
		}
		buf_free(&r->body);
		buf_free(&r->reply);
		free(r->path);
	}
	if (p->multi)
		curl_multi_cleanup(p->multi);
	curl_slist_free_all(p->headers);
	free(p->request);
	free(p->url);
	free(p);
}

/* What the last reply lay in may be used again. */
static void release_last(struct endpoint *p)
{
	if (!p->last)
		return;
	p->last->next = p->free;
	p->free = p->last;
	p->last = NULL;
}

bool endpoint_has_room(const struct endpoint *p)
{
	return p->free || p->last;
}

static void send_request(struct endpoint *p, struct request *r)
{
	r->tries++;
	r->wake = 0;
	r->too_long = false;
	r->why[0] = 0;
	buf_reset(&r->reply);
	curl_multi_add_handle(p->multi, r->easy);
}

void endpoint_add(struct endpoint *p, const char *path, struct slice body, void *user)
{
	release_last(p);
	struct request *r = p->free;
	struct buf url = {0};

	p->free = r->next;
	buf_reset(&r->body);
	buf_add(&r->body, body);
	free(r->path);
	buf_addf(&url, "%s%s", p->url, path);
	r->path = mem_text(url.p, url.n);
	buf_free(&url);
	r->user = user;
	r->tries = 0;
	r->max_reply = p->options.max_reply;
	if (!r->easy)
		r->easy = new_easy(p, r);
	curl_easy_setopt(r->easy, CURLOPT_URL, r->path);
	curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body.p);
	curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
	p->under_way++;
	p->counts.requests++;
	send_request(p, r);
}

static bool may_pass(long status)
{
	return status == 0 || status == 408 || status == 409 || status == 429 || status >= 500;
}

/* Seconds until the next try. */
static double pause_of(const struct endpoint *p, const struct request *r)
{
	double pause = p->options.backoff;
	curl_off_t asked = 0;

	for (unsigned i = 1; i < r->tries && pause < PAUSE_MAX; i++)
		pause *= 2;
	if (pause > PAUSE_MAX)
		pause = PAUSE_MAX;
	curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &asked);
	if (asked > ASKED_PAUSE_MAX)
		asked = ASKED_PAUSE_MAX;
	return (double)asked > pause ? (double)asked : pause;
}

static int give_up(const struct request *r, CURLcode code, long status, struct err *e)
{
	struct slice said = slice_head(slice_trim(buf_slice(&r->reply)), 160);

	if (code != CURLE_OK)
		return err_set_rc(e, RC_INPUT, "%s: %s (%u tries)", r->path,
		                  r->why[0] ? r->why : curl_easy_strerror(code), r->tries);
	return err_set_rc(e, RC_INPUT, "%s: HTTP status %ld after %u tries: %.*s", r->path, status,
	                  r->tries, SLICE(said));
}

/* What curl says of a request that ended: 1 r has its reply, 0 it sleeps before another try, -1. */
static int finish(struct endpoint *p, struct request *r, CURLcode code,
                  struct endpoint_reply *reply,
                  struct err *e)
{
	long status = 0;

	curl_multi_remove_handle(p->multi, r->easy);
	if (code == CURLE_OK)
		curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	bool passes = may_pass(status) && !r->too_long;

	if (r->tries == 1)
		r->answered = p->answered;
	if (passes && r->tries <= p->options.retries) {
		r->wake = now() + pause_of(p, r);
		p->counts.retries++;
		return 0;
	}
	/* No connection is the server's fault; a reply that fails while others do not is its own.
	 */
	bool reached = code == CURLE_OK || code == CURLE_OPERATION_TIMEDOUT;

	if ((passes && (!reached || r->answered == p->answered)) || status == 401 ||
	    status == 403 || status == 404)
		return give_up(r, code, status, e);
	p->answered += status == 200;
	p->counts.failed += status != 200;
	p->under_way--;
	p->last = r;
	*reply = (struct endpoint_reply){r->user, status, buf_slice(&r->reply), r->tries};
	return 1;
}

/* Sends those that have slept enough; returns milliseconds until the next one wakes, at most 1000.
 */
static int wake(struct endpoint *p)
{
	double time = now(), first = time + 1;

	for (unsigned i = 0; i < p->options.concurrency; i++) {
		struct request *r = &p->request[i];

		if (r->wake == 0)
			continue;
		if (r->wake <= time)
			send_request(p, r);
		else if (r->wake < first)
			first = r->wake;
	}
	return (int)((first - time) * 1000) + 1;
}

int endpoint_next(struct endpoint *p, struct endpoint_reply *reply, struct err *e)
{
	release_last(p);
	while (p->under_way) {
		CURLMsg *m;
		int running, left, pause = wake(p);

		if (p->options.is_interrupted && p->options.is_interrupted())
			return err_set_rc(e, RC_AGAIN, "interrupted");
		curl_multi_perform(p->multi, &running);
		while ((m = curl_multi_info_read(p->multi, &left))) {
			struct request *r;

			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
			int done = finish(p, r, m->data.result, reply, e);

			if (done != 0)
				return done;
		}
		curl_multi_poll(p->multi, NULL, 0, pause, NULL);
	}
	return 0;
}

struct endpoint_counts endpoint_counts(const struct endpoint *p)
{
	return p->counts;
}
