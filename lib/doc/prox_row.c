#include "lib/doc/prox_index.h"

#include "lib/base/mem.h"
#include "lib/doc/prox.h"

#include <stdlib.h>

enum { ID, PROGRAM, CUSTOM_ID, STATUS, ERROR, MESSAGE, TEXT, PATHS };

struct prox_row_reader {
	struct json *json;
	struct json_path path[PATHS];
	struct arena mem;
};

struct prox_row_reader *prox_row_open(const struct prox_store_options *o, struct err *e)
{
	struct prox_row_reader *r = mem_new(struct prox_row_reader, 1);
	const struct slice text[PATHS] = {
		[ID] = o->id,
		[PROGRAM] = o->program,
		[CUSTOM_ID] = S("custom_id"),
		[STATUS] = S("response.status_code"),
		[ERROR] = S("error"),
		[MESSAGE] = S("response.body.choices.0.message.content"),
		[TEXT] = S("response.body.choices.0.text"),
	};

	for (int i = 0; i < PATHS; i++)
		if (json_path_parse(&r->path[i], text[i], e) != 0) {
			prox_row_close(r);
			return NULL;
		}
	r->json = json_open();
	return r;
}

void prox_row_close(struct prox_row_reader *r)
{
	if (!r)
		return;
	for (int i = 0; i < PATHS; i++)
		json_path_free(&r->path[i]);
	if (r->json)
		json_close(r->json);
	arena_free(&r->mem);
	free(r);
}

bool prox_custom_id_parse(struct slice custom_id, struct slice *id, uint32_t *chunk,
                          uint32_t *chunks)
{
	const char *hash = custom_id.n ? memrchr(custom_id.p, '#', custom_id.n) : NULL;
	uint64_t k, n;

	if (!hash)
		return false;
	size_t at = (size_t)(hash - custom_id.p);
	struct slice rest = slice_tail(custom_id, at + 1), part;

	*id = slice_head(custom_id, at);
	if (!slice_cut(&rest, '/', &part) || !slice_to_u64(part, &k) || !slice_to_u64(rest, &n) ||
	    k >= n || n > PROX_CHUNKS_MAX)
		return false;
	*chunk = (uint32_t)k;
	*chunks = (uint32_t)n;
	return true;
}

/* One text of a list of chunks. */
static int add_chunk(void *user, struct slice key, const struct json_value *v)
{
	struct prox_row *row = user;

	(void)key;
	if (v->kind != JSON_STRING || row->chunks == PROX_CHUNKS_MAX)
		return -1;
	if (row->chunks++)
		buf_byte(&row->text, (char)PROX_NEXT_CHUNK);
	buf_add(&row->text, v->text);
	return 0;
}

static enum prox_row_kind read_reply(const struct json_value *v, struct prox_row *row)
{
	const struct json_value *text = v[MESSAGE].kind == JSON_STRING ? &v[MESSAGE] : &v[TEXT];

	if (!prox_custom_id_parse(v[CUSTOM_ID].text, &row->id, &row->chunk, &row->chunks))
		return PROX_ROW_BAD;
	if (text->kind != JSON_STRING ||
	    (v[ERROR].kind != JSON_NULL && v[ERROR].kind != JSON_MISSING) ||
	    (v[STATUS].kind == JSON_NUMBER && v[STATUS].number != 200))
		return PROX_ROW_FAILED;
	buf_add(&row->text, prox_strip(text->text, ' '));
	return PROX_ROW_GOOD;
}

enum prox_row_kind prox_row_read(struct prox_row_reader *r, struct slice line, struct prox_row *row)
{
	struct json_value v[PATHS];
	const char *why;

	arena_reset(&r->mem, 1 << 20);
	buf_reset(&row->text);
	row->chunk = row->chunks = 0;
	if (json_read(r->json, line, r->path, PATHS, v, &r->mem, &why) != JSON_GOOD)
		return PROX_ROW_BAD;
	if (v[CUSTOM_ID].kind == JSON_STRING)
		return read_reply(v, row);
	if (v[ID].kind != JSON_STRING && v[ID].kind != JSON_NUMBER)
		return PROX_ROW_BAD;
	row->id = v[ID].kind == JSON_STRING ? v[ID].text : v[ID].span;
	if (v[PROGRAM].kind == JSON_STRING)
		add_chunk(row, S(""), &v[PROGRAM]);
	else if (v[PROGRAM].kind != JSON_ARRAY ||
	         json_each(r->json, v[PROGRAM].span, &r->mem, add_chunk, row) != 0)
		return PROX_ROW_BAD;
	if (row->chunks == 0)
		row->chunks = 1; /* a document without chunks: an empty program */
	return PROX_ROW_GOOD;
}
