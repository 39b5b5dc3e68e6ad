#include "lib/io/shards_names.h"

#include "lib/base/map.h"

/* A shard that lies in a folder called like one of ours must not be written where the log, the
 * quarantine or the dropped records of another shard go. */
static int refuse_our_names(const struct shards *s, const struct map *seen, struct err *e)
{
	static const struct slice ours[] = {S_INIT("log/"), S_INIT("quarantine/"),
	                                    S_INIT("dropped/")};

	for (size_t i = 0; i < s->n; i++) {
		const struct slice stem = s->item[i].stem;

		if (slice_starts(stem, S("_curate/")))
			return err_set_rc(e, RC_INPUT, "%s would be written among the run state",
			                  s->item[i].name);
		if (s->item[i].range.of && map_get(seen, slice_of(s->item[i].relative)))
			return err_set_rc(e, RC_INPUT,
			                  "%s is a part of one input and the name of "
			                  "another",
			                  s->item[i].name);
		for (size_t k = 0; k < sizeof ours / sizeof *ours; k++) {
			const uint64_t *other = slice_starts(stem, ours[k])
			                                ? map_get(seen, slice_tail(stem, ours[k].n))
			                                : NULL;

			if (other)
				return err_set_rc(e, RC_INPUT,
				                  "%s and the %.*s of %s would both be written "
				                  "as %.*s",
				                  s->item[i].name, (int)ours[k].n - 1, ours[k].p,
				                  s->item[*other].name, SLICE(stem));
		}
	}
	return 0;
}

int shards_refuse_names(const struct shards *s, struct err *e)
{
	struct map seen = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		bool is_new;
		uint64_t *first = map_put(&seen, s->item[i].stem, &is_new);

		if (is_new)
			*first = i;
		else
			rc = err_set_rc(e, RC_INPUT, "%s and %s would both be written as %.*s",
			                s->item[*first].name, s->item[i].name,
			                SLICE(s->item[i].stem));
	}
	if (rc == 0)
		rc = refuse_our_names(s, &seen, e);
	map_free(&seen);
	return rc;
}
