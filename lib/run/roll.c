#include "lib/run/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/hash.h"
#include "lib/io/outfile.h"

static const char *roll_path(const struct work *w, size_t k, struct arena *mem)
{
	return state_path(&w->state, mem, "pass%zu/roll", k + 1);
}

/* The first line. The shards are told by a hash of their names and sizes. */
static void head(const struct work *w, struct buf *out)
{
	const struct shards *s = w->run->shards;
	struct buf names = {0};

	for (size_t i = 0; i < s->n; i++)
		buf_addf(&names, "%s %llu\n", s->item[i].relative,
		         (unsigned long long)s->item[i].size);
	buf_addf(out, "CURATE-ROLL 1 %s %016llx %zu\n", w->state.recipe,
	         (unsigned long long)hash64(buf_slice(&names)), s->n);
	buf_free(&names);
}

/* The last line: bytes before it and their XXH3-64. */
static void tail(struct slice text, struct buf *out)
{
	buf_addf(out, "END %zu %016llx\n", text.n, (unsigned long long)hash64(text));
}

int roll_write(const struct work *w, size_t k, struct err *e)
{
	struct buf text = {0};
	struct arena mem = {0};

	head(w, &text);
	for (size_t i = 0; i < w->run->shards->n; i++) {
		const struct shard_result *r = &w->run->result[i];

		buf_addf(&text, "%c %llu %llu %llu\n", r->end == UNIT_DONE ? 'd' : 'f',
		         (unsigned long long)r->records, (unsigned long long)r->input.size,
		         (unsigned long long)r->input.ends);
	}
	struct buf end = {0};

	tail(buf_slice(&text), &end);
	buf_add(&text, buf_slice(&end));
	const char *path = roll_path(w, k, &mem);
	int bad =
	        dir_make_parents(path, e) || file_write_atomic(path, buf_slice(&text), e) ? -1 : 0;

	buf_free(&text);
	buf_free(&end);
	arena_free(&mem);
	return bad;
}

/* Whether the file is whole and speaks of this run; *lines becomes what stands between its first
 * and last line. */
static bool is_whole(const struct work *w, struct slice text, struct slice *lines)
{
	struct buf first = {0}, last = {0};
	const char *lf = text.n > 1 ? memrchr(text.p, '\n', text.n - 1) : NULL;
	size_t body = lf ? (size_t)(lf - text.p) + 1 : 0;

	head(w, &first);
	tail(slice_head(text, body), &last);
	bool whole = slice_equal(slice_tail(text, body), buf_slice(&last)) &&
	             slice_starts(text, buf_slice(&first));

	*lines = slice_tail(slice_head(text, body), first.n);
	buf_free(&first);
	buf_free(&last);
	return whole;
}

static bool read_line(struct slice line, struct shard_result *r)
{
	struct slice word[4];

	for (size_t i = 0; i < 4; i++)
		if (!slice_cut(&line, ' ', &word[i]))
			return false;
	r->end = slice_equal(word[0], S("d")) ? UNIT_DONE : UNIT_FAILED;
	return slice_to_u64(word[1], &r->records) && slice_to_u64(word[2], &r->input.size) &&
	       slice_to_u64(word[3], &r->input.ends);
}

bool roll_read(struct work *w, size_t k)
{
	struct run *run = w->run;
	struct arena mem = {0};
	struct buf text = {0};
	struct err ignored = {0};
	struct slice lines, line;
	const char *path = roll_path(w, k, &mem);
	bool good = access(path, F_OK) == 0 &&
	            file_read_all(path, &text, SIZE_MAX / 4, &ignored) == 0 &&
	            is_whole(w, buf_slice(&text), &lines);

	for (size_t i = 0; good && i < run->shards->n; i++) {
		struct shard_result seen = {0};

		good = slice_cut(&lines, '\n', &line) && read_line(line, &seen);
		if (good && w->owner[i] != run->task) {
			run->result[i].end = seen.end;
			run->result[i].records = seen.records;
			run->result[i].input = seen.input;
			run->result[i].skipped = seen.end == UNIT_DONE;
		}
	}
	buf_free(&text);
	arena_free(&mem);
	return good;
}
