# domains: the registered domain, then the whole name; letter for letter
stage url_blocklist: {domains: [badsite.com, evil.example.org]}
text "x"
url https://www.badsite.com:8080/
drop domain
text "x"
url http://a.b.badsite.com./x
drop domain
text "x"
url http://evil.example.org/
drop subdomain
text "x"
url http://very.evil.example.org/
keep
text "x"
url http://example.org/
keep
text "x"
url http://BADSITE.com/
keep
text "x"
url http://notbadsite.com/
keep

# a file adds to the list; comments and white space around do not count
stage url_blocklist: {domains: [other.net], domains_file: tests/rules/lists/domains}
text "x"
url http://badsite.com/
drop domain
text "x"
url http://Badsite.COM/
drop domain
text "x"
url http://other.net/
drop domain
text "x"
url http://evil.example.org/
drop subdomain

# a public suffix is no domain, an address no name
stage url_blocklist: {domains: [co.uk, 192.168.0.1, localhost]}
text "x"
url http://co.uk/
keep
text "x"
url http://192.168.0.1/
keep
text "x"
url http://localhost/
keep

stage url_blocklist: {urls: ["http://a.org/", "http://b.org/x?y=1"]}
text "x"
url http://a.org/
drop url
text "x"
url http://a.org
keep
text "x"
url http://b.org/x?y=1
drop url

# words of the address, in lower case only; the list's are reduced to letters and digits
stage url_blocklist: {banned_words: [foo-Bar, casino]}
text "x"
url http://a.org/my-casino/
drop hard_blacklisted
text "x"
url http://a.org/my-CASINO/
keep
text "x"
url http://a.org/casinos
keep
text "x"
url http://a.org/foo-bar
keep
text "x"
url http://a.org/foobar
drop hard_blacklisted

# soft words: different ones are counted
stage url_blocklist: {soft_banned_words: [hot, free, girls]}
text "x"
url http://a.org/hot/hot
keep
text "x"
url http://a.org/hot/free
drop soft_blacklisted
stage url_blocklist: {soft_banned_words: [hot, free, girls], soft_word_threshold: 3}
text "x"
url http://a.org/hot/free/hot
keep
text "x"
url http://a.org/hot/free/girls
drop soft_blacklisted
stage url_blocklist: {soft_banned_words: [hot], soft_word_threshold: 1}
text "x"
url http://a.org/hot
drop soft_blacklisted
stage url_blocklist: {soft_word_threshold: 0}
refused soft_word_threshold

# subwords: anywhere among letters and digits, in any case, the scheme included
stage url_blocklist: {banned_subwords: [porn, httpsz]}
text "x"
url http://a.org/P-o-R-n
drop blacklisted_subword
text "x"
url http://a.org/por/x
keep
text "x"
url https://zoo.org/
drop blacklisted_subword

# the order of the checks
stage url_blocklist: {domains: [a.org], urls: ["http://a.org/x", "http://b.org/x"], banned_words: [x], banned_subwords: [x]}
text "x"
url http://a.org/x
drop domain
text "x"
url http://b.org/x
drop url
text "x"
url http://c.org/x
drop hard_blacklisted
text "x"
url http://c.org/xy
drop blacklisted_subword

# entries that hold nothing are in no address
stage url_blocklist: {banned_words: ["---"], banned_subwords: ["!!", "страница"], soft_banned_words: ["…"], soft_word_threshold: 1}
text "x"
url http://a.org/
keep

# documents without address
stage url_blocklist: {domains: [a.org]}
text "x"
keep
stage url_blocklist: {domains: [a.org], missing_url: drop}
text "x"
drop missing_url
stage url_blocklist: {domains_file: tests/rules/lists/nowhere}
refused nowhere
