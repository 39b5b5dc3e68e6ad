#include "lib/io/endmark.h"

#include "lib/base/hash.h"
#include "lib/io/bytes.h"

/* Payload of the mark: 8 bytes MARK_MAGIC, then 8 numbers of 8 bytes: frames, packed, plain,
 * records, index, index_hash, version, and the XXH3-64 of all before. Payload of an index piece: 4
 * bytes INDEX_MAGIC, then entries. */
#define MARK_MAGIC S("CURATEND")
#define INDEX_MAGIC S("CuIx")
enum { MARK_SIZE = 72, MARK_HASHED = 64, MARK_VERSION = 1 };
enum { PIECE_ENTRIES = (CODEC_PAYLOAD_MAX - 4) / FRAME_ENTRY };

static void frames_sum(struct frames *f, const unsigned char *entry)
{
	f->n++;
	f->packed += bytes_get32(entry);
	f->plain += bytes_get32(entry + 4);
	f->records += bytes_get32(entry + 8);
}

void frames_add(struct frames *f, size_t packed, size_t plain, size_t records)
{
	unsigned char *entry = (unsigned char *)buf_reserve(&f->entries, FRAME_ENTRY);

	bytes_put32(entry, (uint32_t)packed);
	bytes_put32(entry + 4, (uint32_t)plain);
	bytes_put32(entry + 8, (uint32_t)records);
	f->entries.n += FRAME_ENTRY;
	frames_sum(f, entry);
}

int frames_restore(struct frames *f, struct slice entries, struct err *e)
{
	if (entries.n % FRAME_ENTRY)
		return err_set_rc(e, RC_STATE, "a frame index of %zu bytes is not whole",
		                  entries.n);
	buf_reset(&f->entries);
	buf_add(&f->entries, entries);
	f->n = f->packed = f->plain = f->records = 0;
	for (size_t i = 0; i < entries.n; i += FRAME_ENTRY)
		frames_sum(f, (const unsigned char *)f->entries.p + i);
	return 0;
}

bool frames_next(const struct frames *f, struct frame *at)
{
	const unsigned char *entry = (const unsigned char *)f->entries.p;

	if (at->next >= f->n)
		return false;
	entry += at->next++ * FRAME_ENTRY;
	at->packed_at += at->packed;
	at->plain_at += at->plain;
	at->record_at += at->records;
	at->packed = bytes_get32(entry);
	at->plain = bytes_get32(entry + 4);
	at->records = bytes_get32(entry + 8);
	return true;
}

void frames_free(struct frames *f)
{
	buf_free(&f->entries);
	*f = (struct frames){0};
}

static void index_add(const struct codec *codec, struct slice entries, struct buf *out)
{
	struct buf piece = {0};

	while (entries.n) {
		struct slice some = slice_head(entries, PIECE_ENTRIES * FRAME_ENTRY);

		buf_reset(&piece);
		buf_add(&piece, INDEX_MAGIC);
		buf_add(&piece, some);
		codec->hide(buf_slice(&piece), out);
		entries = slice_tail(entries, some.n);
	}
	buf_free(&piece);
}

void endmark_add(const struct codec *codec, const struct frames *f, struct buf *out)
{
	unsigned char mark[MARK_SIZE];
	size_t before = out->n;

	if (!codec->hide)
		return;
	index_add(codec, buf_slice(&f->entries), out);
	memcpy(mark, MARK_MAGIC.p, MARK_MAGIC.n);
	bytes_put64(mark + 8, f->n);
	bytes_put64(mark + 16, f->packed);
	bytes_put64(mark + 24, f->plain);
	bytes_put64(mark + 32, f->records);
	bytes_put64(mark + 40, out->n - before);
	bytes_put64(mark + 48, hash64(buf_slice(&f->entries)));
	bytes_put64(mark + 56, MARK_VERSION);
	bytes_put64(mark + 64, hash64((struct slice){(const char *)mark, MARK_HASHED}));
	codec->hide((struct slice){(const char *)mark, MARK_SIZE}, out);
}

/* Whether `bytes` is what the codec makes of the payload inside it. */
static bool is_hidden(const struct codec *codec, struct slice bytes, struct slice *payload)
{
	struct buf again = {0};
	size_t around = codec->hidden_head + codec->hidden_tail;

	if (bytes.n < around || bytes.n - around > CODEC_PAYLOAD_MAX)
		return false;
	*payload = slice_head(slice_tail(bytes, codec->hidden_head), bytes.n - around);
	codec->hide(*payload, &again);
	bool same = slice_equal(buf_slice(&again), bytes);
	buf_free(&again);
	return same;
}

int endmark_parse(const struct codec *codec, struct slice tail, uint64_t size, struct endmark *m,
                  struct err *e)
{
	size_t piece = codec->hidden_head + MARK_SIZE + codec->hidden_tail;
	struct slice payload;

	if (!codec->hide || tail.n < piece)
		return 0;
	tail = slice_tail(tail, tail.n - piece);
	payload = slice_head(slice_tail(tail, codec->hidden_head), MARK_SIZE);
	if (!slice_starts(payload, MARK_MAGIC))
		return 0;

	const unsigned char *mark = (const unsigned char *)payload.p;
	if (!is_hidden(codec, tail, &payload) ||
	    bytes_get64(mark + 64) != hash64(slice_head(payload, MARK_HASHED)))
		return err_set_rc(e, RC_INPUT, "the end mark is damaged");
	if (bytes_get64(mark + 56) != MARK_VERSION)
		return err_set_rc(e, RC_INPUT, "the end mark has version %llu, known is %d",
		                  (unsigned long long)bytes_get64(mark + 56), MARK_VERSION);
	m->frames = bytes_get64(mark + 8);
	m->packed = bytes_get64(mark + 16);
	m->plain = bytes_get64(mark + 24);
	m->records = bytes_get64(mark + 32);
	m->index = bytes_get64(mark + 40);
	m->index_hash = bytes_get64(mark + 48);
	if (m->packed > size || m->index > size || m->packed + m->index + piece != size)
		return err_set_rc(e, RC_INPUT, "the end mark is of a file of %llu bytes, not %llu",
		                  (unsigned long long)(m->packed + m->index + piece),
		                  (unsigned long long)size);
	return 1;
}

int endmark_index(const struct codec *codec, const struct endmark *m, struct slice index,
                  struct frames *f, struct err *e)
{
	size_t around = codec->hidden_head + INDEX_MAGIC.n + codec->hidden_tail;
	uint64_t left = m->frames;
	struct buf entries = {0};
	struct slice payload;
	int rc = -1;

	while (left) {
		uint64_t here = left < PIECE_ENTRIES ? left : PIECE_ENTRIES;
		struct slice piece = slice_head(index, around + here * FRAME_ENTRY);

		if (!is_hidden(codec, piece, &payload) || !slice_starts(payload, INDEX_MAGIC) ||
		    payload.n != INDEX_MAGIC.n + here * FRAME_ENTRY)
			break;
		buf_add(&entries, slice_tail(payload, INDEX_MAGIC.n));
		index = slice_tail(index, piece.n);
		left -= here;
	}
	if (left || index.n || hash64(buf_slice(&entries)) != m->index_hash)
		err_set_rc(e, RC_INPUT, "the frame index is damaged");
	else if (frames_restore(f, buf_slice(&entries), e) == 0)
		rc = 0;
	buf_free(&entries);
	if (rc == 0 && (f->packed != m->packed || f->plain != m->plain || f->records != m->records))
		rc = err_set_rc(e, RC_INPUT, "frame index and end mark disagree");
	return rc;
}
