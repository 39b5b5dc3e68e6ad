#include "lib/run/steal.h"

#include <dirent.h>
#include <stdlib.h>

#include "lib/base/interrupt.h"
#include "lib/base/map.h"
#include "lib/base/mem.h"

/* Records a shard may have, as bits. */
enum { CLAIMED = 1, DONE = 2, FAILED = 4 };

struct thief {
	const struct run *run;
	struct pass *pass;
	size_t *order;         /* of the shards, largest first */
	struct map number;     /* of a shard, by its name below the folders of records */
	struct map folder;     /* those that the shards are in */
	unsigned char *record; /* bits of each shard, as last listed */
};

static struct slice folder_of(const char *relative)
{
	const char *slash = strrchr(relative, '/');

	return (struct slice){relative, slash ? (size_t)(slash - relative) + 1 : 0};
}

static void thief_open(struct thief *t, const struct run *run, struct pass *pass)
{
	const struct shards *s = run->shards;

	*t = (struct thief){.run = run, .pass = pass, .order = shards_by_size(s)};
	t->record = mem_new(unsigned char, s->n);
	for (size_t i = 0; i < s->n; i++) {
		*map_put(&t->number, slice_of(s->item[i].relative), NULL) = i;
		map_put(&t->folder, folder_of(s->item[i].relative), NULL);
	}
}

static void thief_close(struct thief *t)
{
	map_free(&t->number);
	map_free(&t->folder);
	free(t->order);
	free(t->record);
}

/* Notes the records in one folder; one that cannot be read holds none, and claims prevent the
 * worst. */
static void list_folder(struct thief *t, const char *path, struct slice below, unsigned char bit)
{
	DIR *dir = opendir(path);
	struct buf name = {0};

	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		struct slice file = slice_of(entry->d_name);
		const uint64_t *number;

		if (!slice_ends(file, S(".json")))
			continue;
		buf_reset(&name);
		buf_add(&name, below);
		buf_add(&name, slice_head(file, file.n - 5));
		number = map_get(&t->number, buf_slice(&name));
		if (number)
			t->record[*number] |= bit;
	}
	if (dir)
		closedir(dir);
	buf_free(&name);
}

/* Claims first: what ends while the rest is listed is done then. */
static void list_records(struct thief *t)
{
	static const struct {
		const char *name;
		unsigned char bit;
	} kinds[] = {{"claim", CLAIMED}, {"done", DONE}, {"failed", FAILED}};
	struct arena mem = {0};

	memset(t->record, 0, t->run->shards->n);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (size_t i = 0; i < t->folder.cap; i++) {
			const struct map_entry *folder = &t->folder.slot[i];

			if (folder->hash)
				list_folder(t,
				            state_path(t->pass->state, &mem, "%s%s/%.*s",
				                       t->pass->name, kinds[k].name,
				                       SLICE(folder->key)),
				            folder->key, kinds[k].bit);
		}
	arena_free(&mem);
}

/* Whether nobody has begun the shard, or with `claimed` the claim on it may be stale. Neither this
 * process's own, nor one that it tried before. */
static bool is_free(const struct thief *t, size_t at, bool claimed)
{
	const struct shard_result *r = &t->run->result[at];
	struct arena mem = {0};
	bool silent = true;

	if (r->mine || r->was_given_up || r->end != UNIT_INTERRUPTED ||
	    t->record[at] != (claimed ? CLAIMED : 0))
		return false;
	if (claimed)
		silent = claim_is_silent(unit_record_path(t->pass, r->shard, "claim", &mem),
		                         t->run->recipe->limits.lease);
	arena_free(&mem);
	return silent;
}

/* Lines up the next round. Thieves begin at different places of the same order, so that they seldom
 * want the same shard. */
static size_t next_round(struct thief *t, struct unit *unit)
{
	const struct run *run = t->run;
	const size_t all = run->shards->n;
	const size_t first = (size_t)((double)all * (double)run->task / (double)run->tasks);
	size_t n = 0;

	list_records(t);
	for (int claimed = 0; claimed < 2; claimed++)
		for (size_t i = 0; i < all && n < STEAL_ROUND; i++) {
			const size_t at = t->order[(first + i) % all];

			if (is_free(t, at, claimed))
				unit[n++] = (struct unit){.pass = t->pass,
				                          .shard = &run->shards->item[at],
				                          .number = (uint32_t)at,
				                          .look_first = !claimed};
		}
	return n;
}

void steal_work(struct work *w, struct team *team)
{
	struct unit *unit = mem_new(struct unit, STEAL_ROUND);
	struct thief thief;

	thief_open(&thief, w->run, team->pass);
	team->unit = unit;
	while (!interrupt_came() && !atomic_load(&team->pass->stop) &&
	       (team->n = next_round(&thief, unit)) > 0) {
		for (size_t i = 0; i < team->n; i++)
			progress_more(&w->progress, unit[i].shard->size);
		team_work(team);
	}
	thief_close(&thief);
	free(unit);
}
