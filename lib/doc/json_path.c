/* Field paths of lib/doc/json.h. */
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/doc/json.h"

/* The key up to the next bare dot, with "\." as "."; *at steps behind the dot. */
static struct slice next_key(struct slice text, size_t *at)
{
	char *key = mem_alloc(text.n - *at + 1);
	size_t n = 0;

	for (; *at < text.n && text.p[*at] != '.'; ++*at) {
		if (text.p[*at] == '\\' && *at + 1 < text.n && text.p[*at + 1] == '.')
			++*at;
		key[n++] = text.p[*at];
	}
	++*at;
	return (struct slice){key, n};
}

int json_path_parse(struct json_path *path, struct slice text, struct err *e)
{
	size_t at = 0;

	*path = (struct json_path){0};
	if (text.n == 0)
		return err_set(e, "a field path is empty");
	path->whole = (struct slice){mem_text(text.p, text.n), text.n};
	while (at <= text.n) {
		struct slice key = next_key(text, &at);

		path->key = mem_grow(path->key, (path->n + 1) * sizeof *path->key);
		path->key[path->n++] = key;
		if (key.n == 0) {
			json_path_free(path);
			return err_set(e, "field path '%.*s' has an empty key", SLICE(text));
		}
	}
	if (path->n > JSON_MAX_DEPTH) {
		json_path_free(path);
		return err_set(e, "field path '%.60s…' is too deep", text.p);
	}
	return 0;
}

void json_path_free(struct json_path *path)
{
	for (size_t i = 0; i < path->n; i++)
		free((char *)path->key[i].p);
	free(path->key);
	free((char *)path->whole.p);
	*path = (struct json_path){0};
}
