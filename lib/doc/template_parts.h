/* A parsed template as template.c makes it and template_write.c reads it; private to the two. */
#ifndef CURATE_DOC_TEMPLATE_PARTS_H
#define CURATE_DOC_TEMPLATE_PARTS_H

#include "lib/doc/json.h"
#include "lib/doc/template.h"

enum source { FROM_URL, FROM_ID, FROM_DATE, FROM_LANG, FROM_RECORD };

enum filter {
	AUTHORITY, HOST, DOMAIN, SUFFIX, DOMAIN_SUFFIX, HASH, YEAR, LOWER, KNOWN, WIDTH, QUANTILE,
};

struct step {
	enum filter filter;
	unsigned buckets;
	size_t slot;
};

enum { STEPS_MOST = 8 };

/* Literal text, then perhaps a field. */
struct part {
	struct slice literal;
	bool has_field, is_last; /* is_last: of its alternative */
	enum source source;
	struct slice score; /* FROM_RECORD: the score of that name is asked for first */
	struct json_path path;
	struct step step[STEPS_MOST];
	size_t n_steps;
};

struct template {
	struct part *part;
	size_t n;
	struct template_slot *slot;
	size_t n_slots;
	uint64_t seed;
	struct arena mem;
};

#endif
