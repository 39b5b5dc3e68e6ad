#include "lib/dedup/spans.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

#define HEAD_MAGIC "SPNH"
#define PART_MAGIC "SPAN"

/* The head file: how many shards and parts there are. */
struct head {
	uint64_t shards, parts, key;
};

static const char *path_of(const char *dir, size_t i, bool head, struct buf *path)
{
	buf_reset(path);
	if (head)
		buf_addf(path, "%s/spans/spans", dir);
	else
		buf_addf(path, "%s/spans/%04zu.part", dir, i);
	return buf_text(path);
}

size_t spans_part_of(uint64_t shard, uint64_t shards, uint64_t parts)
{
	/* as exchange_add chooses the part */
	return shards ? (size_t)((unsigned __int128)shard * parts / shards) : 0;
}

void spans_remove_other(const char *dir, uint64_t key)
{
	struct buf path = {0};

	if (access(path_of(dir, 0, true, &path), F_OK) == 0 && !spans_is_done(dir, key))
		unlink(buf_text(&path));
	buf_free(&path);
}

int spans_create(struct sealed_out *o, const char *dir, size_t i, struct err *e)
{
	struct buf path = {0};
	const int rc = sealed_create(o, path_of(dir, i, false, &path), PART_MAGIC, e);

	buf_free(&path);
	return rc;
}

int spans_add(struct sealed_out *o, const struct span_mark *mark, struct err *e)
{
	return sealed_write(o, mark, sizeof *mark, e);
}

int spans_commit(struct sealed_out *o, uint64_t key, struct err *e)
{
	return sealed_write(o, &key, sizeof key, e) == 0 ? sealed_commit(o, e) : -1;
}

bool spans_part_is_done(const char *dir, size_t i, uint64_t key)
{
	struct buf path = {0};
	const bool done = sealed_is_of(path_of(dir, i, false, &path), PART_MAGIC, key);

	buf_free(&path);
	return done;
}

int spans_count(const char *dir, size_t i, uint64_t *marks, struct err *e)
{
	struct buf path = {0};
	struct sealed file;
	const int rc = sealed_open(&file, path_of(dir, i, false, &path), PART_MAGIC, e);

	*marks = rc == 0 ? file.size / sizeof(struct span_mark) : 0;
	if (rc == 0)
		sealed_close(&file);
	buf_free(&path);
	return rc;
}

int spans_write_head(const char *dir, uint64_t shards, uint64_t parts, uint64_t key, struct err *e)
{
	const struct head head = {shards, parts, key};
	struct sealed_out out;
	struct buf path = {0};
	int rc = sealed_create(&out, path_of(dir, 0, true, &path), HEAD_MAGIC, e);

	if (rc == 0) {
		rc = sealed_write(&out, &head, sizeof head, e);
		rc = rc == 0 ? sealed_commit(&out, e) : -1;
		sealed_abandon(&out);
	}
	buf_free(&path);
	return rc;
}

bool spans_is_done(const char *dir, uint64_t key)
{
	struct buf path = {0};
	const bool done = sealed_is_of(path_of(dir, 0, true, &path), HEAD_MAGIC, key);

	buf_free(&path);
	return done;
}

int spans_open(struct spans *s, const char *dir, const bool *mine, struct err *e)
{
	struct buf path = {0};
	const void *content = NULL;
	size_t bytes = 0;
	uint64_t key = 0;
	bool *wanted;
	int rc = sealed_map(path_of(dir, 0, true, &path), HEAD_MAGIC, &content, &bytes, e);

	*s = (struct spans){0};
	if (rc == 0 && bytes == sizeof(struct head)) {
		s->shards = ((const struct head *)content)->shards;
		s->parts = ((const struct head *)content)->parts;
		key = ((const struct head *)content)->key;
	} else if (rc == 0) {
		rc = err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&path));
	}
	sealed_unmap(content, bytes);
	s->part = mem_new(const struct span_mark *, s->parts + 1);
	s->marks = mem_new(size_t, s->parts + 1);
	wanted = mem_new(bool, s->parts + 1);
	for (size_t i = 0; i < s->shards; i++)
		wanted[spans_part_of(i, s->shards, s->parts)] |= !mine || mine[i];
	for (size_t i = 0; i < s->parts && rc == 0; i++) {
		content = NULL;
		if (!wanted[i])
			continue;
		rc = sealed_map(path_of(dir, i, false, &path), PART_MAGIC, &content, &bytes, e);
		s->part[i] = content;
		s->marks[i] = bytes / sizeof **s->part;
		if (rc == 0 && !spans_part_is_done(dir, i, key))
			rc = err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&path));
	}
	free(wanted);
	buf_free(&path);
	if (rc != 0)
		spans_close(s);
	return rc;
}

void spans_close(struct spans *s)
{
	for (size_t i = 0; i < s->parts; i++)
		sealed_unmap(s->part[i], s->marks[i] * sizeof **s->part + 8);
	free(s->part);
	free(s->marks);
	*s = (struct spans){0};
}

const struct span_mark *spans_find(const struct spans *s, uint64_t shard, uint64_t record,
                                   size_t *n)
{
	const size_t part = spans_part_of(shard, s->shards, s->parts);
	const struct span_mark *mark;
	size_t low = 0, high;

	*n = 0;
	if (part >= s->parts)
		return NULL;
	mark = s->part[part];
	high = s->marks[part];
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (mark[middle].shard < shard ||
		    (mark[middle].shard == shard && mark[middle].record < record))
			low = middle + 1;
		else
			high = middle;
	}
	while (low + *n < s->marks[part] && mark[low + *n].shard == shard &&
	       mark[low + *n].record == record)
		++*n;
	return mark + low;
}
