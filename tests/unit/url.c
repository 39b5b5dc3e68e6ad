/* The parts of an address, on the plain ones and on the hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/doc/url.h"
#include "lib/doc/url_key.h"

static void assert_slice(struct slice s, const char *expected)
{
	struct buf b = {0};

	buf_add(&b, s);
	assert_string_equal(buf_text(&b), expected);
	buf_free(&b);
}

static void authority_is_what_the_paper_cuts_out(void **state)
{
	(void)state;
	static const char *const of[][2] = {
		{"https://a.b:80/c", "a.b:80"},
		{"http://a.b?x=1", "a.b?x=1"},
		{"HTTP://A.B/c", "HTTP:"},
		{"//a.b/c", ""},
		{"https:/a.b/c", "https:"},
		{"https://", ""},
		{"https:///x", ""},
		{"", ""},
		{"http://https://a.b/c", "a.b"},
		{"xhttp://yhttps://z/w", "xyz"},
		{"httphttp://s://e/f", "https:"},
		{"httpshttp://e/f", "httpse"},
		{"a.b", "a.b"},
	};
	struct arena mem = {0};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		assert_slice(url_authority(slice_of(of[i][0]), &mem), of[i][1]);
	arena_free(&mem);
}

static void names_are_cut_at_the_public_suffix(void **state)
{
	(void)state;
	static const struct {
		const char *url, *subdomain, *name, *suffix, *registered, *fqdn;
	} of[] = {
		{"https://a.b.example.co.uk:80/x", "a.b", "example", "co.uk", "example.co.uk",
		 "a.b.example.co.uk"},
		{"//u:p@EXAMPLE.Com./", "", "EXAMPLE", "Com", "EXAMPLE.Com", "EXAMPLE.Com"},
		{"foo.blogspot.com", "foo", "blogspot", "com", "blogspot.com", "foo.blogspot.com"},
		{"http://co.uk", "", "", "co.uk", "", ""},
		{"http://localhost:8080/", "", "localhost", "", "", ""},
		{"http://a.localhost", "a", "localhost", "", "", ""},
		{"http://192.168.0.1/", "", "192.168.0.1", "", "", ""},
		{"http://192.168.0.256/", "192.168.0", "256", "", "", ""},
		{"http://[2001:db8::1]/", "", "[2001", "", "", ""},
		{"http://foo.ck", "", "", "foo.ck", "", ""},
		{"http://a.foo.ck", "", "a", "foo.ck", "a.foo.ck", "a.foo.ck"},
		{"http://x.www.ck", "x", "www", "ck", "www.ck", "x.www.ck"},
		{"http://ck", "", "ck", "", "", ""},
		{"http://kawasaki.jp", "", "kawasaki", "jp", "kawasaki.jp", "kawasaki.jp"},
		{"http://пример.рф/", "", "пример", "рф", "пример.рф", "пример.рф"},
		{"http://a.XN--P1AI/", "", "a", "XN--P1AI", "a.XN--P1AI", "a.XN--P1AI"},
		{"http://a.公司.xn--j6w193g", "", "a", "公司.xn--j6w193g", "a.公司.xn--j6w193g",
		 "a.公司.xn--j6w193g"},
		{"http://..b.com", ".", "b", "com", "b.com", "..b.com"},
		{"", "", "", "", "", ""},
	};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct url_name r = url_split(slice_of(of[i].url));

		assert_slice(r.subdomain, of[i].subdomain);
		assert_slice(r.name, of[i].name);
		assert_slice(r.suffix, of[i].suffix);
		assert_slice(url_registered(&r), of[i].registered);
		assert_slice(url_fqdn(&r), of[i].fqdn);
	}
}

static void host_is_the_one_a_browser_asks(void **state)
{
	(void)state;
	static const char *const of[][2] = {
		{"HTTPS://User:pw@WWW.Example.com.:8080/x", "www.example.com"},
		{"http://[::1]:80/", "[::1]"},
		{"http:\\\\a.b\\c", "a.b"},
		{"a.b/c", "a.b"},
		{"a.b:80/c", "a.b"},
		{" //a.b/c\n", "a.b"},
		{"mailto:a@b.c", ""},
		{"data:text/html,x", ""},
		{"/path", ""},
		{"", ""},
		{"http://", ""},
	};
	struct arena mem = {0};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		assert_slice(url_host(slice_of(of[i][0]), &mem), of[i][1]);
	arena_free(&mem);
}

static void spellings_of_one_page_have_one_key(void **state)
{
	(void)state;
	static const char *const of[][2] = {
		{"HTTP://Example.COM:80", "example.com/"},
		{"https://example.com:443/", "example.com/"},
		{"http://example.com:443/", "example.com:443/"},
		{"example.com/#top", "example.com/"},
		{"http://example.com/#!page", "example.com/#!page"},
		{"http://u:p@example.com./a/./b/../c", "example.com/a/c"},
		{"http://example.com/a/..", "example.com/"},
		{"http://example.com/../../a", "example.com/a"},
		{"http://example.com/%7euser/%c3%a9\xc3\xa9 x",
		 "example.com/~user/%C3%A9%C3%A9%20x"},
		{"http://example.com/?utm_source=x&b=2&a=1&fbclid=3&", "example.com/?b=2&a=1"},
		{"http://example.com/?UTM_Source=x", "example.com/"},
		{"http://example.com/?utmost=x", "example.com/?utmost=x"},
		{"http://b\xc3\xbc" "cher.de/", "xn--bcher-kva.de/"},
		{"http://xn--bcher-kva.de\\a", "xn--bcher-kva.de/a"},
		{"FTP://Example.com:21/A", "ftp://example.com/A"},
		{"Mailto:A@b.c", "mailto:A@b.c"},
		{"http://a.b/%4", "a.b/%4"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		struct buf key = {0};

		url_key(slice_of(of[i][0]), &key);
		assert_slice(buf_slice(&key), of[i][1]);
		buf_free(&key);
	}
}

/* For the sanitizers: no address is too odd. */
static void any_address_is_split_without_harm(void **state)
{
	static const char *const piece[] = {"http", "https", ":", "/", "//", ".", "@", "?", "#",
	                                    "com",
	                                    "ck", "[", "]", "xn--", "рф", "İ", "\\", "%", "%2e",
	                                    "..",
	                                    "&", "=", "\x01", " ", "0x7f", "1.2.3.4", "é"};
	struct arena mem = {0};
	struct buf url = {0}, key = {0};
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		buf_reset(&url);
		buf_reset(&key);
		for (uint64_t n = (seed = hash_mix(seed)) % 14; n; n--)
			buf_add(&url, slice_of(piece[(seed = hash_mix(seed)) % 27]));
		struct slice s = buf_slice(&url);
		struct url_name r = url_split(s);

		assert_true(url_registered(&r).n <= s.n && url_host(s, &mem).n <= s.n);
		assert_true(url_authority(s, &mem).n <= s.n);
		url_key(s, &key);
		arena_reset(&mem, 4096);
	}
	for (size_t i = 0; i < 200000; i++)
		buf_add(&url, slice_of(piece[i % 27]));
	url_split(buf_slice(&url));
	url_authority(buf_slice(&url), &mem);
	url_key(buf_slice(&url), &key);
	buf_free(&url);
	buf_free(&key);
	arena_free(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authority_is_what_the_paper_cuts_out),
		cmocka_unit_test(names_are_cut_at_the_public_suffix),
		cmocka_unit_test(host_is_the_one_a_browser_asks),
		cmocka_unit_test(spellings_of_one_page_have_one_key),
		cmocka_unit_test(any_address_is_split_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
