/* One document for each address over the whole corpus. */
#include "rules/dedup_stage.h"

#include "lib/base/hash.h"
#include "lib/doc/url_key.h"

struct url_dedup {
	struct dedup_stage common;
};

#define AT(field) offsetof(struct url_dedup, field)

static const struct param params[] = {
        DEDUP_PARAMS(AT(common)),
        {0},
};

static const struct sketch_shape shape = {.lists = 1, .width = 2};

static int url_init(void *self, struct err *e)
{
	return dedup_stage_init(&((struct url_dedup *)self)->common, e);
}

static void url_fini(void *self)
{
	dedup_stage_fini(&((struct url_dedup *)self)->common);
}

static void url_collect(const void *self, struct doc *d, struct buf *out, struct arena *scratch)
{
	const struct url_dedup *const u = self;
	struct sketch_row row = {.record = d->record, .id = d->id, .keys = 1};
	struct buf key = {0};
	struct hash128 h;

	if (d->url.n == 0)
		return; /* stays */
	url_key(d->url, &key);
	h = hash128(buf_slice(&key));
	buf_free(&key);
	row.key = (const uint64_t[2]){h.hi, h.lo};
	row.order = policy_order(&u->common.policy, d, scratch);
	sketch_row_write(&shape, &row, out);
}

static int url_solve(void *self, const struct corpus *c, struct err *e)
{
	return dedup_stage_solve(&((struct url_dedup *)self)->common, c, &shape, "url", 0, e);
}

static int url_load(void *self, const struct corpus *c, struct err *e)
{
	return dedup_stage_load(&((struct url_dedup *)self)->common, c, e);
}

static void url_doc(const void *self, struct doc *d, struct arena *scratch)
{
	const struct url_dedup *const u = self;

	(void)scratch;
	dedup_judge(&u->common.verdict, d);
}

static int url_depends(const void *self, struct buf *out, struct err *e)
{
	return dedup_stage_depends(&((const struct url_dedup *)self)->common, out, e);
}

static const struct barrier barrier = {
        .in_steps = true,
        .is_shared = true,
        .depends = url_depends,
        .collect = url_collect,
        .solve = url_solve,
        .load = url_load,
};

const struct stage_type url_dedup_stage = {
        .name = "url_dedup",
        .help = "keeps one document for each address, spelled as lib/doc/url_key.h says",
        .params = params,
        .size = sizeof(struct url_dedup),
        .init = url_init,
        .fini = url_fini,
        .doc = url_doc,
        .barrier = &barrier,
};
