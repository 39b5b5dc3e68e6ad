/* json_read: the grammar of one record, walked token by token.
 *
 * simdjson says where the tokens start and that the text is UTF-8 with every string closed; here
 * all the rest is checked. A string ends at the last byte before the next token that is not white
 * space, so the walk touches few bytes; only backslashes are looked for within. */
#include "lib/doc/json.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/base/utf8.h"
#include "lib/doc/json_shim.h"
#include "lib/doc/json_text.h"

struct json {
	struct json_shim *shim;
};

/* Sets of paths, a bit each: `hit` are those that lead to the value at hand, `into` those that lead
 * into it. */
struct reader {
	struct slice s;
	const uint32_t *at; /* where tokens start */
	size_t i, count;    /* the next token */
	const struct json_path *path;
	struct json_value *value;
	uint64_t whole; /* these were found by their whole name */
	struct arena *mem;
	enum json_fault fault;
	const char *why;
};

struct json *json_open(void)
{
	struct json *j = mem_new(struct json, 1);

	j->shim = json_shim_open();
	if (!j->shim)
		mem_die(sizeof *j);
	return j;
}

void json_close(struct json *j)
{
	if (!j)
		return;
	json_shim_close(j->shim);
	free(j);
}

static bool fail(struct reader *r, enum json_fault fault, const char *why)
{
	r->fault = fault;
	r->why = why;
	return false;
}

/* The first byte of the next token, or 0 behind the last. */
static char peek(const struct reader *r)
{
	return r->i < r->count ? r->s.p[r->at[r->i]] : 0;
}

/* The bytes of the next token, which is a string, number or literal; steps over it. */
static struct slice take_scalar(struct reader *r)
{
	size_t start = r->at[r->i++], end = r->i < r->count ? r->at[r->i] : r->s.n;

	while (end > start && json_is_space(r->s.p[end - 1]))
		end--;
	return (struct slice){r->s.p + start, end - start};
}

static void capture(struct reader *r, uint64_t hit, const struct json_value *v)
{
	for (; hit; hit &= hit - 1)
		r->value[__builtin_ctzll(hit)] = *v;
}

/* A string between its quotes, unescaped when somebody wants it. */
static bool read_string(struct reader *r, bool wanted, struct slice *span, struct slice *text)
{
	*span = take_scalar(r);
	if (span->n < 2 || span->p[span->n - 1] != '"')
		return fail(r, JSON_BAD, "a string is not closed");
	struct slice inside = {span->p + 1, span->n - 2};
	const char *why = NULL;
	enum json_fault fault =
	        wanted ? json_text_read(inside, r->mem, text, &why) : json_text_check(inside, &why);

	return fault ? fail(r, fault, why) : true;
}

static bool read_scalar(struct reader *r, uint64_t hit)
{
	struct json_value v = {0};

	if (peek(r) == '"') {
		v.kind = JSON_STRING;
		if (!read_string(r, hit != 0, &v.span, &v.text))
			return false;
		capture(r, hit, &v);
		return true;
	}
	v.span = take_scalar(r);
	if (slice_equal(v.span, S("null")))
		v.kind = JSON_NULL;
	else if (slice_equal(v.span, S("true")) || slice_equal(v.span, S("false")))
		v.kind = JSON_BOOL;
	else if (json_number_valid(v.span))
		v.kind = JSON_NUMBER;
	else
		return fail(r, JSON_BAD, "neither a number nor a literal");
	v.truth = v.span.p[0] == 't';
	if (hit && v.kind == JSON_NUMBER)
		v.number = json_number_read(v.span);
	capture(r, hit, &v);
	return true;
}

/* Sorts the paths that are in the object or array at `depth` by what they have to do with the
 * member `key`. What a path found in an earlier member of that name is forgotten. */
static void match(struct reader *r, unsigned depth, uint64_t in, struct slice key, uint64_t *hit,
                  uint64_t *into)
{
	*hit = *into = 0;
	for (; in; in &= in - 1) {
		unsigned i = (unsigned)__builtin_ctzll(in);
		uint64_t bit = in & -in;
		const struct json_path *path = &r->path[i];

		if (depth == 0 && slice_equal(path->whole, key)) {
			r->whole |= bit;
			*hit |= bit;
		} else if (!(r->whole & bit) && slice_equal(path->key[depth], key)) {
			r->value[i] = (struct json_value){0};
			*(depth + 1 == path->n ? hit : into) |= bit;
		}
	}
}

static bool read_value(struct reader *r, unsigned depth, uint64_t hit, uint64_t into);

