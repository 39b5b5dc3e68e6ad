#include "lib/dedup/verdict.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"

const char *verdict_path(const char *dir, size_t i, const char *magic, struct buf *path)
{
	buf_reset(path);
	if (strcmp(magic, VERDICT_MAGIC) == 0)
		buf_addf(path, "%s/verdict", dir);
	else
		buf_addf(path, "%s/%04zu.%s", dir, i,
		         strcmp(magic, VERDICT_PART) ? "name" : "part");
	return buf_text(path);
}

static int read_head(const char *dir, struct verdict_head *head, uint64_t **base, struct err *e)
{
	struct buf path = {0};
	struct sealed file;
	int rc = sealed_open(&file, verdict_path(dir, 0, VERDICT_MAGIC, &path), VERDICT_MAGIC, e);

	if (rc == 0) {
		rc = sealed_check(&file, e);
		if (rc == 0 && (file.size < sizeof *head ||
		                sealed_read(&file, 0, head, sizeof *head, e) != 0 ||
		                file.size != sizeof *head + (head->files + 1) * 8))
			rc = err_set_rc(e, RC_STATE, "%s: damaged", buf_text(&path));
		if (rc == 0 && base) {
			*base = mem_new(uint64_t, head->files + 1);
			rc = sealed_read(&file, sizeof *head, *base, (head->files + 1) * 8, e);
		}
		sealed_close(&file);
	}
	buf_free(&path);
	return rc;
}

bool verdict_is_done(const char *dir, uint64_t key)
{
	struct verdict_head head;
	struct err e = {0};

	return read_head(dir, &head, NULL, &e) == 0 && head.key == key;
}

bool verdict_file_is_done(const char *dir, size_t i, const char *magic, uint64_t key)
{
	struct buf path = {0};
	const bool done = sealed_is_of(verdict_path(dir, i, magic, &path), magic, key);

	buf_free(&path);
	return done;
}

int verdict_write_head(const char *dir, const struct verdict_head *head, const uint64_t *base,
                       struct err *e)
{
	struct sealed_out out;
	struct buf path = {0};
	int rc = sealed_create(&out, verdict_path(dir, 0, VERDICT_MAGIC, &path), VERDICT_MAGIC, e);

	if (rc == 0)
		rc = sealed_write(&out, head, sizeof *head, e);
	if (rc == 0)
		rc = sealed_write(&out, base, (head->files + 1) * 8, e);
	rc = rc == 0 ? sealed_commit(&out, e) : -1;
	sealed_abandon(&out);
	buf_free(&path);
	return rc;
}

int verdict_stats(const char *dir, struct verdict_stats *stats, struct err *e)
{
	struct verdict_head head;

	if (read_head(dir, &head, NULL, e) != 0)
		return -1;
	*stats = head.stats;
	return 0;
}

void verdict_remove_other(const char *dir, uint64_t key)
{
	struct verdict_head head;
	struct buf path = {0};
	struct err e = {0};

	if (read_head(dir, &head, NULL, &e) == 0 && head.key != key)
		unlink(verdict_path(dir, 0, VERDICT_MAGIC, &path));
	buf_free(&path);
}

/* Which parts hold documents of shards that are asked for. */
static bool *find_wanted(const struct verdict *v, const bool *mine)
{
	const struct verdict_head *const h = &v->head;
	const uint64_t docs = v->base[h->files];
	bool *const wanted = mem_new(bool, h->parts + 1);

	for (uint64_t f = h->old; f < h->files; f++) {
		const uint64_t first = v->base[f], end = v->base[f + 1];

		if ((mine && !mine[f - h->old]) || end <= first || end > docs)
			continue;
		/* as exchange_add chooses the part */
		for (uint64_t i = (uint64_t)((unsigned __int128)first * h->parts / docs);
		     i < h->parts &&
		     i <= (uint64_t)((unsigned __int128)(end - 1) * h->parts / docs);
		     i++)
			wanted[i] = true;
	}
	return wanted;
}

