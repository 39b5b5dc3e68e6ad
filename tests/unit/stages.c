/* What holds for every stage there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/run/recipe.h"

static void names_are_unique(void **state)
{
	(void)state;
	for (const struct stage_type *const *a = stage_table; *a; a++)
		for (const struct stage_type *const *b = a + 1; *b; b++)
			assert_string_not_equal((*a)->name, (*b)->name);
}

static void no_parameter_hides_a_key_that_every_stage_has(void **state)
{
	static const struct slice keys[] = {S_INIT("name"), S_INIT("mode"), S_INIT("lang")};

	(void)state;
	for (const struct stage_type *const *t = stage_table; *t; t++)
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
			if (param_find((*t)->params, keys[i]))
				fail_msg("%s has a parameter '%.*s'", (*t)->name, SLICE(keys[i]));
}

static void every_parameter_is_explained_and_takes_its_preset(void **state)
{
	(void)state;
	for (const struct stage_type *const *t = stage_table; *t; t++) {
		struct chain c = {0};

		assert_true((*t)->help && (*t)->help[0]);
		for (const struct param *p = (*t)->params; p && p->name; p++)
			if (!p->help || !p->help[0])
				fail_msg("%s.%s has no help", (*t)->name, p->name);
		chain_add(&c, *t, S(""));
		chain_free(&c);
	}
}

static void a_chain_as_json_reads_back_to_itself(void **state)
{
	struct recipe r;
	struct buf json = {0};
	struct err e = {0};

	(void)state;
	recipe_defaults(&r);
	for (const struct stage_type *const *t = stage_table; *t; t++)
		chain_add(&r.chain, *t, S(""));
	assert_int_equal(recipe_json(&r, false, &json, &e), 0);
	recipe_free(&r);

	char path[] = "/tmp/recipe-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	fwrite(json.p, 1, json.n, f);
	fclose(f);
	recipe_defaults(&r);
	if (recipe_load(&r, path, &e))
		fail_msg("%s", e.msg);
	remove(path);
	struct buf again = {0};
	assert_int_equal(recipe_json(&r, false, &again, &e), 0);
	assert_int_equal(again.n, json.n);
	assert_memory_equal(again.p, json.p, json.n);
	recipe_free(&r);
	buf_free(&json);
	buf_free(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(no_parameter_hides_a_key_that_every_stage_has),
		cmocka_unit_test(every_parameter_is_explained_and_takes_its_preset),
		cmocka_unit_test(a_chain_as_json_reads_back_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
