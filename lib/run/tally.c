#include "lib/run/tally.h"

#include <stdlib.h>

#include "lib/base/json_write.h"
#include "lib/base/mem.h"
#include "lib/doc/json.h"

void counts_add(struct counts *c, struct slice name, uint64_t n)
{
	size_t i = 0;

	while (i < c->n && !slice_equal(slice_of(c->item[i].name), name))
		i++;
	if (i == c->n) {
		c->item = mem_grow(c->item, (c->n + 1) * sizeof *c->item);
		c->item[c->n++] = (struct count){mem_text(name.p, name.n), 0};
	}
	c->item[i].n += n;
}

uint64_t counts_total(const struct counts *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += c->item[i].n;
	return sum;
}

void counts_free(struct counts *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->item[i].name);
	free(c->item);
	*c = (struct counts){0};
}

static void counts_merge(struct counts *to, const struct counts *from)
{
	for (size_t i = 0; i < from->n; i++)
		counts_add(to, slice_of(from->item[i].name), from->item[i].n);
}

struct stage_tally *tally_stage(struct tally *t, const char *name)
{
	for (size_t i = 0; i < t->n_stages; i++)
		if (t->stage[i].name == name || strcmp(t->stage[i].name, name) == 0)
			return &t->stage[i];
	t->stage = mem_grow(t->stage, (t->n_stages + 1) * sizeof *t->stage);
	t->stage[t->n_stages] = (struct stage_tally){.name = mem_text(name, strlen(name))};
	return &t->stage[t->n_stages++];
}

/* The plain numbers of both structs, so that adding, writing and reading name each field once. */
struct number {
	const char *name;
	size_t at;
};
#define NUMBER(type, field) {#field, offsetof(struct type, field)}
static const struct number tally_numbers[] = {
	NUMBER(tally, read),      NUMBER(tally, kept),     NUMBER(tally, dropped),
	NUMBER(tally, text_in),   NUMBER(tally, text_out), NUMBER(tally, bytes_in),
	NUMBER(tally, bytes_out), NUMBER(tally, ns),       {0},
};
static const struct number stage_numbers[] = {
	NUMBER(stage_tally, seen),  NUMBER(stage_tally, bytes),  NUMBER(stage_tally, ns),
	NUMBER(stage_tally, edits), NUMBER(stage_tally, edited), NUMBER(stage_tally, alone),
	NUMBER(stage_tally, joint), {0},
};

static uint64_t *number_at(const struct number *n, void *base)
{
	return (uint64_t *)((char *)base + n->at);
}

static void numbers_add(const struct number *table, void *to, const void *from)
{
	for (; table->name; table++)
		*number_at(table, to) += *(const uint64_t *)((const char *)from + table->at);
}

void tally_add(struct tally *to, const struct tally *from)
{
	numbers_add(tally_numbers, to, from);
	counts_merge(&to->quarantined, &from->quarantined);
	counts_merge(&to->routes, &from->routes);
	for (size_t i = 0; i < from->n_stages; i++) {
		struct stage_tally *row = tally_stage(to, from->stage[i].name);

		numbers_add(stage_numbers, row, &from->stage[i]);
		counts_merge(&row->dropped, &from->stage[i].dropped);
		counts_merge(&row->counted, &from->stage[i].counted);
	}
}

void tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n_stages; i++) {
		free(t->stage[i].name);
		counts_free(&t->stage[i].dropped);
		counts_free(&t->stage[i].counted);
	}
	free(t->stage);
	counts_free(&t->quarantined);
	counts_free(&t->routes);
	*t = (struct tally){0};
}

int tally_check(const struct tally *t, const char *what, struct err *e)
{
	uint64_t bad = counts_total(&t->quarantined);

	if (t->read == t->kept + t->dropped + bad)
		return 0;
	return err_set_rc(e, RC_BUG,
	                  "%s: accounting violated: read %llu, kept %llu, dropped %llu, "
	                  "quarantined "
	                  "%llu; this is a bug in curate",
	                  what, (unsigned long long)t->read, (unsigned long long)t->kept,
	                  (unsigned long long)t->dropped, (unsigned long long)bad);
}