static int map_part(struct verdict_part *p, const char *dir, size_t i, uint64_t key, struct err *e)
{
	struct buf path = {0};
	const void *content = NULL;
	int rc = sealed_map(verdict_path(dir, i, VERDICT_PART, &path), VERDICT_PART, &content,
	                    &p->entry_bytes, e);

	p->entry = content;
	if (rc == 0)
		rc = sealed_map(verdict_path(dir, i, VERDICT_NAME, &path), VERDICT_NAME, &content,
		                &p->name_bytes, e);
	if (rc == 0) {
		p->name = content;
		p->entries = p->entry_bytes / sizeof *p->entry;
		if (!verdict_file_is_done(dir, i, VERDICT_PART, key) ||
		    !verdict_file_is_done(dir, i, VERDICT_NAME, key))
			rc = err_set_rc(e, RC_STATE, "%s: of another verdict", buf_text(&path));
	}
	buf_free(&path);
	return rc;
}

int verdict_open(struct verdict *v, const char *dir, const bool *mine, struct err *e)
{
	bool *wanted;
	int rc;

	*v = (struct verdict){0};
	rc = read_head(dir, &v->head, &v->base, e);
	if (rc != 0)
		return rc;
	v->part = mem_new(struct verdict_part, v->head.parts + 1);
	wanted = find_wanted(v, mine);
	for (size_t i = 0; rc == 0 && i < v->head.parts; i++) {
		struct verdict_part *const p = &v->part[i];

		if (wanted[i])
			rc = map_part(p, dir, i, v->head.key, e);
		p->last = p->entries ? p->entry[p->entries - 1].doc + 1 : i ? p[-1].last : 0;
	}
	free(wanted);
	if (rc != 0)
		verdict_close(v);
	return rc;
}

void verdict_close(struct verdict *v)
{
	for (size_t i = 0; v->part && i < v->head.parts; i++) {
		sealed_unmap(v->part[i].entry, v->part[i].entry_bytes);
		sealed_unmap(v->part[i].name, v->part[i].name_bytes);
	}
	free(v->base);
	free(v->part);
	*v = (struct verdict){0};
}

/* First entry of a part at or behind a document. */
static size_t first_in_part(const struct verdict *v, size_t part, uint64_t doc)
{
	size_t low = 0, high = v->part[part].entries;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (v->part[part].entry[middle].doc < doc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first part that has an entry at or behind a document. */
static size_t first_part(const struct verdict *v, uint64_t doc)
{
	size_t low = 0, high = v->head.parts;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (v->part[middle].last <= doc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first entry of the shard with at least this record. */
static const struct verdict_entry *find_from(const struct verdict *v, size_t shard, uint64_t record)
{
	const size_t file = shard + v->head.old;
	uint64_t begin, end;

	if (file >= v->head.files)
		return NULL;
	begin = v->base[file];
	end = v->base[file + 1];
	for (size_t i = first_part(v, begin);
	     i < v->head.parts && (i == 0 || v->part[i - 1].last < end); i++) {
		const size_t stop = first_in_part(v, i, end);
		size_t low = first_in_part(v, i, begin), high = stop;

		while (low < high) {
			const size_t middle = low + (high - low) / 2;

			if (v->part[i].entry[middle].record < record)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < stop)
			return &v->part[i].entry[low];
	}
	return NULL;
}

const struct verdict_entry *verdict_find(const struct verdict *v, size_t shard, uint64_t record)
{
	const struct verdict_entry *const entry = find_from(v, shard, record);

	return entry && entry->record == record ? entry : NULL;
}

/* The bytes of the id, then the id. */
struct slice verdict_name(const struct verdict *v, const struct verdict_entry *entry)
{
	const struct verdict_part *const p = &v->part[first_part(v, entry->doc)];
	uint32_t n;

	if (entry->name > p->name_bytes || p->name_bytes - entry->name < sizeof n)
		return (struct slice){0};
	memcpy(&n, p->name + entry->name, sizeof n);
	if (n > p->name_bytes - entry->name - sizeof n)
		return (struct slice){0};
	return (struct slice){p->name + entry->name + sizeof n, n};
}

void verdict_json(const struct verdict *v, const struct verdict_entry *entry, struct buf *out)
{
	buf_addf(out, "{");
	if (entry->survivor != entry->doc) {
		buf_addf(out, "\"dup_of\":");
		json_write_text(out, verdict_name(v, entry));
		buf_addf(out, ",");
	}
	buf_addf(out, "\"cluster\":%llu,\"size\":%u", (unsigned long long)entry->cluster,
	         entry->size);
	if (entry->survivor != entry->doc)
		buf_addf(out, ",\"similarity\":%.3f", (double)entry->similarity);
	buf_addf(out, "}");
}
