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
	uint8_t *own;    /* signature */
	struct buf name; /* of the survivor, as names_get gives it */
	struct sealed_out entries, ids;
};

static double real_of(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof v);
	return v;
}

/* What an entry says of the document it leaves for. A negative similarity is not known yet: it is
 * estimated from the signatures. */
static int fill_survivor(struct writer *w, struct verdict_entry *entry, uint64_t place,
                         double known, struct err *e)
{
	const struct sketch_shape *const shape = &w->v->s->shape;
	const uint32_t bytes = shape->sig_bytes;

	entry->similarity = known < 0 ? 1 : (float)known;
	if (entry->survivor == entry->doc)
		return 0;
	if (names_get(w->v->names, place, &w->name, e) != 0)
		return -1;
	entry->name = w->ids.size;
	if (sealed_write(&w->ids, w->name.p + bytes, w->name.n - bytes, e) != 0)
		return -1;
	if (known >= 0 || bytes == 0)
		return 0;
	if (open_sketches_sig(&w->open, entry->doc, w->own, e) != 0)
		return -1;
	entry->similarity = (float)signature_similarity(w->own, (const uint8_t *)w->name.p, bytes,
	                                                shape->sig_width ? shape->sig_width : 1);
	return 0;
}

static void writer_free(struct writer *w)
{
	columns_free(&w->record);
	open_sketches_close(&w->open);
	free(w->own);
	buf_free(&w->name);
	sealed_abandon(&w->entries);
	sealed_abandon(&w->ids);
	free(w);
}

/* One member's entry; documents of an index have none. */
static int write_entry(struct writer *w, const uint64_t member[6], struct err *e)
{
	struct verdict_entry entry = {
	        .doc = member[0],
	        .survivor = member[1],
	        .cluster = member[2],
	        .size = member[3] > UINT32_MAX ? UINT32_MAX : (uint32_t)member[3],
	};

	if (share_beat(w->v->sized.share, e) != 0)
		return -1;
	if (entry.doc < w->v->s->old_docs)
		return 0;
	if (columns_get(&w->record, entry.doc, &entry.record, e) != 0 ||
	    fill_survivor(w, &entry, member[4], real_of(member[5]), e) != 0)
		return -1;
	return sealed_write(&w->entries, &entry, sizeof entry, e);
}

int survivors_write(const struct survivors *v, size_t i, struct err *e)
{
	struct shuffle *const all = exchange_gather(&v->sized, i, v->mem, e);
	struct shuffle_in *const in = all ? shuffle_read(all, 0, v->mem, e) : NULL;
	struct writer *const w = mem_new(struct writer, 1);
	struct buf path = {0};
	uint64_t member[6];
	int rc = in ? 0 : -1, more = 1;

	w->v = v;
	w->record = (struct columns){.s = v->s, .column = COLUMN_RECORD};
	w->open.s = v->s;
	w->own = mem_alloc(v->s->shape.sig_bytes + 1);
	if (rc == 0)
		rc = sealed_create(&w->entries, verdict_path(v->dir, i, VERDICT_PART, &path),
		                   VERDICT_PART, e);
	if (rc == 0)
		rc = sealed_create(&w->ids, verdict_path(v->dir, i, VERDICT_NAME, &path),
		                   VERDICT_NAME, e);
	while (rc == 0 && (more = shuffle_next(in, member, e)) == 1)
		rc = write_entry(w, member, e);
	if (rc == 0)
		rc = more;
	if (rc == 0)
		rc = sealed_write(&w->ids, &v->key, sizeof v->key, e);
	if (rc == 0)
		rc = sealed_write(&w->entries, &v->key, sizeof v->key, e);
	if (rc == 0)
		rc = sealed_commit(&w->ids, e);
	if (rc == 0)
		rc = sealed_commit(&w->entries, e);
	shuffle_done(in);
	shuffle_close(all);
	writer_free(w);
	buf_free(&path);
	return rc;
}
