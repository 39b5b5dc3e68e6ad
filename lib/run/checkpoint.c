/* Checkpoints: a unit's place in its shard, saved so that a kill costs seconds, not the shard. */
#include <unistd.h>

#include "lib/base/hex.h"
#include "lib/base/json_write.h"
#include "lib/base/version.h"
#include "lib/run/jsonfile.h"
#include "lib/run/state.h"

int checkpoint_write(const struct state *s, const char *path, struct checkpoint *c, struct err *e)
{
	struct buf json = {0};
	int bad = 0;

	buf_addf(&json,
	         "{\"recipe\":\"%s\",\"version\":\"%s\",\"input_bytes\":%llu,\"input_ends\":%llu,"
	         "\"sequence\":%llu,\"offset\":%llu,\"record\":%llu,\"state\":\"",
	         s->recipe, CURATE_VERSION, (unsigned long long)c->input.size,
	         (unsigned long long)c->input.ends, (unsigned long long)c->sequence,
	         (unsigned long long)c->offset, (unsigned long long)c->record);
	hex_add(&json, c->shard_state);
	buf_add(&json, S("\",\"tally\":"));
	tally_json(&c->tally, &json);
	buf_add(&json, S(",\"sinks\":{"));
	for (size_t i = 0; i < c->n_sinks && !bad; i++) {
		json_write_key(&json, slice_of(c->sink_name[i]));
		bad = sink_save(&c->sink[i], &json, e);
	}
	buf_add(&json, S("}}\n"));
	if (!bad)
		bad = file_write_atomic(path, buf_slice(&json), e);
	buf_free(&json);
	return bad;
}

/* What json_each needs to gather the sinks. */
struct gather {
	struct jsonfile *file;
	struct checkpoint *c;
	struct sink_saved *now;
};

static int take_piece(void *user, struct slice key, const struct json_value *v)
{
	struct gather *g = user;
	uint64_t size;

	(void)key;
	if (!slice_to_u64(v->span, &size))
		return -1;
	g->now->piece = arena_grow(&g->c->mem, g->now->piece, g->now->n_pieces * sizeof size,
	                           (g->now->n_pieces + 1) * sizeof size);
	g->now->piece[g->now->n_pieces++] = size;
	return 0;
}

static int take_sink(void *user, struct slice key, const struct json_value *v)
{
	struct gather *g = user;
	struct checkpoint *c = g->c;
	struct sink_saved saved = {0};
	struct json_value size = jsonfile_member(g->file, v->span, "size");

	if (!slice_to_u64(size.span, &saved.size))
		return -1;
	saved.frames = arena_copy(&c->mem, jsonfile_member(g->file, v->span, "frames").text);
	g->now = &saved;
	if (json_each(g->file->json, jsonfile_member(g->file, v->span, "pieces").span,
	              &g->file->mem, take_piece, g))
		return -1;
	c->saved = arena_grow(&c->mem, c->saved, c->n_saved * sizeof saved,
	                      (c->n_saved + 1) * sizeof saved);
	c->saved_name = arena_grow(&c->mem, c->saved_name, c->n_saved * sizeof key,
	                           (c->n_saved + 1) * sizeof key);
	c->saved[c->n_saved] = saved;
	c->saved_name[c->n_saved++] = arena_copy(&c->mem, key);
	return 0;
}

static bool take_state(struct checkpoint *c, struct slice hex)
{
	struct buf bytes = {0};
	bool good = hex_parse(hex, &bytes);

	c->shard_state = arena_copy(&c->mem, buf_slice(&bytes));
	buf_free(&bytes);
	return good;
}

int checkpoint_read(const struct state *s, const char *path, const struct shard *shard,
                    struct checkpoint *c, struct err *e)
{
	struct jsonfile f;
	struct gather g = {&f, c, NULL};
	int result = 0;

	*c = (struct checkpoint){0};
	if (access(path, F_OK) != 0)
		return 0;
	if (jsonfile_open(&f, path, SIZE_MAX / 4, e))
		return -1;
	if (state_input_fits(s, &f, shard, &c->input)) {
		c->sequence = jsonfile_u64(&f, "sequence");
		c->offset = jsonfile_u64(&f, "offset");
		c->record = jsonfile_u64(&f, "record");
		result = 1;
		if (!take_state(c, jsonfile_text(&f, "state")) ||
		    tally_parse(&c->tally, f.json, jsonfile_get(&f, "tally").span, e) ||
		    json_each(f.json, jsonfile_get(&f, "sinks").span, &f.mem, take_sink, &g))
			result = err_set_rc(e, RC_STATE,
			                    "%s: a checkpoint that this program did not write",
			                    path);
	}
	jsonfile_close(&f);
	if (result != 1)
		checkpoint_free(c);
	return result;
}

void checkpoint_free(struct checkpoint *c)
{
	tally_free(&c->tally);
	arena_free(&c->mem);
	*c = (struct checkpoint){0};
}
