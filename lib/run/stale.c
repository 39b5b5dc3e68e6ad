#include "lib/run/stale.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/map.h"
#include "lib/run/jsonfile.h"
#include "lib/run/plan.h"

enum { SMALL_FILE = 256 << 20 };

struct removal {
	const struct state *state;
	struct jsonfile file;
	uint64_t removed;
};

/* An output of a done record; never a file outside of the folder, whatever the record says. */
static int remove_output(void *user, struct slice key, const struct json_value *value)
{
	struct removal *r = user;
	struct slice path = jsonfile_member(&r->file, value->span, "path").text;
	struct slice name = arena_addf(&r->file.mem, "%s/%.*s", r->state->out, SLICE(path));

	(void)key;
	if (path.n && slice_find(path, S(".."), 0) == SIZE_MAX)
		r->removed += unlink(name.p) == 0;
	return 0;
}

/* What one pass made of the shard; the record goes last, so that a kill in between loses nothing.
 */
static void remove_pass(struct removal *r, const char *pass, const struct shard *shard)
{
	struct arena mem = {0};
	struct err ignored = {0};
	const char *path = state_path(r->state, &mem, "%sdone/%s.json", pass, shard->relative);

	if (access(path, F_OK) == 0 && jsonfile_open(&r->file, path, SMALL_FILE, &ignored) == 0) {
		json_each(r->file.json, jsonfile_get(&r->file, "outputs").span, &r->file.mem,
		          remove_output, r);
		jsonfile_close(&r->file);
		unlink(path);
	}
	unlink(state_path(r->state, &mem, "%sfailed/%s.json", pass, shard->relative));
	arena_free(&mem);
}

static void remove_shard(struct removal *r, const struct plan *plan, const struct shard *shard)
{
	char pass[32];

	for (size_t k = 0; k < plan->n_stages; k++) {
		snprintf(pass, sizeof pass, "pass%zu/", k + 1);
		remove_pass(r, pass, shard);
	}
	remove_pass(r, "", shard);
}

void stale_remove(const struct state *s, const struct shards *now)
{
	struct removal r = {.state = s};
	struct map units = {0}, files = {0};
	struct plan old;
	struct err ignored = {0};

	if (plan_read(&old, s->out, &ignored) == 0) {
		for (size_t i = 0; i < now->n; i++) {
			map_put(&units, slice_of(now->item[i].relative), NULL);
			map_put(&files, shard_file(&now->item[i]), NULL);
		}
		for (size_t i = 0; i < old.shards.n; i++)
			if (map_get(&files, shard_file(&old.shards.item[i])) &&
			    !map_get(&units, slice_of(old.shards.item[i].relative)))
				remove_shard(&r, &old, &old.shards.item[i]);
		if (r.removed)
			log_note("%llu outputs removed of parts that their files no longer have",
			         (unsigned long long)r.removed);
	}
	map_free(&units);
	map_free(&files);
	plan_free(&old);
}
