/* The hand-written finders of e-mail and IPv4 addresses find what the expressions find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/base/pattern.h"
#include "lib/doc/personal.h"

#define LOCAL "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
#define OCTET "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)"

static const char email[] =
        "\\b" LOCAL "(?:\\." LOCAL ")*@(?:(?:" LABEL "\\.)+" LABEL "|\\[(?:" OCTET
        "\\.){3}(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?|[A-Za-z0-9-]*[A-Za-z0-9]:)])";
static const char ipv4[] = "(?:" OCTET "\\.){3}" OCTET;

/* A short text out of pieces that are mostly nearly right; `number` picks it. */
static struct slice sample(char *out, uint64_t number)
{
	static const char *const piece[] = {
		"a", "B", "1", "25", "256", "255", "0", "9", "@", "@", ".", ".", "-", "_", "é",
		"[", "]", ":", " ", "!", "1.2.3.", "4]", "a@b.", "x", "٣",
	};
	size_t n = 0, count = hash_mix(number) % 20;

	for (size_t i = 0; i < count; i++) {
		struct slice p = slice_of(piece[hash_mix(number * 100 + i) %
		                                (sizeof piece / sizeof piece[0])]);

		memcpy(out + n, p.p, p.n);
		n += p.n;
	}
	return (struct slice){out, n};
}

static void compare(const char *expression, bool (*find)(struct slice, size_t, struct personal *))
{
	struct err e = {0};
	struct pattern *p = pattern_open(slice_of(expression), 1000000, &e);
	struct arena mem = {0};
	size_t matches = 0;
	char text[200];

	assert_non_null(p);
	for (uint64_t k = 0; k < 100000; k++) {
		struct slice line = sample(text, k);
		struct pattern_search search = pattern_begin(p, &mem);
		struct personal found;

		for (size_t from = 0;; from = found.at + found.n) {
			bool wanted = pattern_find(&search, line, from, false) == PATTERN_FOUND;

			assert_int_equal(find(line, from, &found), wanted);
			if (!wanted)
				break;
			assert_int_equal(found.at, search.at);
			assert_int_equal(found.n, search.n);
			matches++;
		}
		arena_reset(&mem, 1 << 16);
	}
	assert_true(matches > 1000);
	pattern_close(p);
	arena_free(&mem);
}

static void email_addresses_are_those_of_the_expression(void **state)
{
	(void)state;
	compare(email, personal_email);
}

static void ipv4_addresses_are_those_of_the_expression(void **state)
{
	(void)state;
	compare(ipv4, personal_ipv4);
}

static bool is_global(const char *address)
{
	return personal_ip_is_global(slice_of(address));
}

static void networks_end_where_they_should(void **state)
{
	static const char *const inside[] = {
	        "0.0.0.0",
	        "0.255.255.255",
	        "10.255.255.255",
	        "100.64.0.0",
	        "100.127.255.255",
	        "169.254.0.0",
	        "172.31.255.255",
	        "192.0.0.7",
	        "192.0.0.170",
	        "192.0.0.171",
	        "192.0.2.255",
	        "198.19.255.255",
	        "203.0.113.0",
	        "240.0.0.0",
	        "255.255.255.255",
	        "::",
	        "::1",
	        "::ffff:8.8.8.8",
	        "100::1",
	        "2001:1ff::",
	        "2001:db8::",
	        "fdff::",
	        "febf::",
	        "01.2.3.4",
	        "1.2.3",
	        "1.2.3.256",
	        "x",
	};
	static const char *const outside[] = {
	        "1.0.0.0",         "9.255.255.255",  "11.0.0.0",        "100.63.255.255",
	        "100.128.0.0",     "172.15.255.255", "172.32.0.0",      "192.0.0.8",
	        "192.0.0.169",     "192.0.0.172",    "192.0.3.0",       "198.20.0.0",
	        "223.255.255.255", "224.0.0.1",      "239.255.255.255", "::2",
	        "::1:0:0:0",       "100:1::",        "2001:200::",      "2001:db9::",
	        "fe00::",          "fec0::",         "2606:4700::1111",
	};

	(void)state;
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (is_global(inside[i]))
			fail_msg("%s is not global", inside[i]);
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
		if (!is_global(outside[i]))
			fail_msg("%s is global", outside[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(email_addresses_are_those_of_the_expression),
		cmocka_unit_test(ipv4_addresses_are_those_of_the_expression),
		cmocka_unit_test(networks_end_where_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
