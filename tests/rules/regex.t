# drop: the default
stage regex: {regex: '(?i)lorem\s+ipsum'}
text "Say LOREM\n ipsum dolor"
drop
text "Say lorem dolor"
keep

stage regex: {regex: '^\d+$', reason: number}
text "2024"
drop number
text "٤٢"
drop number
text "2024\n\n"
keep
text "2024\n"
drop number

stage regex: {regex: 'é{2}', action: require, reason: no_e}
text "ééé"
keep
text "é"
drop no_e

# replace works within lines, as re.sub does
stage regex: {regex: '[0-9]+', action: replace, with: '#'}
text "1 of 22\nno\n333"
becomes "# of #\nno\n#"
text "no"
keep
stage regex: {regex: 'x*', action: replace, with: '-'}
text "abxd"
becomes "-a-b--d-"
text "é"
becomes "-é-"

# a search that hits the limit found nothing, or drops
stage regex: {regex: '(a+)+$', match_limit: 100}
text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
keep
text "aaa"
drop
stage regex: {regex: '(a+)+$', match_limit: 100, on_limit: drop}
text "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
drop match_limit

stage regex: {regex: 'a(b'}
refused offset 3
stage regex
refused pattern is needed
stage regex: {regex: a, action: nothing}
refused drop|require|replace
