/* Claims: one holder at a time, whoever comes and whoever dies. */
#include "lib/io/claim.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/unit/scratch.h"

enum { LEASE = 60 };

static int take(struct claim *c, char holder[256])
{
	struct err e = {0};

	return claim_take(c, "unit.json", "3/64", LEASE, holder, &e);
}

/* A claim file of someone else, last renewed `age` seconds ago. */
static void put_claim(const char *text, time_t age)
{
	struct timespec at[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};

	put_file("unit.json", slice_of(text));
	assert_int_equal(utimensat(AT_FDCWD, "unit.json", at, 0), 0);
}

static void a_free_claim_is_taken_and_says_whose_it_is(void **state)
{
	struct claim c;
	struct claim_seen seen;
	char holder[256], self[256];

	(void)state;
	assert_int_equal(take(&c, holder), 1);
	claim_self(self);
	assert_true(claim_read("unit.json", &seen));
	assert_string_equal(seen.holder, self);
	assert_string_equal(seen.task, "3/64");
	assert_true(seen.age > -5 && seen.age < 5 && seen.since > -5 && seen.since < 5);
	claim_release(&c);
	assert_false(claim_read("unit.json", &seen));
}

static void a_held_claim_is_refused_and_names_its_holder(void **state)
{
	struct claim first, second;
	char holder[256], self[256];

	(void)state;
	assert_int_equal(take(&first, holder), 1);
	assert_int_equal(take(&second, holder), 0);
	claim_self(self);
	assert_string_equal(holder, self);
	assert_null(second.path);
	claim_release(&second); /* of no claim */
	assert_int_equal(access("unit.json", F_OK), 0);
	claim_release(&first);
}

static void a_claim_of_a_dead_process_on_this_host_is_taken_over_at_once(void **state)
{
	struct claim c;
	char holder[256];
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(take(&c, holder) == 1 ? 0 : 1); /* without a release, as if killed */
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access("unit.json", F_OK), 0);
	assert_int_equal(take(&c, holder), 1);
	claim_release(&c);
}

static void a_pid_that_was_given_out_again_is_not_the_holder(void **state)
{
	struct claim c;
	char text[400], holder[256], self[256];

	(void)state;
	claim_self(self);
	snprintf(text, sizeof text, "%s 1 0 \n", self); /* this pid, begun at another time */
	put_claim(text, 0);
	assert_int_equal(take(&c, holder), 1);
	claim_release(&c);
}

static void a_claim_of_another_host_holds_until_its_lease_is_over(void **state)
{
	struct claim c;
	char holder[256];

	(void)state;
	put_claim("far-away:1 5 0 1/64\n", LEASE - 10);
	assert_int_equal(take(&c, holder), 0);
	assert_string_equal(holder, "far-away:1");
	put_claim("far-away:1 5 0 1/64\n", LEASE + 10);
	assert_int_equal(take(&c, holder), 1);
	claim_release(&c);
	assert_int_not_equal(access("unit.json.guard", F_OK), 0);
}

static void a_guard_left_by_a_dead_process_goes_with_the_lease(void **state)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - LEASE - 10},
	                          {.tv_sec = time(NULL) - LEASE - 10}};
	struct claim c;
	char holder[256];

	(void)state;
	put_claim("far-away:1 5 0 \n", LEASE + 10);
	put_file("unit.json.guard", S("far-away:1 5 0 \n"));
	assert_int_equal(take(&c, holder), 0);
	assert_int_equal(utimensat(AT_FDCWD, "unit.json.guard", old, 0), 0);
	assert_int_equal(take(&c, holder), 1);
	claim_release(&c);
}

static void a_beat_renews_the_claim_when_a_tenth_of_the_lease_has_passed(void **state)
{
	struct timespec old[2] = {{.tv_sec = time(NULL) - 30}, {.tv_sec = time(NULL) - 30}};
	struct claim c;
	struct claim_seen seen;
	char holder[256];

	(void)state;
	assert_int_equal(take(&c, holder), 1);
	assert_int_equal(utimensat(AT_FDCWD, "unit.json", old, 0), 0);
	claim_beat(&c, LEASE);
	assert_true(claim_read("unit.json", &seen) && seen.age > 20); /* too early */
	c.beat_at -= LEASE / 10;
	claim_beat(&c, LEASE);
	assert_true(claim_read("unit.json", &seen) && seen.age < 20);
	claim_release(&c);
}

static void a_claim_that_was_taken_over_is_not_released_by_its_old_holder(void **state)
{
	struct claim c;
	char holder[256];

	(void)state;
	assert_int_equal(take(&c, holder), 1);
	assert_true(claim_is_ours(&c));
	put_claim("far-away:1 5 0 \n", 0);
	assert_true(claim_beat(&c, LEASE)); /* looks only now and then */
	c.beat_at -= LEASE / 10;
	assert_false(claim_beat(&c, LEASE));
	assert_false(claim_is_ours(&c));
	claim_release(&c);
	assert_int_equal(access("unit.json", F_OK), 0);
	unlink("unit.json");
}

static void a_claim_that_cannot_be_written_is_an_output_error(void **state)
{
	struct claim c;
	struct err e = {0};
	char holder[256];

	(void)state;
	assert_int_equal(claim_take(&c, "/proc/no-folder/unit.json", "", LEASE, holder, &e), -1);
	assert_int_equal(e.rc, RC_OUTPUT);
}

/* Takes and releases the claim many times; while it is held nobody else may be inside. The first
 * claim is a stale one, so the race for its removal is run too. */
static int race(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		struct claim c;
		char holder[256];

		if (take(&c, holder) != 1)
			continue;
		int inside = open("inside", O_CREAT | O_EXCL | O_WRONLY, 0600);

		if (inside < 0)
			return 1;
		close(inside);
		if (unlink("inside"))
			return 1;
		if (i % 4 == 3) { /* dies now and then without a release: the rest take over */
			free(c.path);
			return 0;
		}
		claim_release(&c);
	}
	return 0;
}

static void processes_that_race_are_never_inside_together(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		pid_t child[8];
		int status, bad = 0;

		put_claim("far-away:1 5 0 \n", LEASE + 10);
		for (size_t i = 0; i < 8; i++) {
			child[i] = fork();
			if (child[i] == 0)
				_exit(race(20));
		}
		for (size_t i = 0; i < 8; i++) {
			assert_int_equal(waitpid(child[i], &status, 0), child[i]);
			bad += status != 0;
		}
		assert_int_equal(bad, 0);
		unlink("unit.json");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_claim_is_taken_and_says_whose_it_is),
		cmocka_unit_test(a_held_claim_is_refused_and_names_its_holder),
		cmocka_unit_test(a_claim_of_a_dead_process_on_this_host_is_taken_over_at_once),
		cmocka_unit_test(a_pid_that_was_given_out_again_is_not_the_holder),
		cmocka_unit_test(a_claim_of_another_host_holds_until_its_lease_is_over),
		cmocka_unit_test(a_guard_left_by_a_dead_process_goes_with_the_lease),
		cmocka_unit_test(a_beat_renews_the_claim_when_a_tenth_of_the_lease_has_passed),
		cmocka_unit_test(a_claim_that_was_taken_over_is_not_released_by_its_old_holder),
		cmocka_unit_test(a_claim_that_cannot_be_written_is_an_output_error),
		cmocka_unit_test(processes_that_race_are_never_inside_together),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
