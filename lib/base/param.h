/* A table of named, typed, range-checked values with defaults and help: the parameters of stages,
 * the keys of recipes and the options of commands are all read, printed and explained from one. */
#ifndef CURATE_BASE_PARAM_H
#define CURATE_BASE_PARAM_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

enum param_kind {      /* field at `at`        written as                            */
	PARAM_BOOL,    /* bool                 true false yes no on off 1 0          */
	PARAM_INT,     /* int64_t              -3                                    */
	PARAM_REAL,    /* double               0.18   18%                            */
	PARAM_SIZE,    /* uint64_t, bytes      4096   64K   8M   2G   1T  (1024s)    */
	PARAM_SECONDS, /* double, seconds      30   30s   5m   2h                    */
	PARAM_TEXT,    /* struct slice, owned  anything                              */
	PARAM_FILE,    /* struct slice, owned  a path; its content is part of the recipe hash */
	PARAM_CHOICE,  /* int, its index       one of `choices`, "drop|annotate"     */
	PARAM_LIST,    /* struct list, owned   a,b,c or a YAML sequence; repeats add */
};

struct list {
	struct slice *item;
	size_t n;
};

struct param {
	const char *name;
	enum param_kind kind;
	size_t at;           /* offsetof in the struct it fills */
	const char *preset;  /* as a user would write it; NULL leaves the field zero */
	double min, max;     /* checked when min < max; bytes, seconds or plain */
	const char *help;    /* one line, starts in lower case, no full stop */
	const char *choices; /* PARAM_CHOICE only */
};

/* A table ends with {0}. */
const struct param *param_find(const struct param *table, struct slice name);

/* The name of the table nearest to a misspelled one, or NULL when none is near. */
const char *param_nearest(const struct param *table, struct slice name);

/* Fills every field of `self` with its preset. Call it on a zeroed struct. */
void param_presets(const struct param *table, void *self);

/* Sets one field; the message names the parameter, the value and what is allowed. A PARAM_LIST
 * value adds its comma-separated items; param_clear first replaces the list. */
int param_set(const struct param *p, void *self, struct slice value, struct err *e);
int param_list_add(const struct param *p, void *self, struct slice item, struct err *e);
void param_clear(const struct param *p, void *self);

/* Gives `to`, a zeroed struct, a copy of every field. */
void param_copy(const struct param *table, void *to, const void *from);

/* Frees owned values. */
void param_free(const struct param *table, void *self);

/* Adds the field's value as canonical JSON / every field as one JSON object in table order. */
void param_json(const struct param *p, const void *self, struct buf *out);
void param_table_json(const struct param *table, const void *self, struct buf *out);

/* One line a parameter: name, default, range or choices, help. */
void param_help(const struct param *table, struct buf *out);

/* Edit distance (insert, delete, replace), for hints; both sides are cut to 63 bytes. */
unsigned text_distance(struct slice a, struct slice b);

#endif
