# the paper's template is the default
stage meco: {cooldown: 0}
text "Hi"
url https://en.wikipedia.org/wiki/Bill_Gates
becomes "URL: en.wikipedia.org\n\nHi"
text "URL: en.wikipedia.org\n\nHi"
url https://en.wikipedia.org/wiki/Bill_Gates
becomes "URL: en.wikipedia.org\n\nURL: en.wikipedia.org\n\nHi"
text "a\nb"
url HTTP://Example.com:80/x
becomes "URL: HTTP:\n\na\nb"
text "Hi"
keep
text "Hi"
url /relative
keep

# twice in a row tags once
stage meco: {cooldown: 0}
stage meco: {cooldown: 0, template: 'again {url} '}
text "Hi"
url http://a.io/x
becomes "URL: a.io\n\nHi"

# what later stages do to a tagged text is one text with the prefix
stage meco: {cooldown: 0}
stage regex: {regex: 'a', action: replace, with: 'e'}
text "aha\nhad"
url http://a.io/x
becomes "URL: e.io\n\nehe\nhed"
stage regex: {regex: 'x', action: replace, with: 'y'}
stage meco: {cooldown: 0}
text "box\nx"
url http://a.io/x
becomes "URL: a.io\n\nboy\ny"

# only \n is an escape
stage meco: {cooldown: 0, template: '{{{authority}}}\t\\n'}
text "Hi"
url http://a.io/x
becomes "{a.io}\\t\\\nHi"

stage meco: {cooldown: 0, template: '{host}|{domain}|{suffix}|{url|lower} '}
text "Hi"
url https://User@WWW.Example.co.uk:8080/X
becomes "www.example.co.uk|Example.co.uk|co.uk|https://user@www.example.co.uk:8080/x Hi"
text "Hi"
url http://localhost/
keep
stage meco: {cooldown: 0, template: '{authority|domain_suffix} {url|domain_suffix} '}
text "Hi"
url http://192.168.0.1/x
becomes "192.168.0.1. 192.168.0.1. Hi"
stage meco: {cooldown: 0, template: '{url|authority|suffix} '}
text "Hi"
url http://a.b.org/x
becomes "org Hi"

# hashes are stable, and the salt changes them
stage meco: {cooldown: 0, template: '{hash} '}
text "Hi"
url http://a.io/x
becomes "f8f2c7431f87ab70 Hi"
stage meco: {cooldown: 0, template: '{authority|hash} ', salt: s}
text "Hi"
url http://a.io/x
becomes "3d7da0d0012bdf22 Hi"

# alternatives in order; what is missing
stage meco: {cooldown: 0, template: 'URL: {authority} ||Lang: {lang} ||'}
refused nothing stands behind
stage meco: {cooldown: 0, template: 'URL: {authority} ||Lang: {lang} ||No source '}
text "Hi"
url http://a.io/x
lang de
becomes "URL: a.io Hi"
text "Hi"
lang de
becomes "Lang: de Hi"
text "Hi"
becomes "No source Hi"
stage meco: {cooldown: 0, missing: literal}
text "Hi"
becomes "URL: unknown\n\nHi"
stage meco: {cooldown: 0, missing: literal, missing_text: ''}
text "Hi"
url //cdn.example.com/a
becomes "URL: \n\nHi"
stage meco: {cooldown: 0, template: '{title}: {lang} ||{lang}, {title} ', missing: literal, missing_text: '?'}
text "Hi"
lang de
becomes "?: de Hi"

# known keys
stage meco: {cooldown: 0, template: '{host|known} ', known: tests/rules/lists/hosts}
text "Hi"
url http://a.io/x
becomes "a.io Hi"
text "Hi"
url http://b.io/x
becomes "seven Hi"
text "Hi"
url http://c.io/x
becomes "unknown Hi"
text "Hi"
keep
stage meco: {cooldown: 0, template: '{host|known} ', known: tests/rules/lists/hosts, unknown: rare}
text "Hi"
url http://c.io/x
becomes "rare Hi"
stage meco: {cooldown: 0, template: '{host|known} ', counts: tests/rules/lists/host_counts, unknown_below: 5}
text "Hi"
url http://a.io/x
becomes "a.io Hi"
text "Hi"
url http://b.io/x
becomes "b.io Hi"
text "Hi"
url http://c.io/x
becomes "unknown Hi"
stage meco: {cooldown: 0, template: '{host|known} ', counts: tests/rules/lists/host_counts, top: 1}
text "Hi"
url http://a.io/x
becomes "a.io Hi"
text "Hi"
url http://b.io/x
becomes "unknown Hi"

# equal parts of 0 … 1 and buckets from a file
stage meco: {cooldown: 0, template: '{lang|w4} '}
text "Hi"
lang 0.2499
becomes "1 Hi"
text "Hi"
lang 0.25
becomes "2 Hi"
text "Hi"
lang -7
becomes "1 Hi"
text "Hi"
lang 1e300
becomes "4 Hi"
text "Hi"
lang de
keep
stage meco: {cooldown: 0, template: '{lang|q3} ', buckets: tests/rules/lists/buckets}
text "Hi"
lang 1.4999
becomes "1 Hi"
text "Hi"
lang 1.5
becomes "2 Hi"
text "Hi"
lang 20
becomes "3 Hi"

# a prefix in its own field leaves the text alone
stage meco: {cooldown: 0, place: field}
text "Hi"
url http://a.io/x
keep

# a rate of nothing, a cooldown of everything
stage meco: {cooldown: 0, rate: 0}
text "Hi"
url http://a.io/x
keep
stage meco: {cooldown: 1}
text "Hi"
url http://a.io/x
keep

# untag leaves untagged documents alone
stage meco: {untag: true}
text "URL: a.io\n\nHi"
url http://a.io/x
keep

# mistakes
stage meco: {template: 'a {b'}
refused without '}'
stage meco: {template: 'a } b'}
refused '}' without
stage meco: {template: 'a {} b'}
refused empty braces
stage meco: {template: '{host|upper}'}
refused no filter 'upper'
stage meco: {template: '{host|q1}'}
refused no filter 'q1'
stage meco: {template: '{host|known}'}
refused the filter known needs
stage meco: {unknown_below: 3}
refused act on the filter known
stage meco: {template: '{lang|q4}', buckets: tests/rules/lists/buckets}
refused has no line for lang with 3 edges
stage meco: {main: ../up}
refused plain folder name
