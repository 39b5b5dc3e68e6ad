#include "lib/run/feed.h"

#include "lib/doc/json.h"

enum { CHUNK = 1 << 20, HEAD_KEPT = 64 << 10 };

int feed_open(struct feed *f, const struct shard *shard, const char *log_path,
              const struct stream_options *o, const struct feed_limits *limits, struct err *e)
{
	struct stream_options of_shard = o ? *o : (struct stream_options){0};

	of_shard.range = &shard->range;
	*f = (struct feed){.limits = *limits};
	f->stream = stream_open(shard->path, &of_shard, e);
	if (!f->stream)
		return -1;
	f->offset = stream_origin(f->stream);
	if (log_path) {
		f->log = stream_open(log_path, o, e);
		if (!f->log) {
			feed_close(f);
			return -1;
		}
	}
	return 0;
}

void feed_close(struct feed *f)
{
	if (f->stream)
		stream_close(f->stream);
	if (f->log)
		stream_close(f->log);
	buf_free(&f->carry);
	buf_free(&f->log_carry);
	*f = (struct feed){0};
}

void block_free(struct block *b)
{
	buf_free(&b->raw);
	buf_free(&b->log);
}

static bool is_blank(struct slice line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	return true;
}

bool feed_line(struct slice *rest, struct slice *line, size_t *skipped)
{
	*skipped = 0;
	while (slice_cut(rest, '\n', line)) {
		if (!is_blank(*line))
			return true;
		*skipped += line->n + 1;
	}
	return false;
}

/* Adds up to n plain bytes to b; false at the end of the stream, damage noted in the feed. */
static bool read_more(struct feed *f, struct buf *b, size_t n)
{
	size_t got = 0;
	int r = stream_read(f->stream, buf_reserve(b, n), n, &got, &f->damage);

	b->n += got;
	if (r > 0)
		return true;
	f->damaged = r < 0;
	f->ended = true;
	return false;
}

/* Passes over the rest of a line that is too long; what stands behind it goes to the carry. */
static uint64_t skip_line(struct feed *f, struct buf *raw)
{
	uint64_t length = raw->n;
	const char *hit = NULL;

	raw->n = HEAD_KEPT;
	while (!hit && !f->ended) {
		f->carry.n = 0;
		read_more(f, &f->carry, CHUNK);
		hit = f->carry.n ? memchr(f->carry.p, '\n', f->carry.n) : NULL;
		length += hit ? (size_t)(hit - f->carry.p) : f->carry.n;
	}
	size_t used = hit ? (size_t)(hit - f->carry.p) + 1 : f->carry.n;

	memmove(f->carry.p, f->carry.p + used, f->carry.n - used);
	f->carry.n -= used;
	f->offset += length + (hit ? 1 : 0);
	return length;
}

/* Where the block that starts at raw ends: behind the last LF within the limit, else behind the
 * first LF at all; 0 when more must be read. */
static size_t block_end(const struct feed *f, struct slice raw, size_t searched)
{
	size_t limit = raw.n < f->limits.block ? raw.n : f->limits.block;

	if (f->ended && raw.n <= f->limits.block)
		return raw.n;
	if (raw.n < f->limits.block)
		return 0;
	const char *hit = searched <= limit ? memrchr(raw.p, '\n', limit) : NULL;

	if (!hit) {
		size_t from = searched > limit ? searched : limit;

		hit = raw.n > from ? memchr(raw.p + from, '\n', raw.n - from) : NULL;
	}
	if (hit)
		return (size_t)(hit - raw.p) + 1;
	return f->ended ? raw.n : 0;
}

static uint64_t count_records(struct slice raw)
{
	struct slice line;
	uint64_t n = 0;
	size_t skipped;

	while (feed_line(&raw, &line, &skipped))
		n++;
	return n;
}

/* Reads the log lines that belong to the block's records. */
static int fill_log(struct feed *f, struct block *b, struct err *e)
{
	uint64_t lines = 0;
	size_t at = 0;

	b->log.n = 0;
	buf_add(&b->log, buf_slice(&f->log_carry));
	f->log_carry.n = 0;
	while (lines < b->records) {
		const char *hit = at < b->log.n ? memchr(b->log.p + at, '\n', b->log.n - at) : NULL;
		size_t got = 0;

		if (hit) {
			lines++;
			at = (size_t)(hit - b->log.p) + 1;
			continue;
		}
		int r = stream_read(f->log, buf_reserve(&b->log, CHUNK), CHUNK, &got, e);

		b->log.n += got;
		if (r < 0)
			return -1;
		if (r == 0)
			return err_set_rc(e, RC_STATE, "%s: the log ends before record %llu of %s",
			                  stream_name(f->log),
			                  (unsigned long long)(b->record + lines),
			                  stream_name(f->stream));
	}
	buf_add(&f->log_carry, (struct slice){b->log.p + at, b->log.n - at});
	b->log.n = at;
	buf_reserve(&b->log, JSON_PADDING);
	return 0;
}

static int finish_block(struct feed *f, struct block *b, struct err *e)
{
	memset(buf_reserve(&b->raw, JSON_PADDING), 0, JSON_PADDING);
	f->sequence++;
	f->record += b->records;
	b->next_offset = f->offset;
	b->next_record = f->record;
	return f->log && fill_log(f, b, e) ? -1 : 1;
}

int feed_fill(struct feed *f, struct block *b, void (*wait)(void *user), void *user, struct err *e)
{
	size_t end, searched = 0;
	bool waited = false;

	b->raw.n = 0;
	b->too_long = 0;
	b->cut = false;
	b->sequence = f->sequence;
	b->offset = f->offset;
	b->record = f->record;
	buf_add(&b->raw, buf_slice(&f->carry));
	f->carry.n = 0;
	while ((end = block_end(f, buf_slice(&b->raw), searched)) == 0) {
		if (f->ended)
			return 0;
		if (b->raw.n > f->limits.block && b->raw.n > f->limits.max_record) {
			b->too_long = skip_line(f, &b->raw);
			b->records = 1;
			return finish_block(f, b, e);
		}
		bool grows = b->raw.n >= f->limits.block;

		if (grows && wait && !waited) {
			wait(user);
			waited = true;
		}
		searched = b->raw.n;
		read_more(f, &b->raw, grows ? CHUNK : f->limits.block - b->raw.n);
	}
	buf_add(&f->carry, (struct slice){b->raw.p + end, b->raw.n - end});
	b->raw.n = end;
	f->offset += end;
	b->cut = f->damaged && f->carry.n == 0 && end && b->raw.p[end - 1] != '\n';
	b->records = count_records(buf_slice(&b->raw));
	return finish_block(f, b, e);
}

int feed_resume(struct feed *f, uint64_t offset, uint64_t sequence, uint64_t record, struct err *e)
{
	if (offset < f->offset || stream_skip(f->stream, offset - f->offset, e) != 1)
		return err_set_rc(e, RC_STATE, "%s: shorter than an earlier run found it",
		                  stream_name(f->stream));
	f->offset = offset;
	f->sequence = sequence;
	f->record = record;
	if (!f->log)
		return 0;
	struct block passed = {.records = record};
	int bad = 0;

	while (!bad && passed.records) {
		uint64_t left = passed.records;

		passed.records = left < 4096 ? left : 4096;
		bad = fill_log(f, &passed, e);
		passed.records = left - passed.records;
	}
	block_free(&passed);
	return bad;
}
