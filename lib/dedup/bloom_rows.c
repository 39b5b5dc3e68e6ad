#include "lib/dedup/bloom_rows.h"

#include "lib/dedup/bloom.h"
#include "lib/io/stream.h"

enum { READ = 1 << 20 };

/* A document's bytes: this, then n hashes. */
struct head {
	uint64_t record, n;
};

void bloom_write(struct buf *out, uint64_t record, const uint64_t *hash, size_t n)
{
	const struct head head = {record, n};

	if (n == 0)
		return;
	buf_add(out, (struct slice){(const char *)&head, sizeof head});
	buf_add(out, (struct slice){(const char *)hash, n * sizeof *hash});
}

/* More bytes behind those not yet taken. */
static int read_more(struct bloom_rows *r, struct err *e)
{
	size_t got = 0;
	int rc;

	if (!r->in)
		r->in = stream_open(r->path, NULL, e);
	if (!r->in)
		return -1;
	if (r->at)
		memmove(r->bytes.p, r->bytes.p + r->at, r->bytes.n - r->at);
	r->bytes.n -= r->at;
	r->at = 0;
	rc = stream_read(r->in, buf_reserve(&r->bytes, READ), READ, &got, e);
	r->bytes.n += got;
	r->ended = rc == 0;
	return rc < 0 ? -1 : 0;
}

int bloom_rows_next(struct bloom_rows *r, struct bloom_row *row, struct err *e)
{
	for (;;) {
		const size_t left = r->bytes.n - r->at;
		struct head head = {0};

		if (left >= sizeof head) {
			memcpy(&head, r->bytes.p + r->at, sizeof head);
			if (head.n == 0 || head.n > UINT32_MAX)
				return err_set_rc(e, RC_STATE, "%s: damaged", r->path);
			if (head.n <= (left - sizeof head) / 8) {
				row->record = head.record;
				row->n = head.n;
				row->hash = (const uint64_t *)(const void *)(r->bytes.p + r->at +
				                                             sizeof head);
				r->at += sizeof head + head.n * 8;
				return 1;
			}
		}
		if (r->ended)
			return left == 0 ? 0 : err_set_rc(e, RC_STATE, "%s: cut short", r->path);
		if (read_more(r, e) != 0)
			return -1;
	}
}

void bloom_rows_close(struct bloom_rows *r)
{
	if (r->in)
		stream_close(r->in);
	buf_free(&r->bytes);
}