static void numbers_json(const struct number *table, const void *base, struct buf *out)
{
	for (; table->name; table++) {
		json_write_key(out, slice_of(table->name));
		buf_addf(out, "%llu",
		         (unsigned long long)*(const uint64_t *)((const char *)base + table->at));
	}
}

static void counts_json(const char *key, const struct counts *c, struct buf *out)
{
	json_write_key(out, slice_of(key));
	buf_byte(out, '{');
	for (size_t i = 0; i < c->n; i++) {
		json_write_key(out, slice_of(c->item[i].name));
		buf_addf(out, "%llu", (unsigned long long)c->item[i].n);
	}
	buf_byte(out, '}');
}

void tally_json(const struct tally *t, struct buf *out)
{
	buf_byte(out, '{');
	numbers_json(tally_numbers, t, out);
	counts_json("quarantined", &t->quarantined, out);
	counts_json("routes", &t->routes, out);
	json_write_key(out, S("stages"));
	buf_byte(out, '[');
	for (size_t i = 0; i < t->n_stages; i++) {
		if (i)
			buf_byte(out, ',');
		buf_byte(out, '{');
		json_write_key(out, S("name"));
		json_write_text(out, slice_of(t->stage[i].name));
		numbers_json(stage_numbers, &t->stage[i], out);
		counts_json("dropped_by", &t->stage[i].dropped, out);
		counts_json("counted", &t->stage[i].counted, out);
		buf_byte(out, '}');
	}
	buf_add(out, S("]}"));
}

/* What the readers below share: where numbers go and how nested objects are walked. */
struct reader {
	struct json *json;
	struct arena mem;
	struct tally *tally;
	struct stage_tally *row;
};

static bool read_number(const struct number *table, void *base, struct slice key,
                        const struct json_value *v)
{
	for (; table->name; table++)
		if (slice_equal(slice_of(table->name), key))
			return slice_to_u64(v->span, number_at(table, base));
	return false;
}

static int read_count(void *counts, struct slice key, const struct json_value *v)
{
	uint64_t n;

	if (!slice_to_u64(v->span, &n))
		return -1;
	counts_add(counts, key, n);
	return 0;
}

static int read_stage_member(void *user, struct slice key, const struct json_value *v)
{
	struct reader *r = user;

	if (slice_equal(key, S("name"))) {
		char *name = mem_text(v->text.p, v->text.n);

		r->row = tally_stage(r->tally, name);
		free(name);
		return 0;
	}
	if (!r->row)
		return -1;
	if (slice_equal(key, S("dropped_by")))
		return json_each(r->json, v->span, &r->mem, read_count, &r->row->dropped);
	if (slice_equal(key, S("counted")))
		return json_each(r->json, v->span, &r->mem, read_count, &r->row->counted);
	return read_number(stage_numbers, r->row, key, v) ? 0 : -1;
}

static int read_stage(void *user, struct slice key, const struct json_value *v)
{
	struct reader *r = user;

	(void)key;
	r->row = NULL;
	return json_each(r->json, v->span, &r->mem, read_stage_member, r);
}

static int read_member(void *user, struct slice key, const struct json_value *v)
{
	struct reader *r = user;

	if (slice_equal(key, S("stages")))
		return json_each(r->json, v->span, &r->mem, read_stage, r);
	if (slice_equal(key, S("quarantined")))
		return json_each(r->json, v->span, &r->mem, read_count, &r->tally->quarantined);
	if (slice_equal(key, S("routes")))
		return json_each(r->json, v->span, &r->mem, read_count, &r->tally->routes);
	return read_number(tally_numbers, r->tally, key, v) ? 0 : -1;
}

int tally_parse(struct tally *t, struct json *j, struct slice object, struct err *e)
{
	struct reader r = {.json = j, .tally = t};
	int bad = json_each(j, object, &r.mem, read_member, &r);

	arena_free(&r.mem);
	return bad ? err_set_rc(e, RC_STATE, "a tally that this program did not write") : 0;
}
