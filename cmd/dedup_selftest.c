#include "cmd/dedup_selftest.h"

#include <stdio.h>

#include "lib/dedup/selftest.h"
#include "lib/io/lines.h"
#include "rules/minhash_rule.h"

/* Takes up to `most` documents from the head of one shard; bad records are passed over. */
static int sample_shard(struct selftest *t, const struct shard *shard,
                        const struct record_fields *fields, size_t most, struct err *e)
{
	struct json *const json = json_open();
	struct doc_context context = {.json = json};
	struct arena mem = {0};
	struct lines lines;
	const size_t before = t->n;
	int rc = lines_open(&lines, shard->path, fields->max_record, e);

	if (rc == 0) {
		rc = 1;
		while (rc == 1 && t->n - before < most) {
			struct doc d = {.file = shard->path, .mem = &mem, .context = &context};
			const char *detail;

			rc = lines_next(&lines, &d.raw, e);
			if (rc == 1 && record_parse(&d, fields, &detail) == RECORD_GOOD)
				selftest_add(t, d.source);
			arena_reset(&mem, 1 << 20);
		}
		lines_close(&lines);
	}
	json_close(json);
	arena_free(&mem);
	return rc < 0 ? -1 : 0;
}

static enum rc run(struct selftest *t, struct err *e)
{
	struct buf out = {0};
	bool fits = false, bad;

	buf_addf(&out, "%zu documents of the input, and as many copies planted\n", t->n);
	if (selftest_run(t, &out, &fits, e) != 0) {
		buf_free(&out);
		return e->rc;
	}
	buf_addf(&out, fits ? "the recall is that of the S-curve\n"
	                    : "the recall is NOT that of the S-curve\n");
	bad = fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout);
	buf_free(&out);
	return bad ? RC_OUTPUT : fits ? RC_OK : RC_PARTIAL;
}

enum rc dedup_selftest(struct recipe *r, const struct common *c, const char *dir, uint64_t sample,
                       struct err *e)
{
	struct record_fields fields = {0};
	struct shards shards = {0};
	struct selftest t = {.dir = dir,
	                     .mem = r->limits.mem ? r->limits.mem : machine_memory() / 5 * 4};
	const struct minhash_rule *rule;
	enum rc rc = RC_USAGE;

	if (r->input.split)
		return err_set_rc(e, RC_USAGE, "--split: selftest reads the heads of whole files"),
		       RC_USAGE;
	if (record_fields_open(&fields, &r->input, e) == 0 &&
	    common_shards(c, r, dir, &shards, e) == 0 && run_threads(r, &t.threads, e) == 0 &&
	    recipe_open(r, e) == 0) {
		rule = r->chain.stage[0].self;
		t.minhash = &rule->minhash;
		t.verify = rule->verify;
		rc = RC_OK;
		for (size_t i = 0; i < shards.n && rc == RC_OK; i++)
			if (sample_shard(&t, &shards.item[i], &fields,
			                 (size_t)(sample / shards.n + 1), e) != 0)
				rc = e->rc;
		if (rc == RC_OK)
			rc = run(&t, e);
	}
	selftest_free(&t);
	shards_free(&shards);
	record_fields_close(&fields);
	return rc;
}
