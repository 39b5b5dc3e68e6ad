#define PCRE2_CODE_UNIT_WIDTH 8
#include "lib/base/pattern.h"

#include <pcre2.h>
#include <stdlib.h>

#include "lib/base/mem.h"

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
	bool jit;
};

struct pattern *pattern_open(struct slice text, uint64_t limit, struct err *e)
{
	struct pattern *p = mem_new(struct pattern, 1);
	pcre2_compile_context *rules = pcre2_compile_context_create(NULL);
	int code;
	PCRE2_SIZE offset;

	p->limits = pcre2_match_context_create(NULL);
	if (!rules || !p->limits)
		mem_die(sizeof *p);
	pcre2_set_newline(rules, PCRE2_NEWLINE_LF);
	pcre2_set_match_limit(p->limits, limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX);
	p->code = pcre2_compile((PCRE2_SPTR)text.p, text.n, PCRE2_UTF | PCRE2_UCP, &code, &offset,
	                        rules);
	pcre2_compile_context_free(rules);
	if (!p->code) {
		PCRE2_UCHAR message[128];

		pcre2_get_error_message(code, message, sizeof message);
		err_set_rc(e, RC_USAGE, "'%.*s', offset %zu: %s", SLICE(text), (size_t)offset,
		           (const char *)message);
		pattern_close(p);
		return NULL;
	}
	p->jit = pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE) == 0;
	return p;
}

void pattern_close(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_context_free(p->limits);
	free(p);
}

static void *from_arena(size_t n, void *arena)
{
	return arena_alloc(arena, n);
}

static void no_free(void *p, void *arena)
{
	(void)p;
	(void)arena;
}

struct pattern_search pattern_begin(const struct pattern *p, struct arena *scratch)
{
	pcre2_general_context *memory = pcre2_general_context_create(from_arena, no_free, scratch);

	return (struct pattern_search){.pattern = p, .data = pcre2_match_data_create(1, memory)};
}

/* JIT runs on 32 KiB of the machine stack; the rare search that needs more is done again by the
 * interpreter, whose memory comes from the arena. So no thread keeps anything between documents. */
enum pattern_found pattern_find(struct pattern_search *s, struct slice text, size_t from,
                                bool not_empty)
{
	const struct pattern *p = s->pattern;
	uint32_t options = PCRE2_NO_UTF_CHECK | (not_empty ? PCRE2_NOTEMPTY_ATSTART : 0);
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.p ? text.p : "");
	int rc = PCRE2_ERROR_JIT_STACKLIMIT;

	if (p->jit)
		rc = pcre2_match(p->code, subject, text.n, from, options, s->data, p->limits);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(p->code, subject, text.n, from, options | PCRE2_NO_JIT, s->data,
		                 p->limits);
	if (rc < 0)
		return rc == PCRE2_ERROR_NOMATCH ? PATTERN_NONE : PATTERN_LIMIT;
	const PCRE2_SIZE *span = pcre2_get_ovector_pointer(s->data);

	/* \K in a lookahead can end a match before its start: then it is empty. */
	s->at = span[0];
	s->n = span[1] > span[0] ? span[1] - span[0] : 0;
	return PATTERN_FOUND;
}
