#include "lib/doc/json_shim.h"

#include <memory>
#include <new>

#include <simdjson.h>

/* The first stage picks the widest vectors of the machine at run time. Its second stages are not
 * used: the DOM refuses numbers that no 64-bit type holds, On-Demand checks only what it touches.
 */
struct json_shim {
	std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

namespace
{

constexpr size_t FIRST_CAPACITY = 1 << 16, DEPTH = 1;

using implementation = simdjson::internal::dom_parser_implementation;

/* The mode is a bool in older versions and an enum in newer; all of a text at once is 0 in both. */
template <class mode>
simdjson::error_code index_all(implementation &parser, const char *p, size_t n,
                               simdjson::error_code (implementation::*stage1)(const uint8_t *,
                                                                              size_t, mode))
{
	return (parser.*stage1)(reinterpret_cast<const uint8_t *>(p), n, mode{});
}

simdjson::error_code make_room(json_shim *s, size_t n)
{
	size_t capacity = FIRST_CAPACITY;

	if (s->parser && s->parser->capacity() >= n)
		return simdjson::SUCCESS;
	while (capacity < n)
		capacity *= 2;
	if (capacity > simdjson::SIMDJSON_MAXSIZE_BYTES)
		capacity = simdjson::SIMDJSON_MAXSIZE_BYTES;
	s->parser.reset();
	return simdjson::get_active_implementation()->create_dom_parser_implementation(
	        capacity, DEPTH, s->parser);
}

json_shim_result result_of(simdjson::error_code code)
{
	switch (code) {
	case simdjson::SUCCESS:
		return JSON_SHIM_GOOD;
	case simdjson::EMPTY:
		return JSON_SHIM_EMPTY;
	case simdjson::UTF8_ERROR:
		return JSON_SHIM_UTF8;
	case simdjson::UNCLOSED_STRING:
		return JSON_SHIM_UNCLOSED;
	case simdjson::UNESCAPED_CHARS:
		return JSON_SHIM_CONTROL;
	case simdjson::CAPACITY:
		return JSON_SHIM_TOO_LONG;
	case simdjson::MEMALLOC:
		return JSON_SHIM_MEMORY;
	default:
		return JSON_SHIM_OTHER;
	}
}

} // namespace

extern "C" struct json_shim *json_shim_open(void)
{
	return new (std::nothrow) json_shim;
}

extern "C" void json_shim_close(struct json_shim *s)
{
	delete s;
}

extern "C" enum json_shim_result json_shim_index(struct json_shim *s, const char *p, size_t n,
                                                 const uint32_t **at, size_t *count)
{
	try {
		if (n >= simdjson::SIMDJSON_MAXSIZE_BYTES)
			return JSON_SHIM_TOO_LONG;
		simdjson::error_code code = make_room(s, n);

		if (code)
			return result_of(code);
		code = index_all(*s->parser, p, n, &implementation::stage1);
		*at = s->parser->structural_indexes.get();
		*count = s->parser->n_structural_indexes;
		return result_of(code);
	} catch (const std::bad_alloc &) {
		return JSON_SHIM_MEMORY;
	} catch (...) {
		return JSON_SHIM_OTHER;
	}
}
