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
		buf_addf(path, "%s/%04zu.%s", dir, i, strcmp(magic, VERDICT_PART) ? "name" : "part");
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

int verdict_open(struct verdict *v, const char *dir, struct err *e)
{
	struct buf path = {0};
	int rc;

	*v = (struct verdict){0};
	rc = read_head(dir, &v->head, &v->base, e);
	if (rc == 0) {
		v->part = mem_new(const struct verdict_entry *, v->head.parts + 1);
		v->part_bytes = mem_new(size_t, v->head.parts + 1);
		v->entries = mem_new(size_t, v->head.parts + 1);
		v->last = mem_new(uint64_t, v->head.parts + 1);
		v->name = mem_new(const char *, v->head.names + 1);
		v->name_bytes = mem_new(size_t, v->head.names + 1);
	}
	for (size_t i = 0; rc == 0 && i < v->head.parts; i++) {
		const void *content = NULL;

		rc = sealed_map(verdict_path(dir, i, VERDICT_PART, &path), VERDICT_PART, &content,
		                &v->part_bytes[i], e);
		v->part[i] = content;
		v->entries[i] = v->part_bytes[i] / sizeof **v->part;
		v->last[i] = i ? v->last[i - 1] : 0;
		if (v->part[i] && v->entries[i])
			v->last[i] = v->part[i][v->entries[i] - 1].doc + 1;
	}
	for (size_t i = 0; rc == 0 && i < v->head.names; i++) {
		const void *content = NULL;

		rc = sealed_map(verdict_path(dir, i, VERDICT_NAME, &path), VERDICT_NAME, &content,
		                &v->name_bytes[i], e);
		v->name[i] = content;
	}
	buf_free(&path);
	if (rc != 0)
		verdict_close(v);
	return rc;
}

void verdict_close(struct verdict *v)
{
	for (size_t i = 0; v->part && i < v->head.parts; i++)
		sealed_unmap(v->part[i], v->part_bytes[i]);
	for (size_t i = 0; v->name && i < v->head.names; i++)
		sealed_unmap(v->name[i], v->name_bytes[i]);
	free(v->base);
	free(v->part);
	free(v->part_bytes);
	free(v->entries);
	free(v->last);
	free(v->name);
	free(v->name_bytes);
	*v = (struct verdict){0};
}

/* First entry of a part at or behind a document. */
static size_t first_in_part(const struct verdict *v, size_t part, uint64_t doc)
{
	size_t low = 0, high = v->entries[part];

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (v->part[part][middle].doc < doc)
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

		if (v->last[middle] <= doc)
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
	for (size_t i = first_part(v, begin); i < v->head.parts && (i == 0 || v->last[i - 1] < end);
	     i++) {
		const size_t stop = first_in_part(v, i, end);
		size_t low = first_in_part(v, i, begin), high = stop;

		while (low < high) {
			const size_t middle = low + (high - low) / 2;

			if (v->part[i][middle].record < record)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < stop)
			return &v->part[i][low];
	}
	return NULL;
}

const struct verdict_entry *verdict_find(const struct verdict *v, size_t shard, uint64_t record)
{
	const struct verdict_entry *const entry = find_from(v, shard, record);

	return entry && entry->record == record ? entry : NULL;
}

/* Behind the survivor's signature: the bytes of its id, then the id. */
struct slice verdict_name(const struct verdict *v, const struct verdict_entry *entry)
{
	const uint64_t file = entry->name >> 40, at = entry->name & ((UINT64_C(1) << 40) - 1);
	uint32_t n;

	if (file >= v->head.names || at + sizeof n > v->name_bytes[file])
		return (struct slice){0};
	memcpy(&n, v->name[file] + at, sizeof n);
	if (n > v->name_bytes[file] - at - sizeof n)
		return (struct slice){0};
	return (struct slice){v->name[file] + at + sizeof n, n};
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
