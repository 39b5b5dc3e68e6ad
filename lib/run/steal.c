#include "lib/run/steal.h"

#include <dirent.h>
#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"

enum { CLAIMED, DONE, FAILED };

/* Which shards have a record of one kind. Names are those of the shards, below the folder of
 * records. */
struct listing {
	struct map names;
	struct arena mem;
};

static struct slice folder_of(const char *relative)
{
	const char *slash = strrchr(relative, '/');

	return (struct slice){relative, slash ? (size_t)(slash - relative) + 1 : 0};
}

/* The records in one folder; one that cannot be read holds none, and claims prevent the worst. */
static void list_folder(struct listing *l, const char *path, struct slice below)
{
	DIR *dir = opendir(path);

	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		struct slice name = slice_of(entry->d_name);

		if (slice_ends(name, S(".json")))
			map_put(&l->names,
			        arena_addf(&l->mem, "%.*s%.*s", SLICE(below), (int)name.n - 5,
			                   name.p),
			        NULL);
	}
	if (dir)
		closedir(dir);
}

static void list_kind(struct listing *l, const struct pass *p, const char *kind,
                      const struct shards *s)
{
	struct map folders = {0};

	for (size_t i = 0; i < s->n; i++) {
		struct slice below = folder_of(s->item[i].relative);
		bool is_new;

		map_put(&folders, below, &is_new);
		if (is_new)
			list_folder(l,
			            state_path(p->state, &l->mem, "%s%s/%.*s", p->name, kind,
			                       SLICE(below)),
			            below);
	}
	map_free(&folders);
}

static bool has(const struct listing *l, const struct shard *s)
{
	return map_get(&l->names, slice_of(s->relative)) != NULL;
}

static void listing_free(struct listing *l)
{
	map_free(&l->names);
	arena_free(&l->mem);
}

/* Whether this process may still want a shard: neither its own, nor tried before. */
static bool is_open(const struct shard_result *r)
{
	return !r->mine && !r->was_given_up && r->end == UNIT_INTERRUPTED;
}

/* Adds the shards of other tasks that have no record, or, with `claimed`, those whose claim may be
 * stale. Thieves begin at different places of the same order, so that they seldom want the same
 * shard. */
static size_t add_units(const struct work *w, struct pass *p, const struct listing record[3],
                        bool claimed, struct unit *unit, size_t n)
{
	const struct run *run = w->run;
	const size_t all = run->shards->n;
	size_t *order = shards_by_size(run->shards);
	size_t first = (size_t)((double)all * (double)run->task / (double)run->tasks);
	struct arena mem = {0};

	for (size_t i = 0; i < all && n < STEAL_ROUND; i++) {
		const size_t at = order[(first + i) % all];
		const struct shard *s = &run->shards->item[at];

		if (!is_open(&run->result[at]) || has(&record[DONE], s) ||
		    has(&record[FAILED], s) || has(&record[CLAIMED], s) != claimed)
			continue;
		if (claimed && !claim_is_silent(unit_record_path(p, s, "claim", &mem),
		                                run->recipe->limits.lease))
			continue;
		unit[n++] = (struct unit){
		        .pass = p, .shard = s, .number = (uint32_t)at, .look_first = !claimed};
	}
	arena_free(&mem);
	free(order);
	return n;
}

/* Lines up the next round. */
static size_t find(const struct work *w, struct pass *p, struct unit *unit)
{
	struct listing record[3] = {0};
	size_t n = 0;

	list_kind(&record[CLAIMED], p, "claim",
	          w->run->shards); /* first: what ends in between is done then */
	list_kind(&record[DONE], p, "done", w->run->shards);
	list_kind(&record[FAILED], p, "failed", w->run->shards);
	for (int claimed = 0; claimed < 2; claimed++)
		n = add_units(w, p, record, claimed, unit, n);
	for (size_t i = 0; i < 3; i++)
		listing_free(&record[i]);
	return n;
}

void steal_work(struct work *w, struct team *team)
{
	struct unit *unit = mem_new(struct unit, STEAL_ROUND);

	team->unit = unit;
	while (!interrupt_came() && !atomic_load(&team->pass->stop) &&
	       (team->n = find(w, team->pass, unit)) > 0) {
		for (size_t i = 0; i < team->n; i++)
			progress_more(&w->progress, unit[i].shard->size);
		team_work(team);
	}
	free(unit);
}