static bool read_member(struct reader *r, unsigned depth, uint64_t in)
{
	uint64_t hit = 0, into = 0;
	struct slice span, key;

	if (peek(r) != '"')
		return fail(r, JSON_BAD, "a key is expected");
	if (!read_string(r, in != 0, &span, &key))
		return false;
	if (in)
		match(r, depth, in, key, &hit, &into);
	if (peek(r) != ':')
		return fail(r, JSON_BAD, "a colon is expected behind a key");
	r->i++;
	return read_value(r, depth + 1, hit, into);
}

static bool read_element(struct reader *r, unsigned depth, uint64_t in, size_t no)
{
	uint64_t hit = 0, into = 0;

	for (; in; in &= in - 1) {
		const struct json_path *path = &r->path[__builtin_ctzll(in)];
		uint64_t wanted;

		if (slice_to_u64(path->key[depth], &wanted) && wanted == no)
			*(depth + 1 == path->n ? &hit : &into) |= in & -in;
	}
	return read_value(r, depth + 1, hit, into);
}

/* An object or array at `depth`, its bracket not yet taken. */
static bool read_container(struct reader *r, unsigned depth, uint64_t hit, uint64_t in)
{
	struct json_value v = {.kind = peek(r) == '{' ? JSON_OBJECT : JSON_ARRAY};
	const char close = v.kind == JSON_OBJECT ? '}' : ']';
	size_t start = r->at[r->i++];

	if (depth >= JSON_MAX_DEPTH)
		return fail(r, JSON_BAD, "too deep");
	if (peek(r) != close)
		for (size_t no = 0;; no++) {
			if (!(v.kind == JSON_OBJECT ? read_member(r, depth, in)
			                            : read_element(r, depth, in, no)))
				return false;
			if (peek(r) != ',')
				break;
			r->i++;
		}
	if (peek(r) != close)
		return fail(r, JSON_BAD, "a comma or closing bracket is expected");
	v.span = (struct slice){r->s.p + start, r->at[r->i++] + 1 - start};
	capture(r, hit, &v);
	return true;
}

static bool read_value(struct reader *r, unsigned depth, uint64_t hit, uint64_t into)
{
	switch (peek(r)) {
	case '{':
	case '[':
		return read_container(r, depth, hit, into);
	case '}':
	case ']':
	case ',':
	case ':':
		return fail(r, JSON_BAD, "a value is expected");
	case 0:
		return fail(r, JSON_BAD, "it ends too early");
	default:
		return read_scalar(r, hit);
	}
}

static enum json_fault index_fault(enum json_shim_result result, struct slice record,
                                   const char **why)
{
	if (result == JSON_SHIM_MEMORY)
		mem_die(record.n);
	if (result != JSON_SHIM_TOO_LONG && !utf8_valid(record)) {
		*why = "not UTF-8";
		return JSON_BAD_UTF8;
	}
	*why = result == JSON_SHIM_EMPTY      ? "nothing there"
	       : result == JSON_SHIM_UNCLOSED ? "a string is not closed"
	       : result == JSON_SHIM_CONTROL  ? "a control character in a string"
	       : result == JSON_SHIM_TOO_LONG ? "longer than 4 GiB"
	                                      : "not JSON";
	return JSON_BAD;
}

int json_read(struct json *j, struct slice record, const struct json_path *path, size_t n,
              struct json_value *value, struct arena *mem, const char **why)
{
	struct reader r = {.s = record, .path = path, .value = value, .mem = mem, .why = ""};
	uint64_t in = 0;

	assert(n <= JSON_MAX_PATHS);
	for (size_t i = 0; i < n; i++) {
		value[i] = (struct json_value){0};
		in |= (uint64_t)(path[i].n > 0) << i;
	}
	enum json_shim_result result =
	        json_shim_index(j->shim, record.p, record.n, &r.at, &r.count);

	if (result != JSON_SHIM_GOOD)
		return index_fault(result, record, why);
	if (slice_starts(record, S("\xef\xbb\xbf")))
		fail(&r, JSON_BAD, "a byte order mark");
	else if (!read_value(&r, 0, 0, in))
		;
	else if (r.i < r.count)
		fail(&r, JSON_BAD, "bytes behind the value");
	else if (record.p[r.at[0]] != '{')
		fail(&r, JSON_NOT_OBJECT, "not an object");
	*why = r.why;
	return (int)r.fault;
}

struct json_value json_get(struct json *j, struct slice record, const struct json_path *path,
                           struct arena *mem)
{
	struct json_value value;
	const char *why;

	if (json_read(j, record, path, 1, &value, mem, &why))
		value = (struct json_value){0};
	return value;
}
