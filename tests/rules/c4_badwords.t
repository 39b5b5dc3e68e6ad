stage c4_badwords: {list: tests/rules/lists/badwords}
text "All is Very BAD here"
drop document_removed_with_badwords
text "badly abad _bad"
keep
text "ÜBEL"
drop document_removed_with_badwords
text "-bad"
drop document_removed_with_badwords
text "bad\n"
drop document_removed_with_badwords
text "bad1"
keep
# words that datatrove takes out of every list
text "性"
keep
lang zh
text "no"
keep

stage c4_badwords: {list: tests/rules/lists/badwords, whole_words: false}
text "badly"
drop document_removed_with_badwords
stage c4_badwords: {list: tests/rules/lists/badwords, keep_fraction: 1}
text "bad"
keep
stage c4_badwords: {list: tests/rules/lists/badwords, missing_language: keep}
text "bad"
lang fr
keep
text "bad"
lang en
drop document_removed_with_badwords
stage c4_badwords
refused a file of words is needed
stage c4_badwords: {list: tests/rules/lists/none}
refused none
