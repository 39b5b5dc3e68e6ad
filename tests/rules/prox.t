# Programs come in the field `url` here, for these cases have one.
stage prox: {program: url, min_words: 1}
text "menu\nalpha beta gamma"
url remove_lines(start=0, end=0)
becomes "alpha beta gamma"
text "menu\nalpha beta gamma alpha"
url normalize(source_str="alpha", target_str="x")
becomes "menu\nx beta gamma x"
text "menu\nalpha beta gamma"
url remove_lines(start=1, end=1)
drop prox_short
text "menu\nalpha beta gamma"
url remove_lines(all=True)
drop prox_removed

stage prox: {program: absent, min_words: 0}
text "without a program"
keep
stage prox: {program: absent, min_words: 0, on_missing: drop}
text "without a program"
drop prox_missing
stage prox: {program: absent, on_missing: empty}
text "without a program"
drop prox_short

stage prox: {program: url, min_words: 0, error_op: 1}
text "menu\nalpha beta gamma"
url remove_lines(start=1, end=2)
keep
stage prox: {program: url, min_words: 0, error_op: 2, threshold_1: 0.7}
text "menu menu\nalpha"
url remove_lines(start=1, end=2)
keep
text "menu menu menu\nalpha"
url remove_lines(start=1, end=2)
becomes "menu menu menu"

stage prox: {program: url, level: doc}
text "alpha"
url drop_doc()
drop prox_drop_doc
text "alpha"
url keep_doc()
keep

stage prox: {program: url, grammar: strict, min_words: 0}
text "menu\na, b = (c)"
url normalize("a, b", 'c'); remove_lines(0, 0)
becomes "c = (c)"

# Numbers are those of the source, whatever went before; or of what is left.
stage symbol_lines: {replace_char: "\n"}
stage prox: {program: url, min_words: 0}
text "***\none\ntwo\nthree"
url remove_lines(start=2, end=2)
becomes "\n\none\nthree"
stage symbol_lines
stage prox: {program: url, min_words: 0, numbering: current}
text "***\none\ntwo\nthree"
url remove_lines(start=0, end=0)
becomes "two\nthree"
stage symbol_lines
stage prox: {program: url, min_words: 0}
text "***\none\ntwo\nthree"
url remove_lines(start=1, end=1)
becomes "two\nthree"

stage prox: {grammar: strict, tokenizer: pieces}
refused model
stage prox: {sidecar: no/such/file}
refused no/such/file
