#include "lib/run/jsonfile.h"

#include "lib/base/buf.h"
#include "lib/io/outfile.h"

int jsonfile_open(struct jsonfile *f, const char *path, size_t max, struct err *e)
{
	struct buf text = {0};
	const char *why = NULL;

	*f = (struct jsonfile){0};
	if (file_read_all(path, &text, max, e)) {
		buf_free(&text);
		return -1;
	}
	struct slice object = slice_trim(buf_slice(&text));
	char *copy = arena_zero(&f->mem, 1, object.n + JSON_PADDING);

	if (object.n)
		memcpy(copy, object.p, object.n);
	f->object = (struct slice){copy, object.n};
	buf_free(&text);
	f->json = json_open();
	if (json_read(f->json, f->object, NULL, 0, NULL, &f->mem, &why)) {
		jsonfile_close(f);
		return err_set_rc(e, RC_STATE, "%s: %s; it is not a file this program wrote", path,
		                  why);
	}
	return 0;
}

void jsonfile_close(struct jsonfile *f)
{
	json_close(f->json);
	arena_free(&f->mem);
	*f = (struct jsonfile){0};
}

struct json_value jsonfile_member(struct jsonfile *f, struct slice object, const char *name)
{
	struct slice key = slice_of(name);
	struct json_path path = {&key, 1, key};

	return json_get(f->json, object, &path, &f->mem);
}

struct json_value jsonfile_get(struct jsonfile *f, const char *name)
{
	return jsonfile_member(f, f->object, name);
}

struct slice jsonfile_text(struct jsonfile *f, const char *name)
{
	struct json_value v = jsonfile_get(f, name);

	return v.kind == JSON_STRING ? v.text : S("");
}

uint64_t jsonfile_u64(struct jsonfile *f, const char *name)
{
	uint64_t n = 0;
	struct json_value v = jsonfile_get(f, name);

	return v.kind == JSON_NUMBER && slice_to_u64(v.span, &n) ? n : 0;
}
