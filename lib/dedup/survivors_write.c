#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/dedup/columns.h"
#include "lib/dedup/signature.h"
#include "lib/dedup/survivors.h"

/* What one job needs to fill entries in. */
struct writer {
	const struct survivors *v;
	struct columns record;
	struct open_sketches open;
	uint8_t *own, *other; /* signatures */
};

static double real_of(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

/* A negative similarity is not known yet: it is estimated from the signatures. */
static int fill_similarity(struct writer *w, struct verdict_entry *entry, double known,
                           struct err *e)
{
	const uint32_t bytes = w->v->s->shape.sig_bytes;
	const uint64_t at = entry->name & ((UINT64_C(1) << 40) - 1);

	entry->similarity = (float)known;
	if (known >= 0)
		return 0;
	entry->similarity = 1;
	if (bytes == 0 || entry->survivor == entry->doc)
		return 0;
	if (names_read(w->v->names, entry->name >> 40, at - bytes, w->other, bytes, e) != 0 ||
	    open_sketches_sig(&w->open, entry->doc, w->own, e) != 0)
		return -1;
	entry->similarity = (float)signature_similarity(
	        w->own, w->other, bytes, w->v->s->shape.sig_width ? w->v->s->shape.sig_width : 1);
	return 0;
}

static void writer_free(struct writer *w)
{
	columns_free(&w->record);
	open_sketches_close(&w->open);
	free(w->own);
	free(w->other);
	free(w);
}

/* One member's entry; documents of an index have none. */
static int write_entry(struct writer *w, const uint64_t member[6], struct sealed_out *out,
                       struct err *e)
{
	struct verdict_entry entry = {
	        .doc = member[0],
	        .survivor = member[1],
	        .cluster = member[2],
	        .size = member[3] > UINT32_MAX ? UINT32_MAX : (uint32_t)member[3],
	        .name = member[4],
	};

	if (share_beat(w->v->sized.share, e) != 0)
		return -1;
	if (entry.doc < w->v->s->old_docs)
		return 0;
	if (columns_get(&w->record, entry.doc, &entry.record, e) != 0 ||
	    fill_similarity(w, &entry, real_of(member[5]), e) != 0)
		return -1;
	return sealed_write(out, &entry, sizeof entry, e);
}

int survivors_write(const struct survivors *v, size_t i, struct err *e)
{
	struct shuffle *const all = exchange_gather(&v->sized, i, v->mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, v->mem, e) : NULL;
	struct writer *const w = mem_new(struct writer, 1);
	struct sealed_out out = {0};
	struct buf path = {0};
	uint64_t member[6];
	int rc = in ? 0 : -1, more = 1;

	w->v = v;
	w->record = (struct columns){.s = v->s, .column = COLUMN_RECORD};
	w->open.s = v->s;
	w->own = mem_alloc(v->s->shape.sig_bytes + 1);
	w->other = mem_alloc(v->s->shape.sig_bytes + 1);
	if (rc == 0)
		rc = sealed_create(&out, verdict_path(v->dir, i, VERDICT_PART, &path), VERDICT_PART,
		                   e);
	while (rc == 0 && (more = shuffle_next(in, member, e)) == 1)
		rc = write_entry(w, member, &out, e);
	if (rc == 0)
		rc = more;
	if (rc == 0)
		rc = sealed_write(&out, &v->key, sizeof v->key, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	shuffle_done(in);
	shuffle_close(all);
	writer_free(w);
	buf_free(&path);
	return rc;
}
