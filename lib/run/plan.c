#include "lib/run/plan.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"

void run_assign(const struct shards *s, uint64_t tasks, uint32_t *owner)
{
	size_t *order = shards_by_size(s);
	uint64_t *load = mem_new(uint64_t, tasks);

	for (size_t i = 0; i < s->n; i++) {
		uint64_t least = 0;

		for (uint64_t t = 1; t < tasks; t++)
			if (load[t] < load[least])
				least = t;
		owner[order[i]] = (uint32_t)least;
		load[least] += s->item[order[i]].size + 1; /* empty shards are spread too */
	}
	free(load);
	free(order);
}

int plan_write(const struct run *run, size_t barriers, struct err *e)
{
	struct buf json = {0}, old = {0};
	struct arena mem = {0};
	const char *path = state_path(run->state, &mem, "plan.json");
	int bad = 0;

	buf_addf(&json, "{\"recipe\":\"%s\",\"passes\":%zu,\"shards\":[", run->state->recipe,
	         barriers + 1);
	for (size_t i = 0; i < run->shards->n; i++) {
		const struct shard *s = &run->shards->item[i];

		buf_add(&json, i ? S(",\n{") : S("\n{"));
		json_write_key(&json, S("shard"));
		json_write_text(&json, slice_of(s->relative));
		buf_addf(&json, ",\"bytes\":%llu}", (unsigned long long)s->size);
	}
	buf_add(&json, S("\n]}\n"));
	if (access(path, F_OK) == 0)
		bad = file_read_all(path, &old, SIZE_MAX / 4, e);
	if (!bad && !slice_equal(buf_slice(&json), buf_slice(&old)))
		bad = file_write_atomic(path, buf_slice(&json), e);
	buf_free(&json);
	buf_free(&old);
	arena_free(&mem);
	return bad;
}
